import { expect, test } from "vitest";
import { markFractions } from "./fractions.ts";
import { makeLine, words } from "./lesson-node.ts";

const marked = (text: string): string[] =>
  (markFractions(makeLine("text", words(text))).content ?? []).flatMap((node) => (node.marks === undefined ? [] : [node.text ?? ""]));

test.each([
  ["1/4", ["1/4"]],
  ["1/2, 1/3 and 10/100.", ["1/2", "1/3", "10/100"]],
  ["is it 1/3?", ["1/3"]],
  ["on 21/01/2026", []],
  ["3/4/5 or 1.5/2 or 1/2.5", []],
  ["7 / 100 and a/b", []],
])("in %j the fractions are %j", (text, fractions) => {
  expect(marked(text)).toEqual(fractions);
});

test("marking twice changes nothing more", () => {
  const once = markFractions(makeLine("text", words("one 1/4 of 1/2")));
  expect(markFractions(once)).toEqual(once);
});
