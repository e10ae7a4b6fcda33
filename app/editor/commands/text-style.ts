/** Bold, italic, links, lists and fractions in the text. */
import { toggleMark } from "prosemirror-commands";
import type { Command, EditorState } from "prosemirror-state";
import { isSafeHref } from "#core/schema/marks";
import { lessonSchema } from "#core/schema/schema";
import type { LineVariant } from "#core/schema/nodes";
import { findLine, isMulti, type Placed } from "../lesson-place.ts";

const { strong, em, link, math } = lessonSchema.marks;

export const toggleBold: Command = toggleMark(strong);
export const toggleItalic: Command = toggleMark(em);

/** Draw the selected `1/4` as a fraction, or show it as text again. */
export const toggleFraction: Command = (state, dispatch) => {
  const { from, to } = state.selection;
  if (!state.doc.rangeHasMark(from, to, math) && !/^\s*\d+\s*\/\s*\d+\s*$/.test(state.doc.textBetween(from, to))) return false;
  return toggleMark(math, { notation: "fraction" })(state, dispatch);
};

/** Make the lines of the selection a list, or plain text when they are one. Only where a field may hold several lines. */
export const toggleList =
  (variant: Exclude<LineVariant, "plain">): Command =>
  (state, dispatch) => {
    const lines = selectedLines(state);
    if (lines.length === 0) return false;
    const all = lines.every(({ node }) => node.attrs["variant"] === variant);
    const transaction = state.tr;
    for (const { pos } of lines) {
      transaction.setNodeAttribute(pos, "variant", all ? "plain" : variant);
      if (all) transaction.setNodeAttribute(pos, "indent", 0);
    }
    dispatch?.(transaction);
    return true;
  };

function selectedLines(state: EditorState): readonly Placed[] {
  const lines: Placed[] = [];
  state.doc.nodesBetween(state.selection.from, state.selection.to, (node, pos, parent) => {
    if (node.type.name === "line" && parent?.type.name === "block" && isMulti(parent, String(node.attrs["field"]))) lines.push({ node, pos });
    return node.type.name !== "line";
  });
  return lines;
}

type LinkRange = { readonly href: string; readonly from: number; readonly to: number };

/** The link that holds the selection, and the range it covers; null when there is none. */
export function findLink(state: EditorState): LinkRange | null {
  const place = findLine(state.selection.$from);
  if (place === null) return null;
  const { from, to } = state.selection;
  return linkRanges(place.line).find((range) => range.from <= from && range.to >= to) ?? null;
}

/** All links of a line; neighbouring pieces with one address (half of it bold) are one. */
function linkRanges(line: Placed): readonly LinkRange[] {
  const ranges: LinkRange[] = [];
  let from = line.pos + 1;
  for (const child of line.node.children) {
    const to = from + child.nodeSize;
    const mark = child.marks.find((candidate) => candidate.type === link);
    if (mark !== undefined) {
      const href = String(mark.attrs["href"]);
      const last = ranges.at(-1);
      if (last !== undefined && last.href === href && last.to === from) ranges[ranges.length - 1] = { ...last, to };
      else ranges.push({ href, from, to });
    }
    from = to;
  }
  return ranges;
}

/**
 * Link a range, or take the link away with an empty address. Answers null for an address that nobody may link to.
 * A bare `www.example.org` is taken as https.
 */
export function setLink(range: { readonly from: number; readonly to: number }, typed: string): Command | null {
  const address = typed.trim();
  if (address === "") {
    return (state, dispatch) => {
      dispatch?.(state.tr.removeMark(range.from, range.to, link));
      return true;
    };
  }
  const href = isSafeHref(address) ? address : /^[\w-]+(\.[\w-]+)+(\/|$|\?|#)/.test(address) ? `https://${address}` : null;
  if (href === null || !isSafeHref(href)) return null;
  return (state, dispatch) => {
    dispatch?.(state.tr.removeMark(range.from, range.to, link).addMark(range.from, range.to, link.create({ href })));
    return true;
  };
}
