/**
 * Awareness: who is here and where, as entries of client id, clock and a JSON state. A null state means "gone".
 *
 * Always true: what comes out of `parseAwareness` is within the limits, and `signState` puts the signed-in person into a state whatever the
 * client wrote there. Rules WP7 to WP9. Source: y-protocols awareness.js.
 */
import * as decoding from "lib0/decoding";
import { LIMITS } from "../limits.ts";
import { parseBoundedJson } from "./bounded-json.ts";
import { readPlainObject, type PlainObject } from "./plain-json.ts";
import { varUintLength, writeVarUintAt } from "./var-uint.ts";

/** A state: whatever the client wants others to know. `user` is the only part the server looks at. */
export type AwarenessState = Readonly<Record<string, unknown>>;
export type AwarenessEntry = { readonly clientId: number; readonly clock: number; readonly state: AwarenessState | null };
/** An entry whose state was checked and not read. `json`: the state as the client wrote it, a view into the message; null when the client is gone. */
export type UnreadEntry = {
  readonly clientId: number;
  readonly clock: number;
  readonly json: Uint8Array | null;
  /** Null when the state has to be read to be signed. */
  readonly plain: PlainObject | null;
};

/** Why a body was not taken: it is no awareness message, or it is past a limit. */
export type AwarenessTrouble = "malformed" | "tooLarge";

/**
 * How many entries a message may hold. A client speaks for itself only, but the stock client also repeats what it heard from others
 * when a browser throttles it, so that foreign entries must be readable to be ignored.
 */
const MAX_ENTRIES = 4 * LIMITS.maxConnectionsPerDocument;

/** Read the body of an awareness message. Never throws. */
export function parseAwareness(body: Uint8Array): readonly AwarenessEntry[] | AwarenessTrouble {
  return readEntries(body, (clientId, clock, json) => ({ clientId, clock, state: readState(json) }));
}

/** Check the body of an awareness message without reading the states, as far as they are plain. The same bytes pass as with `parseAwareness`. Never throws. */
export function scanAwareness(body: Uint8Array): readonly UnreadEntry[] | AwarenessTrouble {
  return readEntries(body, (clientId, clock, json): UnreadEntry => {
    const plain = readPlainObject(json, "user");
    const isGone = plain === null && readState(json) === null;
    return { clientId, clock, json: isGone ? null : json, plain };
  });
}

function readEntries<Entry>(
  body: Uint8Array,
  read: (clientId: number, clock: number, json: Uint8Array) => Entry,
): readonly Entry[] | AwarenessTrouble {
  try {
    const decoder = decoding.createDecoder(body);
    const count = decoding.readVarUint(decoder);
    if (count > MAX_ENTRIES) return "tooLarge";
    const entries: Entry[] = [];
    for (let left = count; left > 0; left--) {
      const clientId = decoding.readVarUint(decoder);
      const clock = decoding.readVarUint(decoder);
      const length = decoding.readVarUint(decoder);
      if (length > LIMITS.maxAwarenessBytes) return "tooLarge";
      if (length > body.length - decoder.pos || clientId >= 2 ** 32) return "malformed";
      entries.push(read(clientId, clock, decoding.readUint8Array(decoder, length)));
    }
    return decoder.pos === body.length ? entries : "malformed";
  } catch {
    // lib0, TextDecoder and JSON throw on bytes that are no awareness message; nothing else runs in here.
    return "malformed";
  }
}

function readState(json: Uint8Array): AwarenessState | null {
  const state = parseBoundedJson(utf8.decode(json));
  if (state !== null && !isState(state)) throw new SyntaxError("a state is an object or null");
  return state;
}

/** One entry as it stands in a message: it can be kept and joined with others. */
export const encodeAwarenessEntry = ({ clientId, clock, state }: AwarenessEntry): Uint8Array =>
  encodeJsonEntry({ clientId, clock, json: toUtf8.encode(JSON.stringify(state)) });

/** The same for a state that is JSON already. */
export function encodeJsonEntry({
  clientId,
  clock,
  json,
}: {
  readonly clientId: number;
  readonly clock: number;
  readonly json: Uint8Array;
}): Uint8Array {
  const entry = new Uint8Array(varUintLength(clientId) + varUintLength(clock) + varUintLength(json.length) + json.length);
  const jsonAt = writeVarUintAt(entry, writeVarUintAt(entry, writeVarUintAt(entry, 0, clientId), clock), json.length);
  entry.set(json, jsonAt);
  return entry;
}

/**
 * The body of an awareness message made of encoded entries. Without any it is a message too: it says nothing, and keeps the stock
 * client from thinking that the line is dead.
 */
export function joinAwareness(entries: readonly Uint8Array[]): Uint8Array {
  const body = new Uint8Array(entries.reduce((sum, entry) => sum + entry.length, varUintLength(entries.length)));
  let at = writeVarUintAt(body, 0, entries.length);
  for (const entry of entries) {
    body.set(entry, at);
    at += entry.length;
  }
  return body;
}

/** `#rrggbb`, optionally with transparency, or a colour of our design tokens. Anything else could carry styles into other people's pages. */
const COLOUR = /^(#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?|var\(--[a-zA-Z0-9-]{1,40}\))$/;

/** The state with the signed-in person in `user`: id and name are the server's, colours stay the client's choice if they are colours. */
export const signState = (state: AwarenessState, person: SignedPerson): AwarenessState => ({ ...state, user: signUser(state["user"], person) });

type SignedPerson = { readonly id: string; readonly name: string };

function signUser(claim: unknown, person: SignedPerson): AwarenessState {
  const claimed = isState(claim) ? claim : {};
  const user = Object.fromEntries(
    Object.entries(claimed).filter(([key, value]) => !/^colou?r/i.test(key) || (typeof value === "string" && COLOUR.test(value))),
  );
  return { ...user, id: person.id, name: person.name };
}

/** Signs the states of one person, as JSON. Remembers the last `user`: it hardly ever changes, while the cursor always does. */
export function makeStateSigner(person: SignedPerson): (entry: UnreadEntry & { readonly json: Uint8Array }) => Uint8Array {
  let lastClaim: Uint8Array | null = null;
  let lastSigned = new Uint8Array();
  const signedUser = (claim: Uint8Array): Uint8Array => {
    if (lastClaim === null || !isSame(lastClaim, claim)) {
      lastSigned = toUtf8.encode(JSON.stringify(signUser(claim.length === 0 ? null : JSON.parse(utf8.decode(claim)), person)));
      lastClaim = Uint8Array.from(claim);
    }
    return lastSigned;
  };
  return ({ json, plain }) => {
    if (plain === null) return toUtf8.encode(JSON.stringify(signState(readState(json) ?? {}, person)));
    if (plain.member !== null) {
      const { start, end } = plain.member;
      return concat([json.subarray(0, start), signedUser(json.subarray(start, end)), json.subarray(end)]);
    }
    const members = json.subarray(json.indexOf(OPEN_BRACE) + 1);
    return concat([toUtf8.encode('{"user":'), signedUser(new Uint8Array()), plain.isEmpty ? new Uint8Array() : COMMA, members]);
  };
}

const OPEN_BRACE = 0x7b;
const COMMA = Uint8Array.of(0x2c);

/** Are these the same bytes? */
export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
const toUtf8 = new TextEncoder();

function isState(value: unknown): value is AwarenessState {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
