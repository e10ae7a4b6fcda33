import { expect, test } from "vitest";
import * as Y from "yjs";
import { FACTS } from "#core/schema/schema";
import { readFacts, writeFacts, type FactsInput } from "./lesson-facts.ts";

function made(facts: Readonly<Record<string, unknown>>): Y.Doc {
  const doc = new Y.Doc();
  for (const [key, value] of Object.entries(facts)) doc.getMap(FACTS).set(key, value);
  return doc;
}

const main = { framework: "dfe-rtp-2020", code: "3F-1", role: "main" };
const as = (doc: Y.Doc, change: Partial<FactsInput> = {}): FactsInput => {
  const { yearGroup, durationMinutes, links } = readFacts(doc);
  return { yearGroup, durationMinutes, links, ...change };
};

test("what the form shows is what it writes back: nothing changes, and no update is made", () => {
  const doc = made({ yearGroup: 3, durationMinutes: 50, "link:dfe-rtp-2020:3F-1": '{"role":"main","order":0,"note":"kept"}' });
  let updates = 0;
  doc.on("update", () => (updates += 1));
  writeFacts(doc, as(doc));
  expect(updates).toBe(0);
  expect(readFacts(doc)).toMatchObject({ yearGroup: "3", durationMinutes: 50, links: [main] });
});

test("a mixed class is a list, no year is no entry, and years are found in what people write", () => {
  const doc = made({});
  writeFacts(doc, as(doc, { yearGroup: "Years 3 and 4" }));
  expect(doc.getMap(FACTS).get("yearGroup")).toBe("[3,4]");
  expect(readFacts(doc).yearGroup).toBe("3, 4");
  writeFacts(doc, as(doc, { yearGroup: "" }));
  expect(doc.getMap(FACTS).has("yearGroup")).toBe(false);
});

test("codes are added at the end, changed in place and taken away, and keys that this version does not know stay", () => {
  const doc = made({ "link:dfe-rtp-2020:3F-1": '{"role":"main","order":0,"note":"kept"}' });
  writeFacts(
    doc,
    as(doc, {
      links: [
        { ...main, role: "uses" },
        { framework: "dfe-rtp-2020", code: "3F-2", role: "feeds" },
      ],
    }),
  );
  expect(JSON.parse(String(doc.getMap(FACTS).get("link:dfe-rtp-2020:3F-1")))).toEqual({ role: "uses", order: 0, note: "kept" });
  expect(readFacts(doc).links.map(({ code }) => code)).toEqual(["3F-1", "3F-2"]);
  writeFacts(doc, as(doc, { links: [] }));
  expect(readFacts(doc).links).toEqual([]);
});

test("two people who each change another fact at once keep both", () => {
  const server = made({ yearGroup: 3, durationMinutes: 50 });
  const [anna, ben] = [new Y.Doc(), new Y.Doc()];
  for (const doc of [anna, ben]) Y.applyUpdate(doc, Y.encodeStateAsUpdate(server));
  writeFacts(anna, as(anna, { durationMinutes: 60, links: [main] }));
  writeFacts(ben, as(ben, { yearGroup: "4", links: [{ ...main, code: "3F-3" }] }));
  Y.applyUpdate(anna, Y.encodeStateAsUpdate(ben));
  Y.applyUpdate(ben, Y.encodeStateAsUpdate(anna));
  for (const doc of [anna, ben]) {
    expect(readFacts(doc)).toMatchObject({ yearGroup: "4", durationMinutes: 60 });
    expect(
      readFacts(doc)
        .links.map(({ code }) => code)
        .toSorted(),
    ).toEqual(["3F-1", "3F-3"]);
  }
});
