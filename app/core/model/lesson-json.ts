/** Lessons in and out of the lesson JSON (../schema/SPEC.md, "The lesson JSON"). One door for both ways; the work is in the two modules. */
export { lessonFromJson } from "./lesson-from-json.ts";
export { lessonToJson } from "./lesson-to-json.ts";
