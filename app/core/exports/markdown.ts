/**
 * A lesson as Markdown (CommonMark with tables): for mail, wikis and diffs. Everything a person wrote is in it; nothing they wrote
 * can become markup that was not a mark. Rule EX4.
 */
import { attrNumber, attrText, childrenOf, linesOf, parseContent, plainText } from "../model/lesson-node.ts";
import type { LessonData, LessonNode } from "../model/lesson-node.ts";
import { findItemKind, findKind, HEADER_FIELDS } from "../schema/kinds.ts";
import { isSafeHref } from "../schema/marks.ts";
import { blockLabel } from "../schema/nodes.ts";
import { readLinks } from "../model/lesson-facts.ts";
import { factWords, linkRole, readingName, titleWords } from "./html-header.ts";
import { fieldOf, isBlank } from "./html-lines.ts";
import { splitStrange } from "./strange.ts";

/** @returns the whole lesson, with a line end at the end */
export function renderLessonMarkdown(lesson: LessonData): string {
  const root = parseContent(lesson.content);
  const header = childrenOf(root, "header")[0];
  const links = readLinks(lesson.facts).map((link) => `${escapeMarkdown(link.code)} (${linkRole(link.role)})`);
  const parts = [
    `# ${escapeMarkdown(titleWords(header))}`,
    factWords(header, lesson.facts).map(escapeMarkdown).join(" · "),
    links.length === 0 ? "" : `**Curriculum:** ${links.join(", ")}`,
    ...(header === undefined ? [] : headerParts(header)),
    ...childrenOf(root, "stage").flatMap(stageParts),
    ...(header === undefined ? [] : childrenOf(splitStrange(header).known, "block").flatMap(groupParts)),
    ...(root.content ?? []).filter((node) => node !== header && node.type !== "stage").map(newerPart),
    typeof lesson.facts["licence"] === "string" ? `*${escapeMarkdown(lesson.facts["licence"])}*` : "",
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function headerParts(whole: LessonNode): string[] {
  const { known: header, strange } = splitStrange(whole);
  const shown = HEADER_FIELDS.filter((field) => !["title", "unit", "positionInUnit"].includes(field.name));
  const said = shown.flatMap((field) => {
    const lines = linesOf(header, field.name).filter((line) => !isBlank(line));
    if (lines.length === 0) return [];
    return field.many === true
      ? [`**${field.label}:**`, lines.map((line) => `- ${inline(line)}`).join("\n")]
      : [`**${field.label}:** ${lines.map(inline).join(" ")}`];
  });
  return [...said, ...strange.map(strangePart)];
}

function stageParts(whole: LessonNode): string[] {
  const { known: stage, strange } = splitStrange(whole);
  const title = linesOf(stage, "title").map(inline).join(" ") || "Untitled stage";
  const purpose = linesOf(stage, "purpose").filter((line) => !isBlank(line));
  return [
    `## ${title} (${attrNumber(stage, "minutes")} min)`,
    purpose.length === 0 ? "" : `*${purpose.map((line) => escapeMarkdown(plainText(line).trim())).join(" ")}*`,
    ...(whole.content ?? [])
      .filter((child) => child.type !== "line" || strange.includes(child))
      .flatMap((child) => (strange.includes(child) ? [strangePart(child)] : blockParts(child))),
  ];
}

function blockParts(whole: LessonNode): string[] {
  const spec = findKind(attrText(whole, "kind"));
  if (spec === null) return [newerPart(whole)];
  if (isBlank(whole)) return [];
  const { known: block, strange } = splitStrange(whole);
  const name = [blockLabel({ ...block.attrs }), attrText(block, "label")].filter((part) => part !== "").map(escapeMarkdown);
  const closing = spec.closing ?? [];
  const lines = childrenOf(block, "line").filter((line) => !isBlank(line));
  const show = (line: LessonNode): string => {
    const label = spec.fields.find((field) => field.name === fieldOf(line))?.label ?? "";
    return listMark(line) + (label === "" ? "" : `*${label}:* `) + inline(line);
  };
  const opening = lines.filter((line) => !closing.includes(fieldOf(line)));
  const end = lines.filter((line) => closing.includes(fieldOf(line)));
  return [`**${name.join(" ")}**`, joinLines(opening, show), ...itemParts(block), joinLines(end, show), ...strange.map(strangePart)].filter(
    (part) => part !== "",
  );
}

function itemParts(block: LessonNode): string[] {
  const items = childrenOf(block, "item").filter((item) => !isBlank(item));
  if (items.length === 0) return [];
  return attrText(block, "kind") === "variation_table" ? [tablePart(items)] : [items.map((item, index) => itemLine(item, index)).join("\n")];
}

function itemLine(item: LessonNode, index: number): string {
  const kind = attrText(item, "kind");
  const fields = findItemKind(kind)?.fields ?? [];
  const words = childrenOf(item, "line")
    .filter((line) => !isBlank(line))
    .map((line) => {
      const label = fields.find((field) => field.name === fieldOf(line))?.label ?? "";
      return (label === "" ? "" : `*${label}:* `) + inline(line);
    });
  const label = kind === "citation" ? readingName(attrText(item, "label")) : attrText(item, "label");
  const name = label === "" ? "" : `**${escapeMarkdown(label)}** `;
  return `${kind === "practice" ? `${index + 1}.` : "-"} ${name}${words.join("; ")}${item.attrs?.["correct"] === true ? " ✓" : ""}`;
}

function tablePart(items: readonly LessonNode[]): string {
  const cells = (row: LessonNode): string[] => childrenOf(row, "line").map((cell) => inline(cell).replaceAll("|", String.raw`\|`));
  const head = items.find((item) => attrText(item, "role") === "head");
  const rows = items.filter((item) => item !== head).map(cells);
  const width = Math.max(1, ...items.map((item) => childrenOf(item, "line").length));
  const row = (values: readonly string[]): string => `| ${Array.from({ length: width }, (_, index) => values[index] ?? "").join(" | ")} |`;
  return [row(head === undefined ? [] : cells(head)), row(Array.from({ length: width }, () => "---")), ...rows.map(row)].join("\n");
}

function groupParts(group: LessonNode): string[] {
  const spec = findKind(attrText(group, "kind"));
  const items = childrenOf(group, "item").filter((item) => !isBlank(item));
  return items.length === 0 ? [] : [`## ${spec?.label ?? "Made with a newer version"}`, items.map((item, index) => itemLine(item, index)).join("\n")];
}

const strangePart = (node: LessonNode): string => (node.type === "line" ? inline(node) : newerPart(node));

const newerPart = (node: LessonNode): string =>
  `> Made with a newer version of Bansho.\n${plainText(node)
    .split("\n")
    .map((line) => `> ${escapeMarkdown(line)}`)
    .join("\n")}`;

/** Lines of lists close together, other lines as paragraphs. */
function joinLines(lines: readonly LessonNode[], show: (line: LessonNode) => string): string {
  return lines.reduce((all, line, index) => {
    const before = lines[index - 1];
    const close = before !== undefined && listMark(before) !== "" && listMark(line) !== "";
    return all + (index === 0 ? "" : close ? "\n" : "\n\n") + show(line);
  }, "");
}

function listMark(line: LessonNode): string {
  const variant = attrText(line, "variant");
  if (variant !== "bullet" && variant !== "number") return "";
  return `${"   ".repeat(attrNumber(line, "indent"))}${variant === "bullet" ? "-" : "1."} `;
}

/** Words with their marks. A link that is not safe keeps its words only. */
function inline(line: LessonNode): string {
  return (line.content ?? [])
    .map((node) => {
      const text = escapeMarkdown(plainText(node).replaceAll("\n", " "));
      return (node.marks ?? []).reduce((inner, mark) => {
        // Markdown wants no space just inside its stars.
        const [, before = "", words = "", after = ""] = /^(\s*)([\s\S]*?)(\s*)$/.exec(inner) ?? [];
        if (words === "") return inner;
        if (mark.type === "strong") return `${before}**${words}**${after}`;
        if (mark.type === "em") return `${before}*${words}*${after}`;
        const href = mark.attrs?.["href"];
        return mark.type === "link" && typeof href === "string" && isSafeHref(href)
          ? `${before}[${words}](<${href.replaceAll(/[<>\s]/g, encodeURIComponent)}>)${after}`
          : inner;
      }, text);
    })
    .join("");
}

/** Signs that mean something in Markdown or HTML mean themselves. */
const escapeMarkdown = (text: string): string =>
  text
    .replaceAll(/[\\`*_[\]<>&~]/g, String.raw`\$&`)
    .replaceAll(/^(\s*)([#+-]|\d+(?=[.)]))/gm, (_all, space: string, sign: string) =>
      /\d/.test(sign) ? `${space}${sign}\u200B` : `${space}\\${sign}`,
    );
