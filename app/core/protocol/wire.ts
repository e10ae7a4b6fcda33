/**
 * What goes over the sync socket: y-websocket's protocol, and three additions for clients that ask for them (`?ack=1`).
 *
 * Always true: parsing takes any bytes and gives a typed result; it never throws and never reads outside the frame. Rules WP1 to WP4.
 * One websocket message is one frame: a type (varUint), then its body.
 * Source: y-protocols PROTOCOL.md; y-websocket 3.1, src/y-websocket.js; y-protocols auth.js.
 */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { parseBoundedJson } from "./bounded-json.ts";
import { CLOSE_CODES, type CloseReason } from "./close-codes.ts";

export const MESSAGE = { sync: 0, awareness: 1, auth: 2, queryAwareness: 3, persisted: 100, closing: 101, notice: 102 } as const;
export const SYNC = { step1: 0, step2: 1, update: 2 } as const;

/** What a client may say. The bytes are views into the frame: copy what you keep. */
export type ClientMessage =
  | { readonly type: "step1"; readonly stateVector: Uint8Array }
  | { readonly type: "step2"; readonly update: Uint8Array }
  | { readonly type: "update"; readonly update: Uint8Array }
  | { readonly type: "awareness"; readonly body: Uint8Array }
  | { readonly type: "queryAwareness" };

/** What the server may say. */
export type ServerMessage =
  | ClientMessage
  | { readonly type: "denied"; readonly words: string }
  | { readonly type: "persisted"; readonly count: number }
  | { readonly type: "closing"; readonly code: number; readonly words: string }
  | { readonly type: "notice"; readonly notice: unknown };

/** Notices that the sync server itself sends (message 102). Other parts of the product add theirs, told apart by `type`. */
export type SyncNotice =
  /** An edit was not taken: it is in nobody else's document and will not be. */
  | { readonly type: "refused"; readonly reason: "read-only" | "damaged" }
  /** What this person may do here has changed. */
  | {
      readonly type: "access";
      readonly mayWrite: boolean;
      /** Nobody may write, because what is stored cannot be read whole. */
      readonly reason?: "damaged";
    };

/** Parse a frame from a client. Null when it is not one: malformed, cut off, followed by more, or a type that clients do not send. */
export function parseClientFrame(frame: Uint8Array): ClientMessage | null {
  return parseWhole(frame, (decoder, type) => {
    switch (type) {
      case MESSAGE.sync:
        return readSync(decoder);
      case MESSAGE.awareness:
        return { type: "awareness", body: readBytes(decoder) };
      case MESSAGE.queryAwareness:
        return { type: "queryAwareness" };
      default:
        return null;
    }
  });
}

/** Parse a frame from the server, additions included. Null when it is not one. */
export function parseServerFrame(frame: Uint8Array): ServerMessage | null {
  return parseWhole<ServerMessage>(frame, (decoder, type) => {
    switch (type) {
      case MESSAGE.sync:
        return readSync(decoder);
      case MESSAGE.awareness:
        return { type: "awareness", body: readBytes(decoder) };
      case MESSAGE.queryAwareness:
        return { type: "queryAwareness" };
      case MESSAGE.auth:
        return decoding.readVarUint(decoder) === 0 ? { type: "denied", words: readText(decoder) } : null;
      case MESSAGE.persisted:
        return { type: "persisted", count: readPersisted(decoder) };
      case MESSAGE.closing:
        return { type: "closing", ...readClosing(decoder) };
      case MESSAGE.notice:
        return { type: "notice", notice: readNotice(decoder) };
      default:
        return null;
    }
  });
}

/** Body of message 100: how many of the sync updates (step 2 and update messages) that this connection sent are durable, counted from the first. Throws on bytes that are none. */
export const readPersisted = (decoder: decoding.Decoder): number => decoding.readVarUint(decoder);

/** Body of message 101: the close code that follows, and its words. Throws on bytes that are none. */
export function readClosing(decoder: decoding.Decoder): { readonly code: number; readonly words: string } {
  const code = decoding.readVarUint(decoder);
  return { code, words: readText(decoder) };
}

/** Body of message 102: any JSON. Throws on bytes that are none. */
export const readNotice = (decoder: decoding.Decoder): unknown => parseBoundedJson(readText(decoder));

export const encodeStep1 = (stateVector: Uint8Array): Uint8Array => encodeSync(SYNC.step1, stateVector);
export const encodeStep2 = (update: Uint8Array): Uint8Array => encodeSync(SYNC.step2, update);
export const encodeUpdate = (update: Uint8Array): Uint8Array => encodeSync(SYNC.update, update);

/** `body` as made by `joinAwareness` (./awareness.ts). */
export const encodeAwarenessFrame = (body: Uint8Array): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MESSAGE.awareness);
    encoding.writeVarUint8Array(encoder, body);
  });

/** "Permission denied" as the stock client knows it: it writes a warning to its console. */
export const encodeDenied = (words: string): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MESSAGE.auth);
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarString(encoder, words);
  });

export const encodePersisted = (count: number): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MESSAGE.persisted);
    encoding.writeVarUint(encoder, count);
  });

export const encodeClosing = (reason: CloseReason): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MESSAGE.closing);
    encoding.writeVarUint(encoder, CLOSE_CODES[reason].code);
    encoding.writeVarString(encoder, CLOSE_CODES[reason].words);
  });

/** @param notice any JSON value, nested no deeper than `MAX_JSON_DEPTH` */
export const encodeNotice = (notice: unknown): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MESSAGE.notice);
    encoding.writeVarString(encoder, JSON.stringify(notice));
  });

function encodeSync(kind: number, body: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MESSAGE.sync);
    encoding.writeVarUint(encoder, kind);
    encoding.writeVarUint8Array(encoder, body);
  });
}

function parseWhole<T extends ServerMessage>(frame: Uint8Array, read: (decoder: decoding.Decoder, type: number) => T | null): T | null {
  try {
    const decoder = decoding.createDecoder(frame);
    const message = read(decoder, decoding.readVarUint(decoder));
    return decoder.pos === frame.length ? message : null;
  } catch {
    // lib0 and JSON throw on bytes that are no message; nothing else runs in here.
    return null;
  }
}

function readSync(decoder: decoding.Decoder): ClientMessage | null {
  switch (decoding.readVarUint(decoder)) {
    case SYNC.step1:
      return { type: "step1", stateVector: readBytes(decoder) };
    case SYNC.step2:
      return { type: "step2", update: readBytes(decoder) };
    case SYNC.update:
      return { type: "update", update: readBytes(decoder) };
    default:
      return null;
  }
}

/** lib0 checks a declared length only against the memory behind the frame, which may hold other people's frames. */
function readBytes(decoder: decoding.Decoder): Uint8Array {
  const length = decoding.readVarUint(decoder);
  if (length > decoder.arr.length - decoder.pos) throw new RangeError("the frame ends before its body");
  return decoding.readUint8Array(decoder, length);
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
const readText = (decoder: decoding.Decoder): string => utf8.decode(readBytes(decoder));
