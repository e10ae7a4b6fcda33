/**
 * What typing turns into: `1/4` a fraction, `x` between numbers ×, `- ` and `1. ` lists.
 * What was typed goes in first and is turned by a second change of its own, so that undo, or Backspace right after it, gives back exactly
 * what was typed.
 */
import { InputRule, inputRules } from "prosemirror-inputrules";
import { Plugin, PluginKey, type Command, type EditorState, type Transaction } from "prosemirror-state";
import { lessonSchema } from "#core/schema/schema";
import { undo } from "./collab/sync-plugin.ts";
import { findField, findLine, isMulti } from "./lesson-place.ts";

/** Meta of a transaction that is undone apart from the typing around it. */
export const ONE_ACT = "bansho-one-act";

type Conversion = (transaction: Transaction) => Transaction;

const { math, link } = lessonSchema.marks;
const key = new PluginKey<boolean>("text-rules");
const CONVERSION = "bansho-conversion";

/** The change that has to follow a transaction of a text rule; null for any other transaction. */
export function conversionAfter(transaction: Transaction, state: EditorState): Transaction | null {
  const convert = transaction.getMeta(CONVERSION) as Conversion | undefined;
  return convert === undefined ? null : convert(state.tr).setMeta(ONE_ACT, true).setMeta(key, true);
}

/** Give back what was typed, right after it was turned into something. */
export const undoTextRule: Command = (state, dispatch, view) => key.getState(state) === true && undo(state, dispatch, view);

/** `find` answers the change for a match that begins at a position; null for none. */
function rule(pattern: RegExp, find: (state: EditorState, match: RegExpMatchArray, start: number) => Conversion | null): InputRule {
  return new InputRule(
    pattern,
    (state, match, start, end) => {
      const convert = find(state, match, start);
      if (convert === null) return null;
      // From a keyboard the last letter is not in the document yet; after a composition (phones) it is.
      const missing = match[0].slice(end - start);
      const transaction = missing === "" ? state.tr : state.tr.insertText(missing, end);
      return transaction.setMeta(CONVERSION, convert);
    },
    { undoable: false },
  );
}

/** `1/4` and then a space or a full stop. Not in dates (12/05/2026) and not in a link. */
const fraction = rule(/(?:^|[^\d/.,])(\d{1,3}\/[1-9]\d{0,2})[\s.,;:!?)]$/, (state, match, start) => {
  const [whole, words = ""] = match;
  const from = start + whole.length - words.length - 1;
  const to = from + words.length;
  if (state.doc.rangeHasMark(from, to, math) || state.doc.rangeHasMark(from, to, link)) return null;
  return (transaction) => transaction.addMark(from, to, math.create({ notation: "fraction" })).removeStoredMark(math);
});

const turnIntoTimes =
  (at: number): Conversion =>
  (transaction) =>
    transaction.replaceWith(at, at + 1, lessonSchema.text("×", transaction.doc.resolve(at + 1).marks()));

/** `3 x 4`, `3*4`: the moment the second number begins. */
const times = rule(/(\d\s?)[x*]\s?\d$/, (_state, [, left = ""], start) => turnIntoTimes(start + left.length));

/** `x10` at the start of a word: ten times. */
const timesBefore = rule(/(?:^|\s)x\d$/, (_state, [whole], start) => turnIntoTimes(start + whole.length - 2));

/** `_` alone in a sentence that everyone says: a gap, drawn from three on. */
const gap = rule(/(?:^|\s)_[\s.,;:!?]$/, (state, [whole], start) => {
  const place = findLine(state.doc.resolve(start));
  if (place === null || findField(place.parent.node, place.field)?.voice !== "stem") return null;
  return (transaction) => transaction.insertText("__", start + whole.length - 1);
});

const list = (pattern: RegExp, variant: "bullet" | "number"): InputRule =>
  rule(pattern, (state, [whole], start) => {
    const place = findLine(state.doc.resolve(start));
    if (place === null || place.block === null || !isMulti(place.parent.node, place.field) || place.line.node.attrs["variant"] !== "plain")
      return null;
    return (transaction) => transaction.delete(start, start + whole.length).setNodeAttribute(place.line.pos, "variant", variant);
  });

/** The plugins. */
export const textRules = (): readonly Plugin[] => [
  inputRules({ rules: [fraction, times, timesBefore, gap, list(/^[-*•]\s$/, "bullet"), list(/^1[.)]\s$/, "number")] }),
  new Plugin<boolean>({
    key,
    state: {
      init: () => false,
      apply: (transaction, before) => transaction.getMeta(key) === true || (before && !transaction.docChanged && !transaction.selectionSet),
    },
  }),
];
