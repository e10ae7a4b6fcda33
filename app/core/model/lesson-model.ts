/**
 * The lesson's Y.Doc: what is in it, how it is read, and how it is first written.
 * An XmlFragment `content` in the layout of y-prosemirror, and a map `facts` of primitives.
 *
 * Always true: reading never changes a document and keeps what it does not know (SC8); only the server writes first content (SC6);
 * a seed has every attribute of every node, so that binding an editor to it writes nothing.
 * Left to others: storing, permission, the editor's own binding.
 */
import * as Y from "yjs";
import { CONTENT, FACTS } from "../schema/schema.ts";
import { SCHEMA_VERSION } from "../schema/version.ts";
import { readFragment, writeFragment } from "./fragment.ts";
import { readLinks, readYearGroup, yearGroupFact } from "./lesson-facts.ts";
import { fieldText, makeNode, mapNodes, parseContent } from "./lesson-node.ts";
import type { LessonData, LessonNode, MakeBlockId } from "./lesson-node.ts";
import { findStageTemplate, makeHeader, makeStages } from "./new-lesson.ts";

export { putBack } from "./put-back.ts";
export { findUnknown } from "./unknown.ts";
export type { LessonData } from "./lesson-node.ts";

/** How a new lesson begins. A template is a key of STAGE_TEMPLATES; any other name is `custom`, one empty stage. */
export type LessonStart = { readonly from: "blank" } | { readonly from: "template"; readonly template: string };

/**
 * The lesson in a document.
 *
 * @param state the whole state as one Yjs v1 update, or as several in order; empty bytes mean a document that never was
 * @returns `content` is ProseMirror JSON, unknown nodes and marks kept as they are; `facts` the plain values of the facts map.
 *   A document without content gives `{ type: "doc", content: [] }`. Pure. Rule SC8.
 */
export function readLesson(state: Uint8Array | readonly Uint8Array[]): {
  schemaVersion: number;
  content: LessonNode;
  facts: Record<string, unknown>;
} {
  const doc = new Y.Doc();
  try {
    for (const update of state instanceof Uint8Array ? [state] : state) if (update.length > 0) Y.applyUpdate(doc, update);
    return { schemaVersion: SCHEMA_VERSION, content: readFragment(doc.getXmlFragment(CONTENT)), facts: doc.getMap(FACTS).toJSON() };
  } finally {
    doc.destroy();
  }
}

/**
 * First state of a new lesson. Rule SC6.
 *
 * @param options.yearGroup as a person writes it: "3", "3, 4", "" for none
 * @param options.durationMinutes the stages of the template share these out in the template's proportions
 * @returns a v1 update of a fresh document
 */
export function makeLessonSeed(options: {
  start: LessonStart;
  title: string;
  yearGroup: string;
  durationMinutes: number;
  makeId: MakeBlockId;
}): Uint8Array {
  const { start, title, durationMinutes, makeId } = options;
  const template = start.from === "template" ? findStageTemplate(start.template) : null;
  const content = makeNode("doc", {}, [makeHeader({ title, makeId }), ...makeStages(template, durationMinutes, makeId)]);
  const year = yearGroupFact(options.yearGroup);
  const facts: Record<string, unknown> = {
    ...(year === null ? {} : { yearGroup: year }),
    durationMinutes,
    stageTemplate: template?.name ?? "custom",
    language: "en-GB",
    licence: "CC BY 4.0",
  };
  return seedFromContent({ content, facts });
}

/** A v1 update of a fresh document that holds this lesson. Throws a ZodError when `content` is not ProseMirror JSON. */
export function seedFromContent(lesson: LessonData): Uint8Array {
  const root = parseContent(lesson.content);
  const doc = new Y.Doc();
  try {
    doc.transact(() => {
      writeFragment(doc.getXmlFragment(CONTENT), root.content ?? []);
      const facts = doc.getMap(FACTS);
      for (const [key, value] of Object.entries(lesson.facts)) if (value !== undefined) facts.set(key, value);
    });
    return Y.encodeStateAsUpdate(doc);
  } finally {
    doc.destroy();
  }
}

/**
 * First state of a copy: the same words under another title, every id renewed, and what pointed at an id points at the new one.
 * Rule SC4.
 *
 * @param stateUpdate the whole state of the lesson to copy, a v1 update
 */
export function copyLessonSeed(stateUpdate: Uint8Array, options: { title: string; makeId: MakeBlockId }): Uint8Array {
  const lesson = readLesson(stateUpdate);
  const fresh = new Map<string, string>();
  const renewed = mapNodes(lesson.content, (node) => {
    const id = node.attrs?.["id"];
    if (typeof id !== "string") return node;
    const next = options.makeId();
    if (!fresh.has(id)) fresh.set(id, next);
    return { ...node, attrs: { ...node.attrs, id: next } };
  });
  const pointed = mapNodes(renewed, (node) => {
    const ref = node.attrs?.["ref"];
    return typeof ref === "string" && fresh.has(ref) ? { ...node, attrs: { ...node.attrs, ref: fresh.get(ref) } } : node;
  });
  const content = {
    ...pointed,
    content: (pointed.content ?? []).map((node) => (node.type === "header" ? withTitle(node, options.title) : node)),
  };
  return seedFromContent({ content, facts: lesson.facts });
}

/** No lesson is longer, whatever the document says: anybody who may write it may put any number there. */
const MAX_MINUTES = 600;

/** What lists show and search finds. Missing values are "" and 0; minutes are whole, 0 to 600. */
export function factsForList(lesson: LessonData): {
  title: string;
  yearGroup: string;
  durationMinutes: number;
  criterionCodes: string[];
} {
  const minutes = lesson.facts["durationMinutes"];
  return {
    title: findTitle(lesson.content),
    yearGroup: readYearGroup(lesson.facts).join(", "),
    durationMinutes: typeof minutes === "number" && Number.isFinite(minutes) ? Math.min(MAX_MINUTES, Math.max(0, Math.round(minutes))) : 0,
    criterionCodes: [...new Set(readLinks(lesson.facts).map((link) => link.code))],
  };
}

function findTitle(content: unknown): string {
  const header = parseContent(content).content?.find((node) => node.type === "header");
  return header === undefined ? "" : fieldText(header, "title").replaceAll(/\s+/g, " ");
}

function withTitle(header: LessonNode, title: string): LessonNode {
  const isTitle = (node: LessonNode): boolean => node.type === "line" && node.attrs?.["field"] === "title";
  const line = makeNode("line", { field: "title" }, title === "" ? [] : [{ type: "text", text: title }]);
  return { ...header, content: [line, ...(header.content ?? []).filter((node) => !isTitle(node))] };
}
