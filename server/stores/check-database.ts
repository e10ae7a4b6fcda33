/**
 * Looks a database file through without changing it: is it whole, is it of this release, can its documents be read? For backups, before and
 * after, and for the doctor. Rules ST18, ST19.
 */
import Database from "better-sqlite3";
import { AppError } from "#core/errors";
import { scanUpdate } from "#core/protocol/update-scan";
import { listMigrationNames } from "./sqlite/migration-files.ts";

export type DatabaseCheck = {
  /** What SQLite finds wrong with the file, in its words; empty when it is sound. When it is not, nothing below was looked at. */
  readonly faults: readonly string[];
  /** Migrations of this release that it lacks: it is older. The next start of the server applies them. */
  readonly missingMigrations: readonly string[];
  /** Migrations that this release does not know: it is newer. */
  readonly unknownMigrations: readonly string[];
  /** Migrations that began and did not finish. */
  readonly unfinishedMigrations: readonly string[];
  readonly documents: number;
  readonly updates: number;
  /** Documents with a snapshot or an update that does not decode. */
  readonly damagedDocuments: readonly string[];
};

/**
 * @param path a SQLite file
 * @throws AppError "bad-input" when it is not there or is no database of Bansho
 */
export async function checkDatabase(path: string): Promise<DatabaseCheck> {
  const wanted = await listMigrationNames();
  const database = openToRead(path);
  try {
    const faults = findFaults(database);
    if (faults.length > 0) return { ...NOTHING, faults };
    const migrations = readMigrations(database);
    const finished = migrations.filter((row) => row.finished === 1).map((row) => row.name);
    const rest = {
      faults,
      missingMigrations: wanted.filter((name) => !finished.includes(name)),
      unknownMigrations: migrations.map((row) => row.name).filter((name) => !wanted.includes(name)),
      unfinishedMigrations: migrations.filter((row) => row.finished === 0).map((row) => row.name),
    };
    return { ...rest, ...readDocuments(database) };
  } finally {
    database.close();
  }
}

/**
 * Why a server of this release cannot live on such a database; null when it can.
 * @returns sentences for the operator
 */
export function whyUnusable(check: DatabaseCheck): string | null {
  if (check.faults.length > 0) return `It is damaged: ${check.faults.slice(0, 3).join("; ")}.`;
  if (check.unknownMigrations.length > 0)
    return `It was written by a newer release of Bansho (it has ${check.unknownMigrations.join(", ")}). Use that release.`;
  if (check.unfinishedMigrations.length > 0) return `A migration in it did not finish: ${check.unfinishedMigrations.join(", ")}.`;
  return null;
}

/** What SQLite itself finds wrong with an open database. */
export function findFaults(database: Database.Database): readonly string[] {
  try {
    const rows = database.pragma("integrity_check(20)") as readonly { readonly integrity_check: string }[];
    return rows.map((row) => row.integrity_check).filter((words) => words !== "ok");
  } catch (error) {
    if (error instanceof Database.SqliteError) return [error.message];
    throw error;
  }
}

const NOTHING: DatabaseCheck = {
  faults: [],
  missingMigrations: [],
  unknownMigrations: [],
  unfinishedMigrations: [],
  documents: 0,
  updates: 0,
  damagedDocuments: [],
};

/** @throws AppError "bad-input" when the file is not there or no database */
export function openToRead(path: string): Database.Database {
  try {
    const database = new Database(path, { readonly: true, fileMustExist: true, timeout: 5_000 });
    try {
      database.pragma("schema_version");
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  } catch (cause) {
    throw new AppError("bad-input", { message: `${path} cannot be opened as a database.`, cause });
  }
}

function readMigrations(database: Database.Database): readonly { readonly name: string; readonly finished: number }[] {
  const known = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_prisma_migrations'").get();
  if (known === undefined) throw new AppError("bad-input", { message: "It is a database, but not one of Bansho." });
  return database
    .prepare<[], { name: string; finished: number }>(
      'SELECT migration_name AS "name", finished_at IS NOT NULL AS "finished" FROM _prisma_migrations WHERE rolled_back_at IS NULL',
    )
    .all();
}

function readDocuments(database: Database.Database): Pick<DatabaseCheck, "documents" | "updates" | "damagedDocuments"> {
  const damaged = new Set<string>();
  const documents = new Set<string>();
  let updates = 0;
  const look = (row: { readonly document: string; readonly data: Buffer }): void => {
    documents.add(row.document);
    if (scanUpdate(row.data) === null) damaged.add(row.document);
  };
  type Row = { document: string; data: Buffer };
  for (const row of database.prepare<[], Row>('SELECT "document", "data" FROM "DocumentSnapshot"').iterate()) look(row);
  for (const row of database.prepare<[], Row>('SELECT "document", "data" FROM "DocumentUpdate" ORDER BY "seq"').iterate()) {
    updates += 1;
    look(row);
  }
  return { documents: documents.size, updates, damagedDocuments: [...damaged].sort() };
}
