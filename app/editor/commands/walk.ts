/**
 * The order in which a person goes through the fields of a block: its lines, its items, then the lines that sum up
 * (what we decide, what to notice), wherever these stand in the document.
 */
import { Selection, TextSelection, type Transaction } from "prosemirror-state";
import { findKind } from "#core/schema/kinds";
import { endOf, placedChildren, type LinePlace, type Placed } from "../lesson-place.ts";

/** Fields that come after the items of a block. */
export const closingFields = (block: Placed): readonly string[] => findKind(String(block.node.attrs["kind"]))?.closing ?? [];

/** All lines of a block, header or stage head in the order a person goes through them. */
export function linesInOrder(parent: Placed): readonly Placed[] {
  const children = placedChildren(parent);
  const closing = closingFields(parent);
  const isClosing = ({ node }: Placed): boolean => closing.includes(String(node.attrs["field"]));
  const lines = children.filter(({ node }) => node.type.name === "line");
  const items = children.filter(({ node }) => node.type.name === "item").flatMap((item) => placedChildren(item));
  return [...lines.filter((line) => !isClosing(line)), ...items, ...lines.filter(isClosing)];
}

/** The line that a person comes to after this one (or before it) inside the same block, header or stage head; null at its edge. */
export function neighbourLine(place: LinePlace, direction: 1 | -1): Placed | null {
  const around = place.block ?? place.parent;
  const lines = linesInOrder(around);
  const index = lines.findIndex(({ pos }) => pos === place.line.pos);
  return lines[index + direction] ?? null;
}

/** Put the cursor into a line, at its end unless told. */
export function enterLine(transaction: Transaction, line: Placed, edge: "start" | "end" = "end"): Transaction {
  const pos = edge === "start" ? line.pos + 1 : endOf(line) - 1;
  return transaction.setSelection(TextSelection.create(transaction.doc, pos));
}

/** Put the cursor into the first line at or after a position. */
export function enterAt(transaction: Transaction, pos: number): Transaction {
  const found = Selection.findFrom(transaction.doc.resolve(Math.min(pos, transaction.doc.content.size)), 1, true);
  return found === null ? transaction : transaction.setSelection(found);
}

/** Put the cursor at the end of the last line before a position; false when there is none. */
export function enterBefore(transaction: Transaction, pos: number): boolean {
  const found = Selection.findFrom(transaction.doc.resolve(pos), -1, true);
  if (found === null) return false;
  transaction.setSelection(found);
  return true;
}
