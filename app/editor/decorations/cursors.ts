/** Other people's carets and selections, each in that person's colour (#core/who-place). */
import type { WhoPlace } from "#core/who-place";
import type { CursorUser } from "../collab/sync-plugin.ts";
import { element } from "../dom.ts";

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
