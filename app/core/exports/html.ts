/**
 * A lesson as HTML that needs no script and no Yjs: for reading, versions and print. Strings in, one string out.
 *
 * Always true: every word of a person is escaped and only safe links become links (EX1); what a newer version wrote is shown with its
 * words (SC8); classes and attributes are those of the editor, so that app/styles/lesson.css serves both.
 */
import { attrNumber, childrenOf, linesOf, parseContent } from "../model/lesson-node.ts";
import type { LessonData, LessonNode } from "../model/lesson-node.ts";
import { STAGE_FIELDS } from "../schema/kinds.ts";
import { anchor, blockHtml, newerHtml, strangeHtml } from "./html-block.ts";
import { groupsHtml, headerHtml } from "./html-header.ts";
import { isBlank, lineHtml } from "./html-lines.ts";
import { element, escape } from "./html-text.ts";
import { splitStrange } from "./strange.ts";

export type LessonHtmlOptions = {
  /** `read` for the lesson as it is, `version` for one that was named; the page may style them apart. */
  readonly view: "read" | "version";
  /** Level of the title's heading, 1 to 3; stages come one below. Default 1. */
  readonly headings?: 1 | 2 | 3;
};

/**
 * @param lesson content (ProseMirror JSON) and facts
 * @returns one `<article class="lesson">`
 * @throws ZodError when `content` is not ProseMirror JSON
 * Rules EX1 to EX3 in ./SPEC.md.
 */
export function renderLessonHtml(lesson: LessonData, options: LessonHtmlOptions): string {
  const level = options.headings ?? 1;
  const root = parseContent(lesson.content);
  const header = childrenOf(root, "header")[0];
  const stages = childrenOf(root, "stage");
  const parts = (root.content ?? []).map((node) => {
    if (node === header) return "";
    return node.type === "stage" ? stageHtml(node, level + 1) : newerHtml(node);
  });
  const licence = typeof lesson.facts["licence"] === "string" ? `<p class="lesson-licence">${escape(lesson.facts["licence"])}</p>` : "";
  return element(
    "article",
    { class: "lesson", "data-view": options.view },
    headerHtml(header, stages, { facts: lesson.facts, level }) + parts.join("") + groupsHtml(header, stages, level + 1) + licence,
  );
}

function stageHtml(whole: LessonNode, level: number): string {
  const { known: stage, strange } = splitStrange(whole);
  const minutes = attrNumber(stage, "minutes");
  const title = linesOf(stage, "title").find((line) => !isBlank(line));
  const purpose = linesOf(stage, "purpose").find((line) => !isBlank(line));
  const blocks = (whole.content ?? []).filter((child) => child.type !== "line" || strange.includes(child));
  return element(
    "section",
    { class: "stage", id: anchor("stage", stage), "data-node": "stage", "data-minutes": minutes },
    [
      `<p class="stage-minutes"><b>${minutes}</b> <small>min</small></p>`,
      title === undefined
        ? element(`h${level}`, { class: "line", "data-field": "title" }, "Untitled stage")
        : lineHtml(title, { tag: `h${level}`, spec: STAGE_FIELDS[0] }),
      purpose === undefined ? "" : lineHtml(purpose, { tag: "p", spec: STAGE_FIELDS[1] }),
      blocks.map((block) => (strange.includes(block) ? strangeHtml(block) : blockHtml(block))).join(""),
    ].join(""),
  );
}
