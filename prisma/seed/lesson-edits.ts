/** Small edits of a lesson's content, by block id, to tell its story version by version. Each answers a new content. */
import { markFractions } from "#core/model/fractions";
import { lessonFromJson } from "#core/model/lesson-json";
import { attrText, makeLine, makeNode, mapNodes, words } from "#core/model/lesson-node";
import type { LessonNode } from "#core/model/lesson-node";

/** A lesson of lessons.json as content and facts. Ids of items count up, so that two readings of one lesson are equal. */
export function readDemoLesson(json: unknown): { content: LessonNode; facts: Record<string, unknown> } {
  let next = 0;
  const { content, facts } = lessonFromJson(json, { makeId: () => `i${(next += 1)}` });
  return { content: markFractions(content), facts };
}

const hasId = (node: LessonNode, id: string): boolean => attrText(node, "id") === id;

/** Change the one node with this id. Throws when there is none: the story and the lesson do not fit. */
export function changeNode(content: LessonNode, id: string, change: (node: LessonNode) => LessonNode): LessonNode {
  let found = false;
  const changed = mapNodes(content, (node) => {
    if (!hasId(node, id)) return node;
    found = true;
    return change(node);
  });
  if (!found) throw new Error(`The demo lesson has no ${id}`);
  return markFractions(changed);
}

/** Other words in a field. */
export const setWords = (content: LessonNode, id: string, field: string, text: string): LessonNode =>
  changeNode(content, id, (node) => ({
    ...node,
    content: (node.content ?? []).map((child) =>
      child.type === "line" && attrText(child, "field") === field ? makeLine(field, words(text)) : child,
    ),
  }));

/** Other minutes for a stage. */
export const setMinutes = (content: LessonNode, id: string, minutes: number): LessonNode =>
  changeNode(content, id, (node) => ({ ...node, attrs: { ...node.attrs, minutes } }));

/** Move a block to just before another of the same stage. */
export function moveBefore(content: LessonNode, id: string, beforeId: string): LessonNode {
  return mapNodes(content, (node) => {
    const moved = node.type === "stage" ? node.content?.find((child) => hasId(child, id)) : undefined;
    if (moved === undefined) return node;
    return { ...node, content: (node.content ?? []).flatMap((child) => (child === moved ? [] : hasId(child, beforeId) ? [moved, child] : [child])) };
  });
}

/** Put a new block after another. */
export const addAfter = (content: LessonNode, afterId: string, block: LessonNode): LessonNode =>
  mapNodes(content, (node) =>
    node.type === "stage" && (node.content ?? []).some((child) => hasId(child, afterId))
      ? { ...node, content: (node.content ?? []).flatMap((child) => (hasId(child, afterId) ? [child, block] : [child])) }
      : node,
  );

/** Put a new question into a practice set, as number `at` counted from 0. */
export const addPractice = (content: LessonNode, id: string, at: number, item: { id: string; q: string; a: string; why: string }): LessonNode =>
  changeNode(content, id, (node) => {
    const lines = [makeLine("q", words(item.q)), makeLine("a", words(item.a)), makeLine("why", words(item.why))];
    return { ...node, content: (node.content ?? []).toSpliced(at, 0, makeNode("item", { id: item.id, kind: "practice" }, lines)) };
  });

/** A block with one line of words. */
export const makeBlock = (id: string, kind: string, text: string): LessonNode => makeNode("block", { id, kind }, [makeLine("text", words(text))]);

/** The lesson as it was before stages from number `stages` on were filled in: only their heads stand. */
export const firstStages = (content: LessonNode, stages: number): LessonNode => {
  let seen = 0;
  return {
    ...content,
    content: (content.content ?? []).map((node) => {
      if (node.type !== "stage") return node;
      seen += 1;
      return seen <= stages ? node : { ...node, content: (node.content ?? []).filter((child) => child.type === "line") };
    }),
  };
};
