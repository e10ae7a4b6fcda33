// @vitest-environment jsdom
import { EditorState, TextSelection, type Plugin } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { expect, test } from "vitest";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { readFragment, writeFragment } from "#core/model/fragment";
import type { LessonNode } from "#core/model/lesson-node";
import { makeHeader, makeStages } from "#core/model/new-lesson";
import { CONTENT, lessonSchema } from "#core/schema/schema";
import { blockIds } from "../block-ids.ts";
import { moveTarget } from "../commands/blocks.ts";
import { enter } from "../commands/enter.ts";
import { whyNotBind } from "./guard.ts";
import { bindFragment, isFromDocument, redo, stopUndoGroup, undo, watchForUnknown } from "./sync-plugin.ts";

/** A server's first content. */
function seed(doc: Y.Doc): void {
  let id = 0;
  const makeId = (): string => `seed${(id += 1)}`;
  const stages = makeStages({ name: "test", stages: [["step_1", "Ping 1", 10] as const, ["close", "Close", 5] as const] }, 15, makeId);
  writeFragment(doc.getXmlFragment(CONTENT), [makeHeader({ title: "One equal part", makeId }), ...stages]);
}

type Person = { readonly doc: Y.Doc; readonly view: EditorView; readonly unknown: string[]; readonly close: () => void };

function person(server: Y.Doc, plugins: readonly Plugin[] = []): Person {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(server));
  const fragment = doc.getXmlFragment(CONTENT);
  const bound = bindFragment({
    fragment,
    awareness: new Awareness(doc),
    drawCursor: () => document.createElement("span"),
    selectionClass: () => "",
  });
  const state = EditorState.create({ doc: bound.doc, plugins: [...bound.plugins, blockIds(isFromDocument), ...plugins] });
  const view = new EditorView(document.body.appendChild(document.createElement("div")), { state });
  const unknown: string[] = [];
  const stop = watchForUnknown(fragment, (found) => {
    unknown.push(found);
    if (!view.isDestroyed) view.destroy();
  });
  return {
    doc,
    view,
    unknown,
    close: () => {
      stop();
      if (!view.isDestroyed) view.destroy();
      doc.destroy();
    },
  };
}

/** Everybody gets what everybody has. */
function exchange(...docs: readonly Y.Doc[]): void {
  for (const from of docs) for (const to of docs) if (from !== to) Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)), "network");
}

const jsonOf = (doc: Y.Doc): LessonNode => readFragment(doc.getXmlFragment(CONTENT));

/** Put the cursor at the end of the nth line that belongs to a field. */
function into(view: EditorView, field: string, nth = 0): void {
  let left = nth;
  let at: number | null = null;
  view.state.doc.descendants((node, pos) => {
    if (node.type.name !== "line" || node.attrs["field"] !== field || at !== null) return;
    if (left === 0) at = pos + 1 + node.content.size;
    left -= 1;
  });
  if (at === null) throw new Error(`no line ${field}`);
  view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, at)));
}

const type = (view: EditorView, words: string): void => view.dispatch(view.state.tr.insertText(words));

function world(): { readonly server: Y.Doc; readonly aisha: Person; readonly ben: Person } {
  const server = new Y.Doc();
  seed(server);
  return { server, aisha: person(server), ben: person(server) };
}

test("[SC6] binding writes nothing: two people open a lesson and no update is made", () => {
  const server = new Y.Doc();
  seed(server);
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(server));
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  const bound = bindFragment({
    fragment: doc.getXmlFragment(CONTENT),
    awareness: new Awareness(doc),
    drawCursor: () => document.createElement("span"),
    selectionClass: () => "",
  });
  const view = new EditorView(null, { state: EditorState.create({ doc: bound.doc, plugins: [...bound.plugins, blockIds(isFromDocument)] }) });
  view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 3)));
  expect(updates).toHaveLength(0);
  expect(jsonOf(doc)).toEqual(jsonOf(server));
  view.destroy();
});

test("two people type into the same line and into different ones, apart and together, and have the same lesson", () => {
  const { server, aisha, ben } = world();
  into(aisha.view, "title", 1);
  into(ben.view, "title", 1);
  type(aisha.view, ": equal");
  type(ben.view, " again");
  into(ben.view, "purpose");
  type(ben.view, "Separate equal from same shape");
  exchange(server, aisha.doc, ben.doc);
  exchange(server, aisha.doc, ben.doc);
  expect(jsonOf(aisha.doc)).toEqual(jsonOf(ben.doc));
  expect(aisha.view.state.doc.eq(ben.view.state.doc)).toBe(true);
  expect(aisha.view.state.doc.textContent).toContain("equal");
  expect(aisha.view.state.doc.textContent).toContain("again");
  aisha.close();
  ben.close();
});

test("a letter typed before an equal one is new where it was typed: my words stay together when a colleague deletes the old ones", () => {
  const { server, aisha, ben } = world();
  into(aisha.view, "purpose");
  type(aisha.view, " Ben says so");
  exchange(server, aisha.doc, ben.doc);
  into(ben.view, "purpose");
  const end = ben.view.state.selection.from;
  ben.view.dispatch(ben.view.state.tr.setSelection(TextSelection.create(ben.view.state.doc, end - " Ben says so".length)));
  for (const letter of " Ben was here.") type(ben.view, letter);
  // Aisha deletes her own words, which she still has without Ben's.
  const { from } = aisha.view.state.selection;
  aisha.view.dispatch(aisha.view.state.tr.delete(from - " Ben says so".length, from));
  exchange(server, aisha.doc, ben.doc);
  for (const { doc } of [aisha, ben]) expect(JSON.stringify(jsonOf(doc))).toContain('"text":" Ben was here."');
  expect(jsonOf(aisha.doc)).toEqual(jsonOf(ben.doc));
  undo(ben.view.state, ben.view.dispatch);
  expect(ben.view.state.doc.textContent).not.toContain("Ben was here");
  redo(ben.view.state, ben.view.dispatch);
  expect(ben.view.state.doc.textContent).toContain(" Ben was here.");
  aisha.close();
  ben.close();
});

test("the cursor stays in the middle of a line when a colleague changes something before it", () => {
  const { server, aisha, ben } = world();
  into(ben.view, "purpose");
  type(ben.view, "one three");
  into(ben.view, "title", 1);
  type(ben.view, " again");
  into(ben.view, "purpose");
  const end = ben.view.state.selection.from;
  ben.view.dispatch(ben.view.state.tr.setSelection(TextSelection.create(ben.view.state.doc, end - "three".length)));
  exchange(server, aisha.doc, ben.doc);
  for (const [index, letter] of ["t", "w", "o", " "].entries()) {
    type(ben.view, letter);
    into(aisha.view, "title", 1);
    type(aisha.view, String(index));
    exchange(server, aisha.doc, ben.doc);
  }
  expect(ben.view.state.doc.textContent).toContain("one two three");
  expect(aisha.view.state.doc.eq(ben.view.state.doc)).toBe(true);
  aisha.close();
  ben.close();
});

test("bold words and replaced words are written as they are shown", () => {
  const { server, aisha, ben } = world();
  into(aisha.view, "purpose");
  type(aisha.view, "one two");
  const { from } = aisha.view.state.selection;
  aisha.view.dispatch(aisha.view.state.tr.addMark(from - 3, from, lessonSchema.marks.strong.create()));
  type(aisha.view, "!");
  aisha.view.dispatch(aisha.view.state.tr.insertText("2", from - 3, from - 1));
  aisha.view.dispatch(aisha.view.state.tr.removeStoredMark(lessonSchema.marks.strong).insert(from, lessonSchema.text(" plain")));
  exchange(server, aisha.doc, ben.doc);
  expect(ben.view.state.doc.eq(aisha.view.state.doc)).toBe(true);
  expect(jsonOf(ben.doc)).toEqual(jsonOf(aisha.doc));
  aisha.close();
  ben.close();
});

test("undo takes back only what was done here, and redo brings it again", () => {
  const { server, aisha, ben } = world();
  into(aisha.view, "purpose");
  type(aisha.view, "mine");
  exchange(server, aisha.doc, ben.doc);
  into(ben.view, "purpose", 1);
  type(ben.view, "theirs");
  exchange(server, aisha.doc, ben.doc);
  undo(aisha.view.state, aisha.view.dispatch);
  exchange(server, aisha.doc, ben.doc);
  expect(ben.view.state.doc.textContent).not.toContain("mine");
  expect(ben.view.state.doc.textContent).toContain("theirs");
  redo(aisha.view.state, aisha.view.dispatch);
  exchange(server, aisha.doc, ben.doc);
  expect(ben.view.state.doc.textContent).toContain("mine");
  aisha.close();
  ben.close();
});

test("undoing a new block keeps the words a colleague has written in it", () => {
  const { server, aisha, ben } = world();
  into(aisha.view, "text");
  type(aisha.view, "Fold the strip");
  stopUndoGroup(aisha.view.state);
  into(aisha.view, "text", 1);
  type(aisha.view, "Which is right?");
  stopUndoGroup(aisha.view.state);
  enter(aisha.view.state, aisha.view.dispatch);
  exchange(server, aisha.doc, ben.doc);
  into(ben.view, "text", 2);
  type(ben.view, "Ben was here");
  exchange(server, aisha.doc, ben.doc);
  undo(aisha.view.state, aisha.view.dispatch);
  exchange(server, aisha.doc, ben.doc);
  expect(ben.view.state.doc.textContent).toContain("Ben was here");
  expect(jsonOf(aisha.doc)).toEqual(jsonOf(ben.doc));
  aisha.close();
  ben.close();
});

test("[SC4] blocks made by two people at once have ids of their own, and moving one keeps its id", () => {
  const { server, aisha, ben } = world();
  for (const { view } of [aisha, ben]) {
    into(view, "text", 1);
    type(view, "Why?");
    enter(view.state, view.dispatch);
  }
  exchange(server, aisha.doc, ben.doc);
  moveTarget(-1)(aisha.view.state, aisha.view.dispatch);
  exchange(server, aisha.doc, ben.doc);
  const ids: string[] = [];
  ben.view.state.doc.descendants((node) => {
    if ("id" in node.attrs) ids.push(String(node.attrs["id"]));
  });
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).not.toContain("null");
  expect(jsonOf(aisha.doc)).toEqual(jsonOf(ben.doc));
  aisha.close();
  ben.close();
});

const strange: readonly (readonly [string, LessonNode])[] = [
  ["a node", { type: "sketch", attrs: { id: "x1" }, content: [] }],
  ["a kind", { type: "block", attrs: { id: "x1", kind: "proof" }, content: [] }],
  [
    "a mark",
    {
      type: "block",
      attrs: { id: "x1", kind: "task" },
      content: [{ type: "line", attrs: { field: "text" }, content: [{ type: "text", text: "glow", marks: [{ type: "highlight" }] }] }],
    },
  ],
  ["a place where it may not stand", { type: "block", attrs: { id: "x1", kind: "task" }, content: [{ type: "stage", attrs: { id: "x2" } }] }],
  [
    "a link without an address",
    {
      type: "block",
      attrs: { id: "x1", kind: "task" },
      content: [{ type: "line", attrs: { field: "text" }, content: [{ type: "text", text: "here", marks: [{ type: "link" }] }] }],
    },
  ],
];

for (const [what, node] of strange) {
  test(`[SC8] ${what} of a newer version survives in everybody's document, and the editor lets go before it can delete it`, () => {
    const { server, aisha, ben } = world();
    into(aisha.view, "purpose");
    type(aisha.view, "before");
    exchange(server, aisha.doc, ben.doc);
    const stage = server.getXmlFragment(CONTENT).get(1);
    if (!(stage instanceof Y.XmlElement)) throw new Error("no stage");
    server.transact(() => {
      const holder = new Y.Doc();
      writeFragment(holder.getXmlFragment("one"), [node]);
      const made = holder.getXmlFragment("one").get(0).clone();
      stage.insert(stage.length, [made]);
    });
    exchange(server, aisha.doc, ben.doc);
    expect(aisha.unknown).toHaveLength(1);
    expect(aisha.view.isDestroyed).toBe(true);
    exchange(server, aisha.doc, ben.doc);
    exchange(server, aisha.doc, ben.doc);
    expect(JSON.stringify(jsonOf(server))).toContain("x1");
    expect(jsonOf(aisha.doc)).toEqual(jsonOf(server));
    expect(jsonOf(ben.doc)).toEqual(jsonOf(server));
    expect(whyNotBind(server.getXmlFragment(CONTENT), lessonSchema)).not.toBeNull();
    aisha.close();
    ben.close();
  });
}

test("a mark of a newer version that arrives inside a line is kept too", () => {
  const { server, aisha, ben } = world();
  into(aisha.view, "purpose");
  type(aisha.view, "glowing words");
  exchange(server, aisha.doc, ben.doc);
  const line = (server.getXmlFragment(CONTENT).get(1) as Y.XmlElement).get(1) as Y.XmlElement;
  (line.get(0) as Y.XmlText).format(0, 7, { highlight: { colour: "sun" } });
  exchange(server, aisha.doc, ben.doc);
  expect(ben.unknown).toEqual(["mark:highlight"]);
  expect(JSON.stringify(jsonOf(server))).toContain("highlight");
  expect(jsonOf(ben.doc)).toEqual(jsonOf(server));
  aisha.close();
  ben.close();
});
