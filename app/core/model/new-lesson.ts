/**
 * First content: the header, the stages of a template and empty blocks, with every line that the editor asks a question in.
 * Used by the server (a new lesson), by the import (what a JSON leaves out) and by the editor (a new block from the slash menu).
 */
import { BIG_IDEAS, findItemKind, findKind, HEADER_FIELDS, KINDS, STAGE_FIELDS, STAGE_TEMPLATES } from "../schema/kinds.ts";
import { attrText, makeLine, makeNode, words } from "./lesson-node.ts";
import type { LessonNode, MakeBlockId } from "./lesson-node.ts";

type Template = { readonly name: string; readonly stages: readonly (readonly [slug: string, title: string, minutes: number])[] };

/** The template of that name; null for `custom` and for a name we do not have. */
export function findStageTemplate(name: string): Template | null {
  if (!Object.hasOwn(STAGE_TEMPLATES, name)) return null;
  return { name, stages: STAGE_TEMPLATES[name as keyof typeof STAGE_TEMPLATES].stages };
}

/** What an empty stage offers first, by the template's slug: block kinds; `key` marks the key question. */
const STARTERS: Readonly<Record<string, readonly string[]>> = {
  new_learning: ["task", "key", "anticipated_response"],
  talk_task: ["talk_task"],
  step_1: ["task", "key", "anticipated_response"],
  step_2: ["task", "stem_sentence"],
  step_3: ["task", "hinge_question"],
  develop: ["task", "hinge_question"],
  independent: ["practice_set", "deepening_task"],
  practice: ["practice_set"],
  dong_nao_jin: ["deepening_task"],
  plenary: ["generalisation"],
  close: ["generalisation"],
  pose: ["task", "key"],
  solve: ["anticipated_response"],
  compare_discuss: ["teacher_question", "anticipated_response"],
  summarise: ["generalisation"],
};

/** The groups of the header, in order: vocabulary, big ideas, board plan, citations, case pupils, predictions. */
export const HEADER_GROUPS = KINDS.filter((spec) => spec.place === "header").map((spec) => spec.kind);

/** A header with one empty line for each field and one block for each group. */
export function makeHeader(options: { title: string; makeId: MakeBlockId }): LessonNode {
  const lines = HEADER_FIELDS.map((spec) => makeLine(spec.name, spec.name === "title" ? words(options.title) : []));
  const groups = HEADER_GROUPS.map((kind) => makeEmptyBlock(kind, options.makeId));
  return makeNode("header", { id: options.makeId() }, [...lines, ...groups]);
}

/** The stages of a template with minutes shared out over the duration; without a template one empty stage. */
export function makeStages(template: Template | null, durationMinutes: number, makeId: MakeBlockId): LessonNode[] {
  if (template === null) return [makeStage({ slug: "", title: "", minutes: durationMinutes, makeId })];
  const minutes = shareOut(
    durationMinutes,
    template.stages.map(([, , weight]) => weight),
  );
  return template.stages.map(([slug, title], index) => makeStage({ slug, title, minutes: minutes[index] ?? 0, makeId }));
}

function makeStage(options: { slug: string; title: string; minutes: number; makeId: MakeBlockId }): LessonNode {
  const { slug, title, minutes, makeId } = options;
  const lines = STAGE_FIELDS.map((spec) => makeLine(spec.name, spec.name === "title" ? words(title) : []));
  const blocks = (STARTERS[slug] ?? ["task"]).map((kind) =>
    kind === "key" ? makeEmptyBlock("teacher_question", makeId, { key: true }) : makeEmptyBlock(kind, makeId),
  );
  return makeNode("stage", { id: makeId(), stage: slug, minutes }, [...lines, ...blocks]);
}

/**
 * An empty block of a kind, with all its lines and its first items: four options, two columns and a row, one question, three parts
 * of the board, the five big ideas.
 */
export function makeEmptyBlock(kind: string, makeId: MakeBlockId, attrs: Readonly<Record<string, unknown>> = {}): LessonNode {
  const fields = findKind(kind)?.fields ?? [];
  const lines = fields.map((spec) => makeLine(spec.name));
  return makeNode("block", { id: makeId(), kind, ...attrs }, orderContent(kind, lines, firstItems(kind, makeId)));
}

/** Lines and items of a block in the order in which they are read: what sums up comes last. */
export function orderContent(kind: string, lines: readonly LessonNode[], items: readonly LessonNode[]): LessonNode[] {
  const closing = findKind(kind)?.closing ?? [];
  const isClosing = (line: LessonNode): boolean => closing.includes(attrText(line, "field"));
  return [...lines.filter((line) => !isClosing(line)), ...items, ...lines.filter(isClosing)];
}

/** An empty item with all its lines. A row has none: its cells are as many as the table has columns. */
export function makeEmptyItem(itemKind: string, makeId: MakeBlockId, attrs: Readonly<Record<string, unknown>> = {}): LessonNode {
  const fields = itemKind === "row" ? [] : (findItemKind(itemKind)?.fields ?? []);
  return makeNode(
    "item",
    { id: makeId(), kind: itemKind, ...attrs },
    fields.map((spec) => makeLine(spec.name)),
  );
}

function firstItems(kind: string, makeId: MakeBlockId): LessonNode[] {
  const row = (role: string): LessonNode => makeNode("item", { id: makeId(), kind: "row", role }, [makeLine("cell"), makeLine("cell")]);
  const labelled = (itemKind: string, labels: readonly string[]): LessonNode[] => labels.map((label) => makeEmptyItem(itemKind, makeId, { label }));
  switch (kind) {
    case "variation_table":
      return [row("head"), row(""), row("")];
    case "practice_set":
      return [makeEmptyItem("practice", makeId)];
    case "hinge_question":
      return labelled("option", ["A", "B", "C", "D"]);
    case "big_ideas":
      return labelled("big_idea", Object.keys(BIG_IDEAS));
    case "board_plan":
      return labelled("zone", ["left", "centre", "right"]);
    default:
      return [];
  }
}

/**
 * Share out whole minutes in proportion to weights (largest remainder), so that they add up to `total`; each gets at least one
 * while there are enough.
 */
export function shareOut(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  if (sum <= 0 || total <= 0) return weights.map(() => 0);
  const exact = weights.map((weight) => (total * weight) / sum);
  const shares = exact.map(Math.floor);
  const byRemainder = exact.map((value, index) => ({ index, remainder: value - Math.floor(value) }));
  byRemainder.sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  const left = total - shares.reduce((all, share) => all + share, 0);
  for (const { index } of byRemainder.slice(0, left)) shares[index] = (shares[index] ?? 0) + 1;
  if (total < weights.length) return shares;
  for (let empty = shares.indexOf(0); empty >= 0; empty = shares.indexOf(0)) {
    const largest = shares.indexOf(Math.max(...shares));
    shares[largest] = (shares[largest] ?? 0) - 1;
    shares[empty] = 1;
  }
  return shares;
}
