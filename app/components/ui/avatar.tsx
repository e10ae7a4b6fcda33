/** People are round: a circle with initials in the person's colour, which their cursor has too. Never a photo. */
import type { WhoPlace } from "#core/who-place";
import { initialsOf } from "./initials.ts";

type AvatarProps = {
  readonly name: string;
  /** Their colour, of #core/who-place. */
  readonly place: WhoPlace;
  readonly small?: boolean;
  /** The name stands beside it in words: hide the face from screen readers. */
  readonly named?: boolean;
};

export function Avatar({ name, place, small = false, named = false }: AvatarProps) {
  const className = `who w${place}${small ? " s" : ""}`;
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
