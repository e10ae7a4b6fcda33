import { expect, test } from "vitest";
import type { PersonId } from "#core/ids";
import { LIMITS } from "#core/limits";
import type { LogEntry } from "#server/stores/contract";
import { makeMemoryDocumentLog } from "#server/stores/memory/memory-document-log";
import { makeFakeClock } from "../../tests/support/fake-clock.ts";
import { makeSyncMeters } from "#server/observe/meters";
import { makeCommitQueue, type QueuedEntry } from "./commit-queue.ts";

function world() {
  const clock = makeFakeClock();
  const log = makeMemoryDocumentLog();
  const errors: string[] = [];
  const batches: string[][] = [];
  const counts: number[] = [];
  const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: (_fields: unknown, message: string) => void errors.push(message) };
  const nameOf = (entry: LogEntry) => `${entry.document}${entry.update[0] ?? ""}`;
  const onCommitted = (entries: readonly QueuedEntry[]) => {
    batches.push(entries.map(nameOf));
    counts.push(...entries.map((entry) => entry.count));
  };
  const queue = makeCommitQueue({ meters: makeSyncMeters(), log, clock, logger, onCommitted });
  const push = (document: string, number: number, size = 1) =>
    queue.push({ document, update: new Uint8Array(size).fill(number), personId: null, atMs: clock.nowMs() });
  return { clock, log, queue, push, errors, batches, counts, committed: () => log.committed().map(nameOf) };
}

test("[SY6] what all rooms queue within a moment is one commit", async () => {
  const w = world();
  w.push("a", 1);
  w.push("b", 1);
  await w.clock.advance(LIMITS.commitDelayMs - 1);
  expect(w.batches).toEqual([]);
  w.push("a", 2);
  await w.clock.advance(1);
  expect(w.batches).toEqual([["a1", "b1", "a2"]]);
});

test("[SY6] a failing store keeps everything, in order, and is tried with growing waits", async () => {
  const w = world();
  let tries = 0;
  w.log.interfere(async () => {
    tries += 1;
    throw new Error("the disk is full");
  });
  for (let number = 1; number <= 3; number++) w.push("a", number);
  await w.clock.advance(10_000);
  w.push("a", 4);
  w.push("b", 1);
  await w.clock.advance(50_000);
  expect(w.committed()).toEqual([]);
  // 60 s at waits that grow to 5 s, each with a try for each of two documents.
  expect(tries).toBeGreaterThan(15);
  expect(tries).toBeLessThan(40);
  expect(w.errors.length).toBe(tries);
  expect(w.queue.stats()).toMatchObject({ updates: 5, bytes: 5 });
  expect(w.queue.stats().oldestMs).toBe(60_000);
  w.log.interfere(null);
  w.push("a", 5);
  await w.clock.advance(5_100);
  expect(w.committed().filter((name) => name.startsWith("a"))).toEqual(["a1", "a2", "a3", "a4", "a5"]);
  expect(w.committed()).toContain("b1");
  expect(w.queue.stats()).toEqual({ updates: 0, bytes: 0, oldestMs: 0 });
});

test("[SY6] a document that the store refuses does not hold up the others", async () => {
  const w = world();
  w.log.interfere(async (_operation, documents) => {
    if (documents.includes("bad")) throw new Error("no such lesson");
  });
  w.push("bad", 1);
  w.push("a", 1);
  await w.clock.advance(20);
  w.push("a", 2);
  w.push("bad", 2);
  await w.clock.advance(20);
  expect(w.committed()).toEqual(["a1", "a2"]);
  w.log.interfere(null);
  await w.clock.advance(5_000);
  expect(w.committed()).toEqual(["a1", "a2", "bad1", "bad2"]);
});

test("[SY20] flushing resolves when everything is durable, and not before", async () => {
  const w = world();
  let release = () => {};
  w.log.interfere(() => new Promise((resolve) => (release = resolve)));
  w.push("a", 1);
  let flushed = false;
  const flushing = w.queue.flush().then(() => (flushed = true));
  await w.clock.advance(0);
  w.push("a", 2);
  await w.clock.advance(100);
  expect(flushed).toBe(false);
  release();
  await w.clock.advance(100);
  expect(flushed).toBe(false);
  release();
  await w.clock.advance(100);
  await flushing;
  expect(w.committed()).toEqual(["a1", "a2"]);
  await w.queue.flush();
});

test("[SY6] past the limit of what may wait, no more is taken", async () => {
  const w = world();
  w.log.interfere(() => Promise.reject(new Error("the disk is full")));
  w.push("a", 1, LIMITS.maxUnsavedBytes - 1);
  await w.clock.advance(1_000);
  expect(w.queue.isFull()).toBe(false);
  w.push("a", 2);
  expect(w.queue.isFull()).toBe(true);
});

test("[SY6] while many updates come, commits are fewer and larger", async () => {
  const w = world();
  for (let at = 0; at < 400; at++) {
    w.push("a", at % 250);
    await w.clock.advance(1);
  }
  await w.clock.advance(100);
  expect(w.committed().length).toBe(400);
  const late = w.batches.slice(10).map((batch) => batch.length);
  expect(Math.min(...late.slice(0, -1))).toBeGreaterThanOrEqual(LIMITS.busyCommitDelayMs - 1);
});

test("[SY6] what was merged to be told is written merged, counted in full, and never once it is being written", async () => {
  const w = world();
  const people = ["anna", "ben"] as unknown as PersonId[];
  const push = (index: number) => w.queue.push({ document: "a", update: Uint8Array.of(index), personId: people[index] ?? null, atMs: index });
  const [first, second] = [push(0), push(1)];
  w.queue.join([first, second], Uint8Array.of(9));
  expect(w.queue.stats()).toMatchObject({ updates: 2, bytes: 1 });
  await w.clock.advance(LIMITS.commitDelayMs);
  expect(w.committed()).toEqual(["a9"]);
  expect(w.counts).toEqual([2]);
  expect(w.log.committed()[0]).toMatchObject({ personId: "anna", atMs: 1, others: [{ personId: "ben", atMs: 1 }] });
  expect(w.queue.stats()).toMatchObject({ updates: 0, bytes: 0 });

  w.log.interfere((operation) => (operation === "append" ? new Promise((resolve) => void w.clock.setTimer(50, resolve)) : Promise.resolve()));
  const third = push(0);
  await w.clock.advance(LIMITS.commitDelayMs);
  const fourth = push(1);
  w.queue.join([third, fourth], Uint8Array.of(8));
  await w.clock.advance(200);
  expect(w.committed()).toEqual(["a9", "a0", "a1"]);
});
