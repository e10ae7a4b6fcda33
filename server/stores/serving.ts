/**
 * One server for a database. Two would each keep rooms of their own: people in the same lesson would not see each other, and nothing would say so.
 * Tools may use a database beside its server; SQLite's lock is between them. Rule ST16.
 */
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "#core/errors";
import { SECOND_MS } from "#core/time";
import { databasePath } from "./sqlite/database-path.ts";
import { holdFileLock } from "./sqlite/file-lock.ts";

/** A server that was told to stop needs no longer than this. */
const PATIENCE_MS = 10 * SECOND_MS;

/**
 * Become the server of this database, until the process ends or the answer is called. Keep the answer: the lock lives as long as it can be called.
 * @param options.onWait called once when another server has it
 * @throws AppError "conflict" when another server keeps it
 */
export async function serveDatabase(options: {
  readonly databaseUrl: string;
  readonly patienceMs?: number;
  readonly onWait?: () => void;
}): Promise<() => void> {
  const { databaseUrl, patienceMs = PATIENCE_MS, onWait } = options;
  const path = databasePath(databaseUrl);
  await mkdir(dirname(path), { recursive: true });
  const letGo = await holdFileLock(`${path}.serving`, { patienceMs, ...(onWait === undefined ? {} : { onWait }) });
  if (letGo === null) throw new AppError("conflict", { message: "Another Bansho is using this database." });
  return letGo;
}
