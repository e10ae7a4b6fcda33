/**
 * The document log as the doctor needs it: row by row, damaged or not. Rule ST21.
 *
 * Always true: opened to read, it changes nothing; `replace` is one transaction, and what it takes out of the log is kept byte for byte in
 * DocumentDamage, from which nothing is ever deleted. Left to others: what can be made of the parts (server/sync/diagnosis.ts).
 */
import { inflateSync } from "node:zlib";
import Database from "better-sqlite3";
import { AppError, assert } from "#core/errors";
import { findFaults, openToRead } from "../check-database.ts";
import { databasePath } from "./database-path.ts";

/** A snapshot or an update as it stands in the log. */
export type LogPart = {
  readonly part: "snapshot" | "update";
  /** Number in the log; of a snapshot, the last update that was folded into it. */
  readonly seq: number;
  /** Who sent it; null for the server, and for a snapshot. */
  readonly personId: string | null;
  /** Null for a snapshot. */
  readonly atMs: number | null;
  readonly data: Uint8Array;
};

export type DocumentSize = {
  readonly document: string;
  readonly snapshotBytes: number;
  /** Updates since the snapshot. */
  readonly updates: number;
  readonly updateBytes: number;
};

/** A version of a lesson as the store keeps it: the whole state, Yjs v2. */
export type VersionState = { readonly number: number; readonly createdAtMs: number; readonly state: Uint8Array };

export type DocumentCare = {
  /** What SQLite finds wrong with the file; empty when it is sound. */
  readonly findFaults: () => readonly string[];
  /** Every document with something in the log, by name. */
  readonly listDocuments: () => readonly DocumentSize[];
  /** The snapshot, then the updates after it in their order; empty for a document that never was. At one point in time. */
  readonly readParts: (document: string) => readonly LogPart[];
  /** What was taken out of the document before, oldest first. */
  readonly readKeptAside: (document: string) => readonly LogPart[];
  /** The newest version of a lesson; null when none was kept. */
  readonly findNewestVersion: (lessonId: string) => VersionState | null;
  /**
   * Put one snapshot in the place of all that the document has in the log, and keep `broken` aside, in one transaction.
   * @param change.parts what `readParts` answered: when the log holds something else by now, nothing is done
   * @throws AppError "conflict" when somebody wrote meanwhile
   */
  readonly replace: (
    document: string,
    change: { readonly parts: readonly LogPart[]; readonly snapshot: Uint8Array; readonly broken: readonly LogPart[]; readonly nowMs: number },
  ) => void;
  readonly close: () => void;
};

type Row = { part: string; seq: number; personId: string | null; atMs: number | null; data: Buffer };

const SIZES = `
  SELECT "document", max("snapshotBytes") AS "snapshotBytes", sum("updates") AS "updates", sum("updateBytes") AS "updateBytes" FROM (
    SELECT "document", length("data") AS "snapshotBytes", 0 AS "updates", 0 AS "updateBytes" FROM "DocumentSnapshot"
    UNION ALL
    SELECT "document", 0, count(*), sum(length("data")) FROM "DocumentUpdate" GROUP BY "document"
  ) GROUP BY "document" ORDER BY "document"`;

/**
 * Open a database that is there.
 * @param options.write to repair; the caller sees to it that no server runs (../serving.ts)
 * @throws AppError "bad-input" when there is none; "conflict" when it is to be written and lacks this release's tables
 */
export function openDocumentCare(databaseUrl: string, options: { readonly write: boolean }): DocumentCare {
  const database = options.write ? openToWrite(databasePath(databaseUrl)) : openToRead(databasePath(databaseUrl));
  const hasTable = (name: string): boolean =>
    database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(name) !== undefined;
  if (!hasTable("DocumentUpdate") || (options.write && !hasTable("DocumentDamage"))) {
    database.close();
    throw new AppError("conflict", {
      message: "This database was not yet opened by this release of Bansho. Start Bansho on it once, then try again.",
    });
  }

  const readParts = database.transaction((document: string): readonly LogPart[] => {
    const snapshots = database
      .prepare<[string], Row>(
        `SELECT 'snapshot' AS "part", "throughSeq" AS "seq", NULL AS "personId", NULL AS "atMs", "data" FROM "DocumentSnapshot" WHERE "document" = ?`,
      )
      .all(document);
    const updates = database
      .prepare<[string], Row>(
        `SELECT 'update' AS "part", "seq", "personId", "atMs", "data" FROM "DocumentUpdate" WHERE "document" = ? ORDER BY "seq"`,
      )
      .all(document);
    return [...snapshots, ...updates].map(toPart);
  });

  const replace = database.transaction((document: string, change: Parameters<DocumentCare["replace"]>[1]): void => {
    const { parts, snapshot, broken, nowMs } = change;
    const throughSeq = parts.at(-1)?.seq;
    assert(throughSeq !== undefined, "a document that is repaired has something in the log");
    const now = readParts(document);
    if (now.length !== parts.length || now.at(-1)?.seq !== throughSeq)
      throw new AppError("conflict", { message: `Somebody wrote in ${document} meanwhile. Nothing was changed.` });
    const keep = database.prepare<[string, string, number, string | null, number | null, number, Uint8Array]>(
      'INSERT INTO "DocumentDamage" ("document", "part", "seq", "personId", "atMs", "movedAtMs", "data") VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    for (const part of broken) keep.run(document, part.part, part.seq, part.personId, part.atMs, nowMs, part.data);
    database
      .prepare<[string, number, Uint8Array]>(
        `INSERT INTO "DocumentSnapshot" ("document", "throughSeq", "data") VALUES (?, ?, ?)
         ON CONFLICT ("document") DO UPDATE SET "throughSeq" = excluded."throughSeq", "data" = excluded."data"`,
      )
      .run(document, throughSeq, snapshot);
    database.prepare<[string, number]>('DELETE FROM "DocumentUpdate" WHERE "document" = ? AND "seq" <= ?').run(document, throughSeq);
  });

  return {
    findFaults: () => findFaults(database),
    listDocuments: () => database.prepare<[], DocumentSize>(SIZES).all(),
    readParts: (document) => readParts.deferred(document),
    readKeptAside: (document) =>
      hasTable("DocumentDamage")
        ? database
            .prepare<[string], Row>('SELECT "part", "seq", "personId", "atMs", "data" FROM "DocumentDamage" WHERE "document" = ? ORDER BY "id"')
            .all(document)
            .map(toPart)
        : [],
    findNewestVersion: (lessonId) => {
      const row = database
        .prepare<[string], { number: number; createdAtMs: number; state: Buffer }>(
          'SELECT "number", "createdAtMs", "state" FROM "Version" WHERE "lessonId" = ? ORDER BY "number" DESC LIMIT 1',
        )
        .get(lessonId);
      return row === undefined ? null : { ...row, state: new Uint8Array(inflateSync(row.state)) };
    },
    replace: (document, change) => replace.immediate(document, change),
    close: () => database.close(),
  };
}

function openToWrite(path: string): Database.Database {
  try {
    const database = new Database(path, { fileMustExist: true, timeout: 5_000 });
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL");
    return database;
  } catch (cause) {
    throw new AppError("bad-input", { message: `${path} cannot be opened as a database.`, cause });
  }
}

function toPart(row: Row): LogPart {
  assert(row.part === "snapshot" || row.part === "update", "a part of the log is a snapshot or an update");
  return { ...row, part: row.part, data: new Uint8Array(row.data) };
}
