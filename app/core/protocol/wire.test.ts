import * as Y from "yjs";
import { expect, test } from "vitest";
import { encodeAwarenessEntry, joinAwareness, makeStateSigner, parseAwareness, scanAwareness, signState } from "./awareness.ts";
import { CLOSE_CODES, isFinalClose } from "./close-codes.ts";
import { LIMITS } from "../limits.ts";
import {
  encodeAwarenessFrame,
  encodeClosing,
  encodeDenied,
  encodeNotice,
  encodePersisted,
  encodeStep1,
  encodeStep2,
  encodeUpdate,
  parseClientFrame,
  parseServerFrame,
} from "./wire.ts";

const bytes = Uint8Array.of(1, 2, 3);
const entry = (clientId: number, state: Record<string, unknown> | null, clock = 1) => encodeAwarenessEntry({ clientId, clock, state });

test.each([
  ["step 1", encodeStep1(bytes), { type: "step1", stateVector: bytes }],
  ["step 2", encodeStep2(bytes), { type: "step2", update: bytes }],
  ["an update", encodeUpdate(bytes), { type: "update", update: bytes }],
  ["awareness", encodeAwarenessFrame(bytes), { type: "awareness", body: bytes }],
])("[WP2] %s comes out as it went in, for both sides", (_what, frame, message) => {
  expect(parseClientFrame(frame)).toEqual(message);
  expect(parseServerFrame(frame)).toEqual(message);
});

test.each([
  ["persisted", encodePersisted(300), { type: "persisted", count: 300 }],
  ["closing", encodeClosing("reload"), { type: "closing", ...CLOSE_CODES.reload }],
  ["a notice", encodeNotice({ type: "version", number: 3 }), { type: "notice", notice: { type: "version", number: 3 } }],
  ["denied", encodeDenied("no"), { type: "denied", words: "no" }],
])("[WP2] %s comes from the server only", (_what, frame, message) => {
  expect(parseServerFrame(frame)).toEqual(message);
  expect(parseClientFrame(frame)).toBeNull();
});

test("[WP1] every frame that is cut off or continued is refused", () => {
  const frames = [
    encodeStep1(bytes),
    encodeUpdate(bytes),
    encodeAwarenessFrame(bytes),
    encodePersisted(300),
    encodeClosing("restart"),
    encodeNotice([]),
  ];
  for (const frame of frames) {
    for (let length = 0; length < frame.length; length++) expect(parseServerFrame(frame.subarray(0, length))).toBeNull();
    expect(parseServerFrame(Uint8Array.from([...frame, 0]))).toBeNull();
  }
});

test("[WP1] a body may not reach into the memory behind the frame", () => {
  const memory = new Uint8Array(100).fill(42);
  memory.set([0, 2, 50, 1, 2], 0);
  expect(parseClientFrame(memory.subarray(0, 5))).toBeNull();
});

test("[WP7] awareness comes out as it went in", () => {
  const body = joinAwareness([entry(7, { cursor: { anchor: 1 } }, 3), entry(8, null)]);
  expect(parseAwareness(body)).toEqual([
    { clientId: 7, clock: 3, state: { cursor: { anchor: 1 } } },
    { clientId: 8, clock: 1, state: null },
  ]);
  expect(parseAwareness(joinAwareness([]))).toEqual([]);
});

test.each<[string, Uint8Array, string]>([
  ["a state past the limit", joinAwareness([entry(1, { words: "x".repeat(LIMITS.maxAwarenessBytes) })]), "tooLarge"],
  ["a declared million of entries", Uint8Array.of(0xc0, 0x84, 0x3d), "tooLarge"],
  ["a state that is no object", Uint8Array.of(1, 1, 1, 1, 0x35), "malformed"],
  ["a state that is a list", Uint8Array.of(1, 1, 1, 2, 0x5b, 0x5d), "malformed"],
  ["bytes that are no UTF-8", Uint8Array.of(1, 1, 1, 2, 0xff, 0xff), "malformed"],
  ["an entry that is cut off", joinAwareness([entry(1, {})]).subarray(0, 4), "malformed"],
  [
    "a state that nests without end",
    joinAwareness([entry(1, JSON.parse('{"a":'.repeat(200) + "1" + "}".repeat(200)) as Record<string, unknown>)]),
    "malformed",
  ],
])("[WP8] %s is refused", (_what, body, trouble) => {
  expect(parseAwareness(body)).toBe(trouble);
  expect(scanAwareness(body)).toBe(trouble);
});

test("[WP9] the signed-in person stands in the state, whatever the client wrote", () => {
  const person = { id: "p1", name: "Aisha" };
  expect(signState({ cursor: 1 }, person)).toEqual({ cursor: 1, user: person });
  expect(signState({ user: "boss" }, person)).toEqual({ user: person });
  expect(signState({ user: { id: "boss", name: "Boss", color: "#aabbcc", colorLight: "var(--presence-3)" } }, person)).toEqual({
    user: { ...person, color: "#aabbcc", colorLight: "var(--presence-3)" },
  });
});

test.each(["red", "#12345", "#gggggg", "url(https://evil.test)", "var(--a);background:url(x)", 7, null])("[WP9] %j is no colour", (color) => {
  expect(signState({ user: { color } }, { id: "p", name: "n" })).toEqual({ user: { id: "p", name: "n" } });
});

test("[WP9] a state cannot reach a prototype", () => {
  const state = JSON.parse('{"user":{"__proto__":{"evil":1}},"__proto__":{"evil":1}}') as Record<string, unknown>;
  const signed = signState(state, { id: "p", name: "n" });
  expect((signed as { evil?: unknown }).evil).toBeUndefined();
  expect((signed["user"] as { evil?: unknown }).evil).toBeUndefined();
});

test("[WP10] the stock client gives up on what cannot help itself, and comes back for the rest", () => {
  const final = Object.entries(CLOSE_CODES).filter(([, { code }]) => isFinalClose(code));
  expect(final.map(([reason]) => reason).toSorted()).toEqual(
    ["documentFull", "forbidden", "malformed", "notFound", "reload", "signedOut", "tooLarge", "tooMany"].toSorted(),
  );
  // A websocket's close reason holds at most 123 bytes.
  for (const { words } of Object.values(CLOSE_CODES)) expect(new TextEncoder().encode(words).length).toBeLessThanOrEqual(123);
});

test("[WP2] a frame of the stock client is one of ours", () => {
  const doc = new Y.Doc();
  expect(parseClientFrame(encodeStep1(Y.encodeStateVector(doc)))?.type).toBe("step1");
});

test.each<[string, Record<string, unknown>]>([
  ["a cursor", { user: { name: "Ben", color: "#30bced" }, cursor: { anchor: { item: { client: 5, clock: 1 } } } }],
  ["no user", { cursor: 1 }],
  ["nothing", {}],
  ["a user that is none", { user: "Ben", cursor: [1, -2.5, null] }],
  ["a colour that is none", { a: 1, user: { color: "url(x)", colorLight: "#30bced33", id: "mallory" } }],
  ["words beyond ASCII", { user: { name: "Zoë" }, note: "½" }],
  ["escapes", { user: { name: 'a "quote"' } }],
])("[WP9] a state is signed alike, read or unread: %s", (_what, state) => {
  const person = { id: "p1", name: "Aïsha" };
  const sign = makeStateSigner(person);
  for (let again = 0; again < 2; again++) {
    const entries = scanAwareness(joinAwareness([entry(7, state)]));
    if (typeof entries === "string") throw new Error("it did not pass");
    for (const one of entries) {
      if (one.json === null) throw new Error("nobody is gone");
      expect(JSON.parse(new TextDecoder().decode(sign({ ...one, json: one.json })))).toEqual(signState(state, person));
    }
  }
});
