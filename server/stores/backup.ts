/**
 * Backups of a database while its server runs: one point in time, checked before it gets its name. Rule ST18.
 *
 * Always true: under the final name stands a whole backup that was opened and looked through, or nothing; only files that we named are deleted,
 * and none before a newer one is there.
 */
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import Database from "better-sqlite3";
import { z } from "zod";
import { AppError } from "#core/errors";
import type { Clock } from "#core/time";
import { findStamp, stampOf } from "../observe/stamp.ts";
import type { BackupRecord, LastBackup } from "./contract.ts";
import { checkDatabase, openToRead, whyUnusable, type DatabaseCheck } from "./check-database.ts";
import { COMPANIONS, deleteDatabaseFile, isThere, syncFolderOf, syncToDisk, whyNotWritten } from "./durable-file.ts";
import { databasePath } from "./sqlite/database-path.ts";
import { holdFileLock } from "./sqlite/file-lock.ts";

export type Backup = {
  readonly path: string;
  readonly bytes: number;
  /** Everything that was acknowledged before this moment is in it. */
  readonly atMs: number;
  readonly check: DatabaseCheck;
  /** Older backups that were deleted. */
  readonly removed: readonly string[];
};

/** The small file beside the database. */
const recordSchema = z.object({
  path: z.string(),
  bytes: z.number().int().nonnegative(),
  atMs: z.number().int().nonnegative(),
  documents: z.number().int().nonnegative(),
  damagedDocuments: z.number().int().nonnegative(),
}) satisfies z.ZodType<BackupRecord>;

const ALL_PAGES = 0x7fffffff;

/**
 * Make one backup.
 * @param options.folder made when it is not there, readable only by whoever runs this
 * @param options.keep how many backups of this database stay in the folder, with this one; null: all
 * @throws AppError "conflict" when another backup into this folder is under way, "bad-input" when there is no database, "unavailable" when
 *   what came out is not sound; then nothing stays and no older backup is deleted
 */
export async function makeBackup(options: {
  readonly databaseUrl: string;
  readonly folder: string;
  readonly keep: number | null;
  readonly clock: Clock;
}): Promise<Backup> {
  const { databaseUrl, folder, keep, clock } = options;
  const path = databasePath(databaseUrl);
  if (!(await isThere(path))) throw new AppError("bad-input", { message: `There is no database at ${path}.` });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const letGo = await holdFileLock(join(folder, `.${basename(path)}.backing-up`), { patienceMs: 0 });
  if (letGo === null) throw new AppError("conflict", { message: "Another backup into this folder is under way." });
  try {
    await forgetUnfinished(path, folder);
    const atMs = clock.nowMs();
    const place = join(folder, `${nameOf(path)}-${stampOf(atMs)}.db`);
    const making = `${place}${MAKING}`;
    try {
      await copyDatabase(path, making);
      const check = await checkDatabase(making);
      const why = whyUnusable(check);
      if (why !== null) throw new AppError("unavailable", { message: `No backup was made, since what came out cannot be used. ${why}` });
      await syncToDisk(making);
      await rename(making, place);
      await syncFolderOf(place);
      const { size: bytes } = await stat(place);
      await remember(path, { path: place, bytes, atMs, documents: check.documents, damagedDocuments: check.damagedDocuments.length });
      return { path: place, bytes, atMs, check, removed: keep === null ? [] : await removeOlder(path, folder, keep) };
    } catch (error) {
      await deleteDatabaseFile(making);
      const why = whyNotWritten(error);
      if (why !== null) throw new AppError("unavailable", { message: `No backup was made in ${folder}: ${why}.`, cause: error });
      throw error;
    }
  } finally {
    letGo();
  }
}

/** Backups of this database in the folder, newest first; whole ones only. */
export async function listBackups(databaseUrl: string, folder: string): Promise<readonly string[]> {
  return listOurs(databasePath(databaseUrl), folder, ".db");
}

/** What is known of the last backup of this database. */
export async function readLastBackup(databaseUrl: string): Promise<LastBackup> {
  const file = recordPath(databasePath(databaseUrl));
  if (!(await isThere(file))) return { state: "none" };
  const record = recordSchema.safeParse(parseJson(await readFile(file, "utf8")));
  if (!record.success) return { state: "unreadable" };
  return { state: "made", record: record.data, isStillThere: await isThere(record.data.path) };
}

const MAKING = ".making";
const recordPath = (path: string): string => `${path}.last-backup.json`;
const nameOf = (path: string): string => basename(path, extname(path));

/**
 * Copy in one step: one read transaction, so one point in time, and a writer does not make it start again. Writers are not held up.
 * The copy is one file: no write-ahead log beside it.
 */
async function copyDatabase(from: string, to: string): Promise<void> {
  const source = openToRead(from);
  try {
    await source.backup(to, { progress: () => ALL_PAGES });
  } finally {
    source.close();
  }
  await chmod(to, 0o600);
  const copy = new Database(to, { fileMustExist: true });
  try {
    copy.pragma("journal_mode = DELETE");
  } finally {
    copy.close();
  }
}

/** Files of ours with this ending, newest first. */
async function listOurs(path: string, folder: string, ending: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => findStamp(name, `${nameOf(path)}-`, ending) !== null)
    .sort()
    .reverse()
    .map((name) => join(folder, name));
}

/** Of a backup that was cut off. Nobody else is making one: we hold the lock. */
async function forgetUnfinished(path: string, folder: string): Promise<void> {
  for (const ending of ["", ...COMPANIONS]) {
    for (const file of await listOurs(path, folder, `.db${MAKING}${ending}`)) await rm(file, { force: true });
  }
}

async function removeOlder(path: string, folder: string, keep: number): Promise<readonly string[]> {
  const older = (await listOurs(path, folder, ".db")).slice(Math.max(keep, 1));
  for (const file of older) await rm(file, { force: true });
  return older;
}

async function remember(path: string, record: BackupRecord): Promise<void> {
  const file = recordPath(path);
  await writeFile(`${file}.making`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.making`, file);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Told as "unreadable".
    return null;
  }
}
