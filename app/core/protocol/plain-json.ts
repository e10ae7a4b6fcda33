/**
 * Reads JSON as bytes without making anything of it: is it valid, and where does one member stand? For the usual case only, which is what
 * programs write: one object in ASCII without escapes. Anything else is "not plain" and left to JSON.parse, valid or not.
 *
 * Always true: what it calls plain JSON.parse takes, with the same members (tested against it on random bytes). Source: RFC 8259.
 */
import { MAX_JSON_DEPTH } from "./bounded-json.ts";

/** Where a member's value stands: from `start` up to but not including `end`. */
export type Place = { readonly start: number; readonly end: number };

/** A plain object. `member`: where the value of the member asked for stands; null when it has none. `isEmpty`: it has no members at all. */
export type PlainObject = { readonly member: Place | null; readonly isEmpty: boolean };

type Cursor = { readonly bytes: Uint8Array; at: number };

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const WORDS = ["true", "false", "null"].map((word) => Array.from(word, (letter) => letter.charCodeAt(0)));

/**
 * Read one object.
 * @param name of the member to find, in ASCII
 * @returns null when the bytes are not a plain object, or hold the member twice
 */
export function readPlainObject(bytes: Uint8Array, name: string): PlainObject | null {
  const cursor: Cursor = { bytes, at: 0 };
  skipSpace(cursor);
  if (bytes[cursor.at] !== OPEN_BRACE) return null;
  cursor.at += 1;
  skipSpace(cursor);
  let member: Place | null = null;
  const isEmpty = bytes[cursor.at] === CLOSE_BRACE;
  if (isEmpty) cursor.at += 1;
  for (let more = !isEmpty; more;) {
    const keyAt = cursor.at;
    if (!skipString(cursor)) return null;
    const isIt = isText(bytes, { start: keyAt + 1, end: cursor.at - 1 }, name);
    if (!skipColon(cursor)) return null;
    const start = cursor.at;
    if (!skipValue(cursor, MAX_JSON_DEPTH - 1)) return null;
    if (isIt && member !== null) return null;
    if (isIt) member = { start, end: cursor.at };
    const next = skipComma(cursor, CLOSE_BRACE);
    if (next === null) return null;
    more = next;
  }
  skipSpace(cursor);
  return cursor.at === bytes.length ? { member, isEmpty } : null;
}

function isText(bytes: Uint8Array, { start, end }: Place, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let at = 0; at < text.length; at++) if (bytes[start + at] !== text.charCodeAt(at)) return false;
  return true;
}

function skipSpace(cursor: Cursor): void {
  for (;;) {
    const byte = cursor.bytes[cursor.at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
    cursor.at += 1;
  }
}

/** The cursor stands on the opening quote. */
function skipString(cursor: Cursor): boolean {
  const { bytes } = cursor;
  if (bytes[cursor.at] !== QUOTE) return false;
  for (let at = cursor.at + 1; ; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      cursor.at = at + 1;
      return true;
    }
    if (byte === undefined || byte < 0x20 || byte >= 0x80 || byte === BACKSLASH) return false;
  }
}

function skipColon(cursor: Cursor): boolean {
  skipSpace(cursor);
  if (cursor.bytes[cursor.at] !== COLON) return false;
  cursor.at += 1;
  skipSpace(cursor);
  return true;
}

/** After a value: true when another follows, false at the end, null when it is neither. */
function skipComma(cursor: Cursor, close: number): boolean | null {
  skipSpace(cursor);
  const byte = cursor.bytes[cursor.at];
  cursor.at += 1;
  if (byte === close) return false;
  if (byte !== COMMA) return null;
  skipSpace(cursor);
  return true;
}

function skipValue(cursor: Cursor, depth: number): boolean {
  const byte = cursor.bytes[cursor.at];
  if (byte === QUOTE) return skipString(cursor);
  if (byte === OPEN_BRACE) return depth > 0 && skipMembers(cursor, { close: CLOSE_BRACE, isObject: true, depth: depth - 1 });
  if (byte === OPEN_BRACKET) return depth > 0 && skipMembers(cursor, { close: CLOSE_BRACKET, isObject: false, depth: depth - 1 });
  if (byte === MINUS || isDigit(byte)) return skipNumber(cursor);
  return skipWord(cursor);
}

function skipMembers(cursor: Cursor, { close, isObject, depth }: { close: number; isObject: boolean; depth: number }): boolean {
  cursor.at += 1;
  skipSpace(cursor);
  if (cursor.bytes[cursor.at] === close) {
    cursor.at += 1;
    return true;
  }
  for (;;) {
    if (isObject && !(skipString(cursor) && skipColon(cursor))) return false;
    if (!skipValue(cursor, depth)) return false;
    const more = skipComma(cursor, close);
    if (more === null) return false;
    if (!more) return true;
  }
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE;

function skipNumber(cursor: Cursor): boolean {
  const { bytes } = cursor;
  if (bytes[cursor.at] === MINUS) cursor.at += 1;
  if (bytes[cursor.at] === ZERO) cursor.at += 1;
  else if (!skipDigits(cursor)) return false;
  if (bytes[cursor.at] === POINT) {
    cursor.at += 1;
    if (!skipDigits(cursor)) return false;
  }
  const exponent = bytes[cursor.at];
  if (exponent !== 0x65 && exponent !== 0x45) return true;
  cursor.at += 1;
  const sign = bytes[cursor.at];
  if (sign === MINUS || sign === 0x2b) cursor.at += 1;
  return skipDigits(cursor);
}

/** At least one. */
function skipDigits(cursor: Cursor): boolean {
  const from = cursor.at;
  while (isDigit(cursor.bytes[cursor.at])) cursor.at += 1;
  return cursor.at > from;
}

function skipWord(cursor: Cursor): boolean {
  for (const word of WORDS) {
    if (!word.every((letter, index) => cursor.bytes[cursor.at + index] === letter)) continue;
    cursor.at += word.length;
    return true;
  }
  return false;
}
