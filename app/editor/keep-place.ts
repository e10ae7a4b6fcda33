/**
 * Keeps the cursor where the person is when a colleague's change takes the ground from under it. The binding finds a position again by
 * its text; when that text is gone (the block was moved, deleted or put back) it would leave the cursor at the end of the lesson, and
 * a selected block would become the block after it, so that the next key falls on something else.
 *
 * The cursor follows its block by id; where the block is gone it goes to the line before.
 */
import type { Node } from "prosemirror-model";
import { NodeSelection, Plugin, TextSelection, type EditorState, type Selection, type Transaction } from "prosemirror-state";
import { endOf, findLine, findNodeById, placedChildren, type Placed } from "./lesson-place.ts";

/**
 * The plugin.
 * @param isFromOthers tells transactions that carry a colleague's change
 */
export const keepPlace = (isFromOthers: (transaction: Transaction) => boolean): Plugin =>
  new Plugin({
    appendTransaction: (transactions, before, after) => {
      if (!transactions.some((transaction) => transaction.docChanged && isFromOthers(transaction))) return null;
      const selection = before.selection instanceof NodeSelection ? findSelected(before.selection, before, after) : findCursor(before, after);
      return selection === null || selection.eq(after.selection) ? null : after.tr.setSelection(selection).setMeta("addToHistory", false);
    },
  });

function findSelected(selection: NodeSelection, before: EditorState, after: EditorState): Selection | null {
  const same = findNodeById(after.doc, String(selection.node.attrs["id"]));
  return same === null ? nearestLeft(before.doc, selection.from, after.doc) : NodeSelection.create(after.doc, same.pos);
}

/** Null when the binding has found the right block by itself. */
function findCursor(before: EditorState, after: EditorState): Selection | null {
  const place = findLine(before.selection.$head);
  if (place === null) return null;
  const id = String(place.parent.node.attrs["id"]);
  const now = findLine(after.selection.$head);
  if (now !== null && now.parent.node.attrs["id"] === id) return null;
  const parent = findNodeById(after.doc, id);
  if (parent === null) return nearestLeft(before.doc, (place.block ?? place.part).pos, after.doc);
  const line = sameLine(parent, place.field, nthOfField(place.parent.node, place.index));
  if (line === null) return null;
  const offset = Math.min(before.selection.$head.parentOffset, line.node.content.size);
  return TextSelection.create(after.doc, line.pos + 1 + offset);
}

function nthOfField(parent: Node, index: number): number {
  const field: unknown = parent.child(index).attrs["field"];
  return parent.children.slice(0, index).filter((child) => child.attrs["field"] === field).length;
}

function sameLine(parent: Placed, field: string, nth: number): Placed | null {
  const lines = placedChildren(parent).filter(({ node }) => node.type.name === "line");
  const ofField = lines.filter(({ node }) => node.attrs["field"] === field);
  return ofField[nth] ?? ofField.at(-1) ?? lines[0] ?? null;
}

/** The end of the nearest block or stage before a position of the old document that is still there; else the start of the lesson. */
function nearestLeft(old: Node, pos: number, doc: Node): Selection {
  const $pos = old.resolve(pos);
  const earlier: Node[] = [];
  for (let depth = $pos.depth; depth >= 0; depth -= 1) {
    const siblings = $pos.node(depth).children.slice(0, $pos.index(depth));
    earlier.push(...siblings.toReversed());
    if (depth > 0) earlier.push($pos.node(depth));
  }
  for (const node of earlier) {
    const there = typeof node.attrs["id"] === "string" ? findNodeById(doc, node.attrs["id"]) : null;
    if (there === null) continue;
    // Of a stage that the block stood in: its head.
    const holds = $pos.depth > 0 && $pos.node(1) === node;
    const lines = linesOf(there).filter((line) => !holds || findLine(doc.resolve(line.pos + 1))?.block === null);
    const last = lines.at(-1);
    if (last !== undefined) return TextSelection.create(doc, endOf(last) - 1);
  }
  return TextSelection.between(doc.resolve(0), doc.resolve(0));
}

function linesOf(placed: Placed): readonly Placed[] {
  const lines: Placed[] = [];
  placed.node.descendants((node, offset) => {
    if (node.type.name === "line") lines.push({ node, pos: placed.pos + 1 + offset });
    return node.type.name !== "line";
  });
  return lines;
}
