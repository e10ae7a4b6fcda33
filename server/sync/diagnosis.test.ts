import { expect, test } from "vitest";
import * as Y from "yjs";
import { diagnose } from "./diagnosis.ts";

/** A text of numbered words, a client id for each of two writers by turns, one update a word. */
function writeWords(count: number): { readonly updates: Uint8Array[]; readonly text: string; readonly stateAfter: (words: number) => Uint8Array } {
  const updates: Uint8Array[] = [];
  const docs = [new Y.Doc(), new Y.Doc()] as const;
  docs[0].clientID = 1;
  docs[1].clientID = 2;
  for (const doc of docs) doc.on("update", (update: Uint8Array, origin: unknown) => origin === null && updates.push(update));
  for (let word = 0; word < count; word++) {
    const [mine, other] = word % 2 === 0 ? docs : [docs[1], docs[0]];
    mine.getText("content").insert(mine.getText("content").length, `w${word} `);
    Y.applyUpdate(other, updates.at(-1)!, "relay");
  }
  return {
    updates,
    text: docs[0].getText("content").toJSON(),
    stateAfter: (words) => merge(updates.slice(0, words)),
  };
}

/** As compaction makes it. */
function merge(updates: readonly Uint8Array[]): Uint8Array {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  return Y.encodeStateAsUpdate(doc);
}

function textOf(update: Uint8Array): string {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  expect(doc.store.pendingStructs).toBeNull();
  return doc.getText("content").toJSON();
}

const cut = (part: Uint8Array): Uint8Array => part.subarray(0, part.length - 3);

test("[ST21] a whole document has no troubles, and its base is not touched", () => {
  const { updates, text } = writeWords(6);
  const diagnosis = diagnose([merge(updates.slice(0, 3)), ...updates.slice(3)], new Uint8Array([1, 2, 3]));
  expect(diagnosis).toMatchObject({ troubles: [], usedBase: false, isEmpty: false });
  expect(textOf(diagnosis.whole)).toBe(text);
});

test("[ST21] a cut update takes what rests on it along: both are named, and what stands before them is kept", () => {
  const { updates } = writeWords(6);
  const diagnosis = diagnose([...updates.slice(0, 2), cut(updates[2]!), ...updates.slice(3)], null);
  expect(diagnosis.troubles).toEqual([
    { index: 2, why: "unreadable" },
    { index: 3, why: "rests on what is gone" },
    { index: 4, why: "rests on what is gone" },
    { index: 5, why: "rests on what is gone" },
  ]);
  expect(textOf(diagnosis.whole)).toBe("w0 w1 ");
});

test("[ST21] a missing row in the middle is found though every part decodes", () => {
  const { updates } = writeWords(6);
  const diagnosis = diagnose(updates.toSpliced(4, 1), null);
  expect(diagnosis.troubles).toEqual([{ index: 4, why: "rests on what is gone" }]);
  expect(textOf(diagnosis.whole)).toBe("w0 w1 w2 w3 ");
});

test("[ST21] what is lost and stood alone costs nothing else", () => {
  const left = new Y.Doc();
  left.getText("left").insert(0, "left");
  const right = new Y.Doc();
  right.getText("content").insert(0, "right");
  const diagnosis = diagnose([cut(Y.encodeStateAsUpdate(left)), Y.encodeStateAsUpdate(right)], null);
  expect(diagnosis.troubles).toEqual([{ index: 0, why: "unreadable" }]);
  expect(textOf(diagnosis.whole)).toBe("right");
});

test("[ST21] without the snapshot nothing is left; a version that holds what was in it gives the updates their ground again", () => {
  const { updates, text, stateAfter } = writeWords(8);
  const parts = [cut(stateAfter(5)), ...updates.slice(5)];
  expect(diagnose(parts, null)).toMatchObject({ isEmpty: true, usedBase: false });
  const saved = diagnose(parts, stateAfter(5));
  expect(saved).toMatchObject({ usedBase: true, isEmpty: false, troubles: [{ index: 0, why: "unreadable" }] });
  expect(textOf(saved.whole)).toBe(text);
  const older = diagnose(parts, stateAfter(3));
  expect(older.usedBase).toBe(true);
  expect(older.troubles.map(({ why }) => why)).toEqual(["unreadable", "rests on what is gone", "rests on what is gone", "rests on what is gone"]);
  expect(textOf(older.whole)).toBe("w0 w1 w2 ");
});

test("[ST21] a deletion of something that is gone is kept aside too", () => {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  doc.getText("content").insert(0, "one");
  doc.getText("content").insert(3, " two");
  doc.getText("content").delete(3, 4);
  const diagnosis = diagnose([updates[0]!, updates[2]!], null);
  expect(diagnosis.troubles).toEqual([{ index: 1, why: "rests on what is gone" }]);
  expect(textOf(diagnosis.whole)).toBe("one");
});
