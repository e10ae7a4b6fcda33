/**
 * Awareness: who is here and where, as entries of client id, clock and a JSON state. A null state means "gone".
 *
 * Always true: what comes out of `parseAwareness` is within the limits, and `signState` puts the signed-in person into a state whatever the
 * client wrote there. Rules WP7 to WP9. Source: y-protocols awareness.js.
 */
import * as decoding from "lib0/decoding";
import { LIMITS } from "../limits.ts";
import { parseBoundedJson } from "./bounded-json.ts";
import { varUintLength, writeVarUintAt } from "./var-uint.ts";

/** A state: whatever the client wants others to know. `user` is the only part the server looks at. */
export type AwarenessState = Readonly<Record<string, unknown>>;
export type AwarenessEntry = { readonly clientId: number; readonly clock: number; readonly state: AwarenessState | null };
/** An entry as it was read; `text` is its state as the client wrote it. */
export type ReadEntry = AwarenessEntry & { readonly text: string };

/** Why a body was not taken: it is no awareness message, or it is past a limit. */
export type AwarenessTrouble = "malformed" | "tooLarge";

/**
 * How many entries a message may hold. A client speaks for itself only, but the stock client also repeats what it heard from others
 * when a browser throttles it, so that foreign entries must be readable to be ignored.
 */
const MAX_ENTRIES = 4 * LIMITS.maxConnectionsPerDocument;

/** Read the body of an awareness message. Never throws. */
export function parseAwareness(body: Uint8Array): readonly ReadEntry[] | AwarenessTrouble {
  try {
    const decoder = decoding.createDecoder(body);
    const count = decoding.readVarUint(decoder);
    if (count > MAX_ENTRIES) return "tooLarge";
    const entries: ReadEntry[] = [];
    for (let left = count; left > 0; left--) {
      const clientId = decoding.readVarUint(decoder);
      const clock = decoding.readVarUint(decoder);
      const length = decoding.readVarUint(decoder);
      if (length > LIMITS.maxAwarenessBytes) return "tooLarge";
      if (length > body.length - decoder.pos || clientId >= 2 ** 32) return "malformed";
      const text = utf8.decode(decoding.readUint8Array(decoder, length));
      const state = parseBoundedJson(text);
      if (state !== null && !isState(state)) return "malformed";
      entries.push({ clientId, clock, state, text });
    }
    return decoder.pos === body.length ? entries : "malformed";
  } catch {
    // lib0, TextDecoder and JSON throw on bytes that are no awareness message; nothing else runs in here.
    return "malformed";
  }
}

/** One entry as it stands in a message: it can be kept and joined with others. */
export function encodeAwarenessEntry({ clientId, clock, state }: AwarenessEntry): Uint8Array {
  const text = toUtf8.encode(JSON.stringify(state));
  const entry = new Uint8Array(varUintLength(clientId) + varUintLength(clock) + varUintLength(text.length) + text.length);
  const textAt = writeVarUintAt(entry, writeVarUintAt(entry, writeVarUintAt(entry, 0, clientId), clock), text.length);
  entry.set(text, textAt);
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
export function signState(state: AwarenessState, person: { readonly id: string; readonly name: string }): AwarenessState {
  const claimed = isState(state["user"]) ? state["user"] : {};
  const user = Object.fromEntries(
    Object.entries(claimed).filter(([key, value]) => !/^colou?r/i.test(key) || (typeof value === "string" && COLOUR.test(value))),
  );
  return { ...state, user: { ...user, id: person.id, name: person.name } };
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
const toUtf8 = new TextEncoder();

function isState(value: unknown): value is AwarenessState {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
