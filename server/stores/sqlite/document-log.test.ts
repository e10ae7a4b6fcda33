/** What only the SQLite log keeps: durability, a thread that may die, and peace with Prisma. */
import { spawn } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { expect, it, onTestFinished } from "vitest";
import { makeTestDatabase } from "../../../tests/support/stores.ts";
import { systemClock } from "../../observe/clock.ts";
import { makeLog } from "../../observe/log.ts";
import { makeClient } from "../prisma/client.ts";
import { makeSqliteAdapter } from "../prisma/sqlite-adapter.ts";
import { databasePath } from "./database-path.ts";
import { openDocumentLog } from "./document-log.ts";
import { makeWriteGate, type WriteGate } from "./write-gate.ts";

const quiet = makeLog({ level: "silent" });
const entry = (update: number, document = "lesson/a") => ({ document, update: new Uint8Array([update]), personId: null, atMs: 1 });

async function testDatabasePath(): Promise<string> {
  const { databaseUrl, dispose } = await makeTestDatabase();
  onTestFinished(dispose);
  return databasePath(databaseUrl);
}

function openLog(path: string, gate: WriteGate = makeWriteGate()) {
  const log = openDocumentLog({ path, busyTimeoutMs: 5_000, gate, clock: systemClock, logger: quiet });
  onTestFinished(() => log.close());
  return log;
}

function openPrisma(path: string, gate: WriteGate) {
  const prisma = makeClient(makeSqliteAdapter(path, gate));
  onTestFinished(() => prisma.$disconnect());
  return prisma;
}

/** A door that is opened from outside. */
function makeDoor() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

it("[ST2] the log's connection writes ahead and waits for the disk (synchronous = FULL)", async () => {
  const log = openLog(await testDatabasePath());
  expect(await log.check()).toEqual({ journalMode: "wal", synchronous: 2 });
});

it("[ST1] a number of the log is never used again (AUTOINCREMENT)", async () => {
  const path = await testDatabasePath();
  const database = new Database(path, { readonly: true });
  onTestFinished(() => {
    database.close();
  });
  const table = database.prepare("SELECT sql FROM sqlite_master WHERE name = 'DocumentUpdate'").pluck().get();
  expect(table).toContain('"seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT');
});

it("[ST2] nothing that was acknowledged is lost when the process is killed, time after time", async () => {
  const path = await testDatabasePath();
  let known = 0;
  for (let killing = 1; killing <= 3; killing += 1) {
    const script = fileURLToPath(new URL("../../../tests/support/append-until-killed.ts", import.meta.url));
    const child = spawn(process.execPath, [script, path, String(known)], { stdio: ["ignore", "pipe", "inherit"] });
    const gone = new Promise((resolve) => child.once("close", resolve));
    let acknowledged = 0;
    // What stood in the pipe when it was killed was said too, and counts.
    for await (const line of createInterface({ input: child.stdout })) {
      expect(Number(line)).toBe(known + acknowledged);
      acknowledged += 1;
      if (acknowledged === 40 * killing) child.kill("SIGKILL");
    }
    await gone;

    const log = openLog(path);
    const { updates } = await log.load("lesson/kill");
    expect(acknowledged).toBeGreaterThanOrEqual(40 * killing);
    expect(updates.length).toBeGreaterThanOrEqual(known + acknowledged);
    // At most the one that was under way came through without being told.
    expect(updates.length).toBeLessThanOrEqual(known + acknowledged + 1);
    for (const [n, update] of updates.entries()) {
      expect(new DataView(update.buffer, update.byteOffset).getUint32(0)).toBe(n);
      expect(update.byteLength).toBe(4 + (n % 3_000));
    }
    known = updates.length;
    await log.close();
  }
});

it("[ST2] what a dead thread was asked is refused, and the next question starts another", async () => {
  const template = await testDatabasePath();
  const folder = await mkdtemp(join(tmpdir(), "bansho-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "late.db");
  const log = openLog(path);
  // No database there: the thread dies when it opens it.
  const refused = await Promise.allSettled([log.append([entry(1)]), log.load("lesson/a"), log.check()]);
  expect(refused.map((each) => each.status)).toEqual(["rejected", "rejected", "rejected"]);
  await expect(log.append([entry(1)])).rejects.toMatchObject({ code: "unavailable" });

  await copyFile(template, path);
  await log.append([entry(2)]);
  expect((await log.load("lesson/a")).updates).toEqual([new Uint8Array([2])]);
});

it("[ST2] what SQLite refuses is refused whole, and the log goes on", async () => {
  const log = openLog(await testDatabasePath());
  const broken = { ...entry(2), atMs: Number.NaN };
  await expect(log.append([entry(1), broken])).rejects.toMatchObject({ code: "unavailable" });
  expect((await log.load("lesson/a")).updates).toEqual([]);
  await log.append([entry(3)]);
  expect((await log.load("lesson/a")).updates).toEqual([new Uint8Array([3])]);
});

it("a closed log refuses; closing twice is allowed", async () => {
  const log = openLog(await testDatabasePath());
  await log.append([entry(1)]);
  await log.close();
  await log.close();
  await expect(log.load("lesson/a")).rejects.toMatchObject({ code: "unavailable" });
});

it("what was asked before closing is still done", async () => {
  const path = await testDatabasePath();
  const log = openLog(path);
  const appended = [log.append([entry(1)]), log.append([entry(2)])];
  await log.close();
  await Promise.all(appended);
  expect((await openLog(path).load("lesson/a")).updates).toEqual([new Uint8Array([1]), new Uint8Array([2])]);
});

it("[ST8] an append waits for a long Prisma transaction, and both succeed", async () => {
  const path = await testDatabasePath();
  const gate = makeWriteGate();
  const [log, prisma] = [openLog(path, gate), openPrisma(path, gate)];
  const wrote = makeDoor();
  const goOn = makeDoor();
  const order: string[] = [];
  const transaction = prisma.$transaction(async (tx) => {
    await tx.organisation.create({ data: { id: "o", name: "Elm", kind: "school", createdAtMs: 1n }, select: { id: true } });
    wrote.open();
    await goOn.opened;
    await tx.organisation.update({ where: { id: "o" }, data: { name: "Oak" }, select: { id: true } });
    order.push("transaction");
  });
  await wrote.opened;
  const appended = log.append([entry(1)]).then(() => order.push("append"));
  // Reading does not wait, and sees nothing of what is under way.
  expect((await log.load("lesson/a")).updates).toEqual([]);
  expect(await prisma.organisation.count()).toBe(0);
  goOn.open();
  await Promise.all([transaction, appended]);
  expect(order).toEqual(["transaction", "append"]);
  expect(await prisma.organisation.findUnique({ where: { id: "o" }, select: { name: true } })).toEqual({ name: "Oak" });
  expect((await log.load("lesson/a")).updates).toHaveLength(1);
});

it("[ST8] also when they share no gate, as two processes do, the log's thread waits and the transaction goes on", async () => {
  const path = await testDatabasePath();
  const [log, prisma] = [openLog(path), openPrisma(path, makeWriteGate())];
  await log.check();
  const appended: Promise<void>[] = [];
  await prisma.$transaction(async (tx) => {
    await tx.organisation.create({ data: { id: "o", name: "Elm", kind: "school", createdAtMs: 1n }, select: { id: true } });
    appended.push(log.append([entry(1)]));
    // Many turns of the event loop, each a statement, while the thread waits for the lock.
    for (let n = 0; n < 50; n += 1) await tx.organisation.update({ where: { id: "o" }, data: { name: `Oak ${n}` }, select: { id: true } });
  });
  await Promise.all(appended);
  expect((await log.load("lesson/a")).updates).toHaveLength(1);
  expect(await prisma.organisation.findUnique({ where: { id: "o" }, select: { name: true } })).toEqual({ name: "Oak 49" });
});

it("works under `node --watch`, where threads of Node's making report what they load", async () => {
  const path = await testDatabasePath();
  const before = process.env["WATCH_REPORT_DEPENDENCIES"];
  process.env["WATCH_REPORT_DEPENDENCIES"] = "1";
  onTestFinished(() => {
    if (before === undefined) delete process.env["WATCH_REPORT_DEPENDENCIES"];
    else process.env["WATCH_REPORT_DEPENDENCIES"] = before;
  });
  const log = openLog(path);
  await log.append([entry(1)]);
  expect((await log.load("lesson/a")).updates).toHaveLength(1);
});
