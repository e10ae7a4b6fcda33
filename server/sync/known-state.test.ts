import * as Y from "yjs";
import { describe, expect, test } from "vitest";
import { scanUpdate } from "#core/protocol/update-scan";
import { makeKnownState } from "./known-state.ts";

const scanOf = (update: Uint8Array) => {
  const scan = scanUpdate(update);
  if (scan === null) throw new Error("the test made an update that cannot be read");
  return scan;
};

/** A document that types one letter at a time and keeps each update. */
function typist(text: string, from?: Uint8Array): { doc: Y.Doc; updates: Uint8Array[] } {
  const doc = new Y.Doc();
  if (from) Y.applyUpdate(doc, from);
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  const into = doc.getText("t");
  for (const letter of text) into.insert(into.length, letter);
  return { doc, updates };
}

describe("what a room knows", () => {
  test("[SY3] an update is news once and known afterwards", () => {
    const { updates, doc } = typist("ab");
    const known = makeKnownState();
    expect(known.compare(scanOf(updates[0]!))).toEqual({ is: "news", writers: [doc.clientID] });
    known.add(scanOf(updates[0]!));
    expect(known.compare(scanOf(updates[0]!))).toEqual({ is: "known" });
  });

  test("[SY4] an update whose predecessor is missing is a gap", () => {
    const { updates } = typist("abc");
    const known = makeKnownState();
    known.add(scanOf(updates[0]!));
    expect(known.compare(scanOf(updates[2]!))).toEqual({ is: "gap" });
  });

  test("[SY4] an update that rests on an unknown client is a gap", () => {
    const first = typist("a");
    const second = typist("b", Y.encodeStateAsUpdate(first.doc));
    expect(makeKnownState().compare(scanOf(second.updates[0]!))).toEqual({ is: "gap" });
  });

  test("[SY4] a deletion of what is not known is a gap, of what is known news, and then known", () => {
    const { doc, updates } = typist("abc");
    doc.getText("t").delete(1, 1);
    const deletion = scanOf(updates[3]!);
    const known = makeKnownState();
    expect(known.compare(deletion)).toEqual({ is: "gap" });
    for (const update of updates.slice(0, 3)) known.add(scanOf(update));
    expect(known.compare(deletion)).toEqual({ is: "news", writers: [] });
    known.add(deletion);
    expect(known.compare(deletion)).toEqual({ is: "known" });
  });

  test("[SY3] its state vector is the document's", () => {
    const first = typist("hello");
    const second = typist("world", Y.encodeStateAsUpdate(first.doc));
    const known = makeKnownState();
    for (const update of [...first.updates, ...second.updates]) known.add(scanOf(update));
    expect(Y.decodeStateVector(known.stateVector())).toEqual(Y.decodeStateVector(Y.encodeStateVector(second.doc)));
  });

  test("[SY3] deleted ranges in any order, overlapping or touching, are the same set", () => {
    const scan = (ranges: [number, number][]) => ({
      structs: new Map(),
      needs: new Map(),
      deletionsAt: 0,
      deletions: new Map([[1, ranges.map(([start, end]) => ({ start, end }))]]),
    });
    const known = makeKnownState();
    known.add(
      scan([
        [8, 10],
        [0, 2],
        [4, 6],
        [2, 4],
        [5, 9],
        [20, 21],
      ]),
    );
    expect(known.deletions.get(1)).toEqual([0, 10, 20, 21]);
    known.add(
      scan([
        [1, 2],
        [12, 13],
        [11, 30],
      ]),
    );
    expect(known.deletions.get(1)).toEqual([0, 10, 11, 30]);
  });
});
