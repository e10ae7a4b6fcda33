/** Fractions written as `1/4` in plain words, marked so that they are drawn stacked. For first content; people's own typing is the editor's. */
import { joinText } from "./fragment.ts";
import { mapNodes } from "./lesson-node.ts";
import type { LessonMark, LessonNode } from "./lesson-node.ts";

/** A fraction: one or two figures over one to three, with nothing of the kind beside it (no date, no `24/7/`). */
const FRACTION = /(?<![\d/.,])(\d{1,2}\/\d{1,3})(?![\d/]|[.,]\d)/;
const MATH: LessonMark = { type: "math", attrs: { notation: "fraction" } };

/** The same content with the mark `math` on its fractions. Text that has the mark already stays. */
export const markFractions = (content: LessonNode): LessonNode =>
  mapNodes(content, (node) =>
    node.type === "line" && node.content !== undefined ? { ...node, content: joinText(node.content.flatMap(markText)) } : node,
  );

function markText(node: LessonNode): LessonNode[] {
  if (node.type !== "text" || (node.marks ?? []).some((mark) => mark.type === "math")) return [node];
  // split() with one group gives words and fractions by turns.
  return (node.text ?? "")
    .split(FRACTION)
    .map((text, index) => (index % 2 === 0 ? { ...node, text } : { ...node, text, marks: [...(node.marks ?? []), MATH] }));
}
