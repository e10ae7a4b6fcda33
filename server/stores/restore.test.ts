import { chmod, copyFile, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import Database from "better-sqlite3";
import { expect, it, onTestFinished } from "vitest";
import * as Y from "yjs";
import { systemClock } from "../observe/clock.ts";
import { makeLog } from "../observe/log.ts";
import { openTestStores } from "../../tests/support/stores.ts";
import { makeBackup } from "./backup.ts";
import { openStores } from "./open.ts";
import { cancelRestore, putStagedInPlace, stageRestore } from "./restore.ts";
import { databasePath } from "./sqlite/database-path.ts";
import { serveDatabase } from "./serving.ts";

const clock = { ...systemClock, nowMs: () => Date.UTC(2026, 0, 31, 12) };
const STAMP = "2026-01-31T12-00-00-000Z";

function updateWith(words: string): Uint8Array {
  const doc = new Y.Doc();
  doc.getText("content").insert(0, words);
  return Y.encodeStateAsUpdate(doc);
}
const entry = (document: string) => ({ document, update: updateWith(document), personId: null, atMs: 1 });

/** A database with `lesson/old` in it, its backup, then `lesson/new` written. `close` ends its stores. */
async function newWorld() {
  const { stores, databaseUrl, dispose } = await openTestStores();
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await stores.close();
    isOpen = false;
  };
  onTestFinished(async () => {
    if (isOpen) await dispose();
    else await rm(dirname(databasePath(databaseUrl)), { recursive: true, force: true });
  });
  const path = databasePath(databaseUrl);
  await stores.log.append([entry("lesson/old")]);
  const { path: file } = await makeBackup({ databaseUrl, folder: join(dirname(path), "backups"), keep: null, clock: systemClock });
  await stores.log.append([entry("lesson/new")]);
  return { stores, databaseUrl, path, file, close };
}

/** Documents in a database that is opened as a server opens it. */
async function documentsOf(databaseUrl: string): Promise<string[]> {
  const stores = await openStores({ databaseUrl, clock: systemClock, logger: makeLog({ level: "silent" }) });
  const found: string[] = [];
  for (const document of ["lesson/old", "lesson/new"]) if ((await stores.log.load(document)).updates.length > 0) found.push(document);
  await stores.close();
  return found;
}

const beside = async (path: string): Promise<string[]> =>
  (await readdir(dirname(path))).filter((name) => name.startsWith(`${basename(path)}.`) && !name.endsWith(".json") && !name.endsWith("ing")).sort();

it("[ST19] a restored database is the backup, and the one before it is kept whole", async () => {
  const { databaseUrl, path, file, close } = await newWorld();
  await close();
  const backup = await readFile(file);
  await chmod(path, 0o640);
  const staged = await stageRestore({ databaseUrl, file, clock });
  expect(staged.check.documents).toBe(1);
  expect(await documentsOf(databaseUrl)).toEqual(["lesson/old", "lesson/new"]);
  expect(await putStagedInPlace(databaseUrl)).toEqual({ keptAs: `${path}.before-restore-${STAMP}` });
  expect(await documentsOf(databaseUrl)).toEqual(["lesson/old"]);
  expect(await documentsOf(`file:${path}.before-restore-${STAMP}`)).toEqual(["lesson/old", "lesson/new"]);
  expect(await putStagedInPlace(databaseUrl)).toBeNull();
  expect(await readFile(file)).toEqual(backup);
  expect((await stat(path)).mode & 0o777).toBe(0o640);
});

it("[ST19] what stands only in the write-ahead log is kept too, also when the process was killed, and never meets the backup", async () => {
  const { databaseUrl, path, file, close } = await newWorld();
  // As a kill leaves it: the log still beside the file.
  await copyFile(path, `${path}.killed`);
  await copyFile(`${path}-wal`, `${path}.killed-wal`);
  await close();
  await rename(`${path}.killed`, path);
  await rename(`${path}.killed-wal`, `${path}-wal`);
  await stageRestore({ databaseUrl, file, clock });
  await putStagedInPlace(databaseUrl);
  expect(await documentsOf(databaseUrl)).toEqual(["lesson/old"]);
  expect(await documentsOf(`file:${path}.before-restore-${STAMP}`)).toEqual(["lesson/old", "lesson/new"]);
});

it("[ST19] a database too damaged to be opened makes way all the same, and is kept byte for byte with its log", async () => {
  const { databaseUrl, path, file, close } = await newWorld();
  await close();
  await writeFile(path, "this was a database");
  await writeFile(`${path}-wal`, "and this its log");
  await stageRestore({ databaseUrl, file, clock });
  expect(await putStagedInPlace(databaseUrl)).toEqual({ keptAs: `${path}.before-restore-${STAMP}` });
  expect(await documentsOf(databaseUrl)).toEqual(["lesson/old"]);
  expect(await readFile(`${path}.before-restore-${STAMP}`, "utf8")).toBe("this was a database");
  expect(await readFile(`${path}.before-restore-${STAMP}-wal`, "utf8")).toBe("and this its log");
});

it("[ST19] a backup can be put where there is no database yet", async () => {
  const { databaseUrl, path, file, close } = await newWorld();
  await close();
  await rm(path);
  await stageRestore({ databaseUrl, file, clock });
  expect(await putStagedInPlace(databaseUrl)).toEqual({ keptAs: null });
  expect(await documentsOf(databaseUrl)).toEqual(["lesson/old"]);
});

it("[ST19] what is damaged, cut short, no database, not ours, or of a newer release is refused before anything is touched", async () => {
  const { databaseUrl, path, file } = await newWorld();
  const bytes = await readFile(file);
  const spoilt = async (name: string, make: (copy: string) => Promise<void> | void): Promise<string> => {
    const copy = join(dirname(path), name);
    await copyFile(file, copy);
    await make(copy);
    return copy;
  };
  const change = (sql: string) => (copy: string) => {
    const database = new Database(copy);
    database.exec(sql);
    database.close();
  };
  const cases = [
    [await spoilt("short.db", (copy) => writeFile(copy, bytes.subarray(0, bytes.length - 8_192))), /damaged|cannot be opened/],
    [await spoilt("flipped.db", (copy) => writeFile(copy, Buffer.from(bytes).fill(0x5a, 4_096 * 3, 4_096 * 5))), /damaged|cannot be opened/],
    [await spoilt("words.db", (copy) => writeFile(copy, "not a database ".repeat(1_000))), /cannot be opened/],
    [await spoilt("empty.db", (copy) => writeFile(copy, "")), /not one of Bansho/],
    [
      await spoilt("newer.db", change("UPDATE _prisma_migrations SET migration_name = '29990101000000_later'")),
      /newer release.*29990101000000_later/,
    ],
    [await spoilt("unfinished.db", change("UPDATE _prisma_migrations SET finished_at = NULL")), /did not finish/],
    [join(dirname(path), "nothing.db"), /There is no file/],
    [path, /the database itself/],
  ] as const;
  for (const [bad, sentence] of cases) {
    await expect(stageRestore({ databaseUrl, file: bad, clock }), bad).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringMatching(sentence),
    });
  }
  expect(await beside(path)).toEqual([]);
  expect(await putStagedInPlace(databaseUrl)).toBeNull();
});

it("[ST19] one restore waits at a time, and can be taken away while the server runs", async () => {
  const { databaseUrl, path, file } = await newWorld();
  const serve = async (): Promise<() => void> => serveDatabase({ databaseUrl, patienceMs: 0 });
  const letGo = await serve();
  await stageRestore({ databaseUrl, file, clock });
  await expect(stageRestore({ databaseUrl, file, clock })).rejects.toMatchObject({ code: "conflict" });
  expect(await cancelRestore(databaseUrl, serve)).toBe(`${path}.restore-${STAMP}`);
  expect(await cancelRestore(databaseUrl, serve)).toBeNull();
  letGo();
  expect(await putStagedInPlace(databaseUrl)).toBeNull();
  expect(await beside(path)).toEqual([]);
});

it("[ST20] a copy that waits is not put in place by a release that is older than it", async () => {
  const { databaseUrl, path, file, close } = await newWorld();
  await close();
  const staged = await stageRestore({ databaseUrl, file, clock });
  const database = new Database(staged.path);
  database.exec("UPDATE _prisma_migrations SET migration_name = '29990101000000_later'");
  database.close();
  await expect(putStagedInPlace(databaseUrl)).rejects.toMatchObject({ code: "conflict", message: expect.stringMatching(/newer release.*--cancel/s) });
  expect(await beside(path)).toEqual([basename(staged.path)]);
  expect(await documentsOf(databaseUrl)).toEqual(["lesson/old", "lesson/new"]);
});

/** The states in which a cut-off leaves the files, by hand: which of them have been moved. */
const CUT_OFF = [
  ["before anything was moved", []],
  ["after the log was moved", ["-wal"]],
  ["after log and database were moved", ["-wal", ""]],
] as const;

it.each(CUT_OFF)("[ST20] cut off %s, the next start finishes", async (_when, moved) => {
  const { databaseUrl, path, file, close } = await newWorld();
  await copyFile(`${path}-wal`, `${path}.log`);
  await copyFile(path, `${path}.file`);
  await close();
  await rename(`${path}.file`, path);
  await rename(`${path}.log`, `${path}-wal`);
  const { keepAs } = await stageRestore({ databaseUrl, file, clock });
  for (const ending of moved) await rename(`${path}${ending}`, `${keepAs}${ending}`);
  expect(await putStagedInPlace(databaseUrl)).toEqual({ keptAs: keepAs });
  expect(await documentsOf(databaseUrl)).toEqual(["lesson/old"]);
  expect(await documentsOf(`file:${keepAs}`)).toEqual(["lesson/old", "lesson/new"]);
});

it.each(CUT_OFF)("[ST20] cut off %s, taking it away gives back what was there", async (_when, moved) => {
  const { databaseUrl, path, file, close } = await newWorld();
  await copyFile(`${path}-wal`, `${path}.log`);
  await copyFile(path, `${path}.file`);
  await close();
  await rename(`${path}.file`, path);
  await rename(`${path}.log`, `${path}-wal`);
  const { keepAs, path: staged } = await stageRestore({ databaseUrl, file, clock });
  for (const ending of moved) await rename(`${path}${ending}`, `${keepAs}${ending}`);
  expect(await cancelRestore(databaseUrl, () => serveDatabase({ databaseUrl, patienceMs: 0 }))).toBe(staged);
  expect(await documentsOf(databaseUrl)).toEqual(["lesson/old", "lesson/new"]);
  expect(await beside(path)).toEqual([]);
});
