/** People are round: a circle with initials, its colour by place in the team. Never a photo. */
import { initialsOf } from "./initials.ts";

type AvatarProps = {
  readonly name: string;
  /** Place in the team, from 0; four colours, then round again. */
  readonly place: number;
  readonly small?: boolean;
  /** The name stands beside it in words: hide the face from screen readers. */
  readonly named?: boolean;
};

export function Avatar({ name, place, small = false, named = false }: AvatarProps) {
  const className = `who w${(Math.abs(place) % 4) + 1}${small ? " s" : ""}`;
  if (named) {
    return (
      <span className={className} aria-hidden="true">
        {initialsOf(name)}
      </span>
    );
  }
  return (
    <span className={className} title={name}>
      <span aria-hidden="true">{initialsOf(name)}</span>
      <span className="sr">{name}</span>
    </span>
  );
}
