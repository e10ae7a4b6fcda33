/**
 * Taking text away: Backspace and Delete at the edges of lines, and selections that reach over several blocks.
 *
 * Always true: text never moves into a block of another kind, and a field that a kind has one of is emptied, not removed.
 */
import type { Node } from "prosemirror-model";
import { NodeSelection, TextSelection, type Command, type Transaction } from "prosemirror-state";
import { countLines, endOf, findLine, isBlank, isMulti, type LinePlace, type Placed } from "../lesson-place.ts";
import { enterAt, enterBefore } from "./walk.ts";

/** Delete what is selected without joining what does not belong together. Answers the transaction; the cursor is where the selection began. */
export function deleteAcross(transaction: Transaction): Transaction {
  const { $from, $to, from, to, empty } = transaction.selection;
  if (empty) return transaction;
  const first = findLine($from);
  const last = findLine($to);
  if (transaction.selection instanceof NodeSelection && isHeaderGroup(transaction.doc, transaction.selection.from)) {
    emptyLines(transaction, { node: transaction.selection.node, pos: from });
    return transaction;
  }
  if (transaction.selection instanceof NodeSelection || first === null || last === null) return transaction.deleteSelection();
  if (first.line.pos === last.line.pos) return transaction.delete(from, to);
  if (first.parent.pos === last.parent.pos && first.field === last.field) return transaction.delete(from, to);

  const whole: Placed[] = [];
  transaction.doc.nodesBetween(from, to, (node, pos) => {
    const inside = pos >= endOf(first.line) && pos + node.nodeSize <= last.line.pos;
    if (inside) whole.push({ node, pos });
    return !inside;
  });
  const emptied = to === endOf(last.line) - 1 && isSpare(transaction, last.line.pos);
  if (emptied) transaction.delete(last.line.pos, endOf(last.line));
  else transaction.delete(last.line.pos + 1, to);
  for (const placed of whole.toReversed()) {
    if (placed.node.type.name === "line" && !isSpare(transaction, placed.pos)) transaction.delete(placed.pos + 1, endOf(placed) - 1);
    else if (isHeaderGroup(transaction.doc, placed.pos)) emptyLines(transaction, placed);
    else transaction.delete(placed.pos, endOf(placed));
  }
  transaction.delete(from, endOf(first.line) - 1);
  return transaction.setSelection(TextSelection.create(transaction.doc, from));
}

/** One of several lines of a field: it may go, since another one stays. */
function isSpare(transaction: Transaction, pos: number): boolean {
  const $pos = transaction.doc.resolve(pos);
  const field = String($pos.nodeAfter?.attrs["field"] ?? "");
  return isMulti($pos.parent, field) && countLines($pos.parent, field) > 1;
}

/** A group of the header (board plan, case pupils) can be emptied but not deleted: there would be no way to get it back. */
const isHeaderGroup = (doc: Node, pos: number): boolean => {
  const $pos = doc.resolve(pos);
  return $pos.parent.type.name === "header" && $pos.nodeAfter?.type.name === "block";
};

function emptyLines(transaction: Transaction, placed: Placed): void {
  const lines: number[] = [];
  placed.node.descendants((node, offset) => {
    if (node.type.name === "line") lines.push(placed.pos + 1 + offset);
    return node.type.name !== "line";
  });
  for (const pos of lines.toReversed()) {
    const line = transaction.doc.nodeAt(pos);
    if (line !== null) transaction.delete(pos + 1, pos + line.nodeSize - 1);
  }
}

/** Delete a selection that reaches over lines; false for one that does not. */
export const eraseSelection: Command = (state, dispatch) => {
  if (state.selection.empty) return false;
  dispatch?.(deleteAcross(state.tr).scrollIntoView());
  return true;
};

/** Backspace at the start of a line. */
export const eraseBackward: Command = (state, dispatch) => {
  if (!state.selection.empty) return eraseSelection(state, dispatch);
  const place = findLine(state.selection.$from);
  if (place === null || state.selection.$from.parentOffset > 0) return false;
  const transaction = state.tr;
  backspaceAtStart(transaction, place);
  dispatch?.(transaction.scrollIntoView());
  return true;
};

/** Delete at the end of a line: what follows joins, goes when it is empty, or is stepped into. */
export const eraseForward: Command = (state, dispatch) => {
  if (!state.selection.empty) return eraseSelection(state, dispatch);
  const { $from } = state.selection;
  const place = findLine($from);
  if (place === null || $from.parentOffset < place.line.node.content.size) return false;
  const transaction = state.tr;
  const next = place.parent.node.maybeChild(place.index + 1);
  if (next !== null && next !== undefined && next.type.name === "line" && next.attrs["field"] === place.field) {
    transaction.join(endOf(place.line));
  } else {
    const outer = place.item ?? place.block;
    const after = outer === null ? null : transaction.doc.nodeAt(endOf(outer));
    const following = outer !== null && after !== null && after.type === outer.node.type ? { node: after, pos: endOf(outer) } : null;
    if (following !== null && isBlank(following.node) && endOf(place.line) >= endOf(outer ?? place.line) - 1) {
      transaction.delete(following.pos, endOf(following));
    } else enterAt(transaction, endOf(place.line));
  }
  dispatch?.(transaction.scrollIntoView());
  return true;
};

function backspaceAtStart(transaction: Transaction, place: LinePlace): void {
  const { line, parent, field, index } = place;
  if (line.node.attrs["variant"] !== "plain") {
    const indent = Number(line.node.attrs["indent"]);
    if (indent > 0) transaction.setNodeAttribute(line.pos, "indent", indent - 1);
    else transaction.setNodeAttribute(line.pos, "variant", "plain");
    return;
  }
  const before = index > 0 ? parent.node.child(index - 1) : null;
  if (before !== null && before.type.name === "line" && before.attrs["field"] === field) {
    transaction.join(line.pos);
    return;
  }
  if (line.node.content.size === 0 && countLines(parent.node, field) > 1 && isMulti(parent.node, field)) {
    transaction.delete(line.pos, endOf(line));
    enterBefore(transaction, line.pos);
    return;
  }
  if (before === null || before.type.name !== "line") {
    const outer = place.item ?? place.block;
    if (outer !== null && isFirstLine(place, outer)) {
      if (isBlank(outer.node)) return removeBlank(transaction, outer);
      if (place.item === null && joinWithSameKind(transaction, place, outer)) return;
    }
    if (outer === null && place.part.node.type.name === "stage" && field === "title" && isBlank(place.part.node)) {
      return removeBlank(transaction, place.part);
    }
  }
  // Nothing may be joined here: the cursor goes on by itself.
  enterBefore(transaction, line.pos);
}

const isFirstLine = (place: LinePlace, outer: Placed): boolean => place.line.pos === outer.pos + 1;

function removeBlank(transaction: Transaction, placed: Placed): void {
  transaction.delete(placed.pos, endOf(placed));
  if (!enterBefore(transaction, placed.pos)) enterAt(transaction, placed.pos);
}

/** Two blocks of one kind that hold nothing but text join; anything else would lose a field. */
function joinWithSameKind(transaction: Transaction, place: LinePlace, block: Placed): boolean {
  const $start = transaction.doc.resolve(block.pos);
  const before = $start.nodeBefore;
  if (before === null || before.type !== block.node.type || before.attrs["kind"] !== block.node.attrs["kind"]) return false;
  const lastLine = before.lastChild;
  const isPlainText = (node: typeof before): boolean =>
    node.children.every((child) => child.type.name === "line" && child.attrs["field"] === place.field);
  if (lastLine === null || !isPlainText(before) || !isPlainText(block.node)) return false;
  const seam = block.pos - 2;
  const multi = isMulti(before, place.field);
  const lines = block.node.children;
  transaction.delete(block.pos, endOf(block));
  const [first, ...rest] = lines;
  if (rest.length > 0 && multi) transaction.insert(block.pos - 1, rest);
  if (first !== undefined) transaction.insert(seam, first.content);
  transaction.setSelection(TextSelection.create(transaction.doc, seam));
  return true;
}
