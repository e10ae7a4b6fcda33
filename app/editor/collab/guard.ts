/**
 * Looks at a lesson document before ProseMirror does. y-prosemirror deletes what its schema does not know, silently and for
 * everybody; so a document with anything unknown is never bound (rule SC8).
 *
 * Pure: reads the Yjs tree, changes nothing.
 */
import { Node, type Schema } from "prosemirror-model";
import * as Y from "yjs";
import { readChild, readFragment } from "#core/model/fragment";
import { mapNodes, type LessonNode } from "#core/model/lesson-node";
import { findUnknown } from "#core/model/unknown";

/** Why this document must not be bound, by name (`node:sketch`, `mark:highlight`, `content:…`); null when it may be. */
export function whyNotBind(fragment: Y.XmlFragment, schema: Schema): string | null {
  return fragment.toArray().some((child) => !(child instanceof Y.XmlElement))
    ? "content:text outside of a stage"
    : refuse(readFragment(fragment), schema);
}

/**
 * The same for what one transaction changed, so that a remote keystroke does not read the whole lesson.
 * Only types inside `fragment` count.
 */
export function whyNotApply(transaction: Y.Transaction, fragment: Y.XmlFragment, schema: Schema): string | null {
  for (const type of transaction.changed.keys() as Iterable<unknown>) {
    const target = type instanceof Y.XmlText ? type.parent : type;
    if (target === fragment) {
      const found = whyNotBind(fragment, schema);
      if (found !== null) return found;
    } else if (target instanceof Y.XmlElement && target._item !== null && !target._item.deleted && Y.isParentOf(fragment, target._item)) {
      for (const node of readChild(target)) {
        const found = refuse(node, schema);
        if (found !== null) return found;
      }
    }
  }
  return null;
}

function refuse(node: LessonNode, schema: Schema): string | null {
  const [unknown] = findUnknown(node);
  if (unknown !== undefined) return unknown;
  try {
    Node.fromJSON(schema, mapNodes(node, spellOutMarks)).check();
    return null;
  } catch (error) {
    // A mark without its attributes, text where none may stand: y-prosemirror would delete the node.
    return `content:${error instanceof Error ? error.message : String(error)}`;
  }
}

/** y-prosemirror always hands over an object of attributes, so a mark that lacks one fails there; with none at all it would pass here. */
const spellOutMarks = (node: LessonNode): LessonNode =>
  node.marks === undefined ? node : { ...node, marks: node.marks.map((mark) => ({ attrs: {}, ...mark })) };
