import * as Y from "yjs";
import { expect, test } from "vitest";
import { makeDocumentBytes, mergeInGroups } from "./document-bytes.ts";
import { makeRandom } from "../../tests/support/random.ts";

/** Two people write; everything reaches the bytes, and now and then somebody comes who has seen the first part of it. */
function simulate(seed: number): number {
  const { below: random } = makeRandom(seed);
  const [anna, ben] = [new Y.Doc(), new Y.Doc()];
  anna.clientID = 1 + random(1_000);
  ben.clientID = 2_000 + random(1_000);
  const content = makeDocumentBytes(null, []);
  const whole = new Y.Doc();
  const seen: Y.Doc[] = [new Y.Doc()];
  for (const doc of [anna, ben]) {
    doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin === "other") return;
      content.add(update);
      Y.applyUpdate(whole, update);
      Y.applyUpdate(doc === anna ? ben : anna, update, "other");
    });
  }
  let asked = 0;
  for (let step = 0; step < 80; step++) {
    const text = (random(2) === 0 ? anna : ben).getText("t");
    if (random(3) > 0 || text.length < 2) text.insert(random(text.length + 1), "ab");
    else text.delete(random(text.length - 1), 1);
    if (random(10) === 0) {
      const copy = new Y.Doc();
      Y.applyUpdate(copy, Y.encodeStateAsUpdate(whole));
      seen.push(copy);
    }
    if (random(20) === 0) content.replace(Y.encodeStateAsUpdate(whole), []);
    if (random(8) > 0) continue;
    asked += 1;
    for (const doc of seen) {
      const reader = new Y.Doc();
      Y.applyUpdate(reader, Y.encodeStateAsUpdate(doc));
      const hasAll = [...Y.decodeStateVector(Y.encodeStateVector(whole))].every(
        ([client, clock]) => (Y.decodeStateVector(Y.encodeStateVector(reader)).get(client) ?? 0) >= clock,
      );
      for (const update of content.since(Y.encodeStateVector(reader), hasAll)) {
        Y.applyUpdate(reader, update);
        expect(reader.store.pendingStructs, `seed ${seed}`).toBeNull();
      }
      expect(reader.getText("t").toJSON(), `seed ${seed}`).toBe(whole.getText("t").toJSON());
      expect(reader.store.pendingDs, `seed ${seed}`).toBeNull();
    }
  }
  const all = new Y.Doc();
  Y.applyUpdate(all, content.whole());
  expect(all.getText("t").toJSON()).toBe(whole.getText("t").toJSON());
  return asked;
}

test("[SY3] whoever comes, with whatever they have, has all of it after what they are sent, and nothing pending on the way", () => {
  const first = Date.now() % 1_000_000_000;
  let asked = 0;
  for (let seed = first; seed < first + 40; seed++) asked += simulate(seed);
  expect(asked).toBeGreaterThan(200);
});

test("[SY3] the snapshot is sent as it is, not merged and not copied", () => {
  const doc = new Y.Doc();
  doc.getText("t").insert(0, "a".repeat(1_000));
  const snapshot = Y.encodeStateAsUpdate(doc);
  const content = makeDocumentBytes(snapshot, []);
  doc.once("update", (update: Uint8Array) => content.add(update));
  doc.getText("t").insert(0, "b");
  expect(content.since(Uint8Array.of(0), false)[0]).toBe(snapshot);
  expect(content.tail().updates).toBe(1);
});

test("[SY3] merging in groups gives what merging at once gives", () => {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  for (let at = 0; at < 200; at++) doc.getText("t").insert(at % 7, "x");
  expect(mergeInGroups(updates)).toEqual(Y.mergeUpdates(updates));
  expect(mergeInGroups([])).toEqual(Uint8Array.of(0, 0));
});
