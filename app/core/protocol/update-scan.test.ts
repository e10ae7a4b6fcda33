import * as Y from "yjs";
import { expect, test } from "vitest";
import { scanStateVector, scanUpdate } from "./update-scan.ts";

/** mulberry32 */
function makeRandom(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

const seed = Date.now() % 1_000_000_000;

/** Documents that use every kind of content Yjs can write. */
function randomUpdates(random: (limit: number) => number): Uint8Array[] {
  const docs = [new Y.Doc(), new Y.Doc(), new Y.Doc()];
  const updates: Uint8Array[] = [];
  for (const doc of docs) {
    doc.clientID = random(2 ** 31);
    doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin === "sync") return;
      updates.push(update);
      if (random(3) > 0) for (const other of docs) if (other !== doc) Y.applyUpdate(other, update, "sync");
    });
  }
  for (let step = 0; step < 60; step++) {
    const doc = docs[random(3)]!;
    const text = doc.getText("text");
    const array = doc.getArray("array");
    const xml = doc.getXmlFragment("xml");
    const actions = [
      () => text.insert(random(text.length + 1), ["a", "½", "👩‍🏫 longer", "日本"][random(4)]!),
      () => text.length > 0 && text.delete(random(text.length), 1),
      () => text.length > 0 && text.format(0, 1, { bold: true, link: { href: "x" } }),
      () => text.insertEmbed(0, { image: "one", list: [1, { deep: null }] }),
      () =>
        doc
          .getMap("map")
          .set(`k${random(3)}`, [1, -2.5, 2 ** 40, "s", null, undefined, true, false, { a: [] }, 7n, new Uint8Array([1, 2])][random(11)]),
      () => doc.getMap("map").delete(`k${random(3)}`),
      () => array.insert(0, [1, "two", { three: [3] }]),
      () => array.insert(0, [new Uint8Array([9, 9])]),
      () => array.length > 1 && array.delete(0, 2),
      () => array.insert(0, [new Y.Map(), new Y.Array(), new Y.Text("inner")]),
      () => array.insert(0, [new Y.Doc()]),
      () => xml.insert(0, [new Y.XmlElement("stage"), new Y.XmlText("words"), new Y.XmlElement("block")]),
      () => xml.length > 2 && xml.delete(1, 2),
    ];
    actions[random(actions.length)]!();
  }
  updates.push(...docs.map((doc) => Y.encodeStateAsUpdate(doc)), Y.mergeUpdates(updates.filter(() => random(2) === 0)));
  return updates;
}

const rangesOf = (map: ReadonlyMap<number, readonly { start: number; end: number }[]>) => [...map].filter(([, ranges]) => ranges.length > 0);

test("[WP5] it reads every update of Yjs as Yjs does", () => {
  for (let run = 0; run < 60; run++) {
    for (const update of randomUpdates(makeRandom(seed + run))) {
      const scan = scanUpdate(update);
      if (scan === null) throw new Error(`an update of Yjs was not read; seed ${seed + run}`);
      const { structs, ds } = Y.decodeUpdate(update);
      const expected = new Map<number, { start: number; end: number }[]>();
      for (const struct of structs) {
        if (struct instanceof Y.Skip) continue;
        const ranges = expected.get(struct.id.client) ?? [];
        const last = ranges.at(-1);
        if (last?.end === struct.id.clock) last.end += struct.length;
        else ranges.push({ start: struct.id.clock, end: struct.id.clock + struct.length });
        expected.set(struct.id.client, ranges);
      }
      expect(rangesOf(scan.structs), `seed ${seed + run}`).toEqual([...expected]);
      const deletions = [...ds.clients].map(([client, items]) => [client, items.map((item) => ({ start: item.clock, end: item.clock + item.len }))]);
      expect(rangesOf(scan.deletions), `seed ${seed + run}`).toEqual(deletions);
    }
  }
});

test("[WP5] [WP6] whatever bytes come, it does not throw, and what it passes Yjs can read", () => {
  let passed = 0;
  let refused = 0;
  for (let run = 0; run < 40; run++) {
    const random = makeRandom(seed + run);
    for (const update of randomUpdates(random)) {
      for (let change = 0; change < 10; change++) {
        const broken = Uint8Array.from(update.subarray(0, random(4) === 0 ? random(update.length + 1) : update.length));
        for (let flips = random(4); flips > 0; flips--) broken[random(broken.length)] = random(256);
        if (scanUpdate(broken) === null) {
          refused += 1;
        } else {
          passed += 1;
          Y.decodeUpdate(broken);
        }
      }
    }
  }
  // A throw above would have failed the test.
  expect(Math.min(passed, refused)).toBeGreaterThan(1_000);
});

test("[WP6] a length that reaches past the update is refused, although the memory behind it holds more", () => {
  const doc = new Y.Doc();
  doc.getArray("a").insert(0, [new Uint8Array(8).fill(7)]);
  const update = Y.encodeStateAsUpdate(doc);
  const memory = new Uint8Array(1_000);
  memory.set(update, 100);
  const view = memory.subarray(100, 100 + update.length);
  expect(scanUpdate(view)).not.toBeNull();
  const at = view.findIndex((byte, index) => byte === 8 && view[index + 1] === 7);
  view[at] = 100;
  expect(scanUpdate(view)).toBeNull();
});

test.each([
  ["nests without end", [1, 1, 5, 0, 8, 1, 1, 97, 1, ...Array.from({ length: 100 }, () => [117, 1]).flat(), 126, 0]],
  ["rests on its own future", [1, 1, 5, 0, 0x84, 5, 3, 1, 97, 0]],
  ["names its clients in the wrong order", [2, 1, 5, 0, 0, 1, 1, 6, 0, 0, 1, 0]],
  ["holds a struct of no length", [1, 1, 5, 0, 0, 0, 0]],
  ["has a client id beyond 32 bits", [1, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 0, 0, 1, 0]],
])("[WP6] an update that %s is refused", (_what, bytes) => {
  expect(scanUpdate(Uint8Array.from(bytes))).toBeNull();
});

test("[WP5] it says what an update rests on", () => {
  const first = new Y.Doc();
  first.clientID = 1;
  first.getText("t").insert(0, "abc");
  const second = new Y.Doc();
  second.clientID = 2;
  Y.applyUpdate(second, Y.encodeStateAsUpdate(first));
  second.getText("t").insert(2, "x");
  const scan = scanUpdate(Y.encodeStateAsUpdate(second, Y.encodeStateVector(first)));
  expect(scan?.needs).toEqual(new Map([[1, 3]]));
});

test("[WP4] a state vector is read whole or not at all", () => {
  const doc = new Y.Doc();
  doc.getText("t").insert(0, "abc");
  const bytes = Y.encodeStateVector(doc);
  expect(scanStateVector(bytes)).toEqual(Y.decodeStateVector(bytes));
  for (let length = 0; length < bytes.length; length++) expect(scanStateVector(bytes.subarray(0, length))).toBeNull();
  expect(scanStateVector(Uint8Array.from([...bytes, 0]))).toBeNull();
});
