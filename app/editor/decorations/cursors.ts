/** Other people's carets and selections, and which of the four colours each person has. */
import type { CursorUser } from "../collab/sync-plugin.ts";
import { element } from "../dom.ts";

/** One of the four colours of people (`--who-1` … `--who-4`). */
export type WhoPlace = 1 | 2 | 3 | 4;

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

const WHO: readonly WhoPlace[] = [1, 2, 3, 4];

function favourite(id: string): number {
  let hash = 7;
  for (const letter of id) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return hash % 4;
}

/** A caret with the first name on a flag. The flag fades by itself; it comes back when the caret moves, since that puts it in anew. */
export function drawCursor(user: CursorUser, place: WhoPlace): HTMLElement {
  const [first = user.name] = user.name.split(" ");
  return element("span", { class: `cursor who-${place}`, "data-person": user.id }, [
    // The name is drawn by the stylesheet: as text it would be copied, searched and read aloud with the lesson.
    element("span", { class: "cursor-flag", "data-name": first }),
  ]);
}

/** At the end of a line the flag stands to the right of the caret, where it covers no words. */
export function placeFlags(lesson: HTMLElement): void {
  for (const cursor of lesson.querySelectorAll(".cursor")) {
    const next = cursor.nextSibling;
    cursor.classList.toggle("at-end", next === null || next.nodeName === "BR" || next.nodeName === "IMG");
  }
}

/** Class of a selection. */
export const selectionClass = (place: WhoPlace): string => `selection-of who-${place}`;
