import { expect, test } from "vitest";
import type { LessonId } from "../ids.ts";
import { LIMITS } from "../limits.ts";
import { lessonDocument, parseDocumentName } from "./document-name.ts";

test("[WP11] the name of a lesson's document says which lesson it is", () => {
  // A plain string is an id in this test.
  const lessonId = "demo-y3-unit-fractions" as LessonId;
  expect(parseDocumentName(lessonDocument(lessonId))).toEqual({ kind: "lesson", lessonId });
});

test.each([
  "",
  "lesson",
  "lesson/",
  "/lesson/abc",
  "lesson/abc/",
  "lesson/abc/notes",
  "lesson/../abc",
  "lesson/a b",
  "lesson/a%2Fb",
  "lesson/a\u0000b",
  "lesson/a'; DROP TABLE Lesson;--",
  "lesson/½",
  "Lesson/abc",
  "cycle/abc",
  "__proto__/abc",
  `lesson/${"a".repeat(LIMITS.maxDocumentNameLength)}`,
])("[WP11] no document is called %j", (name) => {
  expect(parseDocumentName(name)).toBeNull();
});
