/**
 * Updates as Yjs writes them for somebody who types at the end of a text, made by hand because a thousandth of a second for each would
 * measure the client. A test holds them against Yjs, byte for byte.
 *
 * Always true: clocks run from 0 without gaps; each update adds one clock and rests on the one before.
 */
import * as encoding from "lib0/encoding";
import { MESSAGE, SYNC } from "#core/protocol/wire";

/** The root text in which a client id types. */
export const textName = (clientId: number): string => `t${clientId}`;

const LETTERS = "abcdefghijklmnopqrstuvwxyz ";

/** The character that stands at a clock. */
export const letterAt = (clock: number): string => LETTERS[clock % LETTERS.length] ?? " ";

/** The update that types the character of this clock. */
export function typeUpdate(clientId: number, clock: number): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, clientId);
    encoding.writeVarUint(encoder, clock);
    if (clock === 0) {
      encoding.writeUint8(encoder, 4);
      encoding.writeVarUint(encoder, 1);
      encoding.writeVarString(encoder, textName(clientId));
    } else {
      encoding.writeUint8(encoder, 0x84);
      encoding.writeVarUint(encoder, clientId);
      encoding.writeVarUint(encoder, clock - 1);
    }
    encoding.writeVarString(encoder, letterAt(clock));
    encoding.writeVarUint(encoder, 0);
  });
}

/** An update message around an update. */
export function updateMessage(update: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MESSAGE.sync);
    encoding.writeVarUint(encoder, SYNC.update);
    encoding.writeVarUint8Array(encoder, update);
  });
}

/** An awareness message of one client: a person with a colour, and a cursor as y-prosemirror keeps it. About 190 bytes. */
export function cursorMessage(clientId: number, awarenessClock: number, at: number): Uint8Array {
  const place = { tname: "content", item: { client: clientId, clock: at }, assoc: 0 };
  return awarenessMessage(clientId, awarenessClock, {
    user: { name: `Teacher ${clientId % 1000}`, color: "#30bced" },
    cursor: { anchor: place, head: place },
  });
}

/** @param state null: gone */
export function awarenessMessage(clientId: number, awarenessClock: number, state: unknown): Uint8Array {
  const body = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, clientId);
    encoding.writeVarUint(encoder, awarenessClock);
    encoding.writeVarString(encoder, JSON.stringify(state));
  });
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MESSAGE.awareness);
    encoding.writeVarUint8Array(encoder, body);
  });
}
