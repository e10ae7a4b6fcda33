/** Who is here: round faces with initials, each in the colour of that person's cursor. */
import type { WhoPlace } from "#core/who-place";
import { Avatar } from "../ui/avatar.tsx";

export type Face = { readonly id: string; readonly name: string; readonly place: WhoPlace; readonly self: boolean };

const MOST = 5;

/** The others who have the lesson open: one's own face stands in the account's place. Nothing while nobody else is here. */
export function Faces({ people }: { readonly people: readonly Face[] }) {
  const others = people.filter((person) => !person.self);
  if (others.length === 0) return null;
  const more = others.length - MOST;
  return (
    <ul className="whos faces" aria-label="Here now">
      {others.slice(0, MOST).map((person) => (
        <li key={person.id}>
          <Avatar name={person.name} place={person.place} />
        </li>
      ))}
      {more > 0 && <li className="small quiet">and {more} more</li>}
    </ul>
  );
}

/** Who is in one stage, small, beside its name in the outline. */
export function FacesHere({ people }: { readonly people: readonly Face[] }) {
  const others = people.filter((person) => !person.self);
  if (others.length === 0) return null;
  return (
    <span className="here">
      {others.slice(0, 4).map((person) => (
        <Avatar key={person.id} name={person.name} place={person.place} small />
      ))}
    </span>
  );
}
