/** Lines of a field as HTML, with the same classes and attributes as the editor gives them, so that one stylesheet serves both. */
import { attrNumber, attrText, childrenOf, plainText } from "../model/lesson-node.ts";
import type { LessonNode } from "../model/lesson-node.ts";
import type { FieldSpec } from "../schema/kinds.ts";
import { element, inlineHtml } from "./html-text.ts";

/** True when nobody wrote anything in it. */
export const isBlank = (node: LessonNode): boolean => plainText(node).trim() === "";

/** Field of a line. */
export const fieldOf = (line: LessonNode): string => attrText(line, "field") || "text";

/**
 * Lines in their order, blank ones left out. Bulleted and numbered lines that stand together are one list.
 *
 * @param fields specs of the parent's kind: labels and voices; a field that is not among them has neither
 * @param list fields of which each line is an entry of a list
 */
export function linesHtml(lines: readonly LessonNode[], fields: readonly FieldSpec[], list: ReadonlySet<string> = new Set()): string {
  let html = "";
  let open: "ul" | "ol" | null = null;
  let lastField: string | null = null;
  for (const line of lines.filter((one) => !isBlank(one))) {
    const field = fieldOf(line);
    const wanted = listTag(line, list.has(field));
    if (open !== null && (wanted !== open || field !== lastField)) {
      html += `</${open}>`;
      open = null;
    }
    if (wanted !== null && open === null) {
      html += `<${wanted} class="lines">`;
      open = wanted;
    }
    html += lineHtml(line, { tag: wanted === null ? "p" : "li", spec: fields.find((spec) => spec.name === field), isFirst: field !== lastField });
    lastField = field;
  }
  return open === null ? html : `${html}</${open}>`;
}

/** One line. `spec`: undefined for a field that we do not know. `isFirst`: the first of its field, which carries the label. */
export function lineHtml(line: LessonNode, options: { tag: string; spec?: FieldSpec | undefined; isFirst?: boolean; after?: string }): string {
  const { tag, spec, isFirst = true, after = "" } = options;
  const variant = attrText(line, "variant");
  return element(
    tag,
    {
      class: "line",
      "data-node": "line",
      "data-field": fieldOf(line),
      "data-variant": variant === "plain" ? null : variant,
      "data-indent": attrNumber(line, "indent") || null,
      "data-voice": spec?.voice,
      "data-label": isFirst ? spec?.label : null,
    },
    inlineHtml(line.content) + after,
  );
}

function listTag(line: LessonNode, isEntry: boolean): "ul" | "ol" | null {
  const variant = attrText(line, "variant");
  if (variant === "number") return "ol";
  return variant === "bullet" || isEntry ? "ul" : null;
}

/** Lines of a node, in order. */
export const lines = (node: LessonNode): readonly LessonNode[] => childrenOf(node, "line");
