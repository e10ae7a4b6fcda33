/**
 * Read a Yjs update (v1 encoding) without building anything from it: which clocks it adds, which it deletes, what it rests on.
 *
 * The server does this to every update before it acts on it. Stricter than Yjs, because what passes here is sent to others and kept for ever:
 * every read stays inside the update, the update ends where it says, nesting is bounded, strings are UTF-8, JSON is JSON, clients come in the
 * order in which Yjs writes them, and no struct rests on a later one of its own client. Rules WP5, WP6.
 *
 * Source: yjs 13.6, src/utils/updates.js, src/structs/*, lib0 decoding.js (readAny).
 */

import { MAX_JSON_DEPTH, parseBoundedJson } from "./bounded-json.ts";

/** Clocks from `start` up to but not including `end`. */
export type ClockRange = { readonly start: number; readonly end: number };

/** What an update holds. */
export type UpdateScan = {
  /** Structs by client, in rising clocks, with holes where the update skips. */
  readonly structs: ReadonlyMap<number, readonly ClockRange[]>;
  /** Deletions by client, in the order in which they stand. */
  readonly deletions: ReadonlyMap<number, readonly ClockRange[]>;
  /** For clients that structs refer to: the state that must be known first (the highest clock referred to, plus one). */
  readonly needs: ReadonlyMap<number, number>;
  /** Where in the bytes the deletions begin: a zero and what stands from there on is an update that only deletes. */
  readonly deletionsAt: number;
};

/** Yjs client ids are 32 bits; clocks beyond 2^40 come from no typing. */
const MAX_CLIENT = 2 ** 32;
const MAX_CLOCK = 2 ** 40;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Scan one update.
 * @returns null when it is not a well-formed update; never throws
 */
export function scanUpdate(update: Uint8Array): UpdateScan | null {
  try {
    const cursor: Cursor = { bytes: update, at: 0 };
    const needs = new Map<number, number>();
    const structs = scanStructs(cursor, needs);
    const deletionsAt = cursor.at;
    const deletions = scanDeletions(cursor);
    require(cursor.at === update.length);
    return { structs, deletions, needs, deletionsAt };
  } catch {
    // Everything below throws only for bytes that are no update.
    return null;
  }
}

/**
 * Read an encoded state vector: for each client the number of clocks that are known.
 * @returns null when it is not well-formed; never throws
 */
export function scanStateVector(bytes: Uint8Array): ReadonlyMap<number, number> | null {
  try {
    const cursor: Cursor = { bytes, at: 0 };
    const known = new Map<number, number>();
    for (let left = readUint(cursor); left > 0; left--) {
      const client = readUint(cursor);
      known.set(client, readUint(cursor));
    }
    require(cursor.at === bytes.length);
    return known;
  } catch {
    return null;
  }
}

type Cursor = { readonly bytes: Uint8Array; at: number };

function require(condition: boolean): asserts condition {
  if (!condition) throw new Error("not a Yjs update");
}

function scanStructs(cursor: Cursor, needs: Map<number, number>): Map<number, ClockRange[]> {
  const structs = new Map<number, ClockRange[]>();
  let lastClient = MAX_CLIENT;
  for (let clients = readUint(cursor); clients > 0; clients--) {
    let count = readUint(cursor);
    const client = readUint(cursor);
    // Yjs writes high ids first and each id once; merging and integrating rely on it.
    require(client < lastClient && count > 0);
    lastClient = client;
    let clock = readUint(cursor);
    const ranges: ClockRange[] = [];
    let start = clock;
    for (; count > 0; count--) {
      const info = readByte(cursor);
      const isSkip = info === 10;
      const length = isSkip || info === 0 ? readUint(cursor) : scanItem(cursor, info, { client, clock, needs });
      require(length > 0 && clock + length < MAX_CLOCK);
      if (isSkip) {
        if (clock > start) ranges.push({ start, end: clock });
        start = clock + length;
      }
      clock += length;
    }
    if (clock > start) ranges.push({ start, end: clock });
    structs.set(client, ranges);
  }
  return structs;
}

type ItemPlace = { readonly client: number; readonly clock: number; readonly needs: Map<number, number> };

/** @returns the item's length in clocks */
function scanItem(cursor: Cursor, info: number, place: ItemPlace): number {
  const hasOrigin = (info & 0x80) !== 0;
  const hasRightOrigin = (info & 0x40) !== 0;
  if (hasOrigin) scanReference(cursor, place);
  if (hasRightOrigin) scanReference(cursor, place);
  if (!hasOrigin && !hasRightOrigin) {
    if (readUint(cursor) === 1) skipString(cursor);
    else scanReference(cursor, place);
    if ((info & 0x20) !== 0) skipString(cursor);
  }
  return scanContent(cursor, info & 0x1f);
}

function scanReference(cursor: Cursor, { client, clock, needs }: ItemPlace): void {
  const otherClient = readUint(cursor);
  const otherClock = readUint(cursor);
  require(otherClient < MAX_CLIENT && otherClock < MAX_CLOCK);
  if (otherClient === client) require(otherClock < clock);
  else if (otherClock >= (needs.get(otherClient) ?? 0)) needs.set(otherClient, otherClock + 1);
}

/** @returns the content's length in clocks */
function scanContent(cursor: Cursor, kind: number): number {
  switch (kind) {
    case 1: // deleted
      return readUint(cursor);
    case 2: {
      // JSON values, one string each
      const count = readUint(cursor);
      for (let left = count; left > 0; left--) {
        const text = readString(cursor);
        if (text !== "undefined") parseBoundedJson(text);
      }
      return count;
    }
    case 3: // bytes
      skipBytes(cursor, readUint(cursor));
      return 1;
    case 4: // text, counted in UTF-16 units
      return skipString(cursor);
    case 5: // embed
      parseBoundedJson(readString(cursor));
      return 1;
    case 6: // format
      skipString(cursor);
      parseBoundedJson(readString(cursor));
      return 1;
    case 7: {
      const type = readUint(cursor);
      require(type <= 6);
      if (type === 3 || type === 5) skipString(cursor);
      return 1;
    }
    case 8: {
      const count = readUint(cursor);
      for (let left = count; left > 0; left--) skipAny(cursor, 0);
      return count;
    }
    case 9: // subdocument
      skipString(cursor);
      skipAny(cursor, 0);
      return 1;
    default:
      throw new Error("not a Yjs update");
  }
}

function scanDeletions(cursor: Cursor): Map<number, ClockRange[]> {
  const deletions = new Map<number, ClockRange[]>();
  for (let clients = readUint(cursor); clients > 0; clients--) {
    const client = readUint(cursor);
    require(client < MAX_CLIENT);
    const ranges = deletions.get(client) ?? [];
    for (let count = readUint(cursor); count > 0; count--) {
      const start = readUint(cursor);
      const length = readUint(cursor);
      require(length > 0 && start + length < MAX_CLOCK);
      ranges.push({ start, end: start + length });
    }
    deletions.set(client, ranges);
  }
  return deletions;
}

function skipAny(cursor: Cursor, depth: number): void {
  require(depth < MAX_JSON_DEPTH);
  switch (readByte(cursor)) {
    case 127: // undefined
    case 126: // null
    case 121: // true
    case 120: // false
      return;
    case 125: // integer
      skipInteger(cursor);
      return;
    case 124: // float 32
      skipBytes(cursor, 4);
      return;
    case 123: // float 64
    case 122: // bigint
      skipBytes(cursor, 8);
      return;
    case 119:
      skipString(cursor);
      return;
    case 118:
      for (let left = readUint(cursor); left > 0; left--) {
        skipString(cursor);
        skipAny(cursor, depth + 1);
      }
      return;
    case 117:
      for (let left = readUint(cursor); left > 0; left--) skipAny(cursor, depth + 1);
      return;
    case 116:
      skipBytes(cursor, readUint(cursor));
      return;
    default:
      throw new Error("not a Yjs update");
  }
}

function readByte(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at];
  require(byte !== undefined);
  cursor.at += 1;
  return byte;
}

function readUint(cursor: Cursor): number {
  let value = 0;
  let factor = 1;
  for (;;) {
    const byte = readByte(cursor);
    value += (byte & 0x7f) * factor;
    require(value <= Number.MAX_SAFE_INTEGER);
    if (byte < 0x80) return value;
    factor *= 128;
    require(factor < 2 ** 70);
  }
}

/** Signed integers keep six bits in their first byte. */
function skipInteger(cursor: Cursor): void {
  let byte = readByte(cursor);
  let value = byte & 0x3f;
  let factor = 64;
  while (byte >= 0x80) {
    byte = readByte(cursor);
    value += (byte & 0x7f) * factor;
    factor *= 128;
    require(value <= Number.MAX_SAFE_INTEGER && factor < 2 ** 70);
  }
}

function skipBytes(cursor: Cursor, length: number): void {
  require(length <= cursor.bytes.length - cursor.at);
  cursor.at += length;
}

/** @returns the string's length in UTF-16 units */
function skipString(cursor: Cursor): number {
  const length = readUint(cursor);
  const start = cursor.at;
  skipBytes(cursor, length);
  for (let at = start; at < cursor.at; at++) {
    if ((cursor.bytes[at] ?? 0) >= 0x80) return utf8.decode(cursor.bytes.subarray(start, cursor.at)).length;
  }
  return length;
}

function readString(cursor: Cursor): string {
  const length = readUint(cursor);
  const start = cursor.at;
  skipBytes(cursor, length);
  return utf8.decode(cursor.bytes.subarray(start, cursor.at));
}
