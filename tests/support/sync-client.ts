/**
 * A headless client of the sync server: a Y.Doc over a real websocket, with `?ack=1` unless told otherwise. It does not reconnect by
 * itself: tests decide when.
 */
import type * as Y from "yjs";
import { WebSocket } from "ws";
import { SyncPeer } from "./sync-peer.ts";

export type SyncClientOptions = {
  /** Where the server listens, for example `ws://127.0.0.1:3000`. */
  readonly url: string;
  readonly document: string;
  /** The Cookie header of a signed-in person. */
  readonly cookie?: string | undefined;
  readonly origin?: string | undefined;
  readonly wantsAck?: boolean;
  readonly schema?: number;
  readonly doc?: Y.Doc;
};

export class SyncClient {
  readonly peer: SyncPeer;
  /** The close code of the last connection; null while none has ended. */
  closeCode: number | null = null;
  closeReason = "";
  /** HTTP status when the upgrade was refused. */
  refusedWith: number | null = null;
  private socket: WebSocket | null = null;
  private readonly options: SyncClientOptions;
  private readonly watchers = new Set<() => void>();

  constructor(options: SyncClientOptions) {
    this.options = options;
    this.peer = new SyncPeer({ wantsAck: options.wantsAck ?? true, ...(options.doc === undefined ? {} : { doc: options.doc }) });
    this.doc.on("update", () => this.changed());
    this.connect();
  }

  get doc(): Y.Doc {
    return this.peer.doc;
  }

  /** Sync updates sent over this connection, and how many of them are durable. */
  get sent(): number {
    return this.peer.sent.length;
  }
  get acknowledged(): number {
    return this.peer.acknowledged;
  }

  connect(): void {
    const { url, document, cookie, origin, schema, wantsAck = true } = this.options;
    const parameters = new URLSearchParams();
    if (wantsAck) parameters.set("ack", "1");
    if (schema !== undefined) parameters.set("schema", String(schema));
    const headers = { ...(cookie === undefined ? {} : { cookie }), ...(origin === undefined ? {} : { origin }) };
    const socket = new WebSocket(`${url}/sync/${document}?${parameters.toString()}`, { headers, perMessageDeflate: false });
    this.socket = socket;
    this.closeCode = null;
    this.refusedWith = null;
    socket.on("open", () => this.peer.open((frame) => socket.send(frame)));
    socket.on("message", (data: Buffer) => {
      this.peer.receive(Uint8Array.from(data));
      this.changed();
    });
    socket.on("unexpected-response", (_request, response) => {
      this.refusedWith = response.statusCode ?? 0;
      response.resume();
      socket.terminate();
      this.changed();
    });
    socket.on("error", () => this.changed());
    socket.on("close", (code, reason) => {
      this.closeCode = code;
      this.closeReason = reason.toString();
      this.peer.lost();
      this.changed();
    });
  }

  /** Send bytes as they are, well-formed or not. */
  sendRaw(bytes: Uint8Array | string): void {
    this.socket?.send(bytes);
  }

  /** Stop reading, as a stalled device would. */
  stopReading(): void {
    this.socket?.pause();
  }

  startReading(): void {
    this.socket?.resume();
  }

  /** Resolves as soon as `condition` holds; checked whenever something arrives or the connection ends. Rejects after `timeoutMs` with `what`. */
  async until(what: string, condition: (client: SyncClient) => boolean, timeoutMs = 10_000): Promise<void> {
    if (condition(this)) return;
    await new Promise<void>((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        this.watchers.delete(look);
      };
      const look = () => {
        if (!condition(this)) return;
        stop();
        resolve();
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`waited ${timeoutMs} ms for: ${what}`));
      }, timeoutMs);
      this.watchers.add(look);
    });
  }

  untilSynced = (): Promise<void> => this.until("the first sync", (client) => client.peer.synced);
  /** All that was sent is durable. */
  untilSaved = (): Promise<void> =>
    this.until("everything saved", (client) => client.peer.synced && client.sent > 0 && client.acknowledged === client.sent);
  untilClosed = (): Promise<void> => this.until("the connection to end", (client) => client.closeCode !== null || client.refusedWith !== null);

  /** Cut the line without a goodbye. */
  cut(): void {
    this.socket?.terminate();
  }

  async close(): Promise<void> {
    this.peer.close();
    const socket = this.socket;
    if (socket === null || socket.readyState === socket.CLOSED) return;
    const closed = new Promise((resolve) => void socket.once("close", resolve));
    socket.resume();
    socket.close();
    await closed;
  }

  private changed(): void {
    for (const look of this.watchers) look();
  }
}
