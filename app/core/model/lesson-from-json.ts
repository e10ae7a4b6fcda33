/**
 * A lesson JSON becomes a lesson's content and facts. Rules SC3, SC8, SC10; the format is "The lesson JSON" in ../schema/SPEC.md.
 *
 * Always true: ids of stages and blocks are kept, items get new ones; every field the editor asks about has a line; what has no place
 * of its own is kept in `extra` or as `imported:<key>`.
 */
import { BIG_IDEAS, findKind, HEADER_FIELDS, STAGE_FIELDS } from "../schema/kinds.ts";
import type { FieldSpec, ItemSpec, KindSpec } from "../schema/kinds.ts";
import { linesFromText, textFromLines, textSchema } from "./json-text.ts";
import type { JsonText } from "./json-text.ts";
import { linkKey } from "./lesson-facts.ts";
import { ITEM_KEYS, parseLessonJson } from "./lesson-json-schema.ts";
import type { JsonBlock, JsonLesson, JsonSection } from "./lesson-json-schema.ts";
import { attrText, makeLine, makeNode } from "./lesson-node.ts";
import type { LessonNode, MakeBlockId } from "./lesson-node.ts";
import { HEADER_GROUPS, makeEmptyBlock, orderContent } from "./new-lesson.ts";

type Json = Readonly<Record<string, unknown>>;
type NewerList = readonly { readonly at: number; readonly node: LessonNode }[];

/** Facts that stand in the lesson JSON under their own name. */
export const FACT_KEYS = ["yearGroup", "durationMinutes", "stageTemplate", "licence", "language"] as const;
const OWN_FACT = /^(?:link|imported):/;

/** A fact that this version has a meaning for. */
export const isOwnFact = (key: string): boolean => (FACT_KEYS as readonly string[]).includes(key) || OWN_FACT.test(key);

/**
 * @param json the parsed JSON, or its text
 * @returns content with every attribute, ready for `seedFromContent`
 * @throws AppError "bad-input" with one sentence that names what is wrong and where
 */
export function lessonFromJson(json: unknown, options: { makeId: MakeBlockId }): { content: LessonNode; facts: Record<string, unknown> } {
  const lesson = parseLessonJson(json);
  const { makeId } = options;
  const header = headerFrom(lesson, makeId);
  // A header that a newer version wrote otherwise stands whole among the newer nodes.
  const standsInNewer = header.isEmpty && (lesson.newer ?? []).some(({ node }) => node.type === "header");
  const stages = lesson.sections.map((section) => stageFrom(section, makeId));
  return {
    content: makeNode("doc", {}, withNewer([...(standsInNewer ? [] : [header.node]), ...stages], lesson.newer)),
    facts: { ...factsFrom(lesson), ...imported(header.rest) },
  };
}

// ---------------------------------------------------------------- facts

function factsFrom(lesson: JsonLesson): Json {
  const plain = FACT_KEYS.flatMap((key) => {
    const value = lesson[key];
    return value === undefined ? [] : [[key, Array.isArray(value) ? JSON.stringify(value) : value] as const];
  });
  const links = (lesson.curriculumLinks ?? []).map(({ framework, code, role, ...more }, order) => {
    return [linkKey(framework, code), JSON.stringify({ ...more, role, order })] as const;
  });
  const newer = Object.entries(lesson.newerFacts ?? {}).filter(([key]) => !isOwnFact(key));
  return Object.fromEntries([...newer, ...plain, ...links]);
}

const imported = (rest: Json): Json => Object.fromEntries(Object.entries(rest).map(([key, value]) => [`imported:${key}`, JSON.stringify(value)]));

// ---------------------------------------------------------------- header

/** The header, and the keys that found no place in it. */
function headerFrom(lesson: JsonLesson, makeId: MakeBlockId): { node: LessonNode; rest: Json; isEmpty: boolean } {
  const placed = new Set<string>(["id", "sections", "newer", "newerInHeader", "newerFacts", ...FACT_KEYS]);
  if ((lesson.curriculumLinks ?? []).length > 0) placed.add("curriculumLinks");

  const unplaced = placed.size;
  const lines = HEADER_FIELDS.flatMap((spec) => {
    const value = lesson[spec.name];
    const made = Array.isArray(value)
      ? value.flatMap((entry: JsonText) => linesFromText(spec.name, entry, true)).filter((line) => line.content !== undefined)
      : linesFromText(spec.name, readText(value));
    if (textFromLines(made) === undefined) return emptyLine(spec.name, lesson.newerInHeader);
    placed.add(spec.name);
    return made;
  });
  const groups = HEADER_GROUPS.flatMap((kind) => {
    const spec = findKind(kind);
    const key = spec?.items?.jsonKey ?? "";
    const block = spec?.items === undefined ? null : groupFrom(spec.items, { kind, value: lesson[key], makeId });
    if (block === null) return (lesson.newerInHeader ?? []).some(({ node }) => attrText(node, "kind") === kind) ? [] : makeEmptyBlock(kind, makeId);
    placed.add(key);
    return block;
  });
  return {
    node: makeNode("header", { id: makeId() }, withNewer([...lines, ...groups], lesson.newerInHeader)),
    isEmpty: placed.size === unplaced && lesson.newerInHeader === undefined,
    rest: Object.fromEntries(Object.entries(lesson).filter(([key, value]) => !placed.has(key) && value !== undefined)),
  };
}

/** A header group from its value; null when the value holds nothing. */
function groupFrom(spec: ItemSpec, input: { kind: string; value: unknown; makeId: MakeBlockId }): LessonNode | null {
  const { kind, value, makeId } = input;
  const make = (items: LessonNode[], extra = ""): LessonNode | null =>
    items.length === 0 ? null : makeNode("block", { id: makeId(), kind, extra }, items);
  if (Array.isArray(value)) return make(value.map((entry: Json) => itemFrom(spec, entry, makeId)));
  if (!isJson(value)) return null;
  if (kind === "board_plan") {
    const { zones, ...more } = value;
    return make(Array.isArray(zones) ? zones.map((zone: Json) => itemFrom(spec, zone, makeId)) : [], extraJson(more));
  }
  if (Object.keys(value).length === 0) return null;
  const slugs = [...new Set([...Object.keys(BIG_IDEAS), ...Object.keys(value)])];
  return make(
    slugs.map((slug) => {
      const item = itemFrom(spec, value[slug] === undefined ? {} : { text: value[slug] }, makeId);
      return { ...item, attrs: { ...item.attrs, label: slug } };
    }),
  );
}

// ---------------------------------------------------------------- stages and blocks

function stageFrom(section: JsonSection, makeId: MakeBlockId): LessonNode {
  const { id, stage, minutes, blocks, newer, ...rest } = section;
  const { lines, extra } = fieldsFrom(STAGE_FIELDS, { ...rest, ...(stage === "" ? { stage } : {}) }, newer);
  const content = [...lines, ...blocks.map((block) => blockFrom(block, makeId))];
  return makeNode("stage", { id: id ?? makeId(), stage: stage ?? "", minutes, extra: extraJson(extra) }, withNewer(content, newer));
}

function blockFrom(block: JsonBlock, makeId: MakeBlockId): LessonNode {
  const { id, type, newer, ...rest } = block;
  const { attrs, others } = attrsFrom(rest);
  const spec = findKind(type);
  const items = spec === null ? { nodes: [], others } : itemsFrom(spec, others, makeId);
  const fields = spec === null ? unknownFields(items.others) : spec.fields;
  const { lines, extra } = fieldsFrom(fields, items.others, newer);
  return makeNode(
    "block",
    { id: id ?? makeId(), kind: type, ...attrs, extra: extraJson(extra) },
    withNewer(orderContent(type, lines, items.nodes), newer),
  );
}

/** Attributes of a block; one that is there but says only the default (`"key": false`) stays with the others. */
function attrsFrom(rest: Json): { attrs: Json; others: Json } {
  const attrs = Object.fromEntries(
    Object.entries(rest).flatMap(([key, value]): (readonly [string, unknown])[] => {
      if (key === "spec" && isJson(value)) return [[key, JSON.stringify(value)]];
      return (key === "key" && value === true) || (key === "label" && value !== "") || (key === "sequence" && value !== 0) ? [[key, value]] : [];
    }),
  );
  return { attrs, others: Object.fromEntries(Object.entries(rest).filter(([key]) => !Object.hasOwn(attrs, key))) };
}

/** A block kind we do not know: its words still become lines, so that they can be read. */
const unknownFields = (block: Json): Pick<FieldSpec, "name">[] =>
  Object.entries(block).flatMap(([name, value]) => (textSchema.safeParse(value).success ? [{ name }] : []));

function itemsFrom(spec: KindSpec, block: Json, makeId: MakeBlockId): { nodes: LessonNode[]; others: Json } {
  const items = spec.items;
  if (items === undefined) return { nodes: [], others: block };
  if (items.kind === "row") return rowsFrom(block, makeId);
  const { [items.jsonKey]: entries, ...others } = block;
  if (!Array.isArray(entries) || entries.length === 0) return { nodes: [], others: block };
  return { nodes: entries.map((entry: Json) => itemFrom(items, entry, makeId)), others };
}

function rowsFrom(block: Json, makeId: MakeBlockId): { nodes: LessonNode[]; others: Json } {
  const { columns, rows, ...others } = block;
  const head = Array.isArray(columns) ? [rowFrom(columns, "head", makeId)] : [];
  const body = Array.isArray(rows) ? rows.map((row: unknown[]) => rowFrom(row, "", makeId)) : [];
  return { nodes: [...head, ...body], others: { ...others, ...(Array.isArray(rows) && rows.length === 0 ? { rows } : {}) } };
}

/** A row; which of its cells were numbers is kept, so that they come out as numbers. */
function rowFrom(cells: readonly unknown[], role: string, makeId: MakeBlockId): LessonNode {
  const numeric = cells.flatMap((value, index) => (typeof value === "number" ? [index] : []));
  const lines = cells.map((value) => {
    const made = linesFromText("cell", typeof value === "number" ? String(value) : readText(value), true);
    return made[0] ?? makeLine("cell");
  });
  return makeNode("item", { id: makeId(), kind: "row", role, extra: extraJson(numeric.length === 0 ? {} : { numeric }) }, lines);
}

function itemFrom(spec: ItemSpec, entry: Json, makeId: MakeBlockId): LessonNode {
  const keys = ITEM_KEYS.get(spec.kind) ?? {};
  const read = (key: string | undefined): unknown => (key === undefined ? undefined : entry[key]);
  const label = read(keys.label);
  const ref = read(keys.ref);
  const correct = read(keys.correct) === true;
  const placed = new Set([label === "" ? undefined : keys.label, typeof ref === "string" ? keys.ref : undefined, correct ? keys.correct : undefined]);
  const { lines, extra } = fieldsFrom(spec.fields, Object.fromEntries(Object.entries(entry).filter(([key]) => !placed.has(key))));
  return makeNode(
    "item",
    {
      id: makeId(),
      kind: spec.kind,
      label: typeof label === "string" ? label : "",
      ref: typeof ref === "string" ? ref : "",
      correct,
      extra: extraJson(extra),
    },
    lines,
  );
}

// ---------------------------------------------------------------- fields

/** A line or more for every field; what is not a field, and what is there but empty, is left as `extra`. */
function fieldsFrom(fields: readonly Pick<FieldSpec, "name">[], source: Json, newer?: NewerList): { lines: LessonNode[]; extra: Json } {
  const placed = new Set<string>();
  const lines = fields.flatMap(({ name }) => {
    const made = linesFromText(name, readText(source[name]));
    if (textFromLines(made) === undefined) return emptyLine(name, newer);
    placed.add(name);
    return made;
  });
  return { lines, extra: Object.fromEntries(Object.entries(source).filter(([key, value]) => !placed.has(key) && value !== undefined)) };
}

const readText = (value: unknown): JsonText | undefined => textSchema.safeParse(value).data;
const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const extraJson = (extra: Json): string => (Object.keys(extra).length === 0 ? "" : JSON.stringify(extra));

/** The line that the editor asks about; none when a newer version's line stands for the field. */
const emptyLine = (field: string, newer: NewerList | undefined): LessonNode[] =>
  (newer ?? []).some(({ node }) => node.type === "line" && attrText(node, "field") === field) ? [] : [makeLine(field)];

function withNewer(content: readonly LessonNode[], newer: NewerList | undefined): LessonNode[] {
  const all = [...content];
  for (const { at, node } of newer ?? []) all.splice(Math.min(at, all.length), 0, node);
  return all;
}
