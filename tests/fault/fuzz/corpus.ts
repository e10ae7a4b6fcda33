/**
 * What fuzzing starts from: real bytes of every kind that goes over the wire, made by the libraries that clients use.
 *
 * A case is the body of a message (an update, a state vector ...) or a whole frame; `frameOf` wraps a body as it would come, with lengths that
 * are right, so that what was changed inside is reached.
 */
import * as encoding from "lib0/encoding";
import * as Y from "yjs";
import { encodeAwarenessEntry, joinAwareness } from "#core/protocol/awareness";
import {
  MESSAGE,
  encodeAwarenessFrame,
  encodeClosing,
  encodeDenied,
  encodeNotice,
  encodePersisted,
  encodeStep1,
  encodeStep2,
  encodeUpdate,
} from "#core/protocol/wire";
import type { Random } from "../../support/random.ts";

export type CaseKind = "update" | "stateVector" | "awareness" | "frame";
export type Case = { readonly kind: CaseKind; readonly bytes: Uint8Array };

const bytesOf = (write: (encoder: encoding.Encoder) => void): Uint8Array => encoding.encode(write);

/** A document in which every content kind of Yjs occurs that a client can still make. */
function everyContent(clientId: number): Y.Doc {
  const doc = new Y.Doc({ gc: true });
  doc.clientID = clientId;
  const text = doc.getText("text");
  text.insert(0, "four apples, ½ ✓ 🍎");
  text.format(2, 4, { bold: true, link: { href: "x" } });
  text.insertEmbed(3, { image: "a" });
  text.delete(1, 3);
  const list = doc.getArray<unknown>("list");
  list.insert(0, [
    1,
    -1,
    2 ** 40,
    1.5,
    0.1,
    true,
    false,
    null,
    { u: undefined },
    "words",
    { a: [1, { b: null }] },
    new Uint8Array([1, 2, 3]),
    { n: 2n ** 40n },
  ]);
  list.insert(1, [
    new Y.Map(),
    new Y.Array(),
    new Y.Text("t"),
    new Y.XmlText("x"),
    new Y.XmlElement("line"),
    new Y.XmlFragment(),
    new Y.XmlHook("hook"),
  ]);
  list.delete(2, 2);
  const map = doc.getMap<unknown>("map");
  map.set("year", "3");
  map.set("year", "4");
  map.set("sub", new Y.Doc({ guid: "sub", autoLoad: true }));
  map.delete("year");
  const content = doc.getXmlFragment("content");
  const element = new Y.XmlElement("stage");
  content.insert(0, [element]);
  element.setAttribute("id", "s1");
  element.insert(0, [new Y.XmlText("one"), new Y.XmlElement("line")]);
  element.delete(0, 1);
  return doc;
}

/** Content kind 2, which Yjs reads but writes no more. */
const jsonContent = (): Uint8Array =>
  bytesOf((encoder) => {
    for (const value of [1, 1, 77, 0, 2, 1]) encoding.writeVarUint(encoder, value);
    encoding.writeVarString(encoder, "old");
    encoding.writeVarUint(encoder, 3);
    for (const json of ["undefined", '{"a":[1,2]}', '"½"']) encoding.writeVarString(encoder, json);
    encoding.writeVarUint(encoder, 0);
  });

function updates(): Uint8Array[] {
  const doc = everyContent(1_000);
  const other = everyContent(2 ** 32 - 1);
  const before = Y.encodeStateVector(doc);
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(other));
  const parts: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => parts.push(update));
  for (let at = 0; at < 6; at++) doc.getText("text").insert(at, String(at));
  doc.getText("text").delete(2, 4);
  return [
    Uint8Array.of(0, 0),
    jsonContent(),
    Y.encodeStateAsUpdate(everyContent(5)),
    Y.encodeStateAsUpdate(doc),
    Y.encodeStateAsUpdate(doc, before),
    ...parts,
    // With a hole (content kind 10), and deletions only.
    Y.mergeUpdates([parts[0] ?? new Uint8Array(), parts[4] ?? new Uint8Array()]),
    Y.diffUpdate(Y.encodeStateAsUpdate(doc), Y.encodeStateVector(doc)),
  ];
}

/** All that fuzzing begins with. */
export function seedCases(): Case[] {
  const state = { user: { id: "p", name: "Anna", color: "#aabbcc" }, cursor: { anchor: { type: null, tname: "content", item: null } } };
  const entry = (clientId: number, clock: number, gone = false) => encodeAwarenessEntry({ clientId, clock, state: gone ? null : state });
  const awareness = [[], [entry(1, 1)], [entry(2 ** 32 - 1, 2 ** 32), entry(5, 0, true)]].map(joinAwareness);
  const vector = Y.encodeStateVector(everyContent(9));
  const frames = [
    encodePersisted(300),
    encodeClosing("tryLater"),
    encodeNotice({ type: "access", mayWrite: false }),
    encodeDenied("no"),
    bytesOf((encoder) => encoding.writeVarUint(encoder, MESSAGE.queryAwareness)),
  ];
  const make =
    (kind: CaseKind) =>
    (bytes: Uint8Array): Case => ({ kind, bytes });
  return [
    ...updates().map(make("update")),
    ...[Uint8Array.of(0), vector].map(make("stateVector")),
    ...awareness.map(make("awareness")),
    ...frames.map(make("frame")),
  ];
}

/** The frame in which such bytes come. */
export function frameOf({ kind, bytes }: Case, random: Random): Uint8Array {
  switch (kind) {
    case "update":
      return random.chance(0.5) ? encodeUpdate(bytes) : encodeStep2(bytes);
    case "stateVector":
      return encodeStep1(bytes);
    case "awareness":
      return encodeAwarenessFrame(bytes);
    case "frame":
      return bytes;
  }
}

/** Cases of a megabyte or so, each the worst of its kind for whoever reads it. */
export function bulkCases(): Case[] {
  const many = (count: number, write: (encoder: encoding.Encoder, at: number) => void) =>
    bytesOf((encoder) => {
      for (let at = 0; at < count; at++) write(encoder, at);
    });
  const uint = (...values: number[]) => bytesOf((encoder) => values.forEach((value) => encoding.writeVarUint(encoder, value)));
  const join = (...parts: Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));
  const [count, pairs] = [400_000, 150_000];
  const deepJson = `${"[".repeat(500_000)}${"]".repeat(500_000)}`;
  return [
    // As many deleted structs as fit; as many clients; as many deletions.
    {
      kind: "update",
      bytes: join(
        uint(1, count, 7, 0),
        many(count, (e) => (encoding.writeUint8(e, 0), encoding.writeVarUint(e, 1))),
        uint(0),
      ),
    },
    {
      kind: "update",
      bytes: join(
        uint(pairs),
        many(pairs, (e, at) => [1, 2 ** 31 - at, 0, 0, 1].forEach((value) => encoding.writeVarUint(e, value))),
        uint(0),
      ),
    },
    {
      kind: "update",
      bytes: join(
        uint(0, 1, 7, count),
        many(count, (e, at) => [2 * at, 1].forEach((value) => encoding.writeVarUint(e, value))),
      ),
    },
    // A million letters of two bytes; JSON and values that nest.
    {
      kind: "update",
      bytes: join(
        uint(1, 1, 7, 0, 4, 1, 1, 97),
        bytesOf((e) => encoding.writeVarString(e, "½".repeat(500_000))),
        uint(0),
      ),
    },
    {
      kind: "update",
      bytes: join(
        uint(1, 1, 7, 0, 5, 1, 1, 97),
        bytesOf((e) => encoding.writeVarString(e, deepJson)),
        uint(0),
      ),
    },
    {
      kind: "update",
      bytes: join(
        uint(1, 1, 7, 0, 8, 1, 1, 97, 1),
        many(count, (e) => (encoding.writeUint8(e, 117), encoding.writeVarUint(e, 1))),
      ),
    },
    {
      kind: "stateVector",
      bytes: join(
        uint(pairs),
        many(pairs, (e, at) => [at, 1].forEach((value) => encoding.writeVarUint(e, value))),
      ),
    },
    {
      kind: "awareness",
      bytes: join(
        uint(2_000),
        many(2_000, (e, at) => (encoding.writeVarUint(e, at), encoding.writeVarUint(e, 1), encoding.writeVarString(e, `{"a":"${"x".repeat(500)}"}`))),
      ),
    },
    {
      kind: "frame",
      bytes: join(
        uint(MESSAGE.notice),
        bytesOf((e) => encoding.writeVarString(e, deepJson)),
      ),
    },
  ];
}
