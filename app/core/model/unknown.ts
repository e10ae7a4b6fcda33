/**
 * What in a lesson this version does not know (SC8). While there is any, the lesson is shown read-only: an editor that bound to it
 * would throw away what it cannot hold.
 */
import { findItemKind, findKind } from "../schema/kinds.ts";
import { attrSpecsOf, attrText, markAttrSpecsOf, parseContent } from "./lesson-node.ts";
import type { LessonMark, LessonNode } from "./lesson-node.ts";

/** What may stand in what: the schema's content expressions as sets. */
export const CHILDREN: Readonly<Record<string, readonly string[]>> = {
  doc: ["header", "stage"],
  header: ["line", "block"],
  stage: ["line", "block"],
  block: ["line", "item"],
  item: ["line"],
  line: ["text"],
};

/**
 * Names of what this version does not know, each once, in the order found; empty for a lesson it knows whole.
 *
 * @param content ProseMirror JSON of the lesson
 * @returns `node:sketch`, `mark:highlight`, `kind:proof`, `item:lemma`, `attribute:block.colour` (of a node or a mark), or
 *   `place:line in doc` for a known node where the schema has no room for it
 */
export function findUnknown(content: unknown): string[] {
  const found = new Set<string>();
  look(parseContent(content), found);
  return [...found];
}

function look(node: LessonNode, found: Set<string>): void {
  if (node.type === "text") {
    for (const mark of node.marks ?? []) lookAtMark(mark, found);
    return;
  }
  const specs = attrSpecsOf(node.type);
  if (specs === null) {
    found.add(`node:${node.type}`);
    return;
  }
  for (const name of Object.keys(node.attrs ?? {})) if (!Object.hasOwn(specs, name)) found.add(`attribute:${node.type}.${name}`);
  const kind = attrText(node, "kind");
  if (node.type === "block" && kind !== "" && findKind(kind) === null) found.add(`kind:${kind}`);
  if (node.type === "item" && kind !== "" && findItemKind(kind) === null) found.add(`item:${kind}`);
  for (const child of node.content ?? []) {
    if (attrSpecsOf(child.type) !== null && !(CHILDREN[node.type] ?? []).includes(child.type)) found.add(`place:${child.type} in ${node.type}`);
    look(child, found);
  }
}

function lookAtMark(mark: LessonMark, found: Set<string>): void {
  const specs = markAttrSpecsOf(mark.type);
  if (specs === null) found.add(`mark:${mark.type}`);
  else for (const name of Object.keys(mark.attrs ?? {})) if (!Object.hasOwn(specs, name)) found.add(`attribute:${mark.type}.${name}`);
}
