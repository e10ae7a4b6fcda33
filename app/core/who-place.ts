/**
 * Which of the four colours a person has (`--who-1` to `--who-4`): in lists, as a face, and as a cursor. Pure.
 */

/** One of the four colours of people. */
export type WhoPlace = 1 | 2 | 3 | 4;

const WHO: readonly WhoPlace[] = [1, 2, 3, 4];

/**
 * A colour for each person: the same for the same people, whoever looks. Each has a favourite; two with one favourite
 * take the next that is free, in the order of their ids; a fifth person shares.
 */
export function placePeople(ids: Iterable<string>): ReadonlyMap<string, WhoPlace> {
  const places = new Map<string, WhoPlace>();
  const taken = new Set<number>();
  for (const id of [...new Set(ids)].toSorted()) {
    let place = favourite(id);
    for (let tries = 0; taken.has(place) && tries < 4; tries += 1) place = (place + 1) % 4;
    taken.add(place);
    places.set(id, WHO[place] ?? 1);
  }
  return places;
}

/** A person's own colour, where nobody stands beside them. */
export const placeOf = (id: string): WhoPlace => WHO[favourite(id)] ?? 1;

function favourite(id: string): number {
  let hash = 7;
  for (const letter of id) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return hash % 4;
}
