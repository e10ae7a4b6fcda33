import { expect, test } from "vitest";
import { agoWords, counted, grouped } from "./words.ts";

test.each([
  [0, "less than a second"],
  [1_000, "1 second"],
  [8_900, "8 seconds"],
  [119_999, "119 seconds"],
  [120_000, "2 minutes"],
  [7_200_000, "2 hours"],
])("%d ms are %s", (ms, words) => {
  expect(agoWords(ms)).toBe(words);
});

test("counts have commas and the right word", () => {
  expect(grouped(1_234_567)).toBe("1,234,567");
  expect([counted(0, "person", "people"), counted(1, "person", "people"), counted(1_200, "person", "people")]).toEqual([
    "0 people",
    "1 person",
    "1,200 people",
  ]);
});
