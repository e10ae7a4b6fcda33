import fc from "fast-check";
import { expect, test } from "vitest";
import * as Y from "yjs";
import { CONTENT, FACTS } from "../schema/schema.ts";
import { findUnknown, putBack, readLesson, seedFromContent } from "./lesson-model.ts";
import { makeLine, makeNode, words } from "./lesson-node.ts";
import type { LessonNode } from "./lesson-node.ts";

const block = (id: string, text: string): LessonNode => makeNode("block", { id, kind: "task" }, [makeLine("text", words(text))]);
const lesson = (...blocks: LessonNode[]): LessonNode => makeNode("doc", {}, [makeNode("stage", { id: "s", minutes: 10 }, blocks)]);

const open = (content: LessonNode, facts: Record<string, unknown> = {}): Y.Doc => {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, seedFromContent({ content, facts }));
  return doc;
};
const fork = (doc: Y.Doc): Y.Doc => {
  const other = new Y.Doc();
  Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
  return other;
};
const read = (doc: Y.Doc): LessonNode => readLesson(Y.encodeStateAsUpdate(doc)).content;
const meet = (a: Y.Doc, b: Y.Doc): void => {
  Y.applyUpdate(a, Y.encodeStateAsUpdate(b));
  Y.applyUpdate(b, Y.encodeStateAsUpdate(a));
};
/** The Y.XmlText of the first line of a block. */
const textOf = (doc: Y.Doc, id: string): Y.XmlText => {
  const stage = doc.getXmlFragment(CONTENT).get(0);
  const found =
    stage instanceof Y.XmlElement ? stage.toArray().find((child) => child instanceof Y.XmlElement && child.getAttribute("id") === id) : null;
  const line = found instanceof Y.XmlElement ? found.get(0) : null;
  const text = line instanceof Y.XmlElement ? line.get(0) : null;
  if (!(text instanceof Y.XmlText)) throw new Error(`no text in ${id}`);
  return text;
};

test("[SC12] putting back what is there already writes nothing", () => {
  const doc = open(lesson(block("a", "one"), block("b", "two")), { yearGroup: 3 });
  const before = Y.encodeStateAsUpdate(doc);
  putBack(doc, { content: read(doc), facts: { yearGroup: 3 } });
  expect(Y.encodeStateAsUpdate(doc)).toEqual(before);
});

test("words typed meanwhile in an untouched block, and in a block that is changed, survive", () => {
  const old = lesson(block("a", "one"), block("b", "two red birds"), block("c", "three"));
  const doc = open(lesson(block("a", "one"), block("b", "two blue cats"), block("c", "three"), block("d", "four")));
  const typist = fork(doc);
  textOf(typist, "a").insert(3, " more");
  textOf(typist, "b").insert(0, "Say: ");
  putBack(doc, { content: old, facts: {} });
  meet(doc, typist);
  expect(read(doc)).toEqual(lesson(block("a", "one more"), block("b", "Say: two red birds"), block("c", "three")));
  expect(read(typist)).toEqual(read(doc));
});

/** What this client is in the middle of writing: all it adds from now on. */
const from = (typist: Y.Doc): ReadonlyMap<number, number> => new Map([[typist.clientID, Y.getState(typist.store, typist.clientID)]]);

test("what a colleague is in the middle of typing stays whole, also the half that came before; what was finished goes", () => {
  const doc = open(lesson(block("a", "one"), block("b", "two red birds"), block("c", "three")));
  const typist = fork(doc);
  textOf(typist, "a").insert(3, " finished");
  const beingWritten = from(typist);
  textOf(typist, "a").insert(0, "Ben says ");
  textOf(typist, "b").insert(13, " today");
  meet(doc, typist);
  putBack(doc, { content: lesson(block("a", "one"), block("b", "two blue birds"), block("c", "three")), facts: {} }, beingWritten);
  textOf(typist, "a").insert(9, "that ");
  meet(doc, typist);
  const stage = read(doc).content?.[0];
  expect(stage?.content?.map((node) => node.content?.[0]?.content?.map((run) => run.text).join(""))).toEqual([
    "Ben says that one",
    "two blue birds today",
    "three",
  ]);
  expect(read(typist)).toEqual(read(doc));
});

test("a block in which a colleague is typing stays, though the version has none, and the others stand in their order", () => {
  const doc = open(lesson(block("a", "one"), block("new", "written since"), block("b", "two"), block("gone", "also since")));
  const typist = fork(doc);
  const beingWritten = from(typist);
  textOf(typist, "new").insert(0, "Ben: ");
  meet(doc, typist);
  putBack(doc, { content: lesson(block("a", "one"), block("x", "x"), block("b", "two"), block("y", "y")), facts: {} }, beingWritten);
  const ids = (node: LessonNode | undefined) => node?.content?.map((child) => child.attrs?.["id"]);
  expect(ids(read(doc).content?.[0])).toEqual(["a", "x", "new", "b", "y"]);
  expect(textOf(doc, "new").toString()).toBe("Ben: written since");
});

test("a document that nests without end can be read, is not ours to edit, and can be put right", () => {
  const doc = open(lesson(block("a", "one")));
  let parent: Y.XmlFragment = doc.getXmlFragment(CONTENT);
  for (let depth = 0; depth < 3_000; depth += 1) {
    const inner = new Y.XmlElement("block");
    parent.insert(0, [inner]);
    parent = inner;
  }
  expect(findUnknown(read(doc))).toContain("node:too-deep");
  putBack(doc, { content: lesson(block("a", "one")), facts: {} });
  expect(read(doc)).toEqual(lesson(block("a", "one")));
});

test("words typed into a line whose text is taken out survive", () => {
  const doc = open(lesson(block("a", "one")));
  const typist = fork(doc);
  textOf(typist, "a").insert(3, " more");
  putBack(doc, { content: lesson(block("a", "")), facts: {} });
  meet(doc, typist);
  expect(read(doc)).toEqual(lesson(block("a", " more")));
});

test("[SC4] [SC12] a moved block keeps its id, and the blocks it moved past are not touched", () => {
  const doc = open(lesson(block("a", "one"), block("b", "two"), block("c", "three"), block("d", "four")));
  const typist = fork(doc);
  textOf(typist, "b").insert(0, "still ");
  textOf(typist, "d").insert(0, "still ");
  putBack(doc, { content: lesson(block("b", "two"), block("c", "three"), block("d", "four"), block("a", "one")), facts: {} });
  meet(doc, typist);
  expect(read(doc)).toEqual(lesson(block("b", "still two"), block("c", "three"), block("d", "still four"), block("a", "one")));
});

test("marks are put back without touching the words", () => {
  const bold = (marked: boolean): LessonNode =>
    lesson(
      makeNode("block", { id: "a", kind: "task" }, [
        makeLine("text", [{ type: "text", text: "one", ...(marked ? { marks: [{ type: "strong" }] } : {}) }, ...words(" two")]),
      ]),
    );
  const doc = open(bold(false));
  const typist = fork(doc);
  textOf(typist, "a").insert(7, " three");
  putBack(doc, { content: bold(true), facts: {} });
  meet(doc, typist);
  expect(textOf(doc, "a").toDelta()).toEqual([{ insert: "one", attributes: { strong: {} } }, { insert: " two three" }]);
  putBack(doc, { content: bold(false), facts: {} });
  expect(textOf(doc, "a").toDelta()).toEqual([{ insert: "one two" }]);
});

test("[SC8] nodes and marks of a newer version are kept and put back", () => {
  const sketch: LessonNode = {
    type: "sketch",
    attrs: { id: "k", points: 3 },
    content: [{ type: "text", text: "a", marks: [{ type: "glow", attrs: { n: 1 } }] }],
  };
  const doc = open(lesson(block("a", "one"), sketch));
  putBack(doc, { content: lesson(sketch, block("a", "two")), facts: {} });
  expect(read(doc)).toEqual(lesson(sketch, block("a", "two")));
});

test("facts are put back: changed, added and taken away", () => {
  const doc = open(lesson(), { yearGroup: 3, durationMinutes: 50, "link:f:3F-1": '{"role":"main","order":0}' });
  putBack(doc, { content: lesson(), facts: { yearGroup: 4, durationMinutes: 50, licence: "CC0" } });
  expect(doc.getMap(FACTS).toJSON()).toEqual({ yearGroup: 4, durationMinutes: 50, licence: "CC0" });
});

test("a small change in a long lesson is a small update, in one transaction", () => {
  const blocks = Array.from({ length: 40 }, (_, index) => block(`b${index}`, `This is the task with number ${index}, and it says what pupils do.`));
  const changed = blocks.filter((_, index) => index !== 7).map((node, index) => (index === 20 ? block("b21", "This is another task.") : node));
  const doc = open(lesson(...changed));
  const before = Y.encodeStateVector(doc);
  let transactions = 0;
  doc.on("afterTransaction", () => (transactions += 1));
  putBack(doc, { content: lesson(...blocks), facts: {} });
  expect(transactions).toBe(1);
  expect(Y.encodeStateAsUpdate(doc, before).length).toBeLessThan(700);
  expect(read(doc)).toEqual(lesson(...blocks));
});

test("any lesson can be turned into any other, and back", () => {
  const mark = fc.constantFrom([], [{ type: "strong" }], [{ type: "link", attrs: { href: "/a" } }], [{ type: "glow", attrs: { n: 1 } }]);
  const text = fc
    .array(fc.record({ text: fc.constantFrom("one ", "two", " three", "é𝟚", "1/4"), marks: mark }), { maxLength: 5 })
    .map((runs) => runs.map((run) => ({ type: "text", text: run.text, ...(run.marks.length > 0 ? { marks: run.marks } : {}) })));
  const line = fc.tuple(fc.constantFrom("text", "probe"), text).map(([field, content]) => makeLine(field, content));
  const anyBlock = fc.record({
    id: fc.constantFrom("a", "b", "c", "d", "e", "f"),
    kind: fc.constantFrom("task", "proof"),
    lines: fc.array(line, { maxLength: 3 }),
  });
  const stage = fc
    .record({ id: fc.constantFrom("s", "t", "u"), blocks: fc.uniqueArray(anyBlock, { maxLength: 6, selector: (one) => one.id }) })
    .map(({ id, blocks }) =>
      makeNode(
        "stage",
        { id },
        blocks.map((one) => makeNode("block", { id: one.id, kind: one.kind }, one.lines)),
      ),
    );
  const content = fc.array(stage, { maxLength: 3 }).map((stages): LessonNode => ({ type: "doc", content: stages }));
  fc.assert(
    fc.property(content, content, (first, second) => {
      const doc = open(first);
      const start = read(doc);
      const wanted = read(open(second));
      putBack(doc, { content: second, facts: {} });
      expect(read(doc)).toEqual(wanted);
      putBack(doc, { content: first, facts: {} });
      expect(read(doc)).toEqual(start);
    }),
    { numRuns: 300, verbose: true },
  );
});
