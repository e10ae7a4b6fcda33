/**
 * Disks that are full, slow or broken, and databases that somebody else holds, under the real server with its real database: people go on
 * seeing each other's edits, nothing is called saved that is not, and all of it is written when the trouble is over.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { LIMITS } from "#core/limits";
import { SLOW_FSYNC_MS, inject } from "../support/disk-faults.ts";
import { makeSignIns, makeWriter, readFresh, shownTo, type Writer } from "../support/demo-writer.ts";
import { cleanEnv, startServer, type RunningServer } from "../support/server.ts";
import { SyncClient } from "../support/sync-client.ts";

const NOT_SAVED = "edits could not be saved; they are kept and tried again";

/** Two people in one lesson of a demo server. */
async function startWithTwo(): Promise<{ server: RunningServer; cookieOf: (who: string) => Promise<string>; aisha: Writer; ben: Writer }> {
  const server = await startServer({ demo: true });
  const cookieOf = makeSignIns(server);
  const aisha = await makeWriter(server, { who: "aisha", cookie: await cookieOf("aisha") });
  const ben = await makeWriter(server, { who: "ben", cookie: await cookieOf("ben") });
  return { server, cookieOf, aisha, ben };
}

const countTold = (server: RunningServer, words: string): number => server.output().split(words).length - 1;

/** The reader sees all that the writer typed. */
const untilSeen = (reader: Writer, writer: Writer): Promise<void> =>
  reader.client.until("the other's words", () => shownTo(reader.client).includes(writer.wrote().at(-1)?.text ?? "nothing was typed"));

const untilSaved = (writer: Writer): Promise<void> =>
  writer.client.until("everything saved", (client) => client.acknowledged === client.sent, 30_000);

/** Resolves when it is so; what is looked at changes without telling. */
async function until(what: string, isSo: () => boolean, timeoutMs = 20_000): Promise<void> {
  const fromMs = Date.now();
  while (!isSo()) {
    if (Date.now() - fromMs > timeoutMs) throw new Error(`waited ${timeoutMs} ms for: ${what}`);
    await new Promise<void>((done) => void setImmediate(done));
  }
}

test.each(["full", "failing-fsync"] as const)(
  "[SY6] [SY7] a disk that is %s: others see edits, nothing is called saved, and all is written when it works again",
  { timeout: 90_000 },
  async (fault) => {
    const { server, cookieOf, aisha, ben } = await startWithTwo();
    try {
      aisha.type();
      await untilSaved(aisha);
      const disk = await inject(server.pid(), fault);
      const savedBefore = aisha.acknowledged().length;
      // As long as the server is trying in vain, again and again.
      while (countTold(server, NOT_SAVED) < 4) {
        aisha.type();
        await untilSeen(ben, aisha);
      }
      expect(aisha.acknowledged().length, "nothing was called saved").toBe(savedBefore);
      expect(aisha.client.closeCode).toBeNull();
      const reader = new SyncClient({
        url: server.url.replace("http", "ws"),
        document: "lesson/demo-y3-unit-fractions",
        cookie: await cookieOf("aisha"),
      });
      await reader.untilSynced();
      expect(shownTo(reader), "who comes meanwhile sees it too").toContain(aisha.wrote().at(-1)?.text);
      await reader.close();
      expect(await disk.stop(), "the disk was bad").toBeGreaterThan(3);
      await untilSaved(aisha);
      await server.stop("SIGKILL");
      await server.start();
      const content = await readFresh(server, await cookieOf("priya"));
      expect(content).toContain(
        aisha
          .wrote()
          .map((word) => word.text)
          .join(""),
      );
      process.stdout.write(`${fault}: ${aisha.wrote().length - savedBefore} edits waited for the disk\n`);
      await Promise.all([aisha.client.close(), ben.client.close()]);
    } finally {
      await server.dispose();
    }
  },
);

test("[SY6] a full disk for longer than the server can keep: new edits are turned away with 1013, and not lost", { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "bansho-test-"));
  const out = join(folder, "world.json");
  const dataDir = join(folder, "data");
  // Each stays small enough to be sent to somebody who opens it.
  const lessons = Math.ceil((1.5 * LIMITS.maxUnsavedBytes) / LIMITS.maxSendBufferBytes);
  const made = spawn(process.execPath, ["tests/load/world.ts", "--lessons", String(lessons), "--people", String(lessons), "--out", out], {
    env: cleanEnv({ DATA_DIR: dataDir }),
    stdio: "ignore",
  });
  expect(await once(made, "exit")).toEqual([0, null]);
  const world = JSON.parse(await readFile(out, "utf8")) as { readonly documents: readonly string[]; readonly cookies: readonly string[] };
  const server = await startServer({ dataDir });
  try {
    const open = (at: number) =>
      new SyncClient({ url: server.url.replace("http", "ws"), document: world.documents[at] ?? "", cookie: world.cookies[at] });
    const clients = world.documents.map((_document, at) => open(at));
    const [first] = clients;
    if (first === undefined) throw new Error("the world has no lesson");
    for (const client of clients) {
      await client.untilSynced();
      client.doc.getText("big").insert(0, "its client id is bound while the disk works");
      await client.untilSaved();
    }
    const acknowledged = clients.map((client) => client.acknowledged);
    const disk = await inject(server.pid(), "full");
    const big = "x".repeat(1_000_000);
    // Round and round, so that no document is full before the queue is.
    const isTurnedAway = () => clients.some((client) => client.closeCode !== null);
    for (let written = 0; written < LIMITS.maxUnsavedBytes + 2 * big.length && !isTurnedAway(); written += big.length) {
      const client = clients[(written / big.length) % clients.length] ?? first;
      client.doc.getText("big").insert(0, big);
      // The one after the last is seen by nobody; the line tells when it was turned away.
      await new Promise<void>((done) => void setImmediate(done));
    }
    await until("an edit to be turned away", isTurnedAway);
    const turnedAway = clients.filter((client) => client.closeCode !== null);
    expect(new Set(turnedAway.map((client) => client.closeCode))).toEqual(new Set([1013]));
    expect(turnedAway.map((client) => client.peer.closing?.words)).toContain("The server is busy.");
    expect(
      clients
        .map((client) => client.acknowledged)
        .filter((count, at) => count > (acknowledged[at] ?? 0) && !turnedAway.includes(clients[at] ?? first)),
    ).toEqual([]);
    expect((await fetch(`${server.url}/healthz`)).status, "it serves").toBe(200);
    await disk.stop();

    // Whoever was turned away comes back with what they have, as often as it takes.
    const isSaved = (client: SyncClient): boolean => {
      if (client.closeCode !== null) client.connect();
      return client.peer.synced && client.acknowledged === client.sent;
    };
    for (const client of clients) await until("everything saved", () => isSaved(client), 60_000);
    const sizes = clients.map((client) => client.doc.getText("big").length);
    await Promise.all(clients.map((client) => client.close()));
    await server.stop("SIGKILL");
    await server.start();
    for (const [at, size] of sizes.entries()) {
      const reader = open(at);
      await reader.untilSynced();
      expect(reader.doc.getText("big").length).toBe(size);
      await reader.close();
    }
    const total = sizes.reduce((sum, size) => sum + size, 0);
    process.stdout.write(
      `a full disk: ${Math.round(total / 1e6)} MB were typed, ${turnedAway.length} of ${clients.length} lines turned away, all is there\n`,
    );
    expect(total).toBeGreaterThan(LIMITS.maxUnsavedBytes);
  } finally {
    await server.dispose();
    await rm(folder, { recursive: true, force: true });
  }
});

test(
  "[SY6] [SY7] [ST8] another process holds the database longer than we wait for it: work goes on, and is saved afterwards",
  {
    timeout: 120_000,
  },
  async () => {
    const { server, cookieOf, aisha, ben } = await startWithTwo();
    const other = new Database(join(server.dataDir, "bansho.db"));
    try {
      for (const kind of ["IMMEDIATE", "EXCLUSIVE"]) {
        other.exec(`BEGIN ${kind}`);
        const [savedBefore, toldBefore] = [aisha.acknowledged().length, countTold(server, NOT_SAVED)];
        while (countTold(server, NOT_SAVED) === toldBefore) {
          aisha.type();
          await untilSeen(ben, aisha);
        }
        expect(aisha.acknowledged().length, kind).toBe(savedBefore);
        // Reading goes on: somebody comes to the door, and is shown all of it.
        expect(await readFresh(server, await cookieOf("ben")), kind).toContain(aisha.wrote().at(-1)?.text);
        other.exec("ROLLBACK");
        await untilSaved(aisha);
      }
      await server.stop("SIGKILL");
      await server.start();
      expect(await readFresh(server, await cookieOf("ben"))).toContain(
        aisha
          .wrote()
          .map((word) => word.text)
          .join(""),
      );
      await Promise.all([aisha.client.close(), ben.client.close()]);
    } finally {
      other.close();
      await server.dispose();
    }
  },
);

test("[SY5] [SY7] a slow fsync holds up acknowledgements, and nobody's screen", { timeout: 90_000 }, async () => {
  const { server, aisha, ben } = await startWithTwo();
  try {
    const disk = await inject(server.pid(), "slow-fsync");
    const seenAfterMs: number[] = [];
    const savedAfterMs: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const { typedAtMs } = aisha.type();
      await untilSeen(ben, aisha);
      seenAfterMs.push(Date.now() - typedAtMs);
      await untilSaved(aisha);
      savedAfterMs.push(Date.now() - typedAtMs);
    }
    expect(await disk.stop()).toBeGreaterThanOrEqual(8);
    const middle = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Infinity;
    process.stdout.write(`an fsync of ${SLOW_FSYNC_MS} ms: seen after ${middle(seenAfterMs)} ms, saved after ${middle(savedAfterMs)} ms\n`);
    expect(Math.min(...savedAfterMs)).toBeGreaterThanOrEqual(SLOW_FSYNC_MS);
    expect(middle(seenAfterMs)).toBeLessThan(SLOW_FSYNC_MS / 2);
    await Promise.all([aisha.client.close(), ben.client.close()]);
  } finally {
    await server.dispose();
  }
});

test("[ST2] [SY7] before each acknowledgement the log was fsynced, after the edit was sent", { timeout: 90_000 }, async () => {
  const { server, aisha, ben } = await startWithTwo();
  try {
    const watched = await inject(server.pid(), "watched-fsync");
    const times: { readonly typedAtMs: number; readonly savedAtMs: number }[] = [];
    for (let round = 0; round < 25; round += 1) {
      const { typedAtMs } = aisha.type();
      await untilSaved(aisha);
      times.push({ typedAtMs, savedAtMs: Date.now() });
    }
    await watched.stop();
    const ofLog = watched.fsyncs().filter(({ path }) => /\/bansho\.db(-wal)?$/.test(path));
    process.stdout.write(`${times.length} edits saved one after the other: ${ofLog.length} fsyncs of the database\n`);
    // Our clock counts whole milliseconds.
    for (const { typedAtMs, savedAtMs } of times) {
      const between = ofLog.filter(({ beginMs, endMs }) => beginMs >= typedAtMs && endMs <= savedAtMs + 1);
      expect(between.length, "an fsync lies between the edit and its acknowledgement").toBeGreaterThanOrEqual(1);
    }
    await Promise.all([aisha.client.close(), ben.client.close()]);
  } finally {
    await server.dispose();
  }
});
