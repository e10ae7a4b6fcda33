/** Rows, columns, options, questions: adding, removing, and which option is right. */
import { TextSelection, type Command } from "prosemirror-state";
import { endOf, findLine, findNodeById, placedChildren, type Placed } from "../lesson-place.ts";
import { newLine } from "../new-nodes.ts";
import { moveNode } from "./blocks.ts";
import { addItem } from "./enter.ts";
import { enterBefore, enterLine } from "./walk.ts";

const itemsOf = (block: Placed): readonly Placed[] => placedChildren(block).filter(({ node }) => node.type.name === "item");

/** Add an item after the last one of a block. */
export const addItemTo =
  (blockId: string): Command =>
  (state, dispatch) => {
    const block = findNodeById(state.doc, blockId);
    if (block === null) return false;
    const last = itemsOf(block).at(-1);
    const transaction = state.tr;
    addItem(transaction, block, last === undefined ? endOf(block) - 1 : endOf(last), 0);
    dispatch?.(transaction.scrollIntoView());
    return true;
  };

/** Remove the item that the cursor is in. */
export const removeItem: Command = (state, dispatch) => {
  const item = findLine(state.selection.$from)?.item;
  if (item === null || item === undefined) return false;
  const transaction = state.tr.delete(item.pos, endOf(item));
  enterBefore(transaction, item.pos);
  dispatch?.(transaction);
  return true;
};

/** Move the item that the cursor is in past its neighbour; false at the edge. The head row of a table stays where it is. */
export const moveItem =
  (direction: 1 | -1): Command =>
  (state, dispatch) => {
    const place = findLine(state.selection.$from);
    if (place?.item === null || place?.item === undefined || place.block === null) return false;
    const items = itemsOf(place.block);
    const other = items[items.findIndex(({ pos }) => pos === place.item?.pos) + direction];
    if (other === undefined || other.node.attrs["role"] === "head" || place.item.node.attrs["role"] === "head") return false;
    dispatch?.(moveNode(state.tr, place.item, direction === 1 ? endOf(other) : other.pos).scrollIntoView());
    return true;
  };

/** Move the column that the cursor is in past its neighbour; false at the edge. */
export const moveColumn =
  (direction: 1 | -1): Command =>
  (state, dispatch) => {
    const place = findLine(state.selection.$from);
    if (place?.item?.node.attrs["kind"] !== "row" || place.block === null) return false;
    const to = place.index + direction;
    if (to < 0 || to >= place.item.node.childCount) return false;
    const offset = state.selection.$from.parentOffset;
    const transaction = state.tr;
    for (const row of itemsOf(place.block).toReversed()) {
      const cells = placedChildren(row);
      const [cell, other] = [cells[place.index], cells[to]];
      if (cell !== undefined && other !== undefined) moveNode(transaction, cell, direction === 1 ? endOf(other) : other.pos);
    }
    const cell = placedChildren({ node: transaction.doc.nodeAt(place.item.pos) ?? place.item.node, pos: place.item.pos })[to];
    if (cell !== undefined) transaction.setSelection(TextSelection.create(transaction.doc, cell.pos + 1 + offset));
    dispatch?.(transaction.scrollIntoView());
    return true;
  };

/** Say that an option is right, or no longer. Several may be. */
export const toggleCorrect =
  (itemId: string): Command =>
  (state, dispatch) => {
    const item = findNodeById(state.doc, itemId);
    if (item === null) return false;
    dispatch?.(state.tr.setNodeAttribute(item.pos, "correct", item.node.attrs["correct"] !== true));
    return true;
  };

/** Add a column to a variation table, after the one the cursor is in or at the end. */
export const addColumn =
  (blockId: string): Command =>
  (state, dispatch) => {
    const block = findNodeById(state.doc, blockId);
    if (block === null) return false;
    const place = findLine(state.selection.$from);
    const inside = place?.block?.pos === block.pos && place.item !== null;
    const transaction = state.tr;
    const rows = itemsOf(block);
    for (const row of rows.toReversed()) {
      const cells = placedChildren(row);
      const after = inside ? cells[place.index] : undefined;
      transaction.insert(after === undefined ? endOf(row) - 1 : endOf(after), newLine("cell"));
    }
    const head = rows[0] === undefined ? undefined : { node: transaction.doc.nodeAt(rows[0].pos) ?? rows[0].node, pos: rows[0].pos };
    const cell = head === undefined ? undefined : placedChildren(head)[inside ? place.index + 1 : head.node.childCount - 1];
    if (cell !== undefined) enterLine(transaction, cell);
    dispatch?.(transaction.scrollIntoView());
    return true;
  };

/** Remove the column that the cursor is in; the last one stays. */
export const removeColumn: Command = (state, dispatch) => {
  const place = findLine(state.selection.$from);
  if (place?.item?.node.attrs["kind"] !== "row" || place.block === null || place.item.node.childCount < 2) return false;
  const transaction = state.tr;
  for (const row of itemsOf(place.block).toReversed()) {
    const cell = placedChildren(row)[place.index];
    if (cell !== undefined && row.node.childCount > 1) transaction.delete(cell.pos, endOf(cell));
  }
  dispatch?.(transaction);
  return true;
};
