/** The lesson as its outline shows it, and where in it people are. */
import type { Node } from "prosemirror-model";
import type { EditorState } from "prosemirror-state";
import type { Awareness } from "y-protocols/awareness";
import { placePeople, type WhoPlace } from "#core/who-place";
import { findLine } from "./lesson-place.ts";

export type OutlineStage = { readonly id: string; readonly title: string; readonly minutes: number; readonly blocks: number };
/** The board plan: id of its block, and for each part of the board how long its lines are, in letters. */
export type OutlineBoard = { readonly id: string; readonly zones: readonly (readonly number[])[] };
/** `current`: id of the header or stage that the cursor is in. */
export type Outline = {
  readonly title: string;
  readonly stages: readonly OutlineStage[];
  readonly totalMinutes: number;
  readonly headerId: string | null;
  /** Null when nobody wrote on the board yet. */
  readonly board: OutlineBoard | null;
};

/** Somebody who has the lesson open. One person with two windows is here once. */
export type PersonHere = {
  readonly id: string;
  readonly name: string;
  readonly place: WhoPlace;
  readonly self: boolean;
  readonly partId: string | null;
};

/** The outline of a document. */
export function readOutline(doc: Node): Outline {
  const stages: OutlineStage[] = [];
  let title = "";
  let headerId: string | null = null;
  let board: OutlineBoard | null = null;
  doc.forEach((part) => {
    if (part.type.name === "header" && headerId === null) {
      headerId = String(part.attrs["id"]);
      board = readBoard(part.children.find((child) => child.attrs["kind"] === "board_plan"));
      title = part.children.find((child) => child.attrs["field"] === "title")?.textContent.trim() ?? "";
    }
    if (part.type.name !== "stage") return;
    stages.push({
      id: String(part.attrs["id"]),
      title: part.children.find((child) => child.attrs["field"] === "title")?.textContent.trim() ?? "",
      minutes: Number(part.attrs["minutes"]),
      blocks: part.children.filter((child) => child.type.name === "block").length,
    });
  });
  return { title, stages, headerId, board, totalMinutes: stages.reduce((sum, stage) => sum + stage.minutes, 0) };
}

function readBoard(plan: Node | undefined): OutlineBoard | null {
  if (plan === undefined || plan.textContent.trim() === "") return null;
  return {
    id: String(plan.attrs["id"]),
    zones: plan.children.map((zone) => zone.children.map((line) => line.textContent.length).filter((letters) => letters > 0)),
  };
}

/** Id of the header or stage that the cursor is in. */
export function currentPart(state: EditorState): string | null {
  const place = findLine(state.selection.$from);
  const part = place?.part.node ?? (state.selection.$from.depth > 0 ? state.selection.$from.node(1) : null);
  return part === null ? null : String(part.attrs["id"]);
}

type Shared = { readonly user?: { readonly id?: unknown; readonly name?: unknown }; readonly part?: unknown };

/** Everybody who is here, this person first, the others by name. */
export function readPeople(awareness: Awareness): readonly PersonHere[] {
  const found = new Map<string, Omit<PersonHere, "place">>();
  for (const [clientId, state] of awareness.getStates() as Map<number, Shared>) {
    const { id, name } = state.user ?? {};
    if (typeof id !== "string" || typeof name !== "string") continue;
    const self = clientId === awareness.clientID;
    const partId = typeof state.part === "string" ? state.part : null;
    const before = found.get(id);
    if (before === undefined || self || (!before.self && before.partId === null))
      found.set(id, { id, name, self: self || before?.self === true, partId });
  }
  const places = placePeople(found.keys());
  return [...found.values()]
    .map((person) => ({ ...person, place: places.get(person.id) ?? 1 }))
    .toSorted((a, b) => Number(b.self) - Number(a.self) || (a.name < b.name ? -1 : 1));
}
