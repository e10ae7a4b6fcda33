/**
 * What typing turns into: `1/4` a fraction, `x` between numbers ×, `- ` and `1. ` lists.
 * Each is one act: Backspace right after it, or undo, gives back what was typed.
 */
import { InputRule, inputRules } from "prosemirror-inputrules";
import type { Plugin } from "prosemirror-state";
import { lessonSchema } from "#core/schema/schema";
import { findLine, isMulti } from "./lesson-place.ts";

/** Meta of a transaction that is undone apart from the typing around it. */
export const ONE_ACT = "bansho-one-act";

const { math, link } = lessonSchema.marks;

/** `1/4` and then a space or a full stop. Not in dates (12/05/2026) and not in a link. */
const fraction = new InputRule(/(?:^|[^\d/.,])(\d{1,3})\/([1-9]\d{0,2})([\s.,;:!?)])$/, (state, match, _start, end) => {
  const [, top = "", bottom = "", after = ""] = match;
  const from = end - top.length - bottom.length - 1;
  if (state.doc.rangeHasMark(from, end, math) || state.doc.rangeHasMark(from, end, link)) return null;
  return state.tr
    .addMark(from, end, math.create({ notation: "fraction" }))
    .insertText(after, end)
    .removeStoredMark(math)
    .setMeta(ONE_ACT, true);
});

/** `3 x 4`, `3*4`: the moment the second number begins. */
const times = new InputRule(/(\d\s?)[x*](\s?\d)$/, (state, match, start) => {
  const [, left = "", right = ""] = match;
  const at = start + left.length;
  // The digit that was just typed is not in the document yet.
  const typed = right.slice(-1);
  const sign = lessonSchema.text("×", state.doc.resolve(at + 1).marks());
  return state.tr
    .replaceWith(at, at + 1, sign)
    .insertText(typed, at + right.length)
    .setMeta(ONE_ACT, true);
});

/** `x10` at the start of a word: ten times. */
const timesBefore = new InputRule(/(?:^|\s)x(\d)$/, (state, match, _start, end) => {
  const [, digit = ""] = match;
  return state.tr
    .replaceWith(end - 1, end, lessonSchema.text("×"))
    .insertText(digit, end)
    .setMeta(ONE_ACT, true);
});

const list = (pattern: RegExp, variant: "bullet" | "number"): InputRule =>
  new InputRule(pattern, (state, _match, start, end) => {
    const place = findLine(state.doc.resolve(start));
    if (place === null || place.block === null || !isMulti(place.parent.node, place.field) || place.line.node.attrs["variant"] !== "plain")
      return null;
    return state.tr.delete(start, end).setNodeAttribute(place.line.pos, "variant", variant).setMeta(ONE_ACT, true);
  });

/** The plugin. `undoInputRule` of prosemirror-inputrules takes the last one back. */
export const textRules = (): Plugin =>
  inputRules({ rules: [fraction, times, timesBefore, list(/^[-*•]\s$/, "bullet"), list(/^1[.)]\s$/, "number")] });
