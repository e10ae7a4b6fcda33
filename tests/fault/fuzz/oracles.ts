/**
 * What must be true of every parser of the wire, for any bytes: it does not throw, does not look outside the frame, takes time and memory in
 * proportion, and what it lets through is taken by Yjs, which reads the same from it. Rules WP1, WP2, WP4 to WP8.
 */
import { isDeepStrictEqual } from "node:util";
import * as Y from "yjs";
import {
  encodeAwarenessEntry,
  joinAwareness,
  makeStateSigner,
  parseAwareness,
  scanAwareness,
  signState,
  type AwarenessEntry,
} from "#core/protocol/awareness";
import { scanStateVector, scanUpdate, type UpdateScan } from "#core/protocol/update-scan";
import { parseClientFrame, parseServerFrame } from "#core/protocol/wire";

/** A promise that some bytes broke. */
export class Finding extends Error {
  override readonly name = "Finding";
}

const CANARY = new TextEncoder().encode("CANARY".repeat(20));
const CANARY_NUMBERS = Uint8Array.from({ length: 120 }, (_, at) => [1, 117, 126, 0, 4, 132][at % 6] ?? 0);

/** The bytes in the middle of memory that belongs to others. */
export function among(bytes: Uint8Array, canary: Uint8Array = CANARY): Uint8Array {
  const memory = new Uint8Array(bytes.length + 2 * canary.length);
  memory.set(canary, 0);
  memory.set(bytes, canary.length);
  memory.set(canary, canary.length + bytes.length);
  return memory.subarray(canary.length, canary.length + bytes.length);
}

/** What a parser says must not depend on what lies around the frame. */
function parseEverywhere<T>(name: string, bytes: Uint8Array, parse: (bytes: Uint8Array) => T): T {
  const call = (where: Uint8Array): T => {
    try {
      return parse(where);
    } catch (error) {
      throw new Finding(`${name} threw ${String(error)}`, { cause: error });
    }
  };
  const [alone, amongWords, amongNumbers] = [call(Uint8Array.from(bytes)), call(among(bytes)), call(among(bytes, CANARY_NUMBERS))];
  if (!isDeepStrictEqual(alone, amongWords) || !isDeepStrictEqual(alone, amongNumbers)) throw new Finding(`${name} read outside the frame`);
  return alone;
}

/** Ranges as one range where they touch: how they were cut does not matter. */
function tidy(ranges: readonly { readonly start: number; readonly end: number }[]): string {
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return JSON.stringify(joined);
}

function checkAgainstYjs(bytes: Uint8Array, scan: UpdateScan): void {
  let decoded: ReturnType<typeof Y.decodeUpdate>;
  try {
    decoded = Y.decodeUpdate(Uint8Array.from(bytes));
  } catch (error) {
    throw new Finding(`Yjs cannot decode an update that passed: ${String(error)}`, { cause: error });
  }
  const structs = Map.groupBy(
    decoded.structs.filter((struct) => !(struct instanceof Y.Skip)),
    (struct) => struct.id.client,
  );
  for (const client of new Set([...structs.keys(), ...scan.structs.keys()])) {
    const ofYjs = (structs.get(client) ?? []).map(({ id, length }) => ({ start: id.clock, end: id.clock + length }));
    if (tidy(ofYjs) !== tidy(scan.structs.get(client) ?? [])) throw new Finding(`Yjs reads other structs of ${client}`);
  }
  for (const client of new Set([...decoded.ds.clients.keys(), ...scan.deletions.keys()])) {
    const ofYjs = (decoded.ds.clients.get(client) ?? []).map(({ clock, len }) => ({ start: clock, end: clock + len }));
    if (tidy(ofYjs) !== tidy(scan.deletions.get(client) ?? [])) throw new Finding(`Yjs reads other deletions of ${client}`);
  }
  const doc = new Y.Doc();
  try {
    Y.applyUpdate(doc, Uint8Array.from(bytes));
    const state = Y.encodeStateAsUpdate(doc);
    // What is pending Yjs writes down in ways of its own (deletions out of order come out wrong); a room takes nothing that would be.
    const isWhole = doc.store.pendingStructs === null && doc.store.pendingDs === null;
    if (isWhole && scanUpdate(state) === null) throw new Finding("what Yjs makes of an update that passed does not pass");
    checkMerging(bytes);
  } catch (error) {
    if (error instanceof Finding) throw error;
    throw new Finding(`Yjs throws on an update that passed: ${String(error)}`, { cause: error });
  } finally {
    doc.destroy();
  }
}

const BESIDE = (() => {
  const doc = new Y.Doc();
  doc.clientID = 123_456;
  doc.getText("beside").insert(0, "beside");
  return Y.encodeStateAsUpdate(doc);
})();

/** A room merges updates without integrating them: together they must be what they are one by one. */
function checkMerging(bytes: Uint8Array): void {
  const [merged, apart] = [new Y.Doc(), new Y.Doc()];
  Y.applyUpdate(merged, Y.mergeUpdates([BESIDE, Uint8Array.from(bytes)]));
  for (const update of [BESIDE, bytes]) Y.applyUpdate(apart, Uint8Array.from(update));
  if (!isDeepStrictEqual(Y.decodeStateVector(Y.encodeStateVector(merged)), Y.decodeStateVector(Y.encodeStateVector(apart)))) {
    throw new Finding("merged with others, an update that passed is not what it was");
  }
}

/** Hold all parsers against these bytes, as a frame and as each kind of body. @throws Finding */
export function checkParsers(bytes: Uint8Array): void {
  const fromClient = parseEverywhere("parseClientFrame", bytes, parseClientFrame);
  const fromServer = parseEverywhere("parseServerFrame", bytes, parseServerFrame);
  if (fromClient !== null && !isDeepStrictEqual(fromClient, fromServer)) throw new Finding("a client's frame means something else from the server");
  const vector = parseEverywhere("scanStateVector", bytes, scanStateVector);
  if (vector !== null) {
    try {
      Y.decodeStateVector(Uint8Array.from(bytes));
    } catch (error) {
      throw new Finding(`Yjs cannot decode a state vector that passed: ${String(error)}`, { cause: error });
    }
  }
  const entries = parseEverywhere("parseAwareness", bytes, parseAwareness);
  if (typeof entries !== "string") {
    const person = { id: "p", name: "n" };
    const signed = entries.map((entry) => ({ ...entry, state: entry.state && signState(entry.state, person) }));
    checkSignedUnread(bytes, signed);
    const again = parseAwareness(joinAwareness(signed.map(encodeAwarenessEntry)));
    if (!isDeepStrictEqual(again, signed) && again !== "tooLarge") throw new Finding("awareness that passed cannot be sent on");
  }
  const scan = parseEverywhere("scanUpdate", bytes, scanUpdate);
  if (scan !== null) checkAgainstYjs(bytes, scan);
}

/** What the server does without reading a state comes to the same as reading it. */
function checkSignedUnread(bytes: Uint8Array, signed: readonly AwarenessEntry[]): void {
  const unread = parseEverywhere("scanAwareness", bytes, scanAwareness);
  if (typeof unread === "string") throw new Finding("awareness passes when it is read and not when it is scanned");
  const sign = makeStateSigner({ id: "p", name: "n" });
  for (const [index, entry] of unread.entries()) {
    const state: unknown = entry.json === null ? null : JSON.parse(new TextDecoder().decode(sign({ ...entry, json: entry.json })));
    if (!isDeepStrictEqual(state, signed[index]?.state)) throw new Finding("a state is signed differently when it is not read");
  }
}

/** How long the slowest of our parsers takes for these bytes, in ms. */
export function timeParsers(bytes: Uint8Array): number {
  let slowest = 0;
  for (const parse of [parseClientFrame, parseServerFrame, parseAwareness, scanStateVector, scanUpdate]) {
    const fromMs = performance.now();
    parse(bytes);
    slowest = Math.max(slowest, performance.now() - fromMs);
  }
  return slowest;
}

const MS_PER_MIB = 1_000;
/** Below this, a machine that does something else would be taken for a slow parser. */
const LEAST_MS = 50;

/** @throws Finding when reading takes more than a second a MiB, also when it is tried again */
export function checkTime(bytes: Uint8Array): number {
  const limitMs = Math.max(LEAST_MS, (bytes.length / 2 ** 20) * MS_PER_MIB);
  let tookMs = timeParsers(bytes);
  for (let tries = 0; tookMs > limitMs && tries < 3; tries++) tookMs = Math.min(tookMs, timeParsers(bytes));
  if (tookMs > limitMs) throw new Finding(`reading ${bytes.length} bytes takes ${Math.round(tookMs)} ms`);
  return tookMs;
}
