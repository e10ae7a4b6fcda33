import * as Y from "yjs";
import { expect, test } from "vitest";
import { systemClock } from "#server/observe/clock";
import { makeThreadCompactor } from "./compactor.ts";
import { compactUpdates } from "./compact.ts";

function history(): { doc: Y.Doc; updates: Uint8Array[] } {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  const text = doc.getText("t");
  for (let at = 0; at < 200; at++) text.insert(text.length, `word ${at} `);
  text.delete(0, text.length - 20);
  return { doc, updates };
}

test("[SY17] the thread makes one small snapshot that shows the same document", async () => {
  const { doc, updates } = history();
  const compactor = makeThreadCompactor(systemClock);
  const snapshot = await compactor.compact(updates);
  const again = await compactor.compact([snapshot]);
  await compactor.close();
  const copy = new Y.Doc();
  Y.applyUpdate(copy, snapshot);
  expect(copy.getText("t").toJSON()).toBe(doc.getText("t").toJSON());
  expect(snapshot.length).toBeLessThan(200);
  expect(again.length).toBe(snapshot.length);
});

test("[SY17] parts that cannot be read or have gaps are left as they are, and the thread goes on", async () => {
  const { updates } = history();
  const compactor = makeThreadCompactor(systemClock);
  await expect(compactor.compact([Uint8Array.of(9, 9, 9)])).rejects.toThrow("a stored part cannot be read");
  await expect(compactor.compact(updates.toSpliced(50, 1))).rejects.toThrow("has gaps");
  expect((await compactor.compact(updates)).length).toBeGreaterThan(0);
  await compactor.close();
});

test("[SY17] closing while it works fails what was asked, and nothing else", async () => {
  const compactor = makeThreadCompactor(systemClock);
  const asked = compactor.compact(history().updates).then(
    () => "compacted",
    (error: unknown) => String(error),
  );
  await compactor.close();
  expect(await asked).toMatch(/closing|died/);
});

test("[SY17] a snapshot is a snapshot's fixed point", () => {
  const { updates } = history();
  const once = compactUpdates(updates);
  expect(compactUpdates([once])).toEqual(once);
});
