/** Tab: the next field, and indent in lists. Escape first selects the block, and then Tab leaves the editor. */
import { NodeSelection, TextSelection, type Command } from "prosemirror-state";
import { endOf, findLine, isBlank, placedChildren } from "../lesson-place.ts";
import { addItem } from "./enter.ts";
import { enterAt, enterBefore, enterLine, neighbourLine } from "./walk.ts";

/** Deepest list. */
const MAX_INDENT = 4;

/** Go to the next (1) or the last (-1) field. In a list: indent. In the last cell of a table: one more row. */
export const toField =
  (direction: 1 | -1): Command =>
  (state, dispatch) => {
    if (state.selection instanceof NodeSelection) return false;
    const place = findLine(direction === 1 ? state.selection.$to : state.selection.$from);
    if (place === null) return false;
    const { line } = place;
    const transaction = state.tr;
    if (line.node.attrs["variant"] !== "plain") {
      const indent = Number(line.node.attrs["indent"]) + direction;
      if (indent >= 0 && indent <= MAX_INDENT) transaction.setNodeAttribute(line.pos, "indent", indent);
      else if (indent < 0) transaction.setNodeAttribute(line.pos, "variant", "plain");
      dispatch?.(transaction);
      return true;
    }
    if (direction === 1 && place.item?.node.attrs["kind"] === "row" && place.block !== null) {
      const items = placedChildren(place.block).filter(({ node }) => node.type.name === "item");
      // A blank last row is the way out: Tab must not make rows for ever.
      const isEnd = items.at(-1)?.pos === place.item.pos && place.index === place.item.node.childCount - 1;
      if (isEnd && !isBlank(place.item.node)) {
        addItem(transaction, place.block, endOf(place.item), 0);
        dispatch?.(transaction.scrollIntoView());
        return true;
      }
    }
    const next = neighbourLine(place, direction);
    const around = place.block ?? place.part;
    if (next !== null) enterLine(transaction, next);
    else if (direction === 1) enterAt(transaction, place.block === null ? endOf(line) : endOf(around));
    else if (!enterBefore(transaction, around.pos)) return false;
    // At the end of the lesson there is nowhere to go: Tab leaves the editor.
    if (transaction.selection.eq(state.selection)) return false;
    dispatch?.(transaction.scrollIntoView());
    return true;
  };

/** Select the words of the line; again, the words of the whole lesson. */
export const selectMore: Command = (state, dispatch) => {
  const place = findLine(state.selection.$from);
  if (place === null) {
    // A selected block, or none: the words of the lesson. Never the document as a whole, whose header cannot be made again.
    dispatch?.(state.tr.setSelection(TextSelection.between(state.doc.resolve(0), state.doc.resolve(state.doc.content.size))));
    return true;
  }
  const [from, to] = [place.line.pos + 1, endOf(place.line) - 1];
  const whole = state.selection.from <= from && state.selection.to >= to;
  const selection = whole
    ? TextSelection.between(state.doc.resolve(0), state.doc.resolve(state.doc.content.size))
    : TextSelection.create(state.doc, from, to);
  dispatch?.(state.tr.setSelection(selection));
  return true;
};
