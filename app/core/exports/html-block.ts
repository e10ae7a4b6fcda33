/** One block of a stage as HTML: gutter label and body, and what only the printed or read page needs (a real table, a numbered list). */
import { attrText, childrenOf, plainText } from "../model/lesson-node.ts";
import type { LessonNode } from "../model/lesson-node.ts";
import { findItemKind, findKind } from "../schema/kinds.ts";
import type { FieldSpec, KindSpec } from "../schema/kinds.ts";
import { blockLabel } from "../schema/nodes.ts";
import { element, escape, inlineHtml } from "./html-text.ts";
import { fieldOf, isBlank, lineHtml, lines, linesHtml } from "./html-lines.ts";
import { splitStrange } from "./strange.ts";

/** What stands in the gutter of something this version does not know. */
const NEWER = "Made with a newer version";

/** A child of a stage: a block, or something of a newer version with its words kept (SC8). */
export function blockHtml(node: LessonNode): string {
  const kind = attrText(node, "kind");
  const spec = node.type === "block" ? findKind(kind) : null;
  if (spec === null) return newerHtml(node);
  const blank = isBlank(node);
  return element(
    "div",
    {
      class: blank ? "block is-blank" : "block",
      id: anchor("block", node),
      "data-node": "block",
      "data-kind": kind,
      "data-key": node.attrs?.["key"] === true,
      "data-label": attrText(node, "label"),
    },
    `<div class="gutter">${escape(blockLabel({ ...node.attrs }))}</div>${blank ? nothingYet() : bodyHtml(node, spec)}`,
  );
}

/** Words and structure of something that this version does not know: shown, never dropped. */
export function newerHtml(node: LessonNode): string {
  const said = plainText(node)
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => `<p class="line">${escape(line)}</p>`)
    .join("");
  const body = `<div class="block-body"><p class="newer-note">${NEWER} of Bansho. Its words are kept; its form cannot be shown here.</p>${said}</div>`;
  return element("div", { class: "block newer", "data-node": "newer" }, `<div class="gutter">${NEWER}</div>${body}`);
}

/** Something strange: words of ours that only stand in the wrong place, as a line; anything else as made with a newer version. */
export const strangeHtml = (node: LessonNode): string => (node.type === "line" ? lineHtml(node, { tag: "p" }) : newerHtml(node));

/** Where a link can point. */
export function anchor(name: string, node: LessonNode): string | null {
  const id = attrText(node, "id");
  return id === "" ? null : `${name}-${id}`;
}

const nothingYet = (): string => '<div class="block-body"><p class="nothing">Nothing written yet.</p></div>';
const body = (inner: string, tag = "div"): string => `<${tag} class="block-body">${inner}</${tag}>`;

function bodyHtml(whole: LessonNode, spec: KindSpec): string {
  const { known: block, strange } = splitStrange(whole);
  const closing = spec.closing ?? [];
  const opening = lines(block).filter((line) => !closing.includes(fieldOf(line)));
  const end = lines(block).filter((line) => closing.includes(fieldOf(line)));
  const items = childrenOf(block, "item");
  const around = (inner: string): string => linesHtml(opening, spec.fields) + inner + linesHtml(end, spec.fields) + strange.map(strangeHtml).join("");
  switch (spec.kind) {
    case "representation":
      return body(figureHtml(block, spec.fields) + strange.map(strangeHtml).join(""), "figure");
    case "variation_table":
      return body(around(tableHtml(items)));
    case "practice_set":
      return body(around(listHtml(items, "ol")));
    default:
      return body(around(items.length === 0 ? "" : listHtml(items, "ul")));
  }
}

function figureHtml(block: LessonNode, fields: readonly FieldSpec[]): string {
  const isAlt = (line: LessonNode): boolean => fieldOf(line) === "alt";
  const caption = linesHtml(
    lines(block).filter((line) => !isAlt(line)),
    fields,
  );
  return linesHtml(lines(block).filter(isAlt), fields) + (caption === "" ? "" : `<figcaption>${caption}</figcaption>`);
}

function listHtml(items: readonly LessonNode[], tag: "ul" | "ol"): string {
  const said = items.filter((item) => !isBlank(item));
  return said.length === 0 ? "" : element(tag, { class: "items" }, said.map((item, index) => itemHtml(item, index)).join(""));
}

/** One option, question, word … as an entry of a list. */
function itemHtml(item: LessonNode, index: number): string {
  const kind = attrText(item, "kind");
  const fields = findItemKind(kind)?.fields ?? [];
  const correct = item.attrs?.["correct"] === true;
  const first = lines(item).find((line) => !isBlank(line));
  const inner = lines(item)
    .filter((line) => !isBlank(line))
    .map((line) => {
      const spec = fields.find((field) => field.name === fieldOf(line));
      return lineHtml(line, { tag: "p", spec, after: correct && line === first ? '<span class="sr"> (correct)</span>' : "" });
    });
  const name = kind === "practice" ? String(index + 1) : attrText(item, "label") || (kind === "option" ? (LETTERS[index] ?? "") : "");
  return element("li", { class: "item", "data-node": "item", "data-kind": kind, "data-name": name, "data-correct": correct }, inner.join(""));
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

function tableHtml(items: readonly LessonNode[]): string {
  const isHead = (item: LessonNode): boolean => attrText(item, "role") === "head";
  const head = items.filter(isHead).filter((row) => !isBlank(row));
  const rows = items.filter((item) => !isHead(item) && !isBlank(item));
  if (head.length + rows.length === 0) return "";
  const headHtml = head
    .map(
      (row) =>
        `<tr>${lines(row)
          .map((cell) => `<th scope="col">${inlineHtml(cell.content)}</th>`)
          .join("")}</tr>`,
    )
    .join("");
  const rowHtml = (row: LessonNode): string =>
    `<tr>${lines(row)
      .map((cell) => `<td>${cellHtml(cell)}</td>`)
      .join("")}</tr>`;
  const table = `<table class="variation">${headHtml === "" ? "" : `<thead>${headHtml}</thead>`}<tbody>${rows.map(rowHtml).join("")}</tbody></table>`;
  // A wide table scrolls by itself, and so it can be reached by keyboard.
  return `<div class="table-scroll" tabindex="0" role="group" aria-label="Table">${table}</div>`;
}

/** "yes" and "no" at the start of a cell get their sign, as well as the word. */
function cellHtml(cell: LessonNode): string {
  const marked = (cell.content ?? []).some((node) => (node.marks ?? []).length > 0);
  const answer = marked ? null : /^(yes|no)(?:\s*[-–—:,]\s*(.+))?$/i.exec(plainText(cell));
  const word = answer?.[1];
  if (word === undefined) return inlineHtml(cell.content);
  const rest = answer?.[2];
  return `<span class="${word.toLowerCase()}">${escape(word)}</span>${rest === undefined ? "" : ` <span class="remark">${escape(rest)}</span>`}`;
}
