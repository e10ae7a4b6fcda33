/**
 * Websockets for the hub: the only file that imports ws.
 *
 * Always true: nobody is connected to the hub before origin, name, schema version, session, permission and limits were checked; a socket that is
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
import type { SyncMeters } from "#server/observe/meters";
import { isOwnOrigin, parseTarget } from "./door.ts";
import type { Hub } from "./hub.ts";
import type { Admission, HubPerson } from "./rights.ts";
import type { Session } from "./session.ts";

export type SyncServer = {
  /** Take over an upgrade request whose path starts with `/sync/`. */
  readonly handleUpgrade: (req: IncomingMessage, socket: Duplex, head: Buffer) => void;
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
};

type Guest = { readonly document: string; readonly wantsAck: boolean; readonly person: HubPerson; readonly admission: Admission };
type Connection = {
  readonly socket: WebSocket;
  readonly close: (reason: CloseReason) => void;
  isAlive: boolean;
};

const PING_MS = 30 * SECOND_MS;
/** Rights and sessions are asked about at every second ping, for what ends without anybody doing it. */
const PINGS_A_RECHECK = 2;
/** How long a peer may take to answer a close before its socket is cut. */
const CLOSE_TIMEOUT_MS = 3 * SECOND_MS;

/** Makes the websocket side of the sync server. */
export function makeSyncServer({ hub, clock, logger, publicOrigins, authenticate }: SyncServerOptions): SyncServer {
  const settings: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    // Measured: 5.6 times the processor and 280 KiB a connection.
    perMessageDeflate: false,
    maxPayload: LIMITS.maxFrameBytes,
    closeTimeout: CLOSE_TIMEOUT_MS,
  };
  const server = new WebSocketServer(settings);
  const senderOf = makeSenders(hub.meters);
  const connections = new Set<Connection>();
  const perPerson = new Map<string, number>();
  const perDocument = new Map<string, number>();
  let closing = false;
  let pings = 0;
  let pinging: Timer | null = null;
  let allGone: (() => void) | null = null;

  /** Who comes, to what, with which rights; or why not. */
  const admit = async (req: IncomingMessage): Promise<Guest | CloseReason> => {
    const wish = parseTarget(req.url ?? "");
    if (typeof wish === "string") return wish;
    try {
      const person = await authenticate(req.headers.cookie);
      if (person === null) return "signedOut";
      const admission = await hub.admit(person, wish.document);
      const { signedIn, mayRead } = admission.rights;
      if (signedIn && mayRead) return { ...wish, person, admission };
      admission.release();
      return signedIn ? "forbidden" : "signedOut";
    } catch (error) {
      logger.error({ err: error, document: wish.document }, "a socket could not be admitted");
      return "tryLater";
    }
  };

  const open = (socket: WebSocket, stream: Duplex, guest: Guest) => {
    const { document, person, wantsAck, admission } = guest;
    const session: Session = hub.connect({
      document,
      person,
      wantsAck,
      mayWrite: admission.rights.mayWrite,
      send: senderOf(socket, stream),
      close: (reason) => closeSocket(socket, reason),
      bufferedBytes: () => stream.writableLength,
    });
    stream.on("drain", session.drained);
    const closeByUs = (reason: CloseReason) => {
      if (guest.wantsAck && socket.readyState === socket.OPEN) socket.send(encodeClosing(reason));
      closeSocket(socket, reason);
      session.end();
    };
    const connection: Connection = { socket, close: closeByUs, isAlive: true };
    connections.add(connection);
    count(perPerson, person.id, 1);
    count(perDocument, document, 1);
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
      count(perPerson, person.id, -1);
      count(perDocument, document, -1);
      session.end();
      if (connections.size === 0) allGone?.();
    });
    pinging ??= clock.setTimer(PING_MS, ping);
  };

  const receive = async (req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const admitted = await admit(req);
    try {
      if (socket.destroyed) return;
      server.handleUpgrade(req, socket, head, (websocket) => {
        websocket.on("error", (error) => logger.debug({ err: error }, "a socket failed"));
        if (closing) closeSocket(websocket, "restart");
        else if (typeof admitted === "string") closeSocket(websocket, admitted);
        else if (isCrowded(admitted)) closeSocket(websocket, "tooManyConnections");
        // Rights changed in the last moment: they come back and are asked again.
        else if (!admitted.admission.isCurrent()) closeSocket(websocket, "tryLater");
        else open(websocket, socket, admitted);
      });
    } finally {
      // handleUpgrade calls back at once or not at all.
      if (typeof admitted !== "string") admitted.admission.release();
    }
  };

  const isCrowded = ({ person, document }: Guest): boolean => {
    const ofPerson = (perPerson.get(person.id) ?? 0) >= LIMITS.maxConnectionsPerPerson;
    const ofDocument = (perDocument.get(document) ?? 0) >= LIMITS.maxConnectionsPerDocument;
    if (ofPerson) hub.meters.limitsHit.maxConnectionsPerPerson += 1;
    if (ofDocument) hub.meters.limitsHit.maxConnectionsPerDocument += 1;
    return ofPerson || ofDocument;
  };

  const ping = () => {
    pings += 1;
    for (const { socket, isAlive } of connections) {
      if (isAlive) socket.ping();
      else socket.terminate();
    }
    for (const connection of connections) connection.isAlive = false;
    // Never rejects.
    if (pings % PINGS_A_RECHECK === 0) void hub.recheck({ routine: true });
    pinging = connections.size > 0 ? clock.setTimer(PING_MS, ping) : null;
  };

  return {
    handleUpgrade: (req, socket, head) => {
      socket.on("error", (error) => logger.debug({ err: error }, "a socket failed at the door"));
      if (closing) refuse(socket, "503 Service Unavailable");
      else if (!isOwnOrigin(req.headers.origin, publicOrigins())) refuse(socket, "403 Forbidden");
      else void receive(req, socket, head); // `admit` turns trouble into a close code; ws answers a bad handshake itself
    },
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

/** Longer messages are not copied: their header goes before them. */
const MAX_COPIED_BYTES = 8 * 1024;
const BINARY = 0x82;

type Sender = (frames: readonly Uint8Array[]) => void;
type Wire = { readonly frames: readonly Uint8Array[]; readonly pieces: readonly Uint8Array[] };

/**
 * Makes the sender of each socket. Messages go straight to the stream as whole websocket frames (RFC 6455, 5.2: unmasked, not compressed), made
 * once for all who get the same; the library would make and write two pieces for each receiver.
 */
function makeSenders(meters: SyncMeters): (socket: WebSocket, stream: Duplex) => Sender {
  let last: Wire = { frames: [], pieces: [] };
  return (socket, stream) => (frames) => {
    if (socket.readyState !== socket.OPEN || frames.length === 0) return;
    if (last.frames !== frames) last = { frames, pieces: encodeWire(frames) };
    meters.writesOut += 1;
    const [only] = last.pieces;
    if (last.pieces.length === 1 && only !== undefined) {
      stream.write(only);
      return;
    }
    stream.cork();
    for (const piece of last.pieces) stream.write(piece);
    stream.uncork();
  };
}

function encodeWire(frames: readonly Uint8Array[]): readonly Uint8Array[] {
  const total = frames.reduce((sum, frame) => sum + frame.length, 0);
  if (total > MAX_COPIED_BYTES) return frames.flatMap((frame) => [headerOf(frame.length), frame]);
  const headers = frames.map((frame) => headerOf(frame.length));
  const wire = Buffer.allocUnsafe(total + headers.reduce((sum, header) => sum + header.length, 0));
  let at = 0;
  for (const [index, frame] of frames.entries()) {
    const header = headers[index] ?? frame;
    wire.set(header, at);
    wire.set(frame, at + header.length);
    at += header.length + frame.length;
  }
  return [wire];
}

function headerOf(length: number): Uint8Array {
  if (length < 126) return Uint8Array.of(BINARY, length);
  if (length < 2 ** 16) return Uint8Array.of(BINARY, 126, length >>> 8, length & 0xff);
  const header = Buffer.alloc(10);
  header[0] = BINARY;
  header[1] = 127;
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
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
