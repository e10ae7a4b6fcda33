import { expect, test } from "vitest";
import { readLinks, readYearGroup, yearGroupFact } from "./lesson-facts.ts";
import { yearWords } from "./year-words.ts";

test.each([
  ["3", 3, ["3"], "Year 3"],
  ["R", "R", ["R"], "Reception"],
  ["3, 4", "[3,4]", ["3", "4"], "Years 3 and 4"],
  ["Year 1, 2 and 3", "[1,2,3]", ["1", "2", "3"], "Years 1, 2 and 3"],
  ["R, 1", "R, 1", ["R, 1"], "Years Reception and 1"],
  ["mixed, 3", "mixed, 3", ["mixed, 3"], "mixed, 3"],
  [" ", null, [], ""],
])("a year group written as %j is kept, read and said", (written, fact, years, said) => {
  expect(yearGroupFact(written)).toEqual(fact);
  expect(readYearGroup(fact === null ? {} : { yearGroup: fact })).toEqual(years);
  expect(yearWords(years.join(", "))).toBe(said);
});

test("links come in the order people gave them; one that cannot be read is a main link", () => {
  const facts = { "link:f:b": '{"role":"uses","order":1}', "link:f:a:1": '{"role":"main","order":0,"why":"w"}', "link:g:c": "damaged", other: 1 };
  expect(readLinks(facts)).toEqual([
    { framework: "f", code: "a:1", role: "main", order: 0, more: { why: "w" } },
    { framework: "g", code: "c", role: "main", order: 0, more: {} },
    { framework: "f", code: "b", role: "uses", order: 1, more: {} },
  ]);
});
