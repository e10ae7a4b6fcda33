/** Fourteen ways to hurt a sync server, as raw as they come. Each runs until its time is over and then lets go of its sockets. */
import { connect, type Socket } from "node:net";
import * as encoding from "lib0/encoding";
import * as Y from "yjs";
import { MESSAGE, SYNC } from "#core/protocol/wire";
import { LoadClient, type Address } from "./client.ts";
import { frameHeader, type FrameSocket } from "./frame-socket.ts";
import { makeRandom } from "./lesson-content.ts";
import { targetOf } from "./dialect.ts";
import { awarenessMessage, typeUpdate, updateMessage } from "./typing.ts";
import { pass } from "./wait.ts";

export const ATTACKS = {
  "random-frames": (scene: Scene) => flood(scene, 10, (random) => bytes(random, 1 + Math.floor(random() * 300))),
  "truncated-frames": (scene: Scene) => flood(scene, 10, (random, turn) => cut(random, updateMessage(typeUpdate(2_000_000 + (turn % 50), turn)))),
  "huge-lengths": (scene: Scene) => flood(scene, 10, (random, turn) => hugeLength(random, turn)),
  "frames-of-50-mb": giantFrames,
  "gaps-in-clocks": (scene: Scene) => flood(scene, 10, (_random, turn) => updateMessage(typeUpdate(2_100_000 + (turn % 200), 5 + turn * 2))),
  "unknown-parents": (scene: Scene) => flood(scene, 10, (_random, turn) => updateMessage(orphan(2_200_000 + turn))),
  "awareness-of-1-mb": awarenessOfSize,
  "awareness-of-10000": (scene: Scene) => flood(scene, 2, (_random, turn) => awarenessOfMany(turn), 20),
  names: nameTricks,
  "2000-sockets": manySockets,
  "readers-that-never-read": neverReaders,
  "text-frames": textFrames,
  "step-1-flood": (scene: Scene) => flood(scene, 10, () => Uint8Array.of(MESSAGE.sync, SYNC.step1, 1, 0)),
  "half-open-handshakes": halfOpen,
} as const;

export type AttackName = keyof typeof ATTACKS;
export type AttackInput = {
  readonly address: Address;
  readonly attack: AttackName;
  /** Where the others work. */
  readonly document: string;
  /** Other documents the attacker may open. */
  readonly moreDocuments: readonly string[];
  readonly durationMs: number;
};
type Scene = AttackInput & { readonly untilMs: number };

/** Do it. @returns how often something was sent or tried, so that an attack that did nothing shows */
export async function runAttack(input: AttackInput): Promise<number> {
  return ATTACKS[input.attack]({ ...input, untilMs: performance.now() + input.durationMs });
}

const TICK_MS = 5;

/** Keep some sockets open, whatever happens to them, and send as much as the server takes. */
async function flood(scene: Scene, sockets: number, make: (random: () => number, turn: number) => Uint8Array, aTick = 40): Promise<number> {
  const random = makeRandom(7);
  let turn = 0;
  const places = Array.from({ length: sockets }, (_, number) => join(scene, number));
  while (performance.now() < scene.untilMs) {
    for (const [number, client] of places.entries()) {
      if (client.isEnded) places[number] = join(scene, number);
      else if (client.socket.isOpen && client.socket.waitingBytes < 1_000_000) {
        for (let count = 0; count < aTick; count += 1) client.say(make(random, (turn += 1)));
      }
    }
    await pass(TICK_MS);
  }
  for (const client of places) client.socket.cut();
  return turn;
}

const join = ({ address, document }: Scene, number: number, hidden = true): LoadClient =>
  new LoadClient({ address, document, number: 10 + number, clientId: 2_900_000 + number, hidden, keeps: false });

const bytes = (random: () => number, length: number): Uint8Array => Uint8Array.from({ length }, () => Math.floor(random() * 256));
const cut = (random: () => number, message: Uint8Array): Uint8Array => message.subarray(0, 1 + Math.floor(random() * (message.length - 1)));

/** Messages whose inner lengths and counts say far more than is there. */
function hugeLength(random: () => number, turn: number): Uint8Array {
  const huge = [2 ** 31, 2 ** 32 - 1, 2 ** 40, 2 ** 50][turn % 4] ?? 2 ** 31;
  return encoding.encode((encoder) => {
    if (turn % 3 === 0) {
      encoding.writeVarUint(encoder, MESSAGE.sync);
      encoding.writeVarUint(encoder, SYNC.update);
      encoding.writeVarUint(encoder, huge);
    } else if (turn % 3 === 1) {
      encoding.writeVarUint(encoder, MESSAGE.awareness);
      encoding.writeVarUint8Array(
        encoder,
        encoding.encode((inner) => encoding.writeVarUint(inner, huge)),
      );
    } else {
      encoding.writeVarUint(encoder, MESSAGE.sync);
      encoding.writeVarUint(encoder, SYNC.update);
      const inner = encoding.encode((update) => {
        encoding.writeVarUint(update, 1);
        encoding.writeVarUint(update, huge);
        encoding.writeVarUint(update, 2_300_000);
        encoding.writeVarUint(update, 0);
      });
      encoding.writeVarUint8Array(encoder, inner);
    }
    encoding.writeUint8Array(encoder, bytes(random, 8));
  });
}

/** Valid updates of 50 MB. */
async function giantFrames(scene: Scene): Promise<number> {
  let sent = 0;
  for (let number = 0; number < 4 && performance.now() < scene.untilMs; number += 1) {
    const doc = new Y.Doc();
    doc.clientID = 2_400_000 + number;
    doc.getText("giant").insert(0, "x".repeat(50_000_000));
    const client = join(scene, number);
    await pass(500);
    client.say(updateMessage(Y.encodeStateAsUpdate(doc)));
    sent += 1;
    await pass(800);
    client.socket.cut();
  }
  await pass(Math.max(0, scene.untilMs - performance.now()));
  return sent;
}

/** An item whose neighbour is of a client that nobody knows. */
function orphan(clientId: number): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, clientId);
    encoding.writeVarUint(encoder, 0);
    encoding.writeUint8(encoder, 0x84);
    encoding.writeVarUint(encoder, clientId + 1_000_000);
    encoding.writeVarUint(encoder, 17);
    encoding.writeVarString(encoder, "orphan");
    encoding.writeVarUint(encoder, 0);
  });
}

function awarenessOfSize(scene: Scene): Promise<number> {
  const words = "x".repeat(1_000_000);
  return flood(scene, 3, (_random, turn) => awarenessMessage(2_500_000 + (turn % 400), turn, { user: { name: words } }), 1);
}

function awarenessOfMany(turn: number): Uint8Array {
  const body = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 10_000);
    for (let entry = 0; entry < 10_000; entry += 1) {
      encoding.writeVarUint(encoder, 3_000_000 + ((turn * 10_000 + entry) % 2_000_000));
      encoding.writeVarUint(encoder, turn);
      encoding.writeVarString(encoder, "{}");
    }
  });
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MESSAGE.awareness);
    encoding.writeVarUint8Array(encoder, body);
  });
}

const NAMES = [
  "../../../../etc/passwd",
  "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
  "__proto__",
  "constructor",
  "toString",
  "%00",
  "%ff%fe",
  "lesson/%27;DROP TABLE Lesson;--",
  "lesson//",
  "lesson/..",
  "*",
  "?",
  "%",
  "%25%30%30",
];

async function nameTricks(scene: Scene): Promise<number> {
  const { address } = scene;
  let tried = 0;
  while (performance.now() < scene.untilMs) {
    const open: FrameSocket[] = [];
    for (const name of [...NAMES, "n".repeat(8_000), "lesson/".repeat(500), `random-${tried}`]) {
      const document = name.replaceAll(" ", "%20");
      // Hocuspocus takes the name in the message, all others in the address.
      const client = new LoadClient({
        address,
        document: address.dialect === "hocuspocus" ? decode(document) : document,
        number: tried,
        clientId: 2_600_000,
        keeps: false,
      });
      open.push(client.socket);
      tried += 1;
    }
    await pass(50);
    for (const socket of open) socket.cut();
  }
  return tried;
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

async function manySockets(scene: Scene): Promise<number> {
  const documents = [scene.document, ...scene.moreDocuments];
  const clients: LoadClient[] = [];
  for (let number = 0; number < 2_000 && performance.now() < scene.untilMs; number += 1) {
    clients.push(
      new LoadClient({
        address: scene.address,
        document: documents[number % documents.length] ?? scene.document,
        number,
        clientId: 2_700_000 + number,
        hidden: true,
        keeps: false,
      }),
    );
    if (number % 50 === 49) await pass(20);
  }
  await pass(Math.max(0, scene.untilMs - performance.now()));
  for (const client of clients) client.socket.cut();
  return clients.length;
}

/** Forty that open the document and read no more, while somebody pastes a lot. */
async function neverReaders(scene: Scene): Promise<number> {
  const readers = Array.from({ length: 40 }, (_, number) => join(scene, number));
  await pass(500);
  for (const reader of readers) reader.socket.pause();
  const writer = new LoadClient({ ...scene, number: 60, clientId: 2_800_000, hidden: true, keeps: false });
  await pass(300);
  const doc = new Y.Doc();
  doc.clientID = 2_800_000;
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  let sent = 0;
  const text = doc.getText("pasted");
  const page = "What is the whole? What are the parts? ".repeat(1_300);
  // Typed over again and again, so that the document itself stays small.
  while (performance.now() < scene.untilMs) {
    text.insert(0, page);
    text.delete(0, page.length);
    for (const update of updates.splice(0)) {
      writer.say(updateMessage(update));
      sent += 1;
    }
    await pass(8);
  }
  for (const client of [...readers, writer]) client.socket.cut();
  return sent;
}

async function textFrames(scene: Scene): Promise<number> {
  let sent = 0;
  const places = Array.from({ length: 10 }, (_, number) => join(scene, number));
  while (performance.now() < scene.untilMs) {
    for (const [number, client] of places.entries()) {
      if (client.isEnded) places[number] = join(scene, number);
      for (let count = 0; count < 20; count += 1) client.socket.sendText("hello, is anybody there? ".repeat(10));
      sent += 20;
    }
    await pass(TICK_MS);
  }
  for (const client of places) client.socket.cut();
  return sent;
}

/** Connections that never finish saying what they want, and upgrades that go on with a broken frame. */
async function halfOpen({ address, document, untilMs }: Scene): Promise<number> {
  const sockets: Socket[] = [];
  let tried = 0;
  while (performance.now() < untilMs) {
    if (sockets.length < 1_000) {
      for (let count = 0; count < 20; count += 1) {
        const socket = connect({ host: address.host, port: address.port });
        socket.on("error", () => undefined);
        socket.write(
          `GET ${targetOf(address.dialect, document)} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Ver`,
        );
        sockets.push(socket);
        tried += 1;
      }
    }
    const broken = join({ address, document, untilMs, attack: "half-open-handshakes", moreDocuments: [], durationMs: 0 }, tried % 30);
    await pass(20);
    // The header of a large frame, and never its body.
    broken.socket.sendBytes(frameHeader(2, 3_000_000));
    setTimeout(() => broken.socket.cut(), 1_000);
    tried += 1;
  }
  for (const socket of sockets) socket.destroy();
  return tried;
}
