/** A sync server on a real port with a memory log, for conformance and hostile tests. Cookies are `person=<id>`; each is a session of its own. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { PersonId, SessionId } from "../../app/core/ids.ts";
import { systemClock } from "../../server/observe/clock.ts";
import type { Log } from "../../server/observe/log.ts";
import { makeMemoryDocumentLog, type MemoryDocumentLog } from "../../server/stores/memory/memory-document-log.ts";
import { makeHub, type Hub } from "../../server/sync/hub.ts";
import type { Authorise } from "../../server/sync/rights.ts";
import { makeSyncServer, type SyncServer } from "../../server/sync/ws-adapter.ts";

export const ORIGIN = "http://bansho.test";

export type TestSyncServer = {
  readonly url: string;
  readonly port: number;
  readonly hub: Hub;
  readonly sync: SyncServer;
  readonly log: MemoryDocumentLog;
  readonly logged: { readonly level: string; readonly message: string }[];
  /** What people may do, by person id; everybody may write at first. */
  readonly rights: Map<string, { mayRead: boolean; mayWrite: boolean }>;
  readonly signedOut: Set<string>;
  readonly close: () => Promise<void>;
};

/** @param options.port 0 for any; a server that restarts takes the port it had */
export async function startSyncServer(options: { log?: MemoryDocumentLog; port?: number } = {}): Promise<TestSyncServer> {
  const log = options.log ?? makeMemoryDocumentLog();
  const logged: { level: string; message: string }[] = [];
  const write = (level: string) => (_fields: Record<string, unknown>, message: string) => void logged.push({ level, message });
  const logger: Log = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  const rights = new Map<string, { mayRead: boolean; mayWrite: boolean }>();
  const signedOut = new Set<string>();
  const authorise: Authorise = async ({ id }) =>
    signedOut.has(id)
      ? { signedIn: false, mayRead: false, mayWrite: false }
      : { signedIn: true, ...(rights.get(id) ?? { mayRead: true, mayWrite: true }) };
  const hub = makeHub({ log, clock: systemClock, logger, authorise });
  const sync = makeSyncServer({
    hub,
    clock: systemClock,
    logger,
    publicOrigins: () => [ORIGIN],
    authenticate: async (cookie) => {
      const id = /^person=([a-z0-9-]+)$/.exec(cookie ?? "")?.[1];
      // A plain string is an id in these tests.
      return id === undefined || signedOut.has(id) ? null : { id: id as PersonId, name: `Name of ${id}`, sessionId: id as SessionId };
    },
  });
  const server: Server = createServer();
  server.on("upgrade", sync.handleUpgrade);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}`,
    port,
    hub,
    sync,
    log,
    logged,
    rights,
    signedOut,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      await sync.close();
      await hub.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
