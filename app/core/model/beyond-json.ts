/**
 * What the lesson JSON has no place for: nodes, attributes and kinds of a newer version, and known nodes where none of ours belongs.
 * Such a node stands in the JSON whole, under `newer` of what it is in, and comes back whole (SC8, SC10).
 */
import { findItemKind, findKind, HEADER_FIELDS, STAGE_FIELDS } from "../schema/kinds.ts";
import { parseJson } from "./lesson-facts.ts";
import { ITEM_KEYS } from "./lesson-json-schema.ts";
import { attrSpecsOf, attrText } from "./lesson-node.ts";
import type { LessonNode } from "./lesson-node.ts";
import { CHILDREN } from "./unknown.ts";

/** A child that is beyond the JSON, and which child of its parent it is. */
export type Newer = { readonly at: number; readonly node: LessonNode };

/** A node without the children that are beyond the JSON, and those. */
export function splitBeyond(parent: LessonNode): { readonly said: LessonNode; readonly newer: readonly Newer[] } {
  const children = parent.content ?? [];
  const beyond = children.map((child, at) => isBeyond(child, parent) || (child.type === "header" && at > firstHeader(children)));
  if (!beyond.includes(true)) return { said: parent, newer: [] };
  return {
    said: { ...parent, content: children.filter((_, at) => beyond[at] !== true) },
    newer: children.flatMap((node, at) => (beyond[at] === true ? [{ at, node }] : [])),
  };
}

const firstHeader = (children: readonly LessonNode[]): number => children.findIndex((child) => child.type === "header");

function isBeyond(node: LessonNode, parent: LessonNode): boolean {
  const specs = attrSpecsOf(node.type);
  if (specs === null || !(CHILDREN[parent.type] ?? []).includes(node.type)) return true;
  if (Object.keys(node.attrs ?? {}).some((name) => !Object.hasOwn(specs, name))) return true;
  if (!isObjectOrEmpty(node, "extra") || !isObjectOrEmpty(node, "spec")) return true;
  switch (node.type) {
    case "line":
      return hasBeyond(node) || !(fieldsIn(parent)?.includes(attrText(node, "field") || "text") ?? true);
    case "item":
      return hasBeyond(node) || !isItemOf(node, parent);
    case "block":
      return parent.type === "header" && !isGroup(node);
    default:
      // A header or a stage has a place for what is beyond in it.
      return false;
  }
}

const namesOf = (fields: readonly { readonly name: string }[]): readonly string[] => fields.map((field) => field.name);

/** Fields that the JSON has keys for in this node; null for a kind of a newer version, of which all words are kept by field. */
function fieldsIn(node: LessonNode): readonly string[] | null {
  switch (node.type) {
    case "header":
      return namesOf(HEADER_FIELDS);
    case "stage":
      return namesOf(STAGE_FIELDS);
    case "item":
      return attrText(node, "kind") === "row" ? ["cell"] : namesOf(findItemKind(attrText(node, "kind"))?.fields ?? []);
    default: {
      const spec = findKind(attrText(node, "kind"));
      return spec === null ? null : namesOf(spec.fields);
    }
  }
}

const hasBeyond = (node: LessonNode): boolean => (node.content ?? []).some((child) => child.type !== "text" && isBeyond(child, node));

/** An attribute that holds JSON: an object, or nothing. */
function isObjectOrEmpty(node: LessonNode, name: string): boolean {
  const text = node.attrs?.[name];
  if (text === undefined || text === "") return true;
  const value = parseJson(text);
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An item of the kind that its block holds, with no attribute that the JSON has no key for. */
function isItemOf(item: LessonNode, block: LessonNode): boolean {
  const kind = attrText(item, "kind");
  if (findItemKind(kind) === null || findKind(attrText(block, "kind"))?.items?.kind !== kind) return false;
  const keys = ITEM_KEYS.get(kind) ?? {};
  return (
    (keys.label !== undefined || kind === "big_idea" || attrText(item, "label") === "") &&
    (keys.ref !== undefined || attrText(item, "ref") === "") &&
    (keys.correct !== undefined || item.attrs?.["correct"] !== true) &&
    (kind === "row" ? ["", "head"].includes(attrText(item, "role")) : attrText(item, "role") === "")
  );
}

/** A group of the header: items only, since its JSON is their list. */
function isGroup(block: LessonNode): boolean {
  const kind = attrText(block, "kind");
  if (findKind(kind)?.place !== "header" || hasBeyond(block)) return false;
  const isPlain = kind === "board_plan" || attrText(block, "extra") === "";
  return isPlain && (block.content ?? []).every((child) => child.type === "item");
}
