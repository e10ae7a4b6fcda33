/** Files that have to be there after the power went. */
import { open, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";

/** SQLite's companions of a database file. */
export const COMPANIONS = ["-wal", "-shm", "-journal"] as const;

/** Wait until the disk holds this file; for a folder, which names are in it. */
export async function syncToDisk(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Wait until the disk holds the names in the folder of this file: a rename is lost with the power before that. */
export const syncFolderOf = (path: string): Promise<void> => syncToDisk(dirname(path));

/** Why a file could not be written, when it is the disk's fault; null for anything else. */
export function whyNotWritten(error: unknown): string | null {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (["ENOSPC", "EDQUOT", "EFBIG", "SQLITE_FULL"].includes(code)) return "there is no room for it";
  return code === "EIO" || code.startsWith("SQLITE_IOERR") ? "the disk does not take it" : null;
}

/** Delete a database file and what SQLite keeps beside it; nothing happens when there is none. */
export async function deleteDatabaseFile(path: string): Promise<void> {
  for (const ending of [...COMPANIONS, ""]) await rm(`${path}${ending}`, { force: true });
}

/** Is there something under this name? */
export const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
