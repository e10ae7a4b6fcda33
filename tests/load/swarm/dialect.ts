/**
 * What the servers' protocols differ in, around the same Yjs sync messages.
 *
 * - `bansho`: y-websocket, with acknowledgements (`?ack=1`) and a schema version
 * - `y-websocket`: the stock protocol
 * - `hocuspocus`: each message begins with the document's name; a token comes first; `SyncStatus` says that an update was applied
 * - `relay`: nobody answers; a client is in sync as soon as it is connected
 */
import * as encoding from "lib0/encoding";
import { SCHEMA_VERSION } from "#core/schema/version";

export type Dialect = "bansho" | "y-websocket" | "hocuspocus" | "relay";

/** Path and query of a document's socket. */
export function targetOf(dialect: Dialect, document: string): string {
  switch (dialect) {
    case "bansho":
      return `/sync/${document}?ack=1&schema=${SCHEMA_VERSION}`;
    case "hocuspocus":
      return "/";
    case "y-websocket":
    case "relay":
      return `/${document}`;
  }
}

/** What stands before each message of a document: empty but for Hocuspocus. */
export function prefixOf(dialect: Dialect, document: string): Uint8Array {
  if (dialect !== "hocuspocus") return new Uint8Array(0);
  return encoding.encode((encoder) => encoding.writeVarString(encoder, document));
}

export const withPrefix = (prefix: Uint8Array, message: Uint8Array): Uint8Array => (prefix.length === 0 ? message : Buffer.concat([prefix, message]));

/** What a client says before anything else; null when nothing. */
export function greetingOf(dialect: Dialect, document: string): Uint8Array | null {
  if (dialect !== "hocuspocus") return null;
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, document);
    encoding.writeVarUint(encoder, 2); // auth
    encoding.writeVarUint(encoder, 0); // token
    encoding.writeVarString(encoder, "load");
    encoding.writeVarString(encoder, "4.7.0");
  });
}

/** Types of message, without the name before them. */
export const HOCUSPOCUS = { auth: 2, syncStatus: 8, syncReply: 4 } as const;
