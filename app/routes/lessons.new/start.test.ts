import { expect, test } from "vitest";
import { readStart } from "./start.ts";

test("a start is read from the form", () => {
  expect(["blank", "template:ping-pong", "copy:demo-y3", "", "template:", "other:x"].map(readStart)).toEqual([
    { from: "blank" },
    { from: "template", template: "ping-pong" },
    { from: "copy", lessonId: "demo-y3" },
    { from: "blank" },
    { from: "blank" },
    { from: "blank" },
  ]);
});
