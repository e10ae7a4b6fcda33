import { expect, test } from "vitest";
import { yearWords } from "./year-words.ts";

test("years are said as people say them", () => {
  expect(["3", "R", "3,4", "R, 1", "1,2,3", "Year 3", "mixed, 3", ""].map(yearWords)).toEqual([
    "Year 3",
    "Reception",
    "Years 3 and 4",
    "Years Reception and 1",
    "Years 1, 2 and 3",
    "Year 3",
    "mixed, 3",
    "No year yet",
  ]);
});
