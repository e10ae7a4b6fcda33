/**
 * Brings a database to the tables of this release, by the migrations in prisma/migrations.
 *
 * Always true: one process migrates at a time, whoever starts at once waits; a database that is up to date is only read.
 * Rule ST9. Left to others: making migrations (server/tools/make-migration.ts).
 */
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { AppError } from "#core/errors";
import { MINUTE_MS } from "#core/time";
import type { Log } from "../observe/log.ts";
import { databasePath } from "./sqlite/database-path.ts";
import { holdFileLock } from "./sqlite/file-lock.ts";
import { listMigrationNames, readMigrationList, readSchema } from "./sqlite/migration-files.ts";
import { loadSchemaEngine, NO_FILTERS } from "./sqlite/schema-engine.ts";

const LOCK_PATIENCE_MS = 2 * MINUTE_MS;

/**
 * Apply the migrations that this database has not seen, oldest first. Makes the file, and its folder, when there is none.
 *
 * @returns names of what was applied; empty when it was up to date
 * @throws AppError "unavailable" when another process kept the migration lock for two minutes; the engine's own error when a
 *   migration fails: the database then says which (`_prisma_migrations`), and no later start goes on until that is put right
 */
export async function migrateDatabase(options: { databaseUrl: string; log: Log }): Promise<{ readonly applied: readonly string[] }> {
  const path = databasePath(options.databaseUrl);
  await mkdir(dirname(path), { recursive: true });
  const wanted = await listMigrationNames();
  if (missingFrom(path, wanted).length === 0) return { applied: [] };

  const unlock = await holdFileLock(`${path}.migrating`, { patienceMs: LOCK_PATIENCE_MS });
  if (unlock === null) throw new AppError("unavailable", { message: "Another process is still migrating the database." });
  try {
    const missing = missingFrom(path, wanted);
    if (missing.length === 0) return { applied: [] };
    options.log.debug({ migrations: missing }, "applying migrations");
    const { engine, close } = await loadSchemaEngine(path, await readSchema());
    try {
      const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList: await readMigrationList(), filters: NO_FILTERS });
      return { applied: appliedMigrationNames };
    } finally {
      await close();
    }
  } finally {
    unlock();
  }
}

/** Which of these migrations the database has not finished. Opens it for a moment; sets the write-ahead log, which stays set. */
function missingFrom(path: string, wanted: readonly string[]): readonly string[] {
  const database = new Database(path, { timeout: 5_000 });
  try {
    database.pragma("journal_mode = WAL");
    const known = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_prisma_migrations'").get();
    if (known === undefined) return wanted;
    const rows = database
      .prepare<[], { migration_name: string }>(
        "SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
      )
      .all();
    const finished = new Set(rows.map((row) => row.migration_name));
    return wanted.filter((name) => !finished.has(name));
  } finally {
    database.close();
  }
}
