import { Node } from "prosemirror-model";
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { initProseMirrorDoc, prosemirrorJSONToYXmlFragment, updateYFragment } from "y-prosemirror";
import { STAGE_TEMPLATES } from "../schema/kinds.ts";
import { CONTENT, FACTS, lessonSchema } from "../schema/schema.ts";
import { copyLessonSeed, factsForList, findUnknown, makeLessonSeed, readLesson, seedFromContent } from "./lesson-model.ts";
import { childrenOf, fieldText, makeLine, makeNode, words } from "./lesson-node.ts";
import type { LessonNode } from "./lesson-node.ts";
import { shareOut } from "./new-lesson.ts";

const countingIds = (): (() => string) => {
  let next = 0;
  return () => `id${(next += 1)}`;
};

const sixParts = (): Uint8Array =>
  makeLessonSeed({
    start: { from: "template", template: "mm-six-part" },
    title: "Parts of seven",
    yearGroup: "1",
    durationMinutes: 45,
    makeId: countingIds(),
  });

const open = (state: Uint8Array): Y.Doc => {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, state);
  return doc;
};

describe("a new lesson", () => {
  test("[SC6] has a header, the template's stages and minutes that add up to the duration", () => {
    const lesson = readLesson(sixParts());
    const stages = childrenOf(lesson.content, "stage");
    expect(stages.map((stage) => stage.attrs?.["stage"])).toEqual(["do_now", "new_learning", "talk_task", "develop", "independent", "plenary"]);
    expect(stages.reduce((sum, stage) => sum + Number(stage.attrs?.["minutes"]), 0)).toBe(45);
    expect(factsForList(lesson)).toEqual({ title: "Parts of seven", yearGroup: "1", durationMinutes: 45, criterionCodes: [] });
  });

  test("from blank has one stage with one empty block to write in", () => {
    const lesson = readLesson(makeLessonSeed({ start: { from: "blank" }, title: "", yearGroup: "3, 4", durationMinutes: 60, makeId: countingIds() }));
    const [stage] = childrenOf(lesson.content, "stage");
    expect(stage === undefined ? [] : childrenOf(stage, "block").map((block) => block.attrs?.["kind"])).toEqual(["task"]);
    expect(factsForList(lesson).yearGroup).toBe("3, 4");
  });

  test("[SC4] gives every stage, block, item and the header its own id", () => {
    const ids: unknown[] = [];
    const walk = (node: LessonNode): void => {
      if (["header", "stage", "block", "item"].includes(node.type)) ids.push(node.attrs?.["id"]);
      node.content?.forEach(walk);
    };
    walk(readLesson(sixParts()).content);
    expect(ids.length).toBeGreaterThan(20);
    expect(ids.every((id) => typeof id === "string" && id !== "")).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("is what the schema allows", () => {
    Node.fromJSON(lessonSchema, readLesson(sixParts()).content).check();
    expect(findUnknown(readLesson(sixParts()).content)).toEqual([]);
  });

  test("minutes are shared out whole, never zero while there are enough, and keep the template's own at its own length", () => {
    expect(shareOut(60, [5, 12, 8, 15, 15, 5])).toEqual([5, 12, 8, 15, 15, 5]);
    expect(shareOut(50, [5, 12, 8, 15, 15, 5]).reduce((a, b) => a + b)).toBe(50);
    expect(shareOut(7, [1, 100, 1])).toEqual([1, 5, 1]);
    expect(shareOut(2, [1, 1, 1])).toEqual([1, 1, 0]);
    expect(shareOut(0, [1, 2])).toEqual([0, 0]);
  });
});

test.each(Object.keys(STAGE_TEMPLATES))("the stages of %s take up the whole lesson, each at least a minute, from 20 minutes to 90", (template) => {
  for (let durationMinutes = 20; durationMinutes <= 90; durationMinutes += 1) {
    const seed = makeLessonSeed({ start: { from: "template", template }, title: "T", yearGroup: "3", durationMinutes, makeId: countingIds() });
    const minutes = childrenOf(readLesson(seed).content, "stage").map((stage) => Number(stage.attrs?.["minutes"]));
    expect(minutes.reduce((sum, each) => sum + each)).toBe(durationMinutes);
    expect(Math.min(...minutes)).toBeGreaterThanOrEqual(1);
  }
});

test.each([
  [1e12, 600],
  [-5, 0],
  [49.6, 50],
  [Number.NaN, 0],
  ["fifty", 0],
])("lists show %j minutes as %j, so that no document keeps its row from being written", (durationMinutes, shown) => {
  expect(factsForList({ content: makeNode("doc", {}), facts: { durationMinutes } }).durationMinutes).toBe(shown);
});

describe("the layout in Yjs", () => {
  const rich = (): LessonNode =>
    makeNode("doc", {}, [
      makeNode("stage", { id: "s", minutes: 5 }, [
        makeNode("block", { id: "b", kind: "teacher_question", key: true }, [
          makeLine("text", [
            { type: "text", text: "What is " },
            { type: "text", text: "1/4", marks: [{ type: "math", attrs: { notation: "fraction" } }] },
            { type: "text", text: " of " },
            { type: "text", text: "it", marks: [{ type: "strong" }, { type: "em" }] },
            { type: "text", text: "here", marks: [{ type: "link", attrs: { href: "https://example.org" } }] },
          ]),
          makeLine("text", [], { variant: "bullet", indent: 1 }),
        ]),
      ]),
    ]);

  test("[SC11] is the one that y-prosemirror makes of the same node", () => {
    const theirs = new Y.Doc();
    prosemirrorJSONToYXmlFragment(lessonSchema, rich(), theirs.getXmlFragment(CONTENT));
    const ours = open(seedFromContent({ content: rich(), facts: {} }));
    expect(ours.getXmlFragment(CONTENT).toJSON()).toEqual(theirs.getXmlFragment(CONTENT).toJSON());
    expect(readLesson(Y.encodeStateAsUpdate(ours)).content).toEqual(readLesson(Y.encodeStateAsUpdate(theirs)).content);
  });

  test.each([
    ["a new lesson", sixParts],
    ["rich text", () => seedFromContent({ content: rich(), facts: {} })],
  ])("[SC11] binding an editor to %s writes nothing", (_name, makeSeed) => {
    const doc = open(makeSeed());
    const before = Y.encodeStateAsUpdate(doc);
    const fragment = doc.getXmlFragment(CONTENT);
    const bound = initProseMirrorDoc(fragment, lessonSchema);
    bound.doc.check();
    // What the binding does when an editor's first transaction arrives, with and without its memory of which node is which.
    updateYFragment(doc, fragment, bound.doc, bound.meta);
    updateYFragment(doc, fragment, Node.fromJSON(lessonSchema, bound.doc.toJSON()), { mapping: new Map(), isOMark: new Map() });
    expect(Y.encodeStateAsUpdate(doc)).toEqual(before);
  });

  test("reading does not change a document", () => {
    const doc = open(sixParts());
    const before = Y.encodeStateAsUpdate(doc);
    readLesson(before);
    expect(Y.encodeStateAsUpdate(doc)).toEqual(before);
  });

  test("a document that never was is an empty lesson", () => {
    expect(readLesson(new Uint8Array())).toMatchObject({ content: { type: "doc", content: [] }, facts: {} });
  });
});

describe("what a newer version wrote", () => {
  const newer = (): LessonNode => ({
    type: "doc",
    content: [
      makeNode("stage", { id: "s" }, [
        makeNode("block", { id: "b", kind: "proof" }, [makeLine("text", words("because"))]),
        {
          type: "sketch",
          attrs: { id: "k", points: "[1,2]" },
          content: [{ type: "stroke", content: [{ type: "text", text: "a line", marks: [{ type: "glow", attrs: { strength: 2 } }] }] }],
        },
      ]),
    ],
  });

  test("[SC8] comes out as it went in, and is named", () => {
    const lesson = readLesson(seedFromContent({ content: newer(), facts: { later: "kept" } }));
    expect(lesson.content).toEqual(newer());
    expect(lesson.facts).toEqual({ later: "kept" });
    expect(findUnknown(lesson.content)).toEqual(["kind:proof", "node:sketch"]);
  });

  test("[SC8] unknown marks, attributes, items and places are named too", () => {
    const content: LessonNode = {
      type: "doc",
      content: [
        makeLine("text", [{ type: "text", text: "x", marks: [{ type: "glow" }, { type: "link", attrs: { href: "/x", title: "y" } }] }]),
        { type: "stage", attrs: { colour: "red" }, content: [makeNode("block", { kind: "task" }, [makeNode("item", { kind: "lemma" })])] },
      ],
    };
    expect(findUnknown(content)).toEqual(["place:line in doc", "mark:glow", "attribute:link.title", "attribute:stage.colour", "item:lemma"]);
  });
});

describe("a copy", () => {
  test("[SC4] has the same words, a new title and only new ids, and its references point into itself", () => {
    const source = seedFromContent({
      content: makeNode("doc", {}, [
        makeNode("header", { id: "h" }, [
          makeLine("title", words("First")),
          makeNode("block", { id: "c", kind: "citations" }, [
            makeNode("item", { id: "i", kind: "citation", label: "marton-2015", ref: "b" }, [makeLine("whyHere", words("contrast"))]),
          ]),
        ]),
        makeNode("stage", { id: "s", minutes: 5 }, [makeNode("block", { id: "b", kind: "task" }, [makeLine("text", words("Draw"))])]),
      ]),
      facts: { yearGroup: 3, "link:dfe-rtp-2020:3F-1": '{"role":"main","order":0}' },
    });
    const copy = readLesson(copyLessonSeed(source, { title: "Second", makeId: countingIds() }));
    expect(factsForList(copy)).toEqual({ title: "Second", yearGroup: "3", durationMinutes: 0, criterionCodes: ["3F-1"] });
    const [header, stage] = copy.content.content ?? [];
    const block = stage?.content?.[0];
    expect(block === undefined ? "" : fieldText(block, "text")).toBe("Draw");
    const citation = header?.content?.at(-1)?.content?.[0];
    expect(citation?.attrs).toMatchObject({ label: "marton-2015", ref: block?.attrs?.["id"] });
    expect(JSON.stringify(copy.content)).not.toMatch(/"id":"[hcsbi]"/);
  });
});

test("facts are a map of plain values", () => {
  const doc = open(sixParts());
  expect(doc.getMap(FACTS).toJSON()).toEqual({
    yearGroup: 1,
    durationMinutes: 45,
    stageTemplate: "mm-six-part",
    language: "en-GB",
    licence: "CC BY 4.0",
  });
});
