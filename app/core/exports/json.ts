/** A lesson as the text of a lesson JSON file: what `lessonFromJson` reads. Rule SC10. */
import { lessonToJson } from "../model/lesson-json.ts";
import type { LessonData } from "../model/lesson-node.ts";

/** @param id the lesson's id, kept in the file. Indented, with a line end at the end. */
export const renderLessonJson = (lesson: LessonData, id: string): string => `${JSON.stringify(lessonToJson(lesson, id), null, 2)}\n`;
