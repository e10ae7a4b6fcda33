/**
 * Where in a lesson a position is: its line, and the item, block and stage or header around it. All commands ask here.
 */
import type { Node, ResolvedPos } from "prosemirror-model";
import { findItemKind, findKind, HEADER_FIELDS, STAGE_FIELDS, type FieldSpec } from "#core/schema/kinds";

/** A node and where it begins. */
export type Placed = { readonly node: Node; readonly pos: number };

export type LinePlace = {
  readonly line: Placed;
  /** Name of the field that the line belongs to. */
  readonly field: string;
  /** The node that holds the line: header, stage, block or item. */
  readonly parent: Placed;
  /** Index of the line in its parent. */
  readonly index: number;
  readonly item: Placed | null;
  readonly block: Placed | null;
  /** The header or stage. */
  readonly part: Placed;
};

/** Where a text position is; null when it is not in a line. */
export function findLine($pos: ResolvedPos): LinePlace | null {
  if ($pos.parent.type.name !== "line") return null;
  const depth = $pos.depth;
  const at = (level: number): Placed => ({ node: $pos.node(level), pos: $pos.before(level) });
  const find = (name: string): Placed | null => {
    for (let level = depth; level > 0; level -= 1) if ($pos.node(level).type.name === name) return at(level);
    return null;
  };
  return {
    line: at(depth),
    field: String($pos.parent.attrs["field"]),
    parent: depth > 1 ? at(depth - 1) : { node: $pos.doc, pos: -1 },
    index: $pos.index(depth - 1),
    item: find("item"),
    block: find("block"),
    part: at(1),
  };
}

type Field = FieldSpec & { readonly many?: boolean };

/** The fields that a node has by its kind, in order; empty for a kind this version does not know. */
export function fieldsOf(node: Node): readonly Field[] {
  switch (node.type.name) {
    case "header":
      return HEADER_FIELDS;
    case "stage":
      return STAGE_FIELDS;
    case "block":
      return findKind(String(node.attrs["kind"]))?.fields ?? [];
    case "item":
      return findItemKind(String(node.attrs["kind"]))?.fields ?? [];
    default:
      return [];
  }
}

/** The spec of one field of a node; null when its kind has no such field. */
export const findField = (node: Node, name: string): Field | null => fieldsOf(node).find((field) => field.name === name) ?? null;

/** May a field hold several lines? */
export const isMulti = (parent: Node, field: string): boolean => {
  const spec = findField(parent, field);
  return spec?.multi === true || spec?.many === true;
};

/** How many lines of this field a node has. */
export function countLines(parent: Node, field: string): number {
  let count = 0;
  parent.forEach((child) => {
    if (child.type.name === "line" && child.attrs["field"] === field) count += 1;
  });
  return count;
}

/** Is there not one letter in it? */
export const isBlank = (node: Node): boolean => node.textContent.trim() === "";

/** Position after a placed node. */
export const endOf = (placed: Placed): number => placed.pos + placed.node.nodeSize;

/** Children of a node with where they begin. */
export function placedChildren(parent: Placed): readonly Placed[] {
  const children: Placed[] = [];
  parent.node.forEach((node, offset) => children.push({ node, pos: parent.pos + 1 + offset }));
  return children;
}

/** The block, stage or header with this id; null when it is gone. */
export function findNodeById(doc: Node, id: string): Placed | null {
  let found: Placed | null = null;
  doc.descendants((node, pos) => {
    if (found !== null || node.isTextblock) return false;
    if (node.attrs["id"] === id) found = { node, pos };
    return true;
  });
  return found;
}
