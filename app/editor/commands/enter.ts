/**
 * Enter: the next line, field, item or block, whichever a person expects where they are.
 *
 * In a field with several lines it splits; in an empty last line it leaves. In a field with one line it goes to the next field,
 * and from the last one to a new item or block. In the middle of a one-line block it makes two blocks of the same kind: the first
 * half keeps the id (SC4).
 */
import { Fragment } from "prosemirror-model";
import { NodeSelection, type Command, type Transaction } from "prosemirror-state";
import { endOf, findLine, countLines, isBlank, isMulti, placedChildren, type LinePlace, type Placed } from "../lesson-place.ts";
import { newBlock, newBlockFor, newItem, newLine } from "../new-nodes.ts";
import { deleteAcross } from "./erase.ts";
import { closingFields, enterAt, enterLine, linesInOrder, neighbourLine } from "./walk.ts";

/** Kinds of which several usually follow one another. After any other, Enter makes a note. */
const REPEATED = new Set(["anticipated_response", "misconception", "point_to_notice", "vocabulary", "resource"]);
/** Items whose number is given: five big ideas, three parts of the board. */
const FIXED_ITEMS = new Set(["big_idea", "zone"]);

export const enter: Command = (state, dispatch) => {
  const transaction = state.tr;
  if (state.selection instanceof NodeSelection) {
    const first = linesInOrder({ node: state.selection.node, pos: state.selection.from })[0];
    if (first === undefined) return false;
    dispatch?.(enterLine(transaction, first).scrollIntoView());
    return true;
  }
  deleteAcross(transaction);
  const place = findLine(transaction.selection.$from);
  if (place === null) return false;
  enterIn(transaction, place);
  dispatch?.(transaction.scrollIntoView());
  return true;
};

/** A line end within a field that may hold several lines, list or not. */
export const newLineInField: Command = (state, dispatch) => {
  const transaction = deleteAcross(state.tr);
  const place = findLine(transaction.selection.$from);
  if (place === null || !isMulti(place.parent.node, place.field)) return false;
  splitLine(transaction, place);
  dispatch?.(transaction.scrollIntoView());
  return true;
};

function enterIn(transaction: Transaction, place: LinePlace): void {
  if (isMulti(place.parent.node, place.field)) return enterMulti(transaction, place);
  switch (place.parent.node.type.name) {
    case "item":
      return enterItem(transaction, place);
    case "block":
      return enterBlock(transaction, place);
    default:
      return enterHead(transaction, place);
  }
}

function splitLine(transaction: Transaction, { line }: LinePlace): void {
  transaction.split(transaction.selection.from, 1, [{ type: line.node.type, attrs: line.node.attrs }]);
}

function enterMulti(transaction: Transaction, place: LinePlace): void {
  const { line, parent, field } = place;
  if (line.node.content.size > 0) return splitLine(transaction, place);
  const indent = Number(line.node.attrs["indent"]);
  if (indent > 0) return void transaction.setNodeAttribute(line.pos, "indent", indent - 1);
  if (line.node.attrs["variant"] !== "plain") return void transaction.setNodeAttribute(line.pos, "variant", "plain");
  const next = parent.node.maybeChild(place.index + 1);
  const isLast = next === null || next === undefined || next.type.name !== "line" || next.attrs["field"] !== field;
  if (countLines(parent.node, field) > 1 && isLast) {
    const goOn = neighbourLine(place, 1);
    if (goOn === null && place.block !== null) insertBlockAfter(transaction, place, place.block, "free_text");
    else if (goOn !== null) enterLine(transaction, goOn);
    else enterAt(transaction, endOf(line));
    transaction.delete(line.pos, endOf(line));
    return;
  }
  if (place.block !== null && place.item === null && isBlank(place.block.node) && place.block.node.attrs["kind"] !== "free_text") {
    return becomeNote(transaction, place.block);
  }
  if (place.block === null) return enterHead(transaction, place);
  splitLine(transaction, place);
}

/** An empty block of some kind becomes a note, as an empty list item becomes a paragraph. Its line stays the same node. */
function becomeNote(transaction: Transaction, block: Placed): void {
  const [first, ...rest] = placedChildren(block);
  if (first === undefined || first.node.type.name !== "line") return;
  for (const child of rest.toReversed()) transaction.delete(child.pos, endOf(child));
  transaction.setNodeAttribute(first.pos, "field", "text");
  transaction.setNodeAttribute(block.pos, "kind", "free_text");
  transaction.setNodeAttribute(block.pos, "label", "");
  transaction.setNodeAttribute(block.pos, "key", false);
  enterLine(transaction, { node: first.node, pos: first.pos });
}

function enterHead(transaction: Transaction, place: LinePlace): void {
  const next = neighbourLine(place, 1);
  if (next !== null) return void enterLine(transaction, next);
  const firstBlock = placedChildren(place.part).find(({ node }) => node.type.name === "block");
  if (firstBlock !== undefined || place.part.node.type.name === "header") return void enterAt(transaction, endOf(place.line));
  const block = newBlock("free_text");
  transaction.insert(endOf(place.line), block);
  enterAt(transaction, endOf(place.line));
}

function enterBlock(transaction: Transaction, place: LinePlace): void {
  const { block, line } = place;
  if (block === null) return;
  const offset = transaction.selection.$from.parentOffset;
  if (isBlank(block.node) && block.node.attrs["kind"] !== "free_text" && place.part.node.type.name === "stage") return becomeNote(transaction, block);
  if (offset === line.node.content.size) {
    const next = neighbourLine(place, 1);
    if (next !== null) return void enterLine(transaction, next, "start");
    const kind = String(block.node.attrs["kind"]);
    return insertBlockAfter(transaction, place, block, REPEATED.has(kind) ? kind : "free_text");
  }
  if (offset === 0) {
    transaction.insert(block.pos, newBlock("free_text"));
    return;
  }
  splitBlock(transaction, place, block);
}

function splitBlock(transaction: Transaction, place: LinePlace, block: Placed): void {
  const { from } = transaction.selection;
  const { line } = place;
  const tail = line.node.content.cut(transaction.selection.$from.parentOffset);
  const fresh = newBlockFor(String(block.node.attrs["kind"]), transaction.doc, place.part);
  const filled = fresh.children.map((child) => (child.attrs["field"] === place.field ? newLine(place.field, tail.content) : child));
  transaction.delete(from, endOf(line) - 1);
  const at = transaction.mapping.map(endOf(block));
  transaction.insert(at, fresh.copy(Fragment.from(filled)));
  const target = placedChildren({ node: transaction.doc.nodeAt(at) ?? fresh, pos: at }).find(({ node }) => node.attrs["field"] === place.field);
  if (target !== undefined) enterLine(transaction, target, "start");
}

function insertBlockAfter(transaction: Transaction, place: LinePlace, block: Placed, kind: string): void {
  if (place.part.node.type.name === "header") return void enterAt(transaction, endOf(block));
  transaction.insert(endOf(block), newBlockFor(kind, transaction.doc, place.part));
  enterAt(transaction, endOf(block));
}

function enterItem(transaction: Transaction, place: LinePlace): void {
  const { item, block } = place;
  if (item === null || block === null) return;
  const items = placedChildren(block).filter(({ node }) => node.type.name === "item");
  const index = items.findIndex(({ pos }) => pos === item.pos);
  const isLast = index === items.length - 1;
  const isRow = item.node.attrs["kind"] === "row";
  if (isBlank(item.node) && isLast && items.length > (isRow ? 2 : 1)) return leaveItems(transaction, place, block, item);
  if (isRow) {
    const below = items[index + 1];
    if (below !== undefined) {
      const cell = placedChildren(below)[place.index];
      return void (cell === undefined ? enterAt(transaction, below.pos) : enterLine(transaction, cell));
    }
    return addItem(transaction, block, endOf(item), place.index);
  }
  const nextField = place.index + 1 < item.node.childCount ? placedChildren(item)[place.index + 1] : undefined;
  if (nextField !== undefined) return void enterLine(transaction, nextField);
  if (FIXED_ITEMS.has(String(item.node.attrs["kind"]))) return void enterAt(transaction, endOf(item));
  addItem(transaction, block, endOf(item), 0);
}

/** Put one more item into a block at `pos` and the cursor into its line number `line`. */
export function addItem(transaction: Transaction, block: Placed, pos: number, line: number): void {
  const item = newItem(block.node);
  if (item === null) return;
  transaction.insert(pos, item);
  const target = placedChildren({ node: item, pos })[line] ?? placedChildren({ node: item, pos })[0];
  if (target !== undefined) enterLine(transaction, target);
}

function leaveItems(transaction: Transaction, place: LinePlace, block: Placed, item: Placed): void {
  const closing = linesInOrder(block).at(-1);
  if (closing !== undefined && closing.pos !== place.line.pos && closingFields(block).includes(String(closing.node.attrs["field"]))) {
    enterLine(transaction, closing);
  } else insertBlockAfter(transaction, place, block, "free_text");
  transaction.delete(item.pos, endOf(item));
}
