/**
 * Websockets for the hub: the only file that imports ws.
 *
 * Always true: nobody reaches the hub before origin, session, name, schema version, permission and limits were checked; a socket that is
 * silent, slow or broken is let go without touching the others. Rules SY21 to SY25.
 *
 * Browsers do not show a page the HTTP status of a refused socket, so those who may not come in are let in and closed with a code of the
 * table in #core/protocol/close-codes, which stops the stock client. Only a wrong origin gets a plain 403: that page is none of ours.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type ServerOptions, type WebSocket } from "ws";
import { CLOSE_CODES, type CloseReason } from "#core/protocol/close-codes";
import { encodeClosing } from "#core/protocol/wire";
import { LIMITS } from "#core/limits";
import { SECOND_MS, type Clock, type Timer } from "#core/time";
import type { Log } from "#server/observe/log";
import { isOwnOrigin, parseTarget } from "./door.ts";
import type { Authorise, Hub, HubPerson } from "./hub.ts";
import type { Session } from "./session.ts";

export type SyncServer = {
  /** Take over an upgrade request whose path starts with `/sync/`. */
  readonly handleUpgrade: (req: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Ask again who every open socket belongs to, and close those whose session has ended. Runs by itself every minute; call it after a sign-out. */
  readonly recheckSessions: () => Promise<void>;
  /** Take nobody new, close all with 1012, and resolve when they are gone. */
  readonly close: () => Promise<void>;
};

export type SyncServerOptions = {
  readonly hub: Hub;
  readonly clock: Clock;
  readonly logger: Log;
  readonly publicOrigins: () => readonly string[];
  /** Whose session cookie this is; null when nobody's. */
  readonly authenticate: (cookieHeader: string | undefined) => Promise<HubPerson | null>;
  readonly authorise: Authorise;
};

type Guest = { readonly document: string; readonly wantsAck: boolean; readonly person: HubPerson; readonly mayWrite: boolean };
type Connection = {
  readonly socket: WebSocket;
  readonly guest: Guest;
  readonly cookie: string | undefined;
  readonly close: (reason: CloseReason) => void;
  isAlive: boolean;
};

const PING_MS = 30 * SECOND_MS;
/** Sessions are asked about at every second ping. */
const PINGS_A_RECHECK = 2;
/** How long a peer may take to answer a close before its socket is cut. */
const CLOSE_TIMEOUT_MS = 3 * SECOND_MS;

/** Makes the websocket side of the sync server. */
export function makeSyncServer({ hub, clock, logger, publicOrigins, authenticate, authorise }: SyncServerOptions): SyncServer {
  const settings: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    // Measured: 5.6 times the processor and 280 KiB a connection.
    perMessageDeflate: false,
    maxPayload: LIMITS.maxFrameBytes,
    closeTimeout: CLOSE_TIMEOUT_MS,
  };
  const server = new WebSocketServer(settings);
  const connections = new Set<Connection>();
  const perPerson = new Map<string, number>();
  const perDocument = new Map<string, number>();
  let closing = false;
  let pings = 0;
  let pinging: Timer | null = null;
  let rechecking: Promise<void> | null = null;
  let allGone: (() => void) | null = null;

  /** Who comes, to what, with which rights; or why not. */
  const admit = async (req: IncomingMessage): Promise<Guest | CloseReason> => {
    const wish = parseTarget(req.url ?? "");
    if (typeof wish === "string") return wish;
    try {
      const person = await authenticate(req.headers.cookie);
      if (person === null) return "signedOut";
      let asked: number;
      let access: Awaited<ReturnType<Authorise>>;
      do {
        asked = hub.recheckCount();
        access = await authorise(person.id, wish.document);
        // A right that was taken away while we asked has not been seen by those who recheck: this socket is not open yet.
      } while (asked !== hub.recheckCount());
      return access.mayRead ? { ...wish, person, mayWrite: access.mayWrite } : "forbidden";
    } catch (error) {
      logger.error({ err: error, document: wish.document }, "a socket could not be admitted");
      return "tryLater";
    }
  };

  const open = (socket: WebSocket, stream: Duplex, { guest, cookie }: Pick<Connection, "guest" | "cookie">) => {
    const close = (reason: CloseReason) => closeSocket(socket, reason);
    const session: Session = hub.connect({ ...guest, send: makeSender(socket, stream), close, bufferedBytes: () => socket.bufferedAmount });
    const closeByUs = (reason: CloseReason) => {
      if (guest.wantsAck && socket.readyState === socket.OPEN) socket.send(encodeClosing(reason));
      close(reason);
      session.end();
    };
    const connection: Connection = { socket, guest, cookie, close: closeByUs, isAlive: true };
    connections.add(connection);
    count(perPerson, guest.person.id, 1);
    count(perDocument, guest.document, 1);
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      connection.isAlive = true;
      if (isBinary) session.receive(data);
      else closeByUs("malformed");
    });
    socket.on("pong", () => {
      connection.isAlive = true;
    });
    socket.on("close", () => {
      connections.delete(connection);
      count(perPerson, guest.person.id, -1);
      count(perDocument, guest.document, -1);
      session.end();
      if (connections.size === 0) allGone?.();
    });
    pinging ??= clock.setTimer(PING_MS, ping);
  };

  const receive = async (req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const admitted = await admit(req);
    if (socket.destroyed) return;
    server.handleUpgrade(req, socket, head, (websocket) => {
      websocket.on("error", (error) => logger.debug({ err: error }, "a socket failed"));
      if (closing) closeSocket(websocket, "restart");
      else if (typeof admitted === "string") closeSocket(websocket, admitted);
      else if (isCrowded(admitted)) closeSocket(websocket, "tooManyConnections");
      else open(websocket, socket, { guest: admitted, cookie: req.headers.cookie });
    });
  };

  const isCrowded = ({ person, document }: Guest): boolean =>
    (perPerson.get(person.id) ?? 0) >= LIMITS.maxConnectionsPerPerson || (perDocument.get(document) ?? 0) >= LIMITS.maxConnectionsPerDocument;

  const ping = () => {
    pings += 1;
    for (const { socket, isAlive } of connections) {
      if (isAlive) socket.ping();
      else socket.terminate();
    }
    for (const connection of connections) connection.isAlive = false;
    // Never rejects.
    if (pings % PINGS_A_RECHECK === 0) void recheckSessions();
    pinging = connections.size > 0 ? clock.setTimer(PING_MS, ping) : null;
  };

  const recheckAll = async (): Promise<void> => {
    const byCookie = Map.groupBy(connections, (connection) => connection.cookie);
    for (const [cookie, group] of byCookie) {
      try {
        const person = await authenticate(cookie);
        if (person === null) for (const connection of group) connection.close("signedOut");
      } catch (error) {
        // The store fails; that is no sign that anybody signed out.
        logger.warn({ err: error }, "open sessions could not be checked");
        return;
      }
    }
  };

  const recheckSessions = async (): Promise<void> => {
    // Whoever asks while one is under way needs a new one: the change may have come after the answer.
    const before = rechecking;
    const mine: Promise<void> = (before ?? Promise.resolve()).then(recheckAll);
    rechecking = mine;
    await mine;
    if (rechecking === mine) rechecking = null;
  };

  return {
    handleUpgrade: (req, socket, head) => {
      socket.on("error", (error) => logger.debug({ err: error }, "a socket failed at the door"));
      if (closing) refuse(socket, "503 Service Unavailable");
      else if (!isOwnOrigin(req.headers.origin, publicOrigins())) refuse(socket, "403 Forbidden");
      else void receive(req, socket, head); // `admit` turns trouble into a close code; ws answers a bad handshake itself
    },
    recheckSessions,
    close: async () => {
      closing = true;
      pinging?.cancel();
      pinging = null;
      if (connections.size === 0) return;
      const gone = new Promise<void>((resolve) => {
        allGone = resolve;
      });
      for (const connection of connections) connection.close("restart");
      // Those that do not answer are cut by ws after CLOSE_TIMEOUT_MS.
      await gone;
    },
  };
}

/** Sends frames so that all of one turn of the event loop leave in one write. */
function makeSender(socket: WebSocket, stream: Duplex): (frame: Uint8Array) => void {
  let isCorked = false;
  return (frame) => {
    if (socket.readyState !== socket.OPEN) return;
    if (!isCorked) {
      isCorked = true;
      stream.cork();
      process.nextTick(() => {
        isCorked = false;
        stream.uncork();
      });
    }
    socket.send(frame);
  };
}

function closeSocket(socket: WebSocket, reason: CloseReason): void {
  // A reader that takes nothing would not take the close frame either, and keep the memory until then.
  if (socket.bufferedAmount > LIMITS.maxSendBufferBytes) socket.terminate();
  else socket.close(CLOSE_CODES[reason].code, CLOSE_CODES[reason].words);
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function count(counts: Map<string, number>, key: string, step: 1 | -1): void {
  const next = (counts.get(key) ?? 0) + step;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}
