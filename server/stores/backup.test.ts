import { once } from "node:events";
import { spawn } from "node:child_process";
import { readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { expect, it, onTestFinished } from "vitest";
import * as Y from "yjs";
import { systemClock } from "../observe/clock.ts";
import { findStamp } from "../observe/stamp.ts";
import { cleanEnv } from "../../tests/support/server.ts";
import { openTestStores } from "../../tests/support/stores.ts";
import { listBackups, makeBackup, readLastBackup } from "./backup.ts";
import { checkDatabase } from "./check-database.ts";
import { databasePath } from "./sqlite/database-path.ts";
import { holdFileLock } from "./sqlite/file-lock.ts";

/** Stores with a folder for backups beside them. */
async function newWorld() {
  const { stores, databaseUrl, dispose } = await openTestStores();
  onTestFinished(dispose);
  const path = databasePath(databaseUrl);
  return { stores, databaseUrl, path, folder: join(dirname(path), "backups") };
}

/** An update that writes these words. */
function updateWith(words: string): Uint8Array {
  const doc = new Y.Doc();
  doc.getText("content").insert(0, words);
  return Y.encodeStateAsUpdate(doc);
}

const entry = (document: string, update: Uint8Array) => ({ document, update, personId: null, atMs: 1 });

function countUpdates(path: string): number {
  const database = new Database(path, { readonly: true });
  try {
    return database.prepare<[], { rows: number }>('SELECT COUNT(*) AS "rows" FROM "DocumentUpdate"').get()?.rows ?? 0;
  } finally {
    database.close();
  }
}

it("[ST18] a backup beside a busy writer holds every edit that was acknowledged before it began, at one point in time", async () => {
  const { stores, databaseUrl, folder } = await newWorld();
  const update = updateWith("one equal part ".repeat(200));
  let acknowledged = 0;
  let isWriting = true;
  const write = async (): Promise<void> => {
    while (isWriting) {
      // Both documents in one transaction: a copy from two points in time would hold more of one than of the other.
      await stores.log.append([entry("lesson/a", update), entry("lesson/b", update)]);
      acknowledged += 1;
    }
  };
  const writing = write();
  await expect.poll(() => acknowledged).toBeGreaterThan(20);
  const counts: number[] = [];
  for (let made = 0; made < 5; made++) {
    const before = acknowledged;
    const backup = await makeBackup({ databaseUrl, folder, keep: null, clock: systemClock });
    expect(backup.check).toMatchObject({ faults: [], missingMigrations: [], unknownMigrations: [], documents: 2, damagedDocuments: [] });
    const rows = countUpdates(backup.path);
    expect(rows % 2).toBe(0);
    expect(rows / 2).toBeGreaterThanOrEqual(before);
    counts.push(rows);
  }
  isWriting = false;
  await writing;
  expect(counts.at(-1)).toBeGreaterThan(counts[0]!);
  expect((await readdir(folder)).filter((name) => name.includes("making") || name.includes("-wal"))).toEqual([]);
});

it("[ST18] the last backup is remembered, with whether it is still where it was put", async () => {
  const { stores, databaseUrl, path, folder } = await newWorld();
  expect(await readLastBackup(databaseUrl)).toEqual({ state: "none" });
  await stores.log.append([entry("lesson/a", updateWith("a")), entry("lesson/b", new Uint8Array([9, 9, 9]))]);
  const backup = await makeBackup({ databaseUrl, folder, keep: null, clock: { ...systemClock, nowMs: () => 1_700_000_000_000 } });
  expect(backup.check.damagedDocuments).toEqual(["lesson/b"]);
  const record = { path: backup.path, bytes: (await stat(backup.path)).size, atMs: 1_700_000_000_000, documents: 2, damagedDocuments: 1 };
  expect(await readLastBackup(databaseUrl)).toEqual({ state: "made", record, isStillThere: true });
  expect((await stat(backup.path)).mode & 0o777).toBe(0o600);
  await rename(backup.path, `${backup.path}.away`);
  expect(await readLastBackup(databaseUrl)).toEqual({ state: "made", record, isStillThere: false });
  await writeFile(`${path}.last-backup.json`, "{");
  expect(await readLastBackup(databaseUrl)).toEqual({ state: "unreadable" });
});

it("[ST18] keeping N deletes older backups of this database and nothing else", async () => {
  const { databaseUrl, folder } = await newWorld();
  let nowMs = Date.UTC(2026, 0, 31);
  const clock = { ...systemClock, nowMs: () => (nowMs += 1_000) };
  const made: string[] = [];
  for (let count = 0; count < 3; count++) made.push((await makeBackup({ databaseUrl, folder, keep: null, clock })).path);
  const others = ["notes.db", "test-2026.db", "other-2026-01-31T00-00-00-000Z.db", "test-2026-01-31T00-00-00-000Z.db.gz"];
  for (const name of others) await writeFile(join(folder, name), "mine");
  const last = await makeBackup({ databaseUrl, folder, keep: 2, clock });
  expect(last.removed).toEqual([made[1], made[0]]);
  expect(await listBackups(databaseUrl, folder)).toEqual([last.path, made[2]]);
  for (const name of others) expect(await readFile(join(folder, name), "utf8")).toBe("mine");
});

it("[ST18] a damaged database gives no backup, says so, and costs no older one", async () => {
  const { stores, databaseUrl, path, folder } = await newWorld();
  await stores.log.append(Array.from({ length: 200 }, (_, at) => entry(`lesson/${at}`, updateWith("words ".repeat(500)))));
  const good = await makeBackup({ databaseUrl, folder, keep: null, clock: systemClock });
  await stores.close();
  const bytes = await readFile(path);
  // Whole pages in the middle, as a dying disk does it.
  bytes.fill(0xa5, 4_096 * 60, 4_096 * 64);
  await writeFile(path, bytes);
  await expect(makeBackup({ databaseUrl, folder, keep: 1, clock: systemClock })).rejects.toMatchObject({
    message: expect.stringMatching(/No backup was made.*damaged/),
  });
  expect(await listBackups(databaseUrl, folder)).toEqual([good.path]);
  expect((await readdir(folder)).filter((name) => name.includes("making"))).toEqual([]);
});

it("[ST18] one backup into a folder at a time; none of a database that is not there", async () => {
  const { databaseUrl, path, folder } = await newWorld();
  await makeBackup({ databaseUrl, folder, keep: null, clock: systemClock });
  const letGo = await holdFileLock(join(folder, ".test.db.backing-up"), { patienceMs: 0 });
  await expect(makeBackup({ databaseUrl, folder, keep: null, clock: systemClock })).rejects.toMatchObject({ code: "conflict" });
  letGo?.();
  await expect(makeBackup({ databaseUrl: `file:${path}.not`, folder, keep: null, clock: systemClock })).rejects.toMatchObject({ code: "bad-input" });
});

it("[ST18] when the disk does not take it, that is said, nothing of it stays, and older ones do", async () => {
  const { stores, databaseUrl, path, folder } = await newWorld();
  const good = await makeBackup({ databaseUrl, folder, keep: null, clock: systemClock });
  await stores.log.append(Array.from({ length: 50 }, (_, at) => entry(`lesson/${at}`, updateWith("equal parts ".repeat(2_000)))));
  const tool = fileURLToPath(new URL("../tools/backup.ts", import.meta.url));
  // 512 KiB a file: a limit of the shell's stands in for a disk that takes no more.
  const script = `ulimit -f 1024; trap '' XFSZ; exec "$0" "$1" --keep 1`;
  const env = cleanEnv({ DATA_DIR: dirname(path), DATABASE_URL: databaseUrl });
  const child = spawn("/bin/sh", ["-c", script, process.execPath, tool], { env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => void (said += chunk.toString()));
  const [code] = await once(child, "close");
  expect(code, said).toBe(1);
  expect(said).toBe(`No backup was made in ${folder}: the disk does not take it.\n`);
  expect((await readdir(folder)).filter((name) => name.includes("test-"))).toEqual([good.path.slice(folder.length + 1)]);
});

it("[ST18] a backup that is cut off leaves nothing under a backup's name, and the next one clears up", async () => {
  const { stores, databaseUrl, path, folder } = await newWorld();
  const update = updateWith("four quarters ".repeat(20_000));
  for (let at = 0; at < 100; at++) await stores.log.append([entry(`lesson/${at}`, update)]);
  const tool = fileURLToPath(new URL("../tools/backup.ts", import.meta.url));
  const env = cleanEnv({ DATA_DIR: dirname(path), DATABASE_URL: databaseUrl });
  const child = spawn(process.execPath, [tool], { env, stdio: "ignore" });
  const gone = once(child, "exit");
  const names = async (): Promise<string[]> => readdir(folder).catch(() => []);
  while (child.exitCode === null && !(await names()).some((name) => name.endsWith(".making"))) await new Promise((next) => setImmediate(next));
  child.kill("SIGKILL");
  await gone;
  const left = (await names()).filter((name) => name.includes("test-"));
  expect(left.every((name) => findStamp(name, "test-", ".db") === null)).toBe(true);
  expect(left.some((name) => name.endsWith(".making"))).toBe(true);
  expect(await readLastBackup(databaseUrl)).toEqual({ state: "none" });

  const backup = await makeBackup({ databaseUrl, folder, keep: null, clock: systemClock });
  expect((await names()).filter((name) => name.includes("test-"))).toEqual([backup.path.slice(folder.length + 1)]);
  expect((await checkDatabase(backup.path)).documents).toBe(100);
});
