/**
 * Opens the stores of one SQLite database that was migrated before (./migrate.ts): the document log on its own thread, all else
 * through Prisma, and one write gate between them. Rule ST8.
 */
import { AppError } from "#core/errors";
import type { Clock } from "#core/time";
import type { Log } from "../observe/log.ts";
import { readLastBackup } from "./backup.ts";
import type { Stores } from "./contract.ts";
import { makeClient, type Database } from "./prisma/client.ts";
import { makeLessonStore } from "./prisma/lesson-store.ts";
import { makePeopleStore } from "./prisma/people-store.ts";
import { makeRateLimits } from "./prisma/rate-limits.ts";
import { BUSY_TIMEOUT_MS, makeSqliteAdapter } from "./prisma/sqlite-adapter.ts";
import { makeVersionStore } from "./prisma/version-store.ts";
import { databasePath } from "./sqlite/database-path.ts";
import { openDoorReads } from "./sqlite/door-reads.ts";
import { openDocumentLog } from "./sqlite/document-log.ts";
import { readStorageFacts } from "./sqlite/storage-facts.ts";
import { listMigrationNames } from "./sqlite/migration-files.ts";
import { makeWriteGate } from "./sqlite/write-gate.ts";

/**
 * @param options.databaseUrl `file:` and an absolute path
 * @returns the stores; `close` them, or their thread keeps the process alive
 * @throws AppError "unavailable" when the database is not there or lacks a migration of this release
 */
export async function openStores(options: { databaseUrl: string; clock: Clock; logger: Log }): Promise<Stores> {
  const path = databasePath(options.databaseUrl);
  const gate = makeWriteGate();
  const database = makeClient(makeSqliteAdapter(path, gate));
  const log = openDocumentLog({ path, busyTimeoutMs: BUSY_TIMEOUT_MS, gate, clock: options.clock, logger: options.logger });

  const check = async () => {
    try {
      await checkMigrations(database);
      await log.check();
    } catch (error) {
      throw error instanceof AppError ? error : new AppError("unavailable", { message: "The database cannot be reached.", cause: error });
    }
  };
  const close = async () => {
    await log.close();
    await database.$disconnect();
  };

  try {
    await check();
  } catch (error) {
    await close();
    throw error;
  }
  const reads = openDoorReads(path);
  return {
    log,
    people: makePeopleStore(database, reads),
    lessons: makeLessonStore(database, reads),
    versions: makeVersionStore(database),
    rateLimits: makeRateLimits(database),
    check,
    readStorage: () => readStorageFacts(database, path),
    readLastBackup: () => readLastBackup(options.databaseUrl),
    close: async () => {
      reads.close();
      await close();
    },
  };
}

async function checkMigrations(database: Database): Promise<void> {
  const rows = await database.$queryRaw<{ name: string }[]>`
    SELECT "migration_name" AS "name" FROM "_prisma_migrations" WHERE "finished_at" IS NOT NULL AND "rolled_back_at" IS NULL`;
  const finished = new Set(rows.map(({ name }) => name));
  const missing = (await listMigrationNames()).filter((name) => !finished.has(name));
  if (missing.length > 0) throw new AppError("unavailable", { message: `The database lacks migrations: ${missing.join(", ")}.` });
}
