/** The outline of a lesson from its plain content, for the first paint, before the editor is there. */
import { attrNumber, attrText, childrenOf, fieldText, parseContent, plainText } from "#core/model/lesson-node";

export type StageSummary = { readonly id: string; readonly title: string; readonly minutes: number };
/** Id of the board plan, and for each part of the board how long its lines are, in letters. */
export type BoardSummary = { readonly id: string; readonly zones: readonly (readonly number[])[] };
export type LessonOutline = { readonly headerId: string | null; readonly stages: readonly StageSummary[]; readonly board: BoardSummary | null };

/** @throws ZodError when `content` is not ProseMirror JSON */
export function summariseLesson(content: unknown): LessonOutline {
  const root = parseContent(content);
  const [header] = childrenOf(root, "header");
  const plan = header === undefined ? undefined : childrenOf(header, "block").find((block) => attrText(block, "kind") === "board_plan");
  return {
    headerId: header === undefined ? null : attrText(header, "id"),
    stages: childrenOf(root, "stage").map((stage) => ({
      id: attrText(stage, "id"),
      title: fieldText(stage, "title"),
      minutes: attrNumber(stage, "minutes"),
    })),
    board:
      plan === undefined || plainText(plan).trim() === ""
        ? null
        : {
            id: attrText(plan, "id"),
            zones: childrenOf(plan, "item").map((zone) =>
              childrenOf(zone, "line")
                .map((line) => plainText(line).length)
                .filter((letters) => letters > 0),
            ),
          },
  };
}
