/**
 * Prisma's better-sqlite3 adapter, made safe for many requests at once.
 *
 * The stock adapter has one connection: a statement of one request that falls between the statements of another's transaction
 * becomes part of it, and is lost with it when that rolls back. Its transactions begin as readers, so they fail at the first write
 * when the log has committed since (SQLITE_BUSY_SNAPSHOT, which no timeout cures); and one failed BEGIN locks it for good.
 * Here writes and transactions pass the write gate one by one, transactions begin as writers, and reads have a connection of
 * their own, which in WAL mode never waits and sees only what is committed. Rule ST8.
 */
import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3";
import type { SqlDriverAdapter, SqlDriverAdapterFactory, SqlQuery, Transaction } from "@prisma/driver-adapter-utils";
import type { WriteGate } from "../sqlite/write-gate.ts";

/** SQLite's wait for another process, in ms. */
export const BUSY_TIMEOUT_MS = 5_000;

const isRead = (query: SqlQuery): boolean => /^\s*SELECT\b/i.test(query.sql);

/**
 * @param path of a SQLite file that is there
 * @param gate shared with the document log of the same file
 */
export function makeSqliteAdapter(path: string, gate: WriteGate): SqlDriverAdapterFactory {
  const stock = new PrismaBetterSqlite3({ url: `file:${path}`, timeout: BUSY_TIMEOUT_MS, fileMustExist: true });
  return {
    provider: stock.provider,
    adapterName: stock.adapterName,
    connect: async () => {
      const writer = await stock.connect();
      await writer.executeScript("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL;");
      // Checkpoints are the log's: its thread may wait for the disk, this one may not. Only a log that long kept still leaves it to us.
      await writer.executeScript("PRAGMA wal_autocheckpoint = 4000;");
      const reader = await stock.connect();
      await reader.executeScript("PRAGMA query_only = ON;");
      return makeConnection(writer, reader, gate);
    },
  };
}

function makeConnection(writer: SqlDriverAdapter, reader: SqlDriverAdapter, gate: WriteGate): SqlDriverAdapter {
  return {
    provider: writer.provider,
    adapterName: writer.adapterName,
    queryRaw: (query) => (isRead(query) ? reader.queryRaw(query) : gate.run(() => writer.queryRaw(query))),
    executeRaw: (query) => gate.run(() => writer.executeRaw(query)),
    executeScript: (script) => gate.run(() => writer.executeScript(script)),
    startTransaction: async () => {
      const leave = await gate.enter();
      try {
        await writer.executeScript("BEGIN IMMEDIATE");
      } catch (error) {
        leave();
        throw error;
      }
      return makeTransaction(writer, leave);
    },
    dispose: async () => {
      await reader.dispose();
      await writer.dispose();
    },
  };
}

/** Prisma sends COMMIT and ROLLBACK as statements and then calls `commit` or `rollback`, which only gives the turn back. */
function makeTransaction(writer: SqlDriverAdapter, leave: () => void): Transaction {
  const statement = (sql: string) => writer.executeScript(sql);
  const end = async () => leave();
  return {
    provider: writer.provider,
    adapterName: writer.adapterName,
    options: { usePhantomQuery: false },
    queryRaw: (query) => writer.queryRaw(query),
    executeRaw: (query) => writer.executeRaw(query),
    commit: end,
    rollback: end,
    createSavepoint: (name) => statement(`SAVEPOINT ${name}`),
    rollbackToSavepoint: (name) => statement(`ROLLBACK TO ${name}`),
    releaseSavepoint: (name) => statement(`RELEASE SAVEPOINT ${name}`),
  };
}
