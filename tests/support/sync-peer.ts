/**
 * A client of the sync protocol without a socket: a Y.Doc, bytes in, bytes out. Simulations give it a pretend network,
 * `sync-client.ts` a real one.
 */
import * as Y from "yjs";
import { encodeAwarenessEntry, joinAwareness, parseAwareness, type AwarenessState } from "../../app/core/protocol/awareness.ts";
import { encodeAwarenessFrame, encodeStep1, encodeStep2, encodeUpdate, parseServerFrame } from "../../app/core/protocol/wire.ts";

export class SyncPeer {
  readonly doc: Y.Doc;
  /** Sync updates sent over the current connection, oldest first, and how many of them the server has called durable. */
  sent: Uint8Array[] = [];
  acknowledged = 0;
  /** The server has answered our step 1. */
  synced = false;
  closing: { readonly code: number; readonly words: string } | null = null;
  readonly notices: unknown[] = [];
  readonly denials: string[] = [];
  /** Frames that this client could not read, or that a client which asked for no additions must not get. */
  readonly unreadable: Uint8Array[] = [];
  /** Who is here, as the server tells it. */
  readonly others = new Map<number, AwarenessState>();
  /** Called with each acknowledgement. */
  onAcknowledged: (count: number) => void = () => {};
  private send: ((frame: Uint8Array) => void) | null = null;
  private clock = 0;
  private readonly wantsAck: boolean;
  private readonly onUpdate: (update: Uint8Array, origin: unknown) => void;

  constructor(options: { readonly doc?: Y.Doc; readonly wantsAck?: boolean } = {}) {
    this.doc = options.doc ?? new Y.Doc();
    this.wantsAck = options.wantsAck ?? true;
    this.onUpdate = (update, origin) => {
      if (origin !== this) this.sendSync(encodeUpdate(update), update);
    };
    this.doc.on("update", this.onUpdate);
  }

  get connected(): boolean {
    return this.send !== null;
  }

  /** The connection is open. */
  open(send: (frame: Uint8Array) => void): void {
    this.send = send;
    this.sent = [];
    this.acknowledged = 0;
    this.synced = false;
    this.closing = null;
    send(encodeStep1(Y.encodeStateVector(this.doc)));
  }

  /** The connection is gone. */
  lost(): void {
    this.send = null;
    this.synced = false;
    this.others.clear();
  }

  /** Tell the others where we are; null says that we left. */
  say(state: AwarenessState | null, clientId = this.doc.clientID): void {
    this.clock += 1;
    this.send?.(encodeAwarenessFrame(joinAwareness([encodeAwarenessEntry({ clientId, clock: this.clock, state })])));
  }

  receive(frame: Uint8Array): void {
    const message = parseServerFrame(frame);
    const isAddition = message?.type === "persisted" || message?.type === "closing" || message?.type === "notice";
    if (message === null || (isAddition && !this.wantsAck)) {
      this.unreadable.push(frame);
      return;
    }
    switch (message.type) {
      case "step1": {
        const update = Y.encodeStateAsUpdate(this.doc, message.stateVector);
        this.sendSync(encodeStep2(update), update);
        return;
      }
      case "step2":
        Y.applyUpdate(this.doc, message.update, this);
        this.synced = true;
        return;
      case "update":
        Y.applyUpdate(this.doc, message.update, this);
        return;
      case "awareness":
        this.hear(message.body);
        return;
      case "queryAwareness":
        return;
      case "denied":
        this.denials.push(message.words);
        return;
      case "persisted":
        this.acknowledged = message.count;
        this.onAcknowledged(message.count);
        return;
      case "closing":
        this.closing = { code: message.code, words: message.words };
        return;
      case "notice":
        this.notices.push(message.notice);
    }
  }

  /** Stop listening to the document. */
  close(): void {
    this.doc.off("update", this.onUpdate);
    this.lost();
  }

  private sendSync(frame: Uint8Array, update: Uint8Array): void {
    if (this.send === null) return;
    this.sent.push(update);
    this.send(frame);
  }

  private hear(body: Uint8Array): void {
    const entries = parseAwareness(body);
    if (typeof entries === "string") throw new Error(`the server sent ${entries} awareness`);
    for (const { clientId, state } of entries) {
      if (state === null) this.others.delete(clientId);
      else this.others.set(clientId, state);
    }
  }
}
