/**
 * What a page has no form for: a node of a newer version, or one of ours where none belongs. Its words are shown all the same (SC8, EX3).
 */
import { CHILDREN } from "../model/unknown.ts";
import { attrText } from "../model/lesson-node.ts";
import type { LessonNode } from "../model/lesson-node.ts";
import { findItemKind, findKind, HEADER_FIELDS, STAGE_FIELDS } from "../schema/kinds.ts";
import { isBlank } from "./html-lines.ts";

/** A node without its strange children, and those that say something. */
export function splitStrange(parent: LessonNode): { readonly known: LessonNode; readonly strange: readonly LessonNode[] } {
  const children = parent.content ?? [];
  const strange = children.filter((child, index) => isStrange(child, parent) || isSecondOf(child, children.slice(0, index)));
  if (strange.length === 0) return { known: parent, strange };
  return { known: { ...parent, content: children.filter((child) => !strange.includes(child)) }, strange: strange.filter((child) => !isBlank(child)) };
}

function isStrange(node: LessonNode, parent: LessonNode): boolean {
  if (!(CHILDREN[parent.type] ?? []).includes(node.type)) return true;
  const children = node.content ?? [];
  switch (node.type) {
    case "line":
      // A block shows all its lines, whatever their field.
      return parent.type !== "block" && parent.type !== "item" && !isFieldOf(node, parent.type === "header" ? HEADER_FIELDS : STAGE_FIELDS);
    case "item": {
      const fields = findItemKind(attrText(node, "kind"))?.fields;
      const isKnown = (line: LessonNode): boolean => line.type === "line" && (attrText(node, "kind") === "row" || isFieldOf(line, fields ?? []));
      return fields === undefined || !children.every(isKnown);
    }
    case "block": {
      const isItem = (item: LessonNode): boolean => item.type === "item" && !isStrange(item, node);
      return parent.type === "header" && (findKind(attrText(node, "kind"))?.place !== "header" || !children.every(isItem));
    }
    default:
      return false;
  }
}

const isFieldOf = (line: LessonNode, fields: readonly { readonly name: string }[]): boolean =>
  fields.some(({ name }) => name === (attrText(line, "field") || "text"));

/** A page has one header, and a header or stage one line of title and of purpose; a merge can leave two. */
function isSecondOf(node: LessonNode, before: readonly LessonNode[]): boolean {
  if (node.type === "header") return before.some((one) => one.type === "header");
  const field = attrText(node, "field");
  if (node.type !== "line" || !["title", "purpose"].includes(field)) return false;
  return before.some((one) => one.type === "line" && attrText(one, "field") === field && !isBlank(one));
}
