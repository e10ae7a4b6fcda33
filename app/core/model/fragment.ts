/**
 * Between the lesson's Y.XmlFragment and plain data, in exactly the layout of y-prosemirror 1.3.7: an element a node, one Y.XmlText
 * for a run of text, marks as formatting attributes, node attributes as element attributes, null ones left out.
 *
 * Unlike y-prosemirror's own readers this one needs no schema and never writes: unknown nodes and marks come through (SC8).
 */
import * as Y from "yjs";
import { fullAttrs, markAttrSpecsOf, sortMarks } from "./lesson-node.ts";
import type { LessonMark, LessonNode } from "./lesson-node.ts";

/** What a fragment or an element holds. */
export type YChild = Y.XmlElement | Y.XmlText;

/** Something in a Y.Text that is not a character; no version of ours writes one. Kept as a node of this type. */
export const EMBED = "embed";

/**
 * Deeper than any lesson. Whoever may write a lesson may nest without end; a reader that followed would run out of stack, and with it the
 * list, the versions and the very put-back that could mend the lesson.
 */
const MAX_DEPTH = 64;

/** Stands for what nests deeper than `MAX_DEPTH`: no version of ours writes it, so the lesson is read-only until it is gone. */
const TOO_DEEP = "too-deep";

/** The whole fragment as a root node. Pure. */
export const readFragment = (fragment: Y.XmlFragment): LessonNode => ({ type: "doc", content: readChildren(fragment) });

/** The children of a fragment or element; text that stands side by side with equal marks is one node, as in ProseMirror. */
export const readChildren = (parent: Y.XmlFragment, depth = 0): LessonNode[] =>
  joinText(parent.toArray().flatMap((child) => readChild(child, depth)));

/** One child as nodes: one for an element, any number for a text. */
export function readChild(child: unknown, depth = 0): LessonNode[] {
  if (child instanceof Y.XmlText) return joinText(readDelta(child));
  if (!(child instanceof Y.XmlElement)) return [];
  if (depth > MAX_DEPTH) return [{ type: TOO_DEEP }];
  const attrs = Object.fromEntries(Object.entries(child.getAttributes()).filter(([, value]) => value !== null && value !== undefined));
  const content = readChildren(child, depth + 1);
  return [
    {
      type: child.nodeName,
      ...(Object.keys(attrs).length > 0 ? { attrs } : {}),
      ...(content.length > 0 ? { content } : {}),
    },
  ];
}

/** Fill an empty fragment or element. Call inside a transaction. */
export function writeFragment(parent: Y.XmlFragment, content: readonly LessonNode[]): void {
  parent.insert(0, groupText(content).map(makeYChild));
}

/** Children as Yjs holds them: each run of text nodes together, since it is one Y.XmlText. */
export type Group = LessonNode | readonly LessonNode[];
export const isText = (group: Group): group is readonly LessonNode[] => Array.isArray(group);

export function groupText(content: readonly LessonNode[]): Group[] {
  const groups: Group[] = [];
  let run: LessonNode[] = [];
  const closeRun = (): void => {
    const joined = joinText(run);
    if (joined.length > 0) groups.push(joined);
    run = [];
  };
  for (const node of content) {
    if (node.type === "text" || node.type === EMBED) run.push(node);
    else {
      closeRun();
      groups.push(node);
    }
  }
  closeRun();
  return groups;
}

/** A new Y type for a node or a run of text. */
export function makeYChild(group: Group): YChild {
  if (isText(group)) {
    const text = new Y.XmlText();
    text.applyDelta(toDelta(group));
    return text;
  }
  const element = new Y.XmlElement(group.type);
  for (const [name, value] of Object.entries(fullAttrs(group))) setAttribute(element, name, value);
  element.insert(0, groupText(group.content ?? []).map(makeYChild));
  return element;
}

/** Yjs types attributes as strings; y-prosemirror stores numbers and booleans as they are, and so do we. */
export function setAttribute(element: Y.XmlElement, name: string, value: unknown): void {
  const typed: { setAttribute: (name: string, value: unknown) => void } = element as unknown as {
    setAttribute: (name: string, value: unknown) => void;
  };
  typed.setAttribute(name, value);
}

/** Formatting attributes for marks, as y-prosemirror names them. */
export function marksToFormat(marks: readonly LessonMark[] | undefined): Record<string, unknown> {
  return Object.fromEntries((marks ?? []).map((mark) => [mark.type, fullMarkAttrs(mark)]));
}

/** Insert operations for a run of text nodes. */
export const toDelta = (run: readonly LessonNode[]): { insert: string | object; attributes: Record<string, unknown> }[] =>
  run.map((node) => ({
    insert: node.type === EMBED ? ((node.attrs?.["value"] ?? {}) as object) : (node.text ?? ""),
    attributes: marksToFormat(node.marks),
  }));

/** Text nodes with equal marks side by side become one; empty ones go. */
export function joinText(nodes: readonly LessonNode[]): LessonNode[] {
  const joined: LessonNode[] = [];
  for (const node of nodes) {
    if (node.type === "text" && (node.text ?? "") === "") continue;
    const before = joined.at(-1);
    if (node.type === "text" && before?.type === "text" && sameMarks(before.marks, node.marks)) {
      joined[joined.length - 1] = { ...before, text: (before.text ?? "") + (node.text ?? "") };
    } else joined.push(node);
  }
  return joined;
}

/** The same marks with the same attributes, in whatever order. */
export const sameMarks = (a: readonly LessonMark[] | undefined, b: readonly LessonMark[] | undefined): boolean =>
  (a ?? []).length === (b ?? []).length && markKey(a) === markKey(b);

const markKey = (marks: readonly LessonMark[] | undefined): string =>
  JSON.stringify(sortMarks(marks ?? []).map((mark) => [mark.type, Object.entries(fullMarkAttrs(mark)).toSorted(byName)]));
const byName = (a: readonly [string, unknown], b: readonly [string, unknown]): number => (a[0] < b[0] ? -1 : 1);

function fullMarkAttrs(mark: LessonMark): Record<string, unknown> {
  const defaults = Object.entries(markAttrSpecsOf(mark.type) ?? {}).flatMap(([name, spec]) =>
    spec.default === undefined ? [] : [[name, spec.default] as const],
  );
  return { ...Object.fromEntries(defaults), ...mark.attrs };
}

type DeltaOp = { readonly insert?: unknown; readonly attributes?: Readonly<Record<string, unknown>> };

function readDelta(text: Y.XmlText): LessonNode[] {
  const ops: readonly DeltaOp[] = text.toDelta();
  return ops.flatMap((op): LessonNode[] => {
    const marks = sortMarks(Object.entries(op.attributes ?? {}).flatMap(([name, value]) => readMark(name, value)));
    const withMarks = marks.length > 0 ? { marks } : {};
    if (typeof op.insert === "string") return [{ type: "text", text: op.insert, ...withMarks }];
    return [{ type: EMBED, attrs: { value: op.insert }, ...withMarks }];
  });
}

/** y-prosemirror adds a hash to the name of a mark that may stand several times. A name we do not know keeps it, so that it can be written back. */
const HASHED = /^(.*)--[a-zA-Z0-9+/=]{8}$/;

function readMark(name: string, value: unknown): LessonMark[] {
  if (value === null || value === undefined) return [];
  const bare = HASHED.exec(name)?.[1];
  const type = bare !== undefined && markAttrSpecsOf(bare) !== null ? bare : name;
  const attrs = typeof value === "object" ? (value as Record<string, unknown>) : { value };
  return [Object.keys(attrs).length > 0 ? { type, attrs } : { type }];
}
