import { expect, test } from "vitest";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { currentPart, readOutline, readPeople } from "./outline.ts";
import { block, header, lesson, stage, stateOf } from "./test-lesson.ts";

test("the outline has each stage with its minutes and blocks, and their sum", () => {
  const outline = readOutline(lesson(header(" Parts "), stage("Ping 1", block("task", ""), block("task", "")), stage("")));
  expect(outline).toMatchObject({ title: "Parts", totalMinutes: 10 });
  expect(outline.stages.map(({ title, minutes, blocks }) => [title, minutes, blocks])).toEqual([
    ["Ping 1", 5, 2],
    ["", 5, 0],
  ]);
  expect(readOutline(lesson())).toMatchObject({ title: "", stages: [], headerId: null, totalMinutes: 0 });
});

test("the part with the cursor is the header or the stage around it", () => {
  const state = stateOf(lesson(header("T"), stage("Ping", block("task", "Fo<a>ld"))));
  expect(currentPart(state)).toBe(state.doc.child(1).attrs["id"]);
  const inHeader = stateOf(lesson(header("T<a>"), stage("Ping")));
  expect(currentPart(inHeader)).toBe(inHeader.doc.child(0).attrs["id"]);
});

/** The people whom a window sees, given what each window says of itself. The first is one's own. */
function here(...states: readonly Record<string, unknown>[]): ReturnType<typeof readPeople> {
  const awareness = new Awareness(new Y.Doc());
  for (const [index, state] of states.entries()) awareness.states.set(index === 0 ? awareness.clientID : index, state);
  const people = readPeople(awareness);
  awareness.destroy();
  return people;
}

test("oneself comes first, then the others by name, each once and each with a colour of their own", () => {
  const people = here(
    { user: { id: "z", name: "Zoe" }, part: "s1" },
    { user: { id: "b", name: "Ben" }, part: "s2" },
    { user: { id: "a", name: "Aisha" } },
    { user: { id: "b", name: "Ben" } },
  );
  expect(people.map(({ name, self, partId }) => [name, self, partId])).toEqual([
    ["Zoe", true, "s1"],
    ["Aisha", false, null],
    ["Ben", false, "s2"],
  ]);
  expect(new Set(people.map(({ place }) => place)).size).toBe(3);
});

test("of a person with two windows the one with a place in the lesson counts", () => {
  const [, ben] = here({ user: { id: "a", name: "Aisha" } }, { user: { id: "b", name: "Ben" } }, { user: { id: "b", name: "Ben" }, part: "s2" });
  expect(ben).toMatchObject({ name: "Ben", partId: "s2" });
});

test("windows that do not say who they are, or say nonsense, are nobody", () => {
  expect(here({ user: { id: "a", name: "Aisha" } }, {}, { user: { id: 3, name: "X" } }, { user: null, part: 5 })).toHaveLength(1);
});
