/**
 * What is pasted or dropped, and where it goes. Lines of text stay in the field they are put into, or become a note after it;
 * blocks and stages of a lesson stay what they are, with new ids (SC4). Nothing is merged into a block of another kind.
 */
import { Fragment, type Node, type Slice } from "prosemirror-model";
import { NodeSelection, Plugin, TextSelection, type EditorState, type Transaction } from "prosemirror-state";
import { findKind } from "#core/schema/kinds";
import { lessonSchema } from "#core/schema/schema";
import { firstBlockPosition } from "./commands/blocks.ts";
import { deleteAcross } from "./commands/erase.ts";
import { setLink } from "./commands/text-style.ts";
import { enterBefore, enterLine, linesInOrder } from "./commands/walk.ts";
import { endOf, findLine, isBlank, isMulti, placedChildren, type LinePlace } from "./lesson-place.ts";
import { copiesFor, newBlock, newItem, newLine } from "./new-nodes.ts";
import { cleanHtml } from "./paste-html.ts";
import { ONE_ACT } from "./text-rules.ts";

/** The plugin for paste, cut and drop. */
export function pasteRules(): Plugin {
  return new Plugin({
    props: {
      transformPastedHTML: cleanHtml,
      handlePaste: (view, event, slice) => {
        if (!view.editable) return false;
        const linked = linkSelection(view.state, event.clipboardData?.getData("text/plain") ?? "");
        if (linked !== null) {
          view.dispatch(linked);
          return true;
        }
        const transaction = stepIntoBlock(view.state.tr);
        const table = readTable(event.clipboardData?.getData("text/plain") ?? "");
        const place = findLine(transaction.selection.$from);
        if (table !== null && transaction.selection.empty && place?.item?.node.attrs["kind"] === "row") putTable(transaction, place, table);
        else if (!putSlice(deleteAcross(transaction), slice)) return false;
        view.dispatch(transaction.scrollIntoView().setMeta("uiEvent", "paste").setMeta(ONE_ACT, true));
        return true;
      },
      handleDrop: (view, event, slice, moved) => {
        const at = view.posAtCoords({ left: event.clientX, top: event.clientY });
        if (!view.editable || at === null || slice.size === 0) return false;
        const transaction = view.state.tr;
        if (moved) deleteAcross(transaction);
        const $at = transaction.doc.resolve(transaction.mapping.map(at.pos));
        if (findLine($at) === null) return true;
        transaction.setSelection(TextSelection.create(transaction.doc, $at.pos));
        if (putSlice(transaction, slice)) view.dispatch(transaction.setMeta("uiEvent", "drop").setMeta(ONE_ACT, true));
        return true;
      },
      handleDOMEvents: {
        // ProseMirror would join what is left of the first and the last block.
        cut: (view, event) => {
          if (!view.editable || view.state.selection.empty || event.clipboardData === null) return false;
          const { dom, text } = view.serializeForClipboard(view.state.selection.content());
          event.preventDefault();
          event.clipboardData.clearData();
          event.clipboardData.setData("text/html", dom.innerHTML);
          event.clipboardData.setData("text/plain", text);
          view.dispatch(deleteAcross(view.state.tr).scrollIntoView().setMeta("uiEvent", "cut").setMeta(ONE_ACT, true));
          return true;
        },
      },
      // Typing over a selection that reaches over several blocks.
      handleTextInput: (view, from, to, text) => {
        const { selection } = view.state;
        if (selection instanceof NodeSelection) {
          // Typing on a selected block goes on writing in it; it never takes its place.
          view.dispatch(stepIntoBlock(view.state.tr).insertText(text).scrollIntoView());
          return true;
        }
        if (selection.empty || selection.$from.sameParent(selection.$to) || from !== selection.from || to !== selection.to) return false;
        view.dispatch(deleteAcross(view.state.tr).insertText(text).scrollIntoView().setMeta(ONE_ACT, true));
        return true;
      },
      clipboardTextSerializer: (slice) => slice.content.textBetween(0, slice.content.size, "\n"),
    },
  });
}

/** Put a slice in at the cursor; false when the cursor is not in a line or there is nothing to put in. */
export function putSlice(transaction: Transaction, slice: Slice): boolean {
  const place = findLine(transaction.selection.$from);
  if (place === null) return false;
  const nodes = slice.content.content;
  const stages = nodes.filter((node) => node.type.name === "stage");
  if (stages.length > 1) return putWhole(transaction, transaction.selection.$from.after(1), stages);
  const blocks = nodes.flatMap((node) => (node.type.name === "block" ? [node] : node.children)).filter(isStageBlock);
  const severalBlocks = blocks.length > 1 || (blocks.length === 1 && slice.openStart === 0);
  if (severalBlocks && place.part.node.type.name === "stage") {
    const blank = place.block !== null && place.item === null && isBlank(place.block.node);
    putWhole(transaction, place.block === null ? firstBlockPosition(place.part) : endOf(place.block), blocks);
    // Into an empty block means in its place.
    if (blank && place.block !== null) transaction.delete(place.block.pos, endOf(place.block));
    return true;
  }
  const lines = nodes.flatMap(linesOf);
  if (lines.length === 0) return false;
  putLines(transaction, place, lines);
  return true;
}

const isStageBlock = (node: Node): boolean => node.type.name === "block" && findKind(String(node.attrs["kind"]))?.place === "stage";

/** A selected block: the cursor goes to the end of its first line, so that what comes is put there or after it. */
function stepIntoBlock(transaction: Transaction): Transaction {
  const { selection } = transaction;
  const first = selection instanceof NodeSelection ? linesInOrder({ node: selection.node, pos: selection.from })[0] : undefined;
  return first === undefined ? transaction : enterLine(transaction, first);
}

/** A pasted address over selected words of one line makes them a link; null when it is none. */
function linkSelection(state: EditorState, pasted: string): Transaction | null {
  const { selection } = state;
  const address = pasted.trim();
  if (!(selection instanceof TextSelection) || selection.empty || !selection.$from.sameParent(selection.$to)) return null;
  if (!/^(https?:\/\/|mailto:|www\.)\S+$/i.test(address)) return null;
  let linked: Transaction | null = null;
  setLink(selection, address)?.(state, (transaction) => {
    linked = transaction.setMeta(ONE_ACT, true);
  });
  return linked;
}

/** Cells of a copied table (Excel, Sheets, Word give it as text with tabs too); null for anything else. */
function readTable(pasted: string): readonly (readonly string[])[] | null {
  if (!pasted.includes("\t")) return null;
  const rows = pasted.replace(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n");
  return rows.map((row) => row.split("\t").map((cell) => cell.trim()));
}

/** Most columns and rows that a paste makes. */
const MAX_COLUMNS = 12;
const MAX_ROWS = 100;

/** Fill a table from the cell with the cursor on, to the right and down; rows and columns that are missing are made. */
function putTable(transaction: Transaction, place: LinePlace, table: readonly (readonly string[])[]): void {
  const { block, item } = place;
  if (block === null || item === null) return;
  const wide = Math.min(MAX_COLUMNS, place.index + Math.max(...table.map((row) => row.length)));
  const first = block.node.children.filter((child) => child.type.name === "item").findIndex((row) => row.attrs["id"] === item.node.attrs["id"]);
  const filled: Node[] = [];
  let index = -1;
  for (const child of block.node.children) {
    if (child.type.name !== "item") continue;
    index += 1;
    filled.push(fillRow(child, table[index - first], place.index, wide));
  }
  for (const cells of table.slice(index + 1 - first, MAX_ROWS)) {
    const fresh = newItem(block.node);
    if (fresh !== null) filled.push(fillRow(fresh, cells, place.index, wide));
  }
  const rows = placedChildren(block).filter(({ node }) => node.type.name === "item");
  const [start, end] = [rows[0], rows.at(-1)];
  if (start === undefined || end === undefined) return;
  for (const fresh of filled.slice(rows.length)) transaction.insert(transaction.mapping.map(endOf(end)), fresh);
  for (const [at, row] of [...rows.entries()].toReversed()) {
    const wanted = filled[at];
    if (wanted !== undefined && !wanted.eq(row.node)) transaction.replaceWith(row.pos + 1, endOf(row) - 1, wanted.content);
  }
  transaction.setSelection(TextSelection.near(transaction.doc.resolve(Math.min(place.line.pos + 1, transaction.doc.content.size))));
}

function fillRow(row: Node, cells: readonly string[] | undefined, from: number, wide: number): Node {
  const lines = Array.from({ length: Math.max(wide, row.childCount) }, (_, index) => {
    const words = index < wide ? cells?.[index - from] : undefined;
    const old = row.maybeChild(index) ?? newLine("cell");
    return words === undefined ? old : old.copy(words === "" ? Fragment.empty : Fragment.from(lessonSchema.text(words)));
  });
  return row.copy(Fragment.from(lines));
}

function putWhole(transaction: Transaction, at: number, nodes: readonly Node[]): boolean {
  const $at = transaction.doc.resolve(at);
  const fresh = Fragment.from(copiesFor(nodes, transaction.doc, $at.depth > 0 ? $at.parent : null));
  transaction.insert(at, fresh);
  enterBefore(transaction, at + fresh.size);
  return true;
}

/** All lines of text in a node; loose text is a line too. */
function linesOf(node: Node): readonly Node[] {
  if (node.isText) return [newLine("text", node)];
  if (node.type.name === "line") return [node];
  return node.children.flatMap(linesOf);
}

function putLines(transaction: Transaction, place: LinePlace, lines: readonly Node[]): void {
  const [first, ...rest] = lines;
  if (first === undefined) return;
  const { from } = transaction.selection;
  if (rest.length === 0) {
    transaction.insert(from, first.content);
    transaction.setSelection(TextSelection.create(transaction.doc, from + first.content.size));
    return;
  }
  if (isMulti(place.parent.node, place.field)) return putIntoField(transaction, place, first, rest);
  if (place.item !== null && place.block !== null) return putIntoItems(transaction, place, first, rest);
  if (place.block !== null && place.part.node.type.name === "stage") {
    transaction.insert(from, first.content);
    const note = newBlock("free_text");
    const at = transaction.mapping.map(endOf(place.block));
    transaction.insert(at, note.copy(Fragment.from(rest.map((line) => asField(line, "text")))));
    return;
  }
  // A title, or a header field with one line: its words in a row.
  const joined = lines.flatMap((line, index) => (index === 0 ? line.content.content : [lessonSchema.text(" "), ...line.content.content]));
  transaction.insert(from, joined);
}

const asField = (line: Node, field: string): Node => line.type.create({ ...line.attrs, field }, line.content);

function putIntoField(transaction: Transaction, place: LinePlace, first: Node, rest: readonly Node[]): void {
  const { from } = transaction.selection;
  const wasEmpty = place.line.node.content.size === 0;
  const tail = place.line.node.content.cut(transaction.selection.$from.parentOffset);
  transaction.delete(from, endOf(place.line) - 1).insert(from, first.content);
  if (wasEmpty) {
    transaction.setNodeAttribute(place.line.pos, "variant", first.attrs["variant"]);
    transaction.setNodeAttribute(place.line.pos, "indent", first.attrs["indent"]);
  }
  const after = from + first.content.size + 1;
  const lines = rest.map((line, index) => {
    const own = asField(line, place.field);
    return index === rest.length - 1 ? own.copy(own.content.append(tail)) : own;
  });
  transaction.insert(after, lines);
  const end = after + lines.reduce((size, line) => size + line.nodeSize, 0) - 1 - tail.size;
  transaction.setSelection(TextSelection.create(transaction.doc, end));
}

/** One line an item: a column of numbers pasted into a table runs down, questions become questions. */
function putIntoItems(transaction: Transaction, place: LinePlace, first: Node, rest: readonly Node[]): void {
  const { item, block } = place;
  if (item === null || block === null) return;
  transaction.insert(transaction.selection.from, first.content);
  const fresh = rest.flatMap((line) => {
    const empty = newItem(block.node);
    if (empty === null) return [];
    const filled = empty.children.map((child, index) => (index === place.index ? child.copy(line.content) : child));
    return [empty.copy(Fragment.from(filled))];
  });
  transaction.insert(transaction.mapping.map(endOf(item)), fresh);
}
