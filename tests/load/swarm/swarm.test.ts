/** The load suite's clients must be right, or its figures are not: what they write is what Yjs writes, and what they count is what came. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import * as Y from "yjs";
import { frameHeader, FrameSocket } from "./frame-socket.ts";
import { LatencyHistogram } from "./histogram.ts";
import { lessonUpdate, SEED_CLIENT, writeEdits } from "./lesson-content.ts";
import { readClocks } from "./progress.ts";
import { Coverage } from "./read-whole.ts";
import { RoomProgress } from "./room-progress.ts";
import { findDifference } from "./same-state.ts";
import { UpdateTape } from "./tape.ts";
import { letterAt, textName, typeUpdate } from "./typing.ts";

/** Updates of somebody who types at the end, by Yjs. */
function typedByYjs(clientId: number, count: number): Uint8Array[] {
  const doc = new Y.Doc();
  doc.clientID = clientId;
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  const text = doc.getText(textName(clientId));
  for (let clock = 0; clock < count; clock += 1) text.insert(clock, letterAt(clock));
  return updates;
}

const clocksOf = (update: Uint8Array): [number, number, number][] => {
  const clocks: [number, number, number][] = [];
  readClocks(update, (clientId, start, end) => clocks.push([clientId, start, end]));
  return clocks;
};

test("updates made by hand are those of Yjs, byte for byte", () => {
  for (const clientId of [1, 127, 128, 1_000_003, 2 ** 31]) {
    const byYjs = typedByYjs(clientId, 300);
    for (const [clock, update] of byYjs.entries()) expect(typeUpdate(clientId, clock), `client ${clientId}, clock ${clock}`).toEqual(update);
  }
});

test("clocks are read from single, merged and mixed updates", () => {
  const typed = typedByYjs(7, 40);
  expect(clocksOf(typeUpdate(7, 3))).toEqual([[7, 3, 4]]);
  expect(clocksOf(Y.mergeUpdates(typed.slice(5, 20)))).toEqual([[7, 5, 20]]);
  expect(clocksOf(Y.mergeUpdates([...typed.slice(0, 3), typeUpdate(9, 0), typeUpdate(9, 1)]))).toEqual([
    [9, 0, 2],
    [7, 0, 3],
  ]);
  // With a gap in it.
  expect(clocksOf(Y.mergeUpdates([typeUpdate(7, 1), typeUpdate(7, 5)]))).toEqual([
    [7, 1, 2],
    [7, 5, 6],
  ]);
  expect(() => clocksOf(Uint8Array.of(1, 2, 3))).toThrow("Unexpected end of array");
});

test("a delivery is counted once for each other person, however updates are merged, repeated or sent back", () => {
  const done: number[] = [];
  const progress = new RoomProgress(3, new LatencyHistogram(), (clientId) => done.push(clientId));
  progress.addWriter(11, 0);
  progress.addWriter(12, 1);
  for (let clock = 0; clock < 4; clock += 1) progress.typed(11, 100 + clock);
  progress.typed(12, 100);
  const merged = Y.mergeUpdates([0, 1, 2, 3].map((clock) => typeUpdate(11, clock)));
  progress.received(1, merged, 110);
  expect([progress.deliveries, progress.done]).toEqual([4, 0]);
  progress.received(0, merged, 110);
  expect(progress.deliveries, "a writer's own edits, sent back").toBe(4);
  for (const clock of [0, 1, 1, 2]) progress.received(2, typeUpdate(11, clock), 120);
  progress.received(2, merged, 130);
  expect([progress.deliveries, progress.done, progress.gaps]).toEqual([8, 4, 0]);
  expect(done).toEqual([11, 11, 11, 11]);
  progress.received(2, typeUpdate(12, 0), 150);
  expect([progress.done, progress.sent]).toEqual([4, 5]);
  progress.received(0, typeUpdate(12, 0), 150);
  expect(progress.done).toBe(5);
  expect(progress.latency.maxMs).toBe(50);
});

test("a clock that comes before those below it is a gap", () => {
  const progress = new RoomProgress(2, new LatencyHistogram());
  progress.addWriter(11, 0);
  for (let clock = 0; clock < 3; clock += 1) progress.typed(11, 0);
  progress.received(1, typeUpdate(11, 0), 1);
  progress.received(1, typeUpdate(11, 2), 1);
  expect(progress.gaps).toBe(1);
});

test("a reader covers a document only without gaps", () => {
  const coverage = new Coverage();
  const wanted = new Map([[5, 3]]);
  coverage.take(typeUpdate(5, 0));
  coverage.take(typeUpdate(5, 2));
  expect(coverage.covers(wanted)).toBe(false);
  coverage.take(Y.mergeUpdates([typeUpdate(5, 1), typeUpdate(5, 2)]));
  expect(coverage.covers(wanted)).toBe(true);
});

test("replicas that differ are found: a missing clock, a deletion, a pending update", () => {
  const [one, other] = [new Y.Doc(), new Y.Doc()];
  const tape = new UpdateTape();
  for (let clock = 0; clock < 5_000; clock += 1) tape.append(typeUpdate(21, clock));
  tape.replay(one);
  tape.replay(other);
  expect(one.getText(textName(21)).length).toBe(5_000);
  expect(findDifference(one, other, [textName(21)])).toBeNull();
  Y.applyUpdate(one, typeUpdate(22, 0));
  expect(findDifference(one, other, [])).toContain("client 22");
  Y.applyUpdate(other, typeUpdate(22, 0));
  other.getText(textName(21)).delete(0, 1);
  expect(findDifference(one, other, [])).toBe("deletions differ");
  Y.applyUpdate(one, typeUpdate(23, 4));
  expect(findDifference(one, other, [])).toContain("missing");
});

test("percentiles are within two per cent", () => {
  const histogram = new LatencyHistogram();
  for (let ms = 1; ms <= 1000; ms += 1) histogram.add(ms);
  expect(histogram.percentile(0.5) / 500).toBeCloseTo(1, 1);
  expect(histogram.percentile(0.99) / 990).toBeCloseTo(1, 1);
  expect(histogram.maxMs).toBe(1000);
  histogram.clear();
  expect([histogram.count, histogram.percentile(0.99)]).toEqual([0, 0]);
});

test("content for load is as large as it says and the same each time", () => {
  const { update, clocks } = lessonUpdate(20_000);
  expect(update.length).toBeGreaterThanOrEqual(20_000);
  expect(update.length).toBeLessThan(22_000);
  expect(lessonUpdate(20_000).update).toEqual(update);
  expect(clocksOf(update)).toEqual([[SEED_CLIENT, 0, clocks]]);
  const edits = writeEdits(31, 2_000, 3);
  expect(edits).toHaveLength(2_000);
  const doc = new Y.Doc();
  for (const edit of edits) Y.applyUpdate(doc, edit);
  expect(doc.getText(textName(31)).length).toBeGreaterThan(4_000);
});

test("the socket reads what a websocket server sends, whole, in order, at every length of header", async () => {
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  const lengths = [0, 1, 125, 126, 65_535, 65_536, 3_000_000, 5];
  server.on("connection", (socket) => {
    socket.on("message", (message: Buffer) => socket.send(message));
  });
  await new Promise<void>((done) => void http.listen(0, "127.0.0.1", () => done()));
  const { port } = http.address() as AddressInfo;
  const got: number[] = [];
  try {
    const code = await new Promise<number>((done) => {
      const socket = new FrameSocket({
        host: "127.0.0.1",
        port,
        target: "/x",
        onOpen: (open) => {
          for (const length of lengths) open.send(new Uint8Array(length).fill(length % 251));
        },
        onMessage: (message) => {
          expect(message.every((byte) => byte === message.length % 251)).toBe(true);
          if (got.push(message.length) === lengths.length) for (const client of server.clients) client.close(4401, "enough");
        },
        onEnd: done,
      });
      expect(socket.isOpen).toBe(false);
    });
    expect(got).toEqual(lengths);
    expect(code).toBe(4401);
  } finally {
    server.close();
    http.close();
  }
});

test("a refused upgrade ends with its status", async () => {
  const http = createServer();
  http.on("upgrade", (_request, socket) => socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"));
  await new Promise<void>((done) => void http.listen(0, "127.0.0.1", () => done()));
  const { port } = http.address() as AddressInfo;
  try {
    const ended = new Promise<number>(
      (onEnd) => void new FrameSocket({ host: "127.0.0.1", port, target: "/", onOpen: () => undefined, onMessage: () => undefined, onEnd }),
    );
    expect(await ended).toBe(-403);
  } finally {
    http.close();
  }
});

test("headers of all lengths are masked with zeros", () => {
  expect([...frameHeader(2, 5)]).toEqual([0x82, 0x85, 0, 0, 0, 0]);
  expect([...frameHeader(2, 300)]).toEqual([0x82, 0xfe, 1, 44, 0, 0, 0, 0]);
  expect(frameHeader(2, 70_000).readBigUInt64BE(2)).toBe(70_000n);
});
