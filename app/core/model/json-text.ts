/**
 * Words of one field in the lesson JSON: plain text is a string, one line end between lines; text with marks, lists or indents is
 * `{ rich: [{ variant, indent, runs: [{ text, marks }] }] }`. See "The lesson JSON" in ../schema/SPEC.md.
 */
import { z } from "zod";
import { isSafeHref } from "../schema/marks.ts";
import { joinText } from "./fragment.ts";
import { attrNumber, attrText, makeLine, plainText, words } from "./lesson-node.ts";
import type { LessonMark, LessonNode } from "./lesson-node.ts";

const runSchema = z.object({
  text: z.string(),
  marks: z.array(z.object({ type: z.string().min(1), attrs: z.record(z.string(), z.unknown()).exactOptional() })).exactOptional(),
});
const richLineSchema = z.object({
  variant: z.string().default("plain"),
  indent: z.number().int().min(0).max(12).default(0),
  runs: z.array(runSchema),
});

/** Words in the lesson JSON. */
export const textSchema = z.union([z.string(), z.object({ rich: z.array(richLineSchema) })], {
  error: "should be words, as text or as { rich: [...] }",
});
export type JsonText = z.infer<typeof textSchema>;

/**
 * The lines of a field.
 *
 * @param value undefined for a field that is not there: no lines
 * @param whole keep a string with line ends as one line (a table cell, an entry of a list)
 */
export function linesFromText(field: string, value: JsonText | undefined, whole = false): LessonNode[] {
  if (value === undefined) return [];
  if (typeof value === "string") return (whole ? [value] : value.split("\n")).map((line) => makeLine(field, words(line)));
  return value.rich.map((line) => {
    const runs = line.runs.map((run): LessonNode => ({ type: "text", text: run.text, ...safeMarks(run.marks ?? []) }));
    return makeLine(field, joinText(runs), { variant: line.variant, indent: line.indent });
  });
}

/** The words of these lines; undefined when there are none at all. */
export function textFromLines(lines: readonly LessonNode[]): JsonText | undefined {
  if (lines.every((line) => plainText(line) === "")) return undefined;
  if (lines.every(isPlain)) return lines.map(plainText).join("\n");
  return {
    rich: lines.map((line) => ({
      variant: attrText(line, "variant") || "plain",
      indent: attrNumber(line, "indent"),
      runs: (line.content ?? []).flatMap((node) =>
        node.type === "text" ? [{ text: node.text ?? "", ...(node.marks === undefined ? {} : { marks: node.marks.map(copyMark) }) }] : [],
      ),
    })),
  };
}

/** A list field: one entry a line; empty lines are no entries. Undefined when there are none. */
export function listFromLines(lines: readonly LessonNode[]): JsonText[] | undefined {
  const entries = lines.flatMap((line) => textFromLines([line]) ?? []);
  return entries.length === 0 ? undefined : entries;
}

const isPlain = (line: LessonNode): boolean =>
  (attrText(line, "variant") || "plain") === "plain" &&
  attrNumber(line, "indent") === 0 &&
  (line.content ?? []).every((node) => (node.marks ?? []).length === 0);

const copyMark = (mark: LessonMark): { type: string; attrs?: Record<string, unknown> } => ({
  type: mark.type,
  ...(mark.attrs === undefined || Object.keys(mark.attrs).length === 0 ? {} : { attrs: { ...mark.attrs } }),
});

function safeMarks(marks: readonly LessonMark[]): { marks?: readonly LessonMark[] } {
  const safe = marks.filter(({ type, attrs }) => type !== "link" || (typeof attrs?.["href"] === "string" && isSafeHref(attrs["href"])));
  return safe.length > 0 ? { marks: safe } : {};
}
