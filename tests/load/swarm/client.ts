/**
 * One person at one document: speaks the server's dialect, keeps everything it is sent, and tells what it hears.
 *
 * Always true: `tape` holds every update in the order in which it came, own ones included; `isSynced` is true once the server has answered
 * the first question. The document itself is built when it is asked for.
 */
import * as Y from "yjs";
import { MESSAGE, SYNC } from "#core/protocol/wire";
import { greetingOf, HOCUSPOCUS, prefixOf, targetOf, withPrefix, type Dialect } from "./dialect.ts";
import { FrameSocket } from "./frame-socket.ts";
import { UpdateTape } from "./tape.ts";
import { awarenessMessage, cursorMessage, typeUpdate, updateMessage } from "./typing.ts";

/** Where a server is and how it is spoken to. Plain data: it passes between processes. */
export type Address = { readonly dialect: Dialect; readonly host: string; readonly port: number; readonly cookies: readonly string[] };

export type LoadClientOptions = {
  readonly address: Address;
  readonly document: string;
  /** Also chooses the cookie, in turn. */
  readonly number: number;
  readonly clientId: number;
  /** Keep what comes, for the check at the end. Default true. */
  readonly keeps?: boolean;
  /** Stay silent about who is here. Default false. */
  readonly hidden?: boolean;
  readonly onSynced?: (client: LoadClient) => void;
  /** @param update a view: copy what you keep */
  readonly onUpdate?: (update: Uint8Array, client: LoadClient, isReply: boolean) => void;
  /** So many of this connection's sync updates are safe, as the server sees it. */
  readonly onAcknowledged?: (count: number, client: LoadClient) => void;
  readonly onEnd?: (code: number, client: LoadClient) => void;
};

/** A first step 1: nothing is known here. */
const ASK_ALL = Uint8Array.of(MESSAGE.sync, SYNC.step1, 1, 0);
const NOTHING = Uint8Array.of(0, 0);
/** The stock client says again every 15 s that it is here. */
const RENEW_MS = 15_000;

export class LoadClient {
  readonly options: LoadClientOptions;
  readonly socket: FrameSocket;
  readonly tape = new UpdateTape();
  isSynced = false;
  isEnded = false;
  /** Clocks of its own that were sent. */
  typed = 0;
  /** Sync updates (step 2 and update messages) sent over this connection, and how many the server has acknowledged. */
  sent = 0;
  acknowledged = 0;
  awarenessIn = 0;
  private readonly prefix: Uint8Array;
  private awarenessClock = 0;
  private renewing: NodeJS.Timeout | null = null;

  constructor(options: LoadClientOptions) {
    this.options = options;
    const { address, document, number } = options;
    this.prefix = prefixOf(address.dialect, document);
    const cookie = address.cookies[number % Math.max(1, address.cookies.length)];
    this.socket = new FrameSocket({
      host: address.host,
      port: address.port,
      target: targetOf(address.dialect, document),
      headers: cookie === undefined ? {} : { Cookie: cookie },
      onOpen: () => this.greet(),
      onMessage: (message) => this.take(message),
      onEnd: (code) => {
        this.isEnded = true;
        if (this.renewing !== null) clearInterval(this.renewing);
        options.onEnd?.(code, this);
      },
    });
  }

  /** Send any message of the protocol. */
  say(message: Uint8Array): void {
    this.socket.send(withPrefix(this.prefix, message));
  }

  /** Type the next character. */
  type(): void {
    const update = typeUpdate(this.options.clientId, this.typed);
    this.typed += 1;
    this.sendUpdate(update);
  }

  sendUpdate(update: Uint8Array): void {
    this.sent += 1;
    if (this.options.keeps !== false) this.tape.append(update);
    this.say(updateMessage(update));
  }

  /** Show the cursor after what was typed last. */
  moveCursor(): void {
    this.awarenessClock += 1;
    this.say(cursorMessage(this.options.clientId, this.awarenessClock, Math.max(0, this.typed - 1)));
  }

  /** Everything this client has, as a document. */
  makeDoc(): Y.Doc {
    const doc = new Y.Doc();
    this.tape.replay(doc);
    return doc;
  }

  close(): void {
    if (this.options.hidden !== true) {
      this.awarenessClock += 1;
      this.say(awarenessMessage(this.options.clientId, this.awarenessClock, null));
    }
    this.socket.close();
  }

  private greet(): void {
    const { address, document, hidden } = this.options;
    const greeting = greetingOf(address.dialect, document);
    if (greeting !== null) this.socket.send(greeting);
    if (address.dialect === "relay") this.synced();
    else this.say(ASK_ALL);
    if (hidden === true) return;
    this.moveCursor();
    this.renewing = setInterval(() => this.moveCursor(), RENEW_MS);
  }

  private synced(): void {
    if (this.isSynced) return;
    this.isSynced = true;
    this.options.onSynced?.(this);
  }

  private take(message: Uint8Array): void {
    const at = this.prefix.length;
    const type = message[at];
    if (type === MESSAGE.sync || type === HOCUSPOCUS.syncReply) this.takeSync(message, at + 1);
    else if (type === MESSAGE.awareness) this.awarenessIn += 1;
    else if (type === MESSAGE.persisted) this.takeAcknowledged(readUint(message, at + 1).value);
    // One for each update, in order.
    else if (type === HOCUSPOCUS.syncStatus && this.options.address.dialect === "hocuspocus") this.takeAcknowledged(this.acknowledged + 1);
  }

  private takeAcknowledged(count: number): void {
    this.acknowledged = count;
    this.options.onAcknowledged?.(count, this);
  }

  private takeSync(message: Uint8Array, at: number): void {
    const kind = message[at];
    const { value: length, end } = readUint(message, at + 1);
    const body = message.subarray(end, end + length);
    if (body.length !== length) throw new Error("a server sent a message that is cut off");
    if (kind === SYNC.step1) return this.answer();
    if (body.length > NOTHING.length || body[0] !== 0) {
      if (this.options.keeps !== false) this.tape.append(body);
      this.options.onUpdate?.(body, this, kind === SYNC.step2);
    }
    if (kind === SYNC.step2) this.synced();
  }

  /** Asked for what the server lacks: nothing at first, else all that is here. */
  private answer(): void {
    const update = this.typed === 0 ? NOTHING : Y.encodeStateAsUpdate(this.makeDoc());
    this.sent += 1;
    this.say(Buffer.concat([Uint8Array.of(MESSAGE.sync, SYNC.step2), lengthOf(update.length), update]));
  }
}

function readUint(bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let factor = 1;
  for (let at = from; ; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) throw new Error("a server sent a message that is cut off");
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, end: at + 1 };
    factor *= 128;
  }
}

function lengthOf(length: number): Uint8Array {
  const bytes: number[] = [];
  for (let left = length; ; left = Math.floor(left / 128)) {
    if (left < 128) return Uint8Array.from([...bytes, left]);
    bytes.push((left & 0x7f) | 0x80);
  }
}
