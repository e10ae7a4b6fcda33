/**
 * What is pasted or dropped, and where it goes. Lines of text stay in the field they are put into, or become a note after it;
 * blocks and stages of a lesson stay what they are, with new ids (SC4). Nothing is merged into a block of another kind.
 */
import { Fragment, type Node, type Slice } from "prosemirror-model";
import { Plugin, TextSelection, type Transaction } from "prosemirror-state";
import { lessonSchema } from "#core/schema/schema";
import { deleteAcross } from "./commands/erase.ts";
import { enterBefore } from "./commands/walk.ts";
import { endOf, findLine, isMulti, type LinePlace } from "./lesson-place.ts";
import { newBlock, newItem, newLine, renewIds } from "./new-nodes.ts";
import { cleanHtml } from "./paste-html.ts";

/** The plugin for paste, cut and drop. */
export function pasteRules(): Plugin {
  return new Plugin({
    props: {
      transformPastedHTML: cleanHtml,
      handlePaste: (view, _event, slice) => {
        if (!view.editable) return false;
        const transaction = deleteAcross(view.state.tr);
        if (!putSlice(transaction, slice)) return false;
        view.dispatch(transaction.scrollIntoView().setMeta("uiEvent", "paste"));
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
        if (putSlice(transaction, slice)) view.dispatch(transaction.setMeta("uiEvent", "drop"));
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
          view.dispatch(deleteAcross(view.state.tr).scrollIntoView().setMeta("uiEvent", "cut"));
          return true;
        },
      },
      // Typing over a selection that reaches over several blocks.
      handleTextInput: (view, from, to, text) => {
        const { selection } = view.state;
        if (selection.empty || selection.$from.sameParent(selection.$to) || from !== selection.from || to !== selection.to) return false;
        view.dispatch(deleteAcross(view.state.tr).insertText(text).scrollIntoView());
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
  const blocks = nodes.flatMap((node) => (node.type.name === "block" ? [node] : node.children.filter((child) => child.type.name === "block")));
  const severalBlocks = blocks.length > 1 || (blocks.length === 1 && slice.openStart === 0);
  if (severalBlocks && place.block !== null && place.part.node.type.name === "stage") return putWhole(transaction, endOf(place.block), blocks);
  const lines = nodes.flatMap(linesOf);
  if (lines.length === 0) return false;
  putLines(transaction, place, lines);
  return true;
}

function putWhole(transaction: Transaction, at: number, nodes: readonly Node[]): boolean {
  const fresh = Fragment.from(nodes.map(renewIds));
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
