/** Making a database that is there whole or not at all. */
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { databasePath } from "./sqlite/database-path.ts";

/** SQLite's companions of a database file, and the lock of migrations. */
const BESIDES = ["-wal", "-shm", ".migrating"];

/**
 * Make a database in a file beside this one, and put it in its place when it is finished. What was there is deleted: it must be empty, and open nowhere.
 * @param fill gets the address of the file to make; everything it opens must be closed when it resolves
 */
export async function makeDatabaseWhole(databaseUrl: string, fill: (databaseUrl: string) => Promise<void>): Promise<void> {
  const path = databasePath(databaseUrl);
  const making = `${path}.making`;
  await mkdir(dirname(path), { recursive: true });
  const forget = async (file: string): Promise<void> => {
    for (const ending of ["", ...BESIDES]) await rm(`${file}${ending}`, { force: true });
  };
  // Of a start that was cut off.
  await forget(making);
  await fill(`file:${making}`);
  // The last to close has folded the write-ahead log into the file, so the file alone is all of it.
  await forget(path);
  await rename(making, path);
  await forget(making);
}
