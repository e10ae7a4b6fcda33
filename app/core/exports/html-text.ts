/**
 * Words as HTML: escaping, attributes, marks, gaps and fractions. Everything that leaves this folder as HTML goes through `escape`
 * or `attributes`. Rule EX1.
 */
import { isSafeHref } from "../schema/marks.ts";
import type { LessonMark, LessonNode } from "../model/lesson-node.ts";

const SIGNS: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text that means itself, in content and between quotes. */
export const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => SIGNS[sign] ?? "");

/** ` name="value"` for each that is not empty or false. Names are ours, never a person's. */
export function attributes(attrs: Readonly<Record<string, string | number | boolean | null | undefined>>): string {
  return Object.entries(attrs)
    .map(([name, value]) => {
      if (value === null || value === undefined || value === false || value === "") return "";
      return ` ${name}="${escape(String(value))}"`;
    })
    .join("");
}

/** One element. */
export const element = (tag: string, attrs: Readonly<Record<string, string | number | boolean | null | undefined>>, inner: string): string =>
  `<${tag}${attributes(attrs)}>${inner}</${tag}>`;

/** The words of a line with their marks. */
export const inlineHtml = (nodes: readonly LessonNode[] | undefined): string => (nodes ?? []).map(textHtml).join("");

function textHtml(node: LessonNode): string {
  if (node.type !== "text") return (node.content ?? []).map(textHtml).join("");
  const isFraction = (node.marks ?? []).some((mark) => mark.type === "math" && (mark.attrs?.["notation"] ?? "fraction") === "fraction");
  const words = isFraction ? fractionHtml(node.text ?? "") : wordsHtml(node.text ?? "");
  return (node.marks ?? []).toReversed().reduce((inner, mark) => markHtml(mark, inner), words);
}

function markHtml(mark: LessonMark, inner: string): string {
  switch (mark.type) {
    case "strong":
    case "em":
      return `<${mark.type}>${inner}</${mark.type}>`;
    case "math":
      return element(
        "span",
        { class: "math", "data-math": typeof mark.attrs?.["notation"] === "string" ? mark.attrs["notation"] : "fraction" },
        inner,
      );
    case "link": {
      const href = mark.attrs?.["href"];
      if (typeof href !== "string" || !isSafeHref(href)) return inner;
      return element("a", { href, rel: "noopener noreferrer nofollow" }, inner);
    }
    default:
      // A mark of a newer version: its words stay.
      return inner;
  }
}

/** Plain words; three or more underscores are a gap to fill, said as "blank". */
export const wordsHtml = (text: string): string => text.split(/_{3,}/).map(escape).join('<span class="gap" role="img" aria-label="blank"></span>');

/** `1/4` drawn stacked and said as "1 over 4"; anything else as it is. */
export function fractionHtml(text: string): string {
  const parts = /^\s*([^/]+)\/([^/]+)\s*$/.exec(text);
  const [top, bottom] = [parts?.[1], parts?.[2]];
  if (top === undefined || bottom === undefined) return wordsHtml(text);
  return element(
    "span",
    { class: "frac", role: "img", "aria-label": `${top.trim()} over ${bottom.trim()}` },
    `<b>${escape(top.trim())}</b><b>${escape(bottom.trim())}</b>`,
  );
}
