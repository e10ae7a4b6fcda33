/**
 * Websockets for the hub: the only file that imports ws.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Clock } from "#core/time";
import type { Log } from "#server/observe/log";
import type { Authorise, Hub, HubPerson } from "./hub.ts";

export type SyncServer = {
  readonly handleUpgrade: (req: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly close: () => Promise<void>;
};

export type SyncServerOptions = {
  readonly hub: Hub;
  readonly clock: Clock;
  readonly logger: Log;
  readonly publicOrigins: () => readonly string[];
  readonly authenticate: (cookieHeader: string | undefined) => Promise<HubPerson | null>;
  readonly authorise: Authorise;
};

/** Makes the websocket side of the sync server. */
export function makeSyncServer(_options: SyncServerOptions): SyncServer {
  throw new Error("The sync server is not built yet.");
}
