/**
 * A websocket client that costs almost nothing, so that thousands of them in one process measure the server and not themselves: bytes in,
 * whole binary messages out, no events, no masking work (the mask is zero, which the protocol allows).
 *
 * Always true: frames of one turn of the event loop leave in one write; a message is a view that is valid only while `onMessage` runs.
 * Leaves to others: extensions (it offers none), text messages (passed over), fragments (no server here sends them; they end the socket).
 */
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";

export type FrameSocketOptions = {
  readonly host: string;
  readonly port: number;
  /** Path and query of the upgrade request. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly onOpen: (socket: FrameSocket) => void;
  /** @param message a view: copy what you keep */
  readonly onMessage: (message: Uint8Array, socket: FrameSocket) => void;
  /** Once, when the connection is over. @param code the close code, 1006 without one, or minus the HTTP status of a refused upgrade */
  readonly onEnd: (code: number, socket: FrameSocket) => void;
};

const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const NO_CODE = 1006;

export class FrameSocket {
  /** Bytes that came, frames and all. */
  bytesIn = 0;
  messagesIn = 0;
  private readonly options: FrameSocketOptions;
  private readonly stream: Socket;
  private state: "upgrading" | "open" | "ended" = "upgrading";
  private rest: Buffer = Buffer.alloc(0);
  /** How long `rest` must be before it is worth looking at again. */
  private needed = 0;
  private outgoing: Buffer[] = [];
  private closeCode = NO_CODE;

  constructor(options: FrameSocketOptions) {
    this.options = options;
    this.stream = connect({ host: options.host, port: options.port, noDelay: true });
    this.stream.once("connect", () => this.upgrade());
    this.stream.on("data", (chunk: Buffer) => this.take(chunk));
    // A connection that fails also closes; the close is what counts.
    this.stream.on("error", () => undefined);
    this.stream.once("close", () => {
      this.state = "ended";
      options.onEnd(this.closeCode, this);
    });
  }

  get isOpen(): boolean {
    return this.state === "open";
  }

  /** Bytes that were sent and that the server has not taken yet. */
  get waitingBytes(): number {
    return this.stream.writableLength;
  }

  /** Send one binary message. What is sent to a socket that is not open is dropped. */
  send(message: Uint8Array): void {
    this.sendFrame(OPCODE.binary, message);
  }

  sendText(words: string): void {
    this.sendFrame(OPCODE.text, Buffer.from(words));
  }

  /** Send bytes below the websocket protocol, well-formed or not. */
  sendBytes(bytes: Uint8Array): void {
    this.stream.write(bytes);
  }

  pause(): void {
    this.stream.pause();
  }

  resume(): void {
    this.stream.resume();
  }

  /** Say goodbye and end. */
  close(): void {
    if (this.state !== "open") return this.cut();
    this.sendFrame(OPCODE.close, Uint8Array.of(0x03, 0xe8));
    this.flush();
    this.stream.end();
  }

  /** End without a goodbye, as a lost line does. */
  cut(): void {
    this.stream.destroy();
  }

  private upgrade(): void {
    const { host, port, target, headers = {} } = this.options;
    const lines = [
      `GET ${target} HTTP/1.1`,
      `Host: ${host}:${port}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    this.stream.write(`${lines.join("\r\n")}\r\n\r\n`);
  }

  private sendFrame(opcode: number, body: Uint8Array): void {
    if (this.state !== "open") return;
    const header = frameHeader(opcode, body.length);
    if (this.outgoing.push(header, Buffer.from(body.buffer, body.byteOffset, body.length)) === 2) queueMicrotask(() => this.flush());
  }

  private flush(): void {
    if (this.outgoing.length === 0) return;
    const whole = Buffer.concat(this.outgoing);
    this.outgoing = [];
    if (!this.stream.destroyed) this.stream.write(whole);
  }

  private take(chunk: Buffer): void {
    this.bytesIn += chunk.length;
    const bytes = this.rest.length === 0 ? chunk : this.join(chunk);
    if (bytes === null) return;
    let at = 0;
    if (this.state === "upgrading") {
      at = this.readUpgrade(bytes);
      if (at === 0) return this.keep(bytes, 0, 0);
    }
    for (;;) {
      const next = this.readFrame(bytes, at);
      if (next === at || this.state === "ended") return;
      at = next;
      if (at === bytes.length) {
        this.rest = Buffer.alloc(0);
        this.needed = 0;
        return;
      }
    }
  }

  /** Large frames come in many chunks: join them once, when all are here. */
  private readonly chunks: Buffer[] = [];
  private waiting = 0;
  private join(chunk: Buffer): Buffer | null {
    this.chunks.push(chunk);
    this.waiting += chunk.length;
    if (this.rest.length + this.waiting < this.needed) return null;
    const whole = Buffer.concat([this.rest, ...this.chunks]);
    this.chunks.length = 0;
    this.waiting = 0;
    this.rest = Buffer.alloc(0);
    return whole;
  }

  private keep(bytes: Buffer, at: number, needed: number): void {
    this.rest = bytes.subarray(at);
    this.needed = needed;
  }

  /** @returns where frames begin; 0 while the answer is not whole */
  private readUpgrade(bytes: Buffer): number {
    const end = bytes.indexOf("\r\n\r\n");
    if (end === -1) return 0;
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(bytes.toString("latin1", 0, 20))?.[1]);
    if (status === 101) {
      this.state = "open";
      this.options.onOpen(this);
    } else {
      this.closeCode = -status;
      this.cut();
    }
    return end + 4;
  }

  /** @returns where the next frame begins; `at` when this one is not whole (it is kept) */
  private readFrame(bytes: Buffer, at: number): number {
    const left = bytes.length - at;
    if (left < 2) {
      this.keep(bytes, at, 2);
      return at;
    }
    const first = bytes[at] ?? 0;
    let length = (bytes[at + 1] ?? 0) & 0x7f;
    let start = at + 2;
    if (length === 126) {
      if (left < 4) {
        this.keep(bytes, at, 4);
        return at;
      }
      length = bytes.readUInt16BE(at + 2);
      start = at + 4;
    } else if (length === 127) {
      if (left < 10) {
        this.keep(bytes, at, 10);
        return at;
      }
      length = Number(bytes.readBigUInt64BE(at + 2));
      start = at + 10;
    }
    const end = start + length;
    if (end > bytes.length) {
      this.keep(bytes, at, end - at);
      return at;
    }
    this.handle(first, bytes.subarray(start, end));
    return end;
  }

  private handle(first: number, body: Buffer): void {
    const opcode = first & 0x0f;
    if ((first & 0x80) === 0 || opcode === OPCODE.continuation) return this.cut();
    if (opcode === OPCODE.binary) {
      this.messagesIn += 1;
      this.options.onMessage(body, this);
    } else if (opcode === OPCODE.ping) this.sendFrame(OPCODE.pong, Buffer.from(body));
    else if (opcode === OPCODE.close) {
      this.closeCode = body.length >= 2 ? body.readUInt16BE(0) : NO_CODE;
      this.sendFrame(OPCODE.close, Buffer.from(body.subarray(0, 2)));
      this.flush();
      this.stream.end();
    }
  }
}

/** Header of a client's frame: final, masked with zeros. */
export function frameHeader(opcode: number, length: number): Buffer {
  if (length < 126) return Buffer.from([0x80 | opcode, 0x80 | length, 0, 0, 0, 0]);
  if (length < 65_536) return Buffer.from([0x80 | opcode, 0x80 | 126, length >> 8, length & 0xff, 0, 0, 0, 0]);
  const header = Buffer.alloc(14);
  header[0] = 0x80 | opcode;
  header[1] = 0x80 | 127;
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}
