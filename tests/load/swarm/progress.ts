/**
 * Which clocks an update brings. A server may gather edits of several people into one update, cut them or send them twice, so that what a
 * client has got is read from the updates and never counted in messages.
 */
import * as Y from "yjs";
import { scanUpdate } from "#core/protocol/update-scan";

export type OnClocks = (clientId: number, start: number, end: number) => void;

/**
 * Tell the clocks that an update adds, client by client.
 * @throws when it is no update
 */
export function readClocks(update: Uint8Array, onClocks: OnClocks): void {
  if (readPlain(update, onClocks)) return;
  const scan = scanUpdate(update);
  if (scan !== null) {
    for (const [clientId, ranges] of scan.structs) for (const { start, end } of ranges) onClocks(clientId, start, end);
    return;
  }
  // One server, on a Yjs before its release, sends items of length 0, which our scan refuses and Yjs passes over.
  for (const struct of Y.decodeUpdate(update).structs) {
    const { id, length } = struct;
    if (length > 0 && !(struct instanceof Y.Skip)) onClocks(id.client, id.clock, id.clock + length);
  }
}

/** The usual case, without garbage: one client whose structs are all short plain text. Anything else is left to the real scan. */
function readPlain(update: Uint8Array, onClocks: OnClocks): boolean {
  const reader = shared;
  reader.bytes = update;
  reader.at = 0;
  if (reader.uint() !== 1) return false;
  const structs = reader.uint();
  const clientId = reader.uint();
  const start = reader.uint();
  let clock = start;
  for (let left = structs; left > 0; left -= 1) {
    const info = update[reader.at++];
    // An origin to the left and text: what typing on writes.
    if (info !== 0x84) return false;
    reader.uint();
    reader.uint();
    const length = reader.uint();
    for (let byte = 0; byte < length; byte += 1) if ((update[reader.at + byte] ?? 0x80) >= 0x80) return false;
    reader.at += length;
    clock += length;
  }
  if (update[reader.at] !== 0 || reader.at + 1 !== update.length) return false;
  onClocks(clientId, start, clock);
  return true;
}

const shared = {
  bytes: new Uint8Array(0) as Uint8Array,
  at: 0,
  uint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
  },
};
