/** Moving, adding, copying and deleting whole blocks and stages. */
import type { Node } from "prosemirror-model";
import { NodeSelection, TextSelection, type Command, type EditorState, type Transaction } from "prosemirror-state";
import { endOf, findLine, findNodeById, isBlank, placedChildren, type Placed } from "../lesson-place.ts";
import { copiesFor, newBlockFor, newStage } from "../new-nodes.ts";
import { enterAt, enterBefore, enterLine, linesInOrder } from "./walk.ts";

/** The block or stage that the selection is in: a selected node, the block around the cursor, or the stage of a stage's head. */
export function findTarget(state: EditorState): Placed | null {
  const { selection } = state;
  if (selection instanceof NodeSelection && ["block", "stage"].includes(selection.node.type.name)) {
    return { node: selection.node, pos: selection.from };
  }
  const place = findLine(selection.$from);
  if (place === null) return null;
  if (place.block !== null) return place.block;
  return place.part.node.type.name === "stage" ? place.part : null;
}

/** Move the block (or the stage, from its head) one place up or down; a block goes over into the neighbouring stage. */
export const moveTarget =
  (direction: 1 | -1): Command =>
  (state, dispatch) => {
    const target = findTarget(state);
    if (target === null) return false;
    const to = target.node.type.name === "stage" ? stageDestination(state, target, direction) : blockDestination(state, target, direction);
    if (to === null) return true; // at the edge: nothing moves, and the browser's own meaning of the key must not apply
    dispatch?.(moveNode(state.tr, target, to).scrollIntoView());
    return true;
  };

/** Move a node to a position in the document as it is now, and keep the selection in it. */
export function moveNode(transaction: Transaction, target: Placed, to: number): Transaction {
  if (to >= target.pos && to <= endOf(target)) return transaction;
  const { selection } = transaction;
  const inside = selection.from >= target.pos && selection.to <= endOf(target);
  const [anchor, head] = [selection.anchor - target.pos, selection.head - target.pos];
  const isNode = selection instanceof NodeSelection;
  transaction.delete(target.pos, endOf(target));
  const at = transaction.mapping.map(to);
  const goesTo = transaction.doc.resolve(at).parent;
  const secondKey = target.node.attrs["key"] === true && goesTo.children.some((child) => child.attrs["key"] === true);
  // A stage has one key question: the one that stands there stays it.
  transaction.insert(at, secondKey ? target.node.type.create({ ...target.node.attrs, key: false }, target.node.content) : target.node);
  if (!inside) return transaction;
  return transaction.setSelection(isNode ? NodeSelection.create(transaction.doc, at) : TextSelection.create(transaction.doc, at + anchor, at + head));
}

function blockDestination(state: EditorState, block: Placed, direction: 1 | -1): number | null {
  const $pos = state.doc.resolve(block.pos);
  const part = $pos.parent;
  const sibling = part.maybeChild($pos.index() + direction);
  if (sibling?.type.name === "block") return direction === 1 ? endOf(block) + sibling.nodeSize : block.pos - sibling.nodeSize;
  if (part.type.name !== "stage") return null;
  const stageIndex = $pos.index(0) + direction;
  const neighbour = state.doc.maybeChild(stageIndex);
  if (neighbour?.type.name !== "stage") return null;
  const stagePos = $pos.before(1);
  if (direction === -1) return stagePos - 1;
  const next = { node: neighbour, pos: stagePos + part.nodeSize };
  return firstBlockPosition(next);
}

function stageDestination(state: EditorState, stage: Placed, direction: 1 | -1): number | null {
  const index = state.doc.resolve(stage.pos).index() + direction;
  const neighbour = state.doc.maybeChild(index);
  if (neighbour?.type.name !== "stage") return null;
  return direction === 1 ? endOf(stage) + neighbour.nodeSize : stage.pos - neighbour.nodeSize;
}

/** Where the blocks of a stage begin: after its head. */
export function firstBlockPosition(stage: Placed): number {
  const children = placedChildren(stage);
  const first = children.find(({ node }) => node.type.name === "block");
  return first?.pos ?? endOf(stage) - 1;
}

/** Select the block around the cursor as a whole. */
export const selectBlock: Command = (state, dispatch) => {
  const target = findTarget(state);
  if (target === null || state.selection instanceof NodeSelection) return false;
  dispatch?.(state.tr.setSelection(NodeSelection.create(state.doc, target.pos)));
  return true;
};

/** Delete a block or stage; false when it is gone. */
export const deleteNode =
  (id: string): Command =>
  (state, dispatch) => {
    const target = findNodeById(state.doc, id);
    if (target === null) return false;
    const transaction = state.tr.delete(target.pos, endOf(target));
    if (!enterBefore(transaction, target.pos)) enterAt(transaction, target.pos);
    dispatch?.(transaction);
    return true;
  };

/** Put a copy right after it, with ids of its own. */
export const duplicateNode =
  (id: string): Command =>
  (state, dispatch) => {
    const target = findNodeById(state.doc, id);
    if (target === null) return false;
    const stage = target.node.type.name === "stage" ? null : state.doc.resolve(target.pos).parent;
    const transaction = state.tr.insert(endOf(target), copiesFor([target.node], state.doc, stage));
    dispatch?.(enterAt(transaction, endOf(target)).scrollIntoView());
    return true;
  };

/** Make a question the key question of its stage, or no longer. There is one a stage, so another one gives way. */
export const toggleKeyQuestion =
  (id: string): Command =>
  (state, dispatch) => {
    const target = findNodeById(state.doc, id);
    if (target === null || target.node.attrs["kind"] !== "teacher_question") return false;
    const isKey = target.node.attrs["key"] === true;
    const transaction = state.tr.setNodeAttribute(target.pos, "key", !isKey);
    if (!isKey) {
      const $pos = state.doc.resolve(target.pos);
      for (const { node, pos } of placedChildren({ node: $pos.parent, pos: $pos.before() })) {
        if (pos !== target.pos && node.attrs["key"] === true) transaction.setNodeAttribute(pos, "key", false);
      }
    }
    dispatch?.(transaction);
    return true;
  };

/**
 * Add a block of a kind where the cursor is: in place of an empty block, which hands on its id, else after the block around it.
 * `take` is a range of text that goes (what was typed to find the kind).
 */
export function addBlock(transaction: Transaction, kind: string, take: { readonly from: number; readonly to: number } | null = null): Transaction {
  if (take !== null) transaction.delete(take.from, take.to);
  const place = findLine(transaction.selection.$from);
  if (place === null) return transaction;
  const { block, part } = place;
  const fresh = newBlockFor(kind, transaction.doc, part);
  if (block !== null && place.item === null && isBlank(block.node) && part.node.type.name === "stage") {
    const kept = fresh.type.create({ ...fresh.attrs, id: block.node.attrs["id"] }, fresh.content);
    transaction.replaceWith(block.pos, endOf(block), kept);
    return enterBlock(transaction, { node: kept, pos: block.pos });
  }
  const at = block !== null && part.node.type.name === "stage" ? endOf(block) : insertPosition(transaction, part);
  if (at === null) return transaction;
  transaction.insert(at, fresh);
  return enterBlock(transaction, { node: fresh, pos: at });
}

/** Add an empty stage after the one the cursor is in (from the header: as the first). */
export function addStage(transaction: Transaction, take: { readonly from: number; readonly to: number } | null = null): Transaction {
  if (take !== null) transaction.delete(take.from, take.to);
  const $from = transaction.selection.$from;
  const at = $from.depth > 0 ? $from.after(1) : transaction.doc.content.size;
  const stage = newStage(5);
  transaction.insert(at, stage);
  return enterAt(transaction, at);
}

function insertPosition(transaction: Transaction, part: Placed): number | null {
  if (part.node.type.name === "stage") return firstBlockPosition(part);
  const after = transaction.doc.nodeAt(endOf(part));
  return after?.type.name === "stage" ? firstBlockPosition({ node: after, pos: endOf(part) }) : null;
}

function enterBlock(transaction: Transaction, block: { readonly node: Node; readonly pos: number }): Transaction {
  const first = linesInOrder(block)[0];
  return first === undefined ? transaction : enterLine(transaction, first);
}
