import { readFileSync } from "node:fs";
import { Node } from "prosemirror-model";
import { expect, test } from "vitest";
import { lessonSchema } from "../schema/schema.ts";
import { lessonToJson } from "./lesson-json.ts";
import { findUnknown, readLesson } from "./lesson-model.ts";

/** Documents as released versions wrote them. Never made anew: they must open for ever. */
const DOCUMENTS = ["lesson-schema-1"];
const fixture = (name: string): Buffer => readFileSync(new URL(`../../../tests/fixtures/documents/${name}`, import.meta.url));

test.each(DOCUMENTS)("[SC8] a stored document of %s opens with every word, and is known whole", (name) => {
  const lesson = readLesson(fixture(`${name}.yjs`));
  expect(findUnknown(lesson.content)).toEqual([]);
  Node.fromJSON(lessonSchema, lesson.content).check();
  const kept: unknown = JSON.parse(fixture(`${name}.json`).toString("utf8"));
  expect(lessonToJson(lesson, "lesson-y3-unit-fractions")).toEqual(kept);
});
