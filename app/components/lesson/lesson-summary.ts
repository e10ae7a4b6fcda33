/** The outline of a lesson from its plain content, for the first paint, before the editor is there. */
import { attrNumber, attrText, childrenOf, fieldText, parseContent } from "#core/model/lesson-node";

export type StageSummary = { readonly id: string; readonly title: string; readonly minutes: number };
export type LessonOutline = { readonly headerId: string | null; readonly stages: readonly StageSummary[] };

/** @throws ZodError when `content` is not ProseMirror JSON */
export function summariseLesson(content: unknown): LessonOutline {
  const root = parseContent(content);
  const [header] = childrenOf(root, "header");
  return {
    headerId: header === undefined ? null : attrText(header, "id"),
    stages: childrenOf(root, "stage").map((stage) => ({
      id: attrText(stage, "id"),
      title: fieldText(stage, "title"),
      minutes: attrNumber(stage, "minutes"),
    })),
  };
}
