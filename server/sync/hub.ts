/**
 * All rooms of this process.
 */
import type * as Y from "yjs";
import type { PersonId } from "#core/ids";
import type { CloseReason } from "#core/protocol/close-codes";
import type { Clock } from "#core/time";
import type { Log } from "#server/observe/log";
import type { DocumentLog } from "#server/stores/contract";
import type { Session } from "./session.ts";

/** Who a connection speaks for. The name is the one everybody sees beside the cursor. */
export type HubPerson = { readonly id: PersonId; readonly name: string };

/** Decides for one person and document; supplied by the composition root. */
export type Authorise = (personId: PersonId, document: string) => Promise<{ mayRead: boolean; mayWrite: boolean }>;

export type HubStats = { readonly rooms: number; readonly connections: number; readonly queuedUpdates: number; readonly oldestUnsavedMs: number };

export type ConnectOptions = {
  readonly document: string;
  readonly person: HubPerson;
  readonly mayWrite: boolean;
  readonly wantsAck: boolean;
  readonly send: (frame: Uint8Array) => void;
  readonly close: (reason: CloseReason) => void;
  readonly bufferedBytes: () => number;
};

export type Hub = {
  /** Admit one connection. The adapter has already authenticated; the hub loads the room and answers frames through `send`. */
  readonly connect: (options: ConnectOptions) => Session;
  /** The whole current state (snapshot + tail + not yet committed), as one v1 update. Loads the room if need be. Empty document: an empty update. */
  readonly read: (document: string) => Promise<Uint8Array>;
  /** A forward edit by the server in somebody's name: `change` gets a Y.Doc holding the current state; what it changes is logged durably, then broadcast to everyone. Resolves after commit. */
  readonly edit: (document: string, options: { personId: PersonId | null; change: (doc: Y.Doc) => void }) => Promise<void>;
  /** Re-decide every open connection on the document (or of the person, or all): those who may not read are closed within a second; lost write becomes read-only. */
  readonly recheck: (which: { document?: string; personId?: PersonId }) => Promise<void>;
  /** Send `102 notice(json)` to all connections of a document that asked for additions. */
  readonly notice: (document: string, json: unknown) => void;
  /** Called after a commit that changed the document; the listener debounces. */
  readonly onCommitted: (listener: (event: { document: string; personId: PersonId | null; atMs: number }) => void) => () => void;
  /** Called when the last person left a document and all of it is durable; `changed`: something was written since the first came. */
  readonly onEmptied: (listener: (event: { document: string; changed: boolean }) => void) => () => void;
  readonly stats: () => HubStats;
  /** Stop accepting, close sockets with `restart` (1012), flush, compact nothing, resolve when all is durable. */
  readonly close: () => Promise<void>;
};

/** Makes the hub: the sync server without sockets. */
export function makeHub(_options: { log: DocumentLog; clock: Clock; logger: Log; authorise: Authorise }): Hub {
  throw new Error("The hub is not built yet.");
}
