/** The head of a lesson as HTML (title, facts, aim, curriculum, the strip drawn to scale), and what stands after the stages. */
import { readLinks, readYearGroup } from "../model/lesson-facts.ts";
import { yearWords } from "../model/year-words.ts";
import { attrNumber, attrText, childrenOf, fieldText, linesOf, plainText } from "../model/lesson-node.ts";
import type { LessonFactValues, LessonNode } from "../model/lesson-node.ts";
import { BIG_IDEAS, findItemKind, HEADER_FIELDS, STAGE_TEMPLATES } from "../schema/kinds.ts";
import { anchor, newerHtml, strangeHtml } from "./html-block.ts";
import { isBlank, lineHtml, linesHtml } from "./html-lines.ts";
import { element, escape, inlineHtml } from "./html-text.ts";
import { splitStrange } from "./strange.ts";

const LISTS = new Set(HEADER_FIELDS.filter((field) => field.many === true).map((field) => field.name));
const BEFORE_CURRICULUM = ["keyPoint", "smallStep"];
const IN_FACTS = ["title", "unit", "positionInUnit"];

/** The facts under the title, in words: year, minutes, place in the unit, template. */
export function factWords(header: LessonNode | undefined, facts: LessonFactValues): string[] {
  const unit = header === undefined ? "" : fieldText(header, "unit");
  const place = header === undefined ? "" : fieldText(header, "positionInUnit");
  const minutes = facts["durationMinutes"];
  const template = typeof facts["stageTemplate"] === "string" ? facts["stageTemplate"] : "";
  return [
    yearWords(readYearGroup(facts).join(", ")),
    typeof minutes === "number" && minutes > 0 ? `${minutes} minutes` : "",
    [unit, unit === "" ? place : place.charAt(0).toLowerCase() + place.slice(1)].filter((part) => part !== "").join(", "),
    Object.hasOwn(STAGE_TEMPLATES, template) ? STAGE_TEMPLATES[template as keyof typeof STAGE_TEMPLATES].label : "",
  ].filter((part) => part !== "");
}

const LINK_ROLES = new Map([
  ["main", "main"],
  ["uses", "uses"],
  ["builds-on", "builds on"],
  ["feeds", "leads to"],
]);
/** Role of a curriculum link as people say it. */
export const linkRole = (role: string): string => LINK_ROLES.get(role) ?? role;

/** Everything above the first stage. `level`: of the title's heading. */
export function headerHtml(
  whole: LessonNode | undefined,
  stages: readonly LessonNode[],
  options: { facts: LessonFactValues; level: number },
): string {
  const { facts, level } = options;
  const { known: header, strange } = whole === undefined ? { known: whole, strange: [] } : splitStrange(whole);
  const lines = header === undefined ? [] : childrenOf(header, "line");
  const named = (wanted: (field: string) => boolean): readonly LessonNode[] =>
    HEADER_FIELDS.filter((spec) => wanted(spec.name)).flatMap((spec) => lines.filter((line) => attrText(line, "field") === spec.name));
  const title = lines.find((line) => attrText(line, "field") === "title");
  return element(
    "header",
    { class: "lesson-header", "data-node": "header" },
    [
      title === undefined || isBlank(title)
        ? element(`h${level}`, { class: "line", "data-field": "title" }, "Untitled lesson")
        : lineHtml(title, { tag: `h${level}`, spec: HEADER_FIELDS[0] }),
      factsHtml(factWords(header, facts)),
      linesHtml(
        named((field) => BEFORE_CURRICULUM.includes(field)),
        HEADER_FIELDS,
      ),
      curriculumHtml(facts),
      linesHtml(
        named((field) => !BEFORE_CURRICULUM.includes(field) && !IN_FACTS.includes(field)),
        HEADER_FIELDS,
        LISTS,
      ),
      stripHtml(stages),
      strange.map(strangeHtml).join(""),
    ].join(""),
  );
}

const factsHtml = (words: readonly string[]): string =>
  words.length === 0 ? "" : `<p class="facts">${words.map((word) => `<span>${escape(word)}</span>`).join(" ")}</p>`;

function curriculumHtml(facts: LessonFactValues): string {
  const chips = readLinks(facts).map((link) => `<span class="code">${escape(link.code)} <em>${escape(linkRole(link.role))}</em></span>`);
  return chips.length === 0 ? "" : `<p class="line curriculum" data-label="Curriculum">${chips.join(" ")}</p>`;
}

/** The lesson drawn to scale: one segment a stage, as wide as its minutes. */
export function stripHtml(stages: readonly LessonNode[]): string {
  const total = stages.reduce((sum, stage) => sum + attrNumber(stage, "minutes"), 0);
  if (total === 0) return "";
  const segments = stages.map((stage) => {
    const minutes = attrNumber(stage, "minutes");
    const title = titleWords(stage, "Untitled stage");
    const wide = minutes / total >= 0.15 ? ` <span class="long">${escape(shortTitle(title))}</span>` : "";
    const target = anchor("stage", stage);
    return element(
      "a",
      { href: target === null ? null : `#${target}`, style: `--m:${minutes}`, "aria-label": `${title}, ${minutes} minutes` },
      `<i></i><span>${minutes}${wide}</span>`,
    );
  });
  return `<div class="lesson-time" data-label="Time"><nav class="strip" aria-label="Stages, to scale">${segments.join("")}</nav></div>`;
}

/** What is said before a colon or a dash, or the first words. */
function shortTitle(title: string): string {
  const start = title.split(/\s*[:–—]\s*|\s+-\s+/)[0] ?? title;
  return start.length <= 14 ? start : (start.split(/\s+/)[0] ?? start);
}

// ---------------------------------------------------------------- after the stages

/** Words, big ideas, board plan, case pupils, predictions, research: the groups of the header that hold anything. `level`: of their headings. */
export function groupsHtml(header: LessonNode | undefined, stages: readonly LessonNode[], level: number): string {
  const groups = header === undefined ? [] : childrenOf(splitStrange(header).known, "block");
  const stageTitles = new Map(stages.map((stage) => [attrText(stage, "id"), titleWords(stage, "")]));
  const html = groups.map((group) => {
    const items = childrenOf(group, "item").filter((item) => !isBlank(item) || ["citation", "case_pupil"].includes(attrText(item, "kind")));
    return items.length === 0 ? "" : groupHtml(attrText(group, "kind"), items, { level, stageTitles });
  });
  return html.join("") === "" ? "" : `<footer class="lesson-groups">${html.join("")}</footer>`;
}

function groupHtml(kind: string, items: readonly LessonNode[], options: { level: number; stageTitles: ReadonlyMap<string, string> }): string {
  const make = (heading: string, inner: string): string =>
    element("section", { class: "group", "data-kind": kind }, element(`h${options.level}`, {}, heading) + inner);
  switch (kind) {
    case "vocabulary_list":
      return make(
        "Words",
        definitions(items, (item) => field(item, "word"), ["meaning", "sayItLike"]),
      );
    case "big_ideas":
      return make(
        "Big ideas",
        definitions(items, (item) => escape(ideaName(attrText(item, "label"))), ["text"]),
      );
    case "board_plan":
      return make("Board plan", `<div class="board">${items.map(zoneHtml).join("")}</div>`);
    case "case_pupils":
      return make(
        "Whom we watch",
        table(
          ["Case pupil", "Now", "Secure when"],
          items.map((item) => [pupilHtml(attrText(item, "label")), field(item, "groupTypified"), field(item, "successCriterion")]),
        ),
      );
    case "predictions":
      return make(
        "Predictions",
        table(
          ["Stage", "Case pupil", "We expect", "Look for"],
          items.map((item) => [
            escape(options.stageTitles.get(attrText(item, "ref")) ?? ""),
            pupilHtml(attrText(item, "label")),
            field(item, "expected"),
            field(item, "lookFor"),
          ]),
        ),
      );
    case "citations":
      return make(
        "Research used",
        definitions(items, (item) => `<cite>${escape(readingName(attrText(item, "label")))}</cite>`, ["whyHere"]),
      );
    default:
      return make("Made with a newer version", items.map(newerHtml).join(""));
  }
}

/** "ni-zhou-2005" as "Ni and Zhou 2005"; another id as it is. */
export function readingName(id: string): string {
  const parts = /^([a-z]+(?:-[a-z]+)*)-(\d{4})$/.exec(id);
  if (parts === null) return id;
  const names = (parts[1] ?? "").split("-").map((name) => name.charAt(0).toUpperCase() + name.slice(1));
  return `${names.join(" and ")} ${parts[2] ?? ""}`;
}

const ideaName = (slug: string): string => (Object.hasOwn(BIG_IDEAS, slug) ? BIG_IDEAS[slug as keyof typeof BIG_IDEAS] : slug);
const field = (item: LessonNode, name: string): string =>
  linesOf(item, name)
    .map((line) => inlineHtml(line.content))
    .join("<br>");

function definitions(items: readonly LessonNode[], name: (item: LessonNode) => string, fields: readonly string[]): string {
  const rows = items.map((item) => {
    const specs = findItemKind(attrText(item, "kind"))?.fields ?? [];
    const said = fields.filter((one) => linesOf(item, one).some((line) => !isBlank(line)));
    const words = said.map((one, index) => {
      const label = specs.find((spec) => spec.name === one)?.label ?? "";
      return `${index > 0 && label !== "" ? `<b>${escape(label)}</b> ` : ""}${field(item, one)}`;
    });
    return `<div><dt>${name(item)}</dt><dd>${words.join(" · ")}</dd></div>`;
  });
  return `<dl>${rows.join("")}</dl>`;
}

function zoneHtml(item: LessonNode): string {
  const name = attrText(item, "label");
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  return `<div class="zone"><p class="zone-name">${escape(title)}</p>${childrenOf(item, "line")
    .map((line) => `<p>${inlineHtml(line.content)}</p>`)
    .join("")}</div>`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((name) => `<th scope="col">${escape(name)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("");
  return `<div class="table-scroll" tabindex="0" role="group" aria-label="Table"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

const SHAPES = new Map([
  ["A", '<rect x="2" y="2" width="22" height="22" rx="2" fill="currentColor"/>'],
  ["B", '<path d="M13 .5L25.5 13 13 25.5.5 13z" fill="currentColor"/>'],
  ["C", '<path d="M7 2.2h12l6 10.8-6 10.8H7L1 13z" fill="currentColor"/>'],
  ["D", '<path d="M13 2l12 21H1z" fill="currentColor"/>'],
  ["E", '<path d="M13 1.500l12 9-4.600 14H5.600L1 10.500z" fill="currentColor"/>'],
]);

/** People are round, pupils have corners: the shape of a case pupil with its letter. */
function pupilHtml(label: string): string {
  const shape = SHAPES.get(label);
  if (shape === undefined) return escape(label);
  return `<svg class="cp ${label}" viewBox="0 0 26 26" role="img" aria-label="Case pupil ${label}">${shape}<text x="13" y="${label === "D" ? "20" : "17.7"}">${label}</text></svg>`;
}

/** The title of a lesson or stage without marks: its first line that says something. */
export function titleWords(part: LessonNode | undefined, untitled = "Untitled lesson"): string {
  const line = part === undefined ? undefined : linesOf(part, "title").find((one) => !isBlank(one));
  return line === undefined ? untitled : plainText(line).trim();
}
