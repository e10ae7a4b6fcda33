/**
 * A lesson as plain data: ProseMirror's JSON, with nodes and marks that this version does not know kept as they are (SC8).
 *
 * Always true: a node made here carries every attribute of its type, so that its Y form is the one the editor's binding writes itself.
 * Left to others: Yjs (./lesson-model.ts), the lesson JSON of the outside world (./lesson-json.ts).
 */
import { z } from "zod";
import { marks as markSpecs } from "../schema/marks.ts";
import { nodes as nodeSpecs } from "../schema/nodes.ts";

export type LessonMark = { readonly type: string; readonly attrs?: Readonly<Record<string, unknown>> };
export type LessonNode = {
  readonly type: string;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly content?: readonly LessonNode[];
  /** Only on nodes of type "text". */
  readonly text?: string;
  readonly marks?: readonly LessonMark[];
};
/** Plain values of the facts map; see "Facts" in ../schema/SPEC.md. */
export type LessonFactValues = Readonly<Record<string, unknown>>;
export type LessonData = { readonly content: unknown; readonly facts: LessonFactValues };
/** Makes a new permanent id. */
export type MakeBlockId = () => string;

const attrsSchema = z.record(z.string(), z.unknown());
const markSchema = z.object({ type: z.string(), attrs: attrsSchema.exactOptional() });
/** A node and all in it, as ProseMirror's JSON. */
export const nodeSchema: z.ZodType<LessonNode> = z.lazy(() =>
  z.object({
    type: z.string(),
    attrs: attrsSchema.exactOptional(),
    content: z.array(nodeSchema).exactOptional(),
    text: z.string().exactOptional(),
    marks: z.array(markSchema).exactOptional(),
  }),
);

/** Unknown in, a lesson's root node out. Throws a ZodError when it is not ProseMirror JSON. */
export const parseContent = (content: unknown): LessonNode => nodeSchema.parse(content);

type AttrSpecs = Readonly<Record<string, { readonly default?: unknown }>>;

const NODE_ATTRS = new Map<string, AttrSpecs>(Object.entries(nodeSpecs).map(([name, spec]) => [name, "attrs" in spec ? spec.attrs : {}]));
const MARK_ATTRS = new Map<string, AttrSpecs>(Object.entries(markSpecs).map(([name, spec]) => [name, "attrs" in spec ? spec.attrs : {}]));

/** The attributes that a node type declares, with their defaults; null for a type this version does not know. */
export const attrSpecsOf = (nodeType: string): AttrSpecs | null => NODE_ATTRS.get(nodeType) ?? null;

/** The same for a mark. */
export const markAttrSpecsOf = (markType: string): AttrSpecs | null => MARK_ATTRS.get(markType) ?? null;

const MARK_RANK = new Map(Object.keys(markSpecs).map((name, rank) => [name, rank]));

/** Marks in the schema's order, unknown ones last by name: one order, so that equal text is equal data. */
export const sortMarks = (marks: readonly LessonMark[]): readonly LessonMark[] =>
  marks.length < 2
    ? marks
    : marks.toSorted((a, b) => (MARK_RANK.get(a.type) ?? 1_000) - (MARK_RANK.get(b.type) ?? 1_000) || (a.type < b.type ? -1 : 1));

/** The node's attributes with the defaults of its type filled in and empty (null) ones left out. */
export function fullAttrs(node: LessonNode): Record<string, unknown> {
  const defaults = Object.entries(attrSpecsOf(node.type) ?? {}).map(([name, spec]) => [name, spec.default] as const);
  const filled = { ...Object.fromEntries(defaults), ...node.attrs };
  return Object.fromEntries(Object.entries(filled).filter(([, value]) => value !== null && value !== undefined));
}

/** One attribute as text; "" when it is not there. */
export const attrText = (node: LessonNode, name: string): string => {
  const value = node.attrs?.[name];
  return typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : "";
};
/** One attribute as a number; 0 when it is none. */
export const attrNumber = (node: LessonNode, name: string): number => {
  const value = node.attrs?.[name];
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
};

/** All words in a node, without its marks. Lines are parted by line ends. */
export function plainText(node: LessonNode): string {
  if (node.type === "text") return node.text ?? "";
  const children = node.content ?? [];
  const inline = children.length > 0 && children.every((child) => child.type === "text");
  return children.map(plainText).join(inline ? "" : "\n");
}

/** The lines of one field of a header, stage, block or item, in order. */
export const linesOf = (node: LessonNode, field: string): readonly LessonNode[] =>
  (node.content ?? []).filter((child) => child.type === "line" && (attrText(child, "field") || "text") === field);

/** The words of one field, without marks; "" when it is empty. */
export const fieldText = (node: LessonNode, field: string): string => linesOf(node, field).map(plainText).join("\n").trim();

/** Children of one node type. */
export const childrenOf = (node: LessonNode, type: string): readonly LessonNode[] => (node.content ?? []).filter((child) => child.type === type);

/** A text node list for some plain words; empty for no words (ProseMirror has no empty text). */
export const words = (text: string): readonly LessonNode[] => (text === "" ? [] : [{ type: "text", text }]);

/** A node of a known type with all its attributes. */
export function makeNode(type: string, attrs: Readonly<Record<string, unknown>>, content: readonly LessonNode[] = []): LessonNode {
  const full = fullAttrs({ type, attrs });
  return { type, ...(Object.keys(full).length > 0 ? { attrs: full } : {}), ...(content.length > 0 ? { content } : {}) };
}

/** A line of text for one field. */
export const makeLine = (field: string, content: readonly LessonNode[] = [], attrs: { variant?: string; indent?: number } = {}): LessonNode =>
  makeNode("line", { field, ...attrs }, content);

/** Rewrite a tree from the leaves up. */
export function mapNodes(node: LessonNode, change: (node: LessonNode) => LessonNode): LessonNode {
  return change(node.content === undefined ? node : { ...node, content: node.content.map((child) => mapNodes(child, change)) });
}
