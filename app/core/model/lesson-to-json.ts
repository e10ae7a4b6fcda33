/**
 * A lesson as the JSON of the outside world: the way back from ./lesson-from-json.ts. Empty fields are left out.
 * Rules SC8, SC10; the format is "The lesson JSON" in ../schema/SPEC.md.
 */
import { findKind, findItemKind, HEADER_FIELDS, STAGE_FIELDS } from "../schema/kinds.ts";
import type { FieldSpec } from "../schema/kinds.ts";
import { splitBeyond } from "./beyond-json.ts";
import type { Newer } from "./beyond-json.ts";
import { listFromLines, textFromLines } from "./json-text.ts";
import { parseJson, readLinks } from "./lesson-facts.ts";
import { FACT_KEYS, isOwnFact } from "./lesson-from-json.ts";
import { ITEM_KEYS } from "./lesson-json-schema.ts";
import { attrNumber, attrText, childrenOf, linesOf, parseContent } from "./lesson-node.ts";
import type { LessonData, LessonNode } from "./lesson-node.ts";

type Json = Record<string, unknown>;

/** The order of keys in a lesson JSON; others come after. */
const KEY_ORDER = [
  "id",
  "title",
  "yearGroup",
  "durationMinutes",
  "stageTemplate",
  "unit",
  "positionInUnit",
  "licence",
  "language",
  "curriculumLinks",
  "prerequisites",
  "nextSteps",
  "smallStep",
  "keyPoint",
  "difficultyPoints",
  "researchQuestion",
  "vocabulary",
  "stemSentences",
  "generalisation",
  "bigIdeas",
  "misconceptions",
  "rationale",
  "sections",
  "boardPlan",
  "resources",
  "citations",
  "casePupils",
  "predictions",
];

/**
 * @param id the lesson's id in the outside world
 * @returns plain JSON; what a newer version wrote stands under `newer` of what it is in, whole
 */
export function lessonToJson(lesson: LessonData, id: string): Json {
  const { said: root, newer } = splitBeyond(parseContent(lesson.content));
  const stages = childrenOf(root, "stage");
  const json: Json = {
    ...importedFrom(lesson.facts),
    id,
    ...factsOut(lesson.facts),
    ...childrenOf(root, "header").reduce<Json>((all, header) => ({ ...all, ...headerOut(header) }), {}),
    sections: stages.map(stageOut),
    ...newerOut(newer),
    ...newerFactsOut(lesson.facts),
  };
  const rank = (key: string): number => (KEY_ORDER.includes(key) ? KEY_ORDER.indexOf(key) : KEY_ORDER.length);
  return Object.fromEntries(Object.entries(json).toSorted((a, b) => rank(a[0]) - rank(b[0])));
}

function importedFrom(facts: LessonData["facts"]): Json {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([key, value]) => {
      const parsed = key.startsWith("imported:") ? parseJson(value) : undefined;
      return parsed === undefined ? [] : [[key.slice("imported:".length), parsed] as const];
    }),
  );
}

function factsOut(facts: LessonData["facts"]): Json {
  const plain = FACT_KEYS.flatMap((key) => {
    const value = facts[key];
    if (value === undefined) return [];
    const list = key === "yearGroup" ? parseJson(value) : undefined;
    return [[key, Array.isArray(list) ? list : value] as const];
  });
  const links = readLinks(facts).map(({ framework, code, role, more }) => ({ ...more, framework, code, role }));
  return { ...Object.fromEntries(plain), ...(links.length === 0 ? {} : { curriculumLinks: links }) };
}

/** Facts of a newer version, as they are. */
function newerFactsOut(facts: LessonData["facts"]): Json {
  const newer = Object.entries(facts).filter(([key, value]) => !isOwnFact(key) && value !== undefined);
  return newer.length === 0 ? {} : { newerFacts: Object.fromEntries(newer) };
}

function headerOut(whole: LessonNode): Json {
  const { said: header, newer } = splitBeyond(whole);
  const fields = HEADER_FIELDS.flatMap((spec) => {
    const lines = linesOf(header, spec.name);
    const value = spec.many === true ? listFromLines(lines) : textFromLines(lines);
    return value === undefined ? [] : [[spec.name, value] as const];
  });
  const groups = childrenOf(header, "block").flatMap((block) => {
    const key = findKind(attrText(block, "kind"))?.items?.jsonKey;
    const value = groupOut(block);
    return key === undefined || value === undefined ? [] : [[key, value] as const];
  });
  return { ...Object.fromEntries(fields), ...mergeGroups(groups), ...newerOut(newer, "newerInHeader") };
}

/** Two groups of one kind (two people made one each) come out as one. */
function mergeGroups(groups: readonly (readonly [string, unknown])[]): Json {
  const merged: Json = {};
  for (const [key, value] of groups) {
    const held = merged[key];
    merged[key] = Array.isArray(held) && Array.isArray(value) ? [...(held as unknown[]), ...(value as unknown[])] : (held ?? value);
  }
  return merged;
}

function groupOut(block: LessonNode): unknown {
  const items = childrenOf(block, "item").filter(isSaid);
  const kind = attrText(block, "kind");
  if (kind === "big_ideas") {
    const ideas = items.flatMap((item) => {
      const text = itemOut(item)["text"];
      return text === undefined ? [] : [[attrText(item, "label"), text] as const];
    });
    return ideas.length === 0 ? undefined : Object.fromEntries(ideas);
  }
  if (items.length === 0) return undefined;
  const entries = items.map(itemOut);
  return kind === "board_plan" ? { ...extraOf(block), zones: entries } : entries;
}

function stageOut(whole: LessonNode): Json {
  const { said: stage, newer } = splitBeyond(whole);
  const slug = attrText(stage, "stage");
  return {
    ...idOut(stage),
    ...(slug === "" ? {} : { stage: slug }),
    ...extraOf(stage),
    ...fieldsOut(stage, STAGE_FIELDS),
    minutes: attrNumber(stage, "minutes"),
    blocks: childrenOf(stage, "block").map(blockOut),
    ...newerOut(newer),
  };
}

function blockOut(whole: LessonNode): Json {
  const { said: block, newer } = splitBeyond(whole);
  const kind = attrText(block, "kind") || "free_text";
  const spec = findKind(kind);
  const picture = parseJson(block.attrs?.["spec"]);
  return {
    ...idOut(block),
    type: kind,
    ...extraOf(block),
    ...(block.attrs?.["key"] === true ? { key: true } : {}),
    ...(attrText(block, "label") === "" ? {} : { label: attrText(block, "label") }),
    ...(attrNumber(block, "sequence") === 0 ? {} : { sequence: attrNumber(block, "sequence") }),
    ...(picture === undefined ? {} : { spec: picture }),
    ...fieldsOut(block, spec?.fields ?? []),
    ...itemsOut(block),
    ...newerOut(newer),
  };
}

function itemsOut(block: LessonNode): Json {
  const items = childrenOf(block, "item");
  const key = findKind(attrText(block, "kind"))?.items?.jsonKey;
  if (items.length === 0) return {};
  if (key === "rows") {
    const head = items.find((item) => attrText(item, "role") === "head");
    const rows = items.filter((item) => item !== head).map(cellsOut);
    return { ...(head === undefined ? {} : { columns: cellsOut(head) }), ...(rows.length === 0 ? {} : { rows }) };
  }
  const said = items.filter(isSaid).map(itemOut);
  return key === undefined || said.length === 0 ? {} : { [key]: said };
}

function cellsOut(row: LessonNode): unknown[] {
  const numeric = extraOf(row)["numeric"];
  return childrenOf(row, "line").map((line, index) => {
    const text = textFromLines([line]) ?? "";
    const wasNumber = Array.isArray(numeric) && numeric.includes(index);
    return wasNumber && typeof text === "string" && text !== "" && String(Number(text)) === text ? Number(text) : text;
  });
}

function itemOut(item: LessonNode): Json {
  const kind = attrText(item, "kind");
  const keys = ITEM_KEYS.get(kind) ?? {};
  const label = attrText(item, "label");
  const ref = attrText(item, "ref");
  return {
    ...(keys.label !== undefined && label !== "" ? { [keys.label]: label } : {}),
    ...extraOf(item),
    ...(keys.ref !== undefined && ref !== "" ? { [keys.ref]: ref } : {}),
    ...fieldsOut(item, findItemKind(kind)?.fields ?? []),
    ...(keys.correct !== undefined && item.attrs?.["correct"] === true ? { [keys.correct]: true } : {}),
  };
}

/** An item that somebody wrote something in; empty ones wait in the editor and are not in the JSON. */
function isSaid(item: LessonNode): boolean {
  const labelCounts = !["big_idea", "zone"].includes(attrText(item, "kind")) && attrText(item, "label") !== "";
  return (
    labelCounts ||
    item.attrs?.["correct"] === true ||
    attrText(item, "ref") !== "" ||
    attrText(item, "extra") !== "" ||
    textFromLines(childrenOf(item, "line")) !== undefined
  );
}

/** Fields with words: those of the kind in its order, then others that stand in the document. */
function fieldsOut(node: LessonNode, fields: readonly Pick<FieldSpec, "name">[]): Json {
  const present = childrenOf(node, "line").map((line) => attrText(line, "field") || "text");
  const names = [...new Set([...fields.map((field) => field.name), ...present])];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = textFromLines(linesOf(node, name));
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

const idOut = (node: LessonNode): Json => (attrText(node, "id") === "" ? {} : { id: attrText(node, "id") });

function extraOf(node: LessonNode): Json {
  const parsed = parseJson(node.attrs?.["extra"]);
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? (parsed as Json) : {};
}

const newerOut = (newer: readonly Newer[], key = "newer"): Json => (newer.length === 0 ? {} : { [key]: newer });
