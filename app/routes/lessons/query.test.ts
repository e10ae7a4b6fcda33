import { expect, test } from "vitest";
import { listAddress, readQuery } from "./query.ts";

test("an address says what is asked for and nothing else, and reads back the same", () => {
  const query = { text: "one third", year: "3", code: "3F-1", archived: true, page: 2 };
  const address = listAddress(query);
  expect(address).toBe("/lessons?q=one+third&year=3&code=3F-1&archived=1&page=2");
  expect(readQuery(new URL(address, "http://here").searchParams)).toEqual(query);
  expect(listAddress(readQuery(new URLSearchParams()))).toBe("/lessons");
});

test("what is not known counts as not asked", () => {
  const query = readQuery(new URLSearchParams("year=99&page=-3&archived=yes&q=%20%20"));
  expect(query).toEqual({ text: "", year: "", code: "", archived: false, page: 1 });
});
