/** New blocks, items and stages as ProseMirror nodes; what they begin with is the model's to say. */
import { Fragment, Node } from "prosemirror-model";
import { makeEmptyBlock, makeEmptyItem } from "#core/model/new-lesson";
import { findKind, STAGE_FIELDS } from "#core/schema/kinds";
import { lessonSchema } from "#core/schema/schema";
import { newBlockId } from "./block-ids.ts";
import type { Placed } from "./lesson-place.ts";

/** An empty block of a kind with its lines and first items. */
export const newBlock = (kind: string, attrs: Readonly<Record<string, unknown>> = {}): Node =>
  Node.fromJSON(lessonSchema, makeEmptyBlock(kind, newBlockId, attrs));

/** A new line of a field. */
export const newLine = (field: string, content: Node | readonly Node[] | null = null): Node =>
  lessonSchema.node("line", { field }, content ?? undefined);

/** One more item for a block: a row gets as many cells as the table has columns, an option the next letter. */
export function newItem(block: Node): Node | null {
  const spec = findKind(String(block.attrs["kind"]))?.items;
  if (spec === undefined) return null;
  const items = block.children.filter((child) => child.type.name === "item");
  if (spec.kind === "row") {
    const columns = Math.max(1, ...items.map((item) => item.childCount));
    const cells = Array.from({ length: columns }, () => newLine("cell"));
    return lessonSchema.node("item", { id: newBlockId(), kind: "row" }, cells);
  }
  return Node.fromJSON(lessonSchema, makeEmptyItem(spec.kind, newBlockId, { label: nextLabel(spec.kind, items) }));
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".split("");

function nextLabel(itemKind: string, items: readonly Node[]): string {
  if (itemKind !== "option" && itemKind !== "case_pupil") return "";
  const taken = new Set(items.map((item) => String(item.attrs["label"])));
  return LETTERS.find((letter) => !taken.has(letter)) ?? "";
}

/** An empty stage. */
export function newStage(minutes: number): Node {
  const lines = STAGE_FIELDS.map((field) => newLine(field.name));
  return lessonSchema.node("stage", { id: newBlockId(), stage: "", minutes }, [...lines, newBlock("task")]);
}

/** The label of a new anticipated response: one more than the highest of the lesson. */
export function nextResponseLabel(doc: Node): string {
  let highest = 0;
  doc.descendants((node) => {
    const number = /^R(\d+)$/.exec(String(node.attrs["label"] ?? ""))?.[1];
    if (node.type.name === "block" && number !== undefined) highest = Math.max(highest, Number(number));
    return node.type.name !== "block";
  });
  return `R${highest + 1}`;
}

/** The order for sharing of a new response after a block: one more than those before it in its stage. */
export function nextSequence(stage: Node): number {
  return Math.max(0, ...stage.children.map((child) => (child.attrs["kind"] === "anticipated_response" ? Number(child.attrs["sequence"]) : 0))) + 1;
}

/** A new block for a place in a lesson: numbered when its kind is. */
export function newBlockFor(kind: string, doc: Node, part: Placed): Node {
  if (kind !== "anticipated_response") return newBlock(kind);
  return newBlock(kind, { label: nextResponseLabel(doc), sequence: nextSequence(part.node) });
}

/**
 * Copies for a place in a lesson: ids of their own; a response gets a free label when its own is taken there; and a second key question
 * of a stage is an ordinary one. `doc` and `stage` are as they are before the copies come in; `stage` is null when whole stages are copied.
 */
export function copiesFor(nodes: readonly Node[], doc: Node, stage: Node | null): Node[] {
  const taken = new Set<string>();
  doc.descendants((node) => {
    if (node.type.name === "block" && node.attrs["label"] !== "") taken.add(String(node.attrs["label"]));
    return node.type.name !== "block";
  });
  let last = Number(nextResponseLabel(doc).slice(1)) - 1;
  let hasKey = stage?.children.some((child) => child.attrs["key"] === true) ?? false;
  const fit = (node: Node): Node => {
    if (node.type.name === "stage") return node.copy(Fragment.from(node.children.map(fit)));
    if (node.type.name !== "block") return node;
    const attrs: Record<string, unknown> = { ...node.attrs };
    if (attrs["kind"] === "anticipated_response" && taken.has(String(attrs["label"]))) attrs["label"] = `R${(last += 1)}`;
    taken.add(String(attrs["label"]));
    if (attrs["key"] === true && stage !== null) {
      attrs["key"] = !hasKey;
      hasKey = true;
    }
    return node.type.create(attrs, node.content, node.marks);
  };
  return nodes.map((node) => fit(renewIds(node)));
}

/** A copy with new ids everywhere. */
export function renewIds(node: Node): Node {
  if (node.isText) return node;
  const children = node.children.map(renewIds);
  const attrs = "id" in node.attrs ? { ...node.attrs, id: newBlockId() } : node.attrs;
  return node.type.create(attrs, children, node.marks);
}
