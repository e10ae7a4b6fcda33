/**
 * Putting a backup in the place of a database, in two steps: a checked copy is staged beside it, and is put in place when no server runs on it;
 * while one runs, by the next start. Rules ST19, ST20.
 *
 * Always true: what was there is kept beside it under a name of its own; cut off at any point, doing it again finishes it, and a database is
 * never opened with the write-ahead log of another.
 */
import { chmod, chown, copyFile, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import Database from "better-sqlite3";
import { AppError } from "#core/errors";
import { SECOND_MS, type Clock } from "#core/time";
import { findStamp, stampOf } from "../observe/stamp.ts";
import { checkDatabase, whyUnusable, type DatabaseCheck } from "./check-database.ts";
import { deleteDatabaseFile, isThere, syncFolderOf, syncToDisk, whyNotWritten } from "./durable-file.ts";
import { databasePath } from "./sqlite/database-path.ts";
import { holdFileLock } from "./sqlite/file-lock.ts";

/** A checked copy that waits for its place. */
export type StagedRestore = {
  readonly path: string;
  /** Under which name the database that is there now will be kept. */
  readonly keepAs: string;
};

export type RestoredDatabase = {
  /** Where the database that was there is now; null when there was none. */
  readonly keptAs: string | null;
};

/**
 * Copy a backup beside the database and look it through. The file itself is only read; a write-ahead log beside it is taken in.
 * @throws AppError "bad-input" when the file is missing, damaged, not ours or of a newer release; "conflict" when another one is staged
 */
export async function stageRestore(options: {
  readonly databaseUrl: string;
  readonly file: string;
  readonly clock: Clock;
}): Promise<StagedRestore & { readonly check: DatabaseCheck }> {
  const { databaseUrl, file, clock } = options;
  const path = databasePath(databaseUrl);
  if (resolve(file) === path) throw new AppError("bad-input", { message: `${file} is the database itself, not a backup of it.` });
  if (!(await isThere(file))) throw new AppError("bad-input", { message: `There is no file ${file}.` });
  return underLock(path, 0, async () => {
    const waiting = await findStaged(path);
    if (waiting !== null) {
      throw new AppError("conflict", {
        message: `${waiting.path} is waiting to be put in place. Start Bansho, or take it away with --cancel first.`,
      });
    }
    const copying = `${path}.copying-restore`;
    await deleteDatabaseFile(copying);
    try {
      await copyFile(file, copying);
      if (await isThere(`${file}-wal`)) await copyFile(`${file}-wal`, `${copying}-wal`);
      foldLog(copying, file);
      const check = await checkDatabase(copying);
      const why = whyUnusable(check);
      if (why !== null) throw new AppError("bad-input", { message: `${file} is not put in place. ${why}` });
      await takeRightsOf(path, copying);
      await syncToDisk(copying);
      const staged = makeStaged(path, stampOf(clock.nowMs()));
      await rename(copying, staged.path);
      await syncFolderOf(staged.path);
      return { ...staged, check };
    } catch (error) {
      await deleteDatabaseFile(copying);
      const trouble = whyNotWritten(error);
      if (trouble !== null) throw new AppError("unavailable", { message: `Nothing was changed: ${trouble} in ${dirname(path)}.`, cause: error });
      throw error;
    }
  });
}

/**
 * Put a staged copy in place, if there is one. Call it only while holding the database (./serving.ts), before anything opens it.
 * @returns null when nothing is staged
 * @throws AppError "conflict" when it is of a newer release than this one
 */
export async function putStagedInPlace(databaseUrl: string): Promise<RestoredDatabase | null> {
  const path = databasePath(databaseUrl);
  // Nearly every start: nothing to do, and no lock to make.
  if ((await findStaged(path)) === null) return null;
  return underLock(path, LOCK_PATIENCE_MS, async () => {
    const staged = await findStaged(path);
    if (staged === null) return null;
    await checkStaged(staged);
    // Not opened: SQLite throws the log of a file away that it cannot read, and that file is often why a backup is put in its place.
    // The log goes first: a database without its log is older, a log beside another database is poison.
    if (await isThere(`${path}-wal`)) await rename(`${path}-wal`, await freeName(`${staged.keepAs}-wal`));
    await rm(`${path}-shm`, { force: true });
    if (await isThere(path)) await rename(path, await freeName(staged.keepAs));
    await syncFolderOf(path);
    await rename(staged.path, path);
    await syncFolderOf(path);
    return { keptAs: (await isThere(staged.keepAs)) ? staged.keepAs : null };
  });
}

/**
 * Take a staged copy away. One whose way into place was cut off is taken back to how it was.
 * @param holdDatabase makes sure that no server runs (./serving.ts); asked only when something was half done
 * @returns the name of what was taken away; null when nothing was staged
 */
export async function cancelRestore(databaseUrl: string, holdDatabase: () => Promise<() => void>): Promise<string | null> {
  const path = databasePath(databaseUrl);
  return underLock(path, 0, async () => {
    const staged = await findStaged(path);
    if (staged === null) return null;
    const isHalfDone = (await isThere(staged.keepAs)) || (await isThere(`${staged.keepAs}-wal`));
    if (isHalfDone) {
      const letGo = await holdDatabase();
      try {
        for (const ending of ["-wal", ""]) {
          if ((await isThere(`${staged.keepAs}${ending}`)) && !(await isThere(`${path}${ending}`)))
            await rename(`${staged.keepAs}${ending}`, `${path}${ending}`);
        }
        await syncFolderOf(path);
      } finally {
        letGo();
      }
    }
    await rm(staged.path);
    await syncFolderOf(path);
    return staged.path;
  });
}

const LOCK_PATIENCE_MS = 10 * SECOND_MS;

async function underLock<T>(path: string, patienceMs: number, work: () => Promise<T>): Promise<T> {
  const unlock = await holdFileLock(`${path}.restoring`, { patienceMs });
  if (unlock === null) throw new AppError("conflict", { message: "Another restore of this database is under way." });
  try {
    return await work();
  } finally {
    unlock();
  }
}

/** The time in its name is also in the name of what it replaces, so that whoever finishes it knows both. */
const makeStaged = (path: string, stamp: string): StagedRestore => ({ path: `${path}.restore-${stamp}`, keepAs: `${path}.before-restore-${stamp}` });

async function findStaged(path: string): Promise<StagedRestore | null> {
  const folder = dirname(path);
  const names = (await isThere(folder)) ? await readdir(folder) : [];
  const stamps = names.map((name) => findStamp(name, `${basename(path)}.restore-`, "")).filter((found) => found !== null);
  const newest = stamps.sort().at(-1);
  return newest === undefined ? null : makeStaged(path, newest);
}

/** The release may have been changed since it was staged. */
async function checkStaged(staged: StagedRestore): Promise<void> {
  const why = whyUnusable(await checkDatabase(staged.path));
  if (why !== null) {
    throw new AppError("conflict", {
      message: `The backup that waits to be put in place (${staged.path}) cannot be used. ${why} Take it away with: npm run restore -- --cancel`,
    });
  }
}

/** The copy is as open to others as the database it stands in for, and as closed. */
async function takeRightsOf(path: string, copy: string): Promise<void> {
  if (!(await isThere(path))) return;
  const [wanted, is] = await Promise.all([stat(path), stat(copy)]);
  await chmod(copy, wanted.mode & 0o777);
  // Only root can, and only then is it needed: the server runs under an account of its own.
  if (wanted.uid !== is.uid || wanted.gid !== is.gid) await chown(copy, wanted.uid, wanted.gid);
}

/** Make a copy one file. */
function foldLog(copy: string, original: string): void {
  try {
    const database = new Database(copy, { fileMustExist: true });
    try {
      database.pragma("journal_mode = DELETE");
    } finally {
      database.close();
    }
  } catch (cause) {
    throw new AppError("bad-input", { message: `${original} cannot be opened as a database.`, cause });
  }
}

/** A name that nothing has yet: what is kept is never written over. */
async function freeName(name: string): Promise<string> {
  for (let tried = 1; ; tried++) {
    const candidate = tried === 1 ? name : `${name}.${tried}`;
    if (!(await isThere(candidate))) return candidate;
  }
}
