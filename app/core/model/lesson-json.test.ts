import { readFileSync } from "node:fs";
import fc from "fast-check";
import { Node } from "prosemirror-model";
import { describe, expect, test } from "vitest";
import { BIG_IDEAS, findKind, KINDS } from "../schema/kinds.ts";
import { lessonSchema } from "../schema/schema.ts";
import { lessonFromJson, lessonToJson } from "./lesson-json.ts";
import { factsForList, findUnknown, readLesson, seedFromContent } from "./lesson-model.ts";
import { makeLine, makeNode, mapNodes, plainText } from "./lesson-node.ts";
import type { LessonNode } from "./lesson-node.ts";

type Json = Record<string, unknown>;
const lessons = (JSON.parse(readFileSync(new URL("../../../prisma/seed/lessons.json", import.meta.url), "utf8")) as { lessons: Json[] }).lessons;

const countingIds = (): (() => string) => {
  let next = 0;
  return () => `new${(next += 1)}`;
};
/** In, through a Y.Doc, and out again. */
const roundTrip = (json: Json): Json => {
  const imported = lessonFromJson(json, { makeId: countingIds() });
  return lessonToJson(readLesson(seedFromContent(imported)), String(json["id"]));
};

describe("the three lessons", () => {
  test.each(lessons.map((lesson) => [String(lesson["id"]), lesson] as const))("[SC10] %s comes out as it went in", (_id, lesson) => {
    expect(roundTrip(lesson)).toEqual(lesson);
  });

  test.each(lessons.map((lesson) => [String(lesson["id"]), lesson] as const))("%s is a whole and known document", (_id, lesson) => {
    const { content } = lessonFromJson(lesson, { makeId: countingIds() });
    Node.fromJSON(lessonSchema, content).check();
    expect(findUnknown(content)).toEqual([]);
  });

  test("show their facts in lists", () => {
    expect(lessons.map((lesson) => factsForList(lessonFromJson(lesson, { makeId: countingIds() })))).toEqual([
      expect.objectContaining({ yearGroup: "1", durationMinutes: 45 }),
      {
        title: "One equal part: naming unit fractions when the lines are hidden",
        yearGroup: "3",
        durationMinutes: 50,
        criterionCodes: ["3F-1", "3F-3", "3F-2"],
      },
      expect.objectContaining({ yearGroup: "5", durationMinutes: 60 }),
    ]);
  });
});

describe("what has no place of its own", () => {
  test("[SC10] keys that we do not know, and values that say nothing, come out again", () => {
    const lesson = {
      id: "x",
      title: "T",
      yearGroup: [3, 4],
      difficultyPoints: [],
      unit: "",
      vocabulary: [],
      bigIdeas: { fluency: "", "our-own": "words" },
      later: { deep: [1, null] },
      boardPlan: { zones: [{ position: "left", content: "" }], colour: "green" },
      citations: [{ canonId: "a", blockId: null, whyHere: "w" }, { canonId: "b", blockId: "q" }, { canonId: "c" }],
      curriculumLinks: [{ framework: "f", code: "a:b", role: "main", why: "because" }],
      sections: [
        {
          id: "s",
          minutes: 5,
          title: "",
          mood: 1,
          blocks: [
            { id: "q", type: "teacher_question", text: "?", key: false, label: "", sequence: 0, waitTime: 3, followUps: ["a"] },
            { id: "t", type: "variation_table", columns: ["a", "b"], rows: [["", 7.5], ["7", "two\nlines"], []] },
            { id: "u", type: "variation_table", rows: [] },
            { id: "p", type: "practice_set", items: [{ q: "1", level: 2 }] },
            { id: "h", type: "hinge_question", options: [{ id: "A", text: "x", correct: false }] },
            { id: "l", type: "lemma", claim: "All words", proof: { steps: 2 }, order: 1 },
          ],
        },
      ],
    };
    expect(roundTrip(lesson)).toEqual(lesson);
  });

  test("[SC8] a kind of a newer version keeps its words as lines", () => {
    const { content } = lessonFromJson(
      { sections: [{ minutes: 1, blocks: [{ id: "l", type: "lemma", claim: "All words" }] }] },
      { makeId: countingIds() },
    );
    expect(JSON.stringify(content)).toContain('"text":"All words"');
    expect(findUnknown(content)).toEqual(["kind:lemma"]);
  });

  test("[SC8] a node of a newer version is in the JSON whole, and comes back", () => {
    const sketch = { type: "sketch", attrs: { id: "k" }, content: [{ type: "text", text: "a line" }] };
    const data = { content: makeNode("doc", {}, [makeNode("stage", { id: "s", minutes: 1 }, [sketch])]), facts: {} };
    const json = lessonToJson(data, "x");
    const back = lessonFromJson(JSON.stringify(json), { makeId: countingIds() });
    expect(back.content.content?.[1]?.content?.[0]).toEqual(sketch);
    expect(lessonToJson(back, "x")).toEqual(json);
  });
});

/** Everything that a later schema could bring, each put into the place of one node. */
const LATER: Readonly<Record<string, (node: LessonNode) => LessonNode | null>> = {
  "a node": (node) => (node.type === "text" ? null : { ...node, content: [...(node.content ?? []), { type: "sketch", attrs: { id: "sketch1" } }] }),
  "an attribute": (node) => (node.type === "text" || node.type === "doc" ? null : { ...node, attrs: { ...node.attrs, colour: "red" } }),
  "a mark": (node) => (node.type === "text" ? { ...node, marks: [{ type: "glow", attrs: { strength: 2 } }] } : null),
  "an attribute of a mark": (node) => (node.type === "text" ? { ...node, marks: [{ type: "link", attrs: { href: "/x", title: "y" } }] } : null),
  "a kind": (node) => (node.type === "block" || node.type === "item" ? { ...node, attrs: { ...node.attrs, kind: "later" } } : null),
  "a field": (node) => (node.type === "line" && node.content !== undefined ? { ...node, attrs: { ...node.attrs, field: "later" } } : null),
  "a node in another place": (node) => (node.type === "doc" || node.type === "item" ? { ...node, content: [...(node.content ?? []), STRAY] } : null),
};
const STRAY = makeNode("block", { id: "stray", kind: "task" }, [makeLine("text", [{ type: "text", text: "astray" }])]);

/** Ids of items, groups and the header are made anew by an import. */
const withoutIds = (root: LessonNode): LessonNode =>
  mapNodes(root, (node) => ({ ...node, ...(node.attrs === undefined ? {} : { attrs: { ...node.attrs, id: "" } }) }));

const saidIn = (root: LessonNode): string[] =>
  plainText(root)
    .split("\n")
    .filter((line) => line !== "")
    .toSorted();

test.each(Object.entries(LATER))("[SC8] [SC10] whatever a newer version wrote comes back whole: %s", (what, change) => {
  const { content, facts } = lessonFromJson(lessons[1], { makeId: countingIds() });
  const size = (() => {
    let nodes = 0;
    mapNodes(content, (node) => ((nodes += 1), node));
    return nodes;
  })();
  let tried = 0;
  // What lacks a field or a kind of ours gets the empty lines that the editor asks about; all else is exactly as it was.
  const shape = (root: LessonNode): unknown => (what === "a kind" || what === "a field" ? saidIn(root) : withoutIds(root));
  // Every third node, the root among them.
  for (let target = (size - 1) % 3; target < size; target += 3) {
    let at = -1;
    let changed = false;
    const later = mapNodes(content, (node) => {
      at += 1;
      const made = at === target ? change(node) : null;
      changed ||= made !== null;
      return made ?? node;
    });
    if (!changed) continue;
    tried += 1;
    const json = lessonToJson({ content: later, facts: { ...facts, later: { deep: [1] } } }, "x");
    const back = lessonFromJson(JSON.stringify(json), { makeId: countingIds() });
    expect([...findUnknown(back.content)].toSorted(), `node ${target}`).toEqual(findUnknown(later).toSorted());
    expect(saidIn(back.content), `node ${target}`).toEqual(saidIn(later));
    expect(shape(back.content), `node ${target}`).toEqual(shape(later));
    expect(back.facts).toEqual({ ...facts, later: { deep: [1] } });
    expect(lessonToJson(back, "x"), `node ${target}`).toEqual(json);
  }
  expect(tried).toBeGreaterThan(3);
});

describe("rich text", () => {
  const withText = (text: unknown): Json => ({ id: "x", sections: [{ id: "s", minutes: 1, blocks: [{ id: "b", type: "task", text }] }] });

  test("[SC10] marks, lists and indents survive; plain lines stay one string", () => {
    const rich = {
      rich: [
        {
          variant: "plain",
          indent: 0,
          runs: [
            { text: "One " },
            { text: "1/4", marks: [{ type: "math", attrs: { notation: "fraction" } }] },
            { text: " of it", marks: [{ type: "strong" }, { type: "em" }] },
          ],
        },
        { variant: "bullet", indent: 1, runs: [{ text: "read", marks: [{ type: "link", attrs: { href: "https://example.org/a" } }] }] },
        { variant: "number", indent: 0, runs: [] },
      ],
    };
    expect(roundTrip(withText(rich))).toEqual(withText(rich));
    expect(roundTrip(withText("first\n\nthird\n"))).toEqual(withText("first\n\nthird\n"));
  });

  test("a link that could run script loses the link and keeps the words", () => {
    const bad = {
      rich: [{ variant: "plain", indent: 0, runs: [{ text: "go", marks: [{ type: "link", attrs: { href: "javascript:alert(1)" } }] }] }],
    };
    expect(roundTrip(withText(bad))).toEqual(withText("go"));
  });
});

test.each([
  ["not json at all", "This lesson cannot be read: it is not JSON."],
  [[], "This lesson cannot be read: it should be an object with the lesson's fields."],
  [{ sections: 3 }, "This lesson cannot be read: sections should be a list."],
  [{ sections: [{ minutes: "ten" }] }, "This lesson cannot be read: sections[0].minutes should be the minutes of the stage, 0 to 600."],
  [
    { sections: [{ minutes: 1, blocks: [{ type: "task", text: 7 }] }] },
    "This lesson cannot be read: sections[0].blocks[0].text should be words, as text or as { rich: [...] }.",
  ],
  [
    { sections: [{ minutes: 1, blocks: [{ type: "hinge_question", options: [{ text: "a", correct: "yes" }] }] }] },
    "This lesson cannot be read: sections[0].blocks[0].options[0].correct should be true or false.",
  ],
  [
    { sections: [{ id: "a", minutes: 1, blocks: [{ id: "a", type: "task" }] }] },
    "This lesson cannot be read: sections[0].blocks[0].id repeats the id a.",
  ],
  [{ sections: [{ id: "a b", minutes: 1 }] }, "This lesson cannot be read: sections[0].id should be an id: 1 to 64 letters, digits, - or _."],
  [{ vocabulary: ["whole"] }, "This lesson cannot be read: vocabulary[0] should be one word, with its words."],
])("bad input is one sentence that names the place: %j", (input, sentence) => {
  expect(() => lessonFromJson(input, { makeId: countingIds() })).toThrow(sentence);
});

test("[SC10] any lesson comes out as it went in", () => {
  const said = fc.string({ unit: "grapheme", minLength: 1, maxLength: 24 }).filter((text) => text.replaceAll("\n", "") !== "");
  const oneLine = said.filter((text) => !text.includes("\n"));
  const run = fc.record({
    text: oneLine,
    marks: fc.constantFrom([{ type: "strong" }], [{ type: "link", attrs: { href: "/x" } }], [{ type: "strong" }, { type: "em" }]),
  });
  const rich = fc
    .tuple(fc.constantFrom("plain", "bullet", "number"), fc.nat({ max: 3 }), run)
    .map(([variant, indent, one]) => ({ rich: [{ variant, indent, runs: [one] }] }));
  const text = fc.oneof({ weight: 4, arbitrary: said }, { weight: 1, arbitrary: rich }, { weight: 1, arbitrary: fc.constant("") });
  const optional = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => fc.option(value, { nil: undefined });
  const drop = (json: Json): Json => Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined));
  const someJson = fc
    .jsonValue({ maxDepth: 2 })
    .filter((value) => !JSON.stringify(value).includes("__proto__"))
    .map((value) => JSON.parse(JSON.stringify(value)) as unknown);

  const fields = (names: readonly string[]): fc.Arbitrary<Json> =>
    fc.record(Object.fromEntries(names.map((name) => [name, optional(text)])) as Record<string, fc.Arbitrary<unknown>>).map(drop);
  const withMore = (json: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
    fc.tuple(json, optional(someJson)).map(([one, more]) => drop({ ...one, theirs: more }));
  const items = (kind: string): fc.Arbitrary<Json> => {
    const spec = findKind(kind)?.items;
    if (spec === undefined) return fc.constant({});
    if (spec.kind === "row") {
      const cell = fc.oneof(fc.string({ maxLength: 6 }), fc.integer());
      return fc
        .record({ columns: optional(fc.array(cell, { maxLength: 3 })), rows: optional(fc.array(fc.array(cell, { maxLength: 3 }), { maxLength: 3 })) })
        .map(drop);
    }
    const one = withMore(fields(spec.fields.map((field) => field.name))).filter((item) => Object.keys(item).length > 0);
    return fc.record({ [spec.jsonKey]: optional(fc.array(one, { maxLength: 3 })) }).map(drop);
  };
  const inStage = KINDS.filter((spec) => spec.place === "stage");
  const block = fc
    .constantFrom(...inStage)
    .chain((spec) =>
      withMore(
        fc
          .tuple(
            fields(spec.fields.map((field) => field.name)),
            items(spec.kind),
            fc.record({ key: optional(fc.boolean()), sequence: optional(fc.nat({ max: 9 })) }),
          )
          .map(([words, list, attrs]) => drop({ ...words, ...list, ...attrs, type: spec.kind })),
      ),
    );
  const section = withMore(
    fc
      .tuple(fields(["title", "purpose"]), fc.nat({ max: 600 }), fc.array(block, { maxLength: 4 }))
      .map(([words, minutes, blocks]): Json => ({ ...words, minutes, blocks })),
  );
  const list = fc.array(oneLine, { minLength: 1, maxLength: 3 });
  const lesson = withMore(
    fc
      .record({
        words: fields(["title", "unit", "positionInUnit", "keyPoint", "smallStep", "researchQuestion", "generalisation"]),
        yearGroup: optional(fc.oneof(fc.nat({ max: 6 }), fc.constant([3, 4]))),
        durationMinutes: optional(fc.nat({ max: 120 })),
        prerequisites: optional(list),
        resources: optional(list),
        bigIdeas: optional(fc.dictionary(fc.constantFrom(...Object.keys(BIG_IDEAS)), text, { minKeys: 1 })),
        vocabulary: optional(
          fc.array(
            fields(["word", "meaning"]).filter((one) => Object.keys(one).length > 0),
            { maxLength: 2 },
          ),
        ),
        sections: fc.array(section, { maxLength: 3 }),
      })
      .map(({ words, ...rest }) => drop({ ...words, ...rest, id: "lesson" })),
  );
  const numbered = (json: Json): Json => ({
    ...json,
    sections: (json["sections"] as Json[]).map((one, s) => ({
      ...one,
      id: `s${s}`,
      blocks: (one["blocks"] as Json[]).map((inner, b) => ({ ...inner, id: `s${s}b${b}` })),
    })),
  });
  fc.assert(
    fc.property(lesson.map(numbered), (json) => {
      expect(roundTrip(json)).toEqual(json);
    }),
    { numRuns: 300 },
  );
});
