/**
 * Prisma's better-sqlite3 adapter, made safe for many requests at once.
 *
 * The stock adapter has one connection: a statement of one request that falls between the statements of another's transaction
 * becomes part of it, and is lost with it when that rolls back. Its transactions begin as readers, so they fail at the first write
 * when the log has committed since (SQLITE_BUSY_SNAPSHOT, which no timeout cures); and one failed BEGIN locks it for good.
 * Here writes and transactions pass the write gate one by one, transactions begin as writers, and reads have a connection of
 * their own, which in WAL mode never waits and sees only what is committed. While another process holds SQLite's lock we try again and
 * again instead of sleeping inside SQLite, which would stop the whole server. Rule ST8.
 */
import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3";
import {
  isDriverAdapterError,
  type SqlDriverAdapter,
  type SqlDriverAdapterFactory,
  type SqlQuery,
  type Transaction,
} from "@prisma/driver-adapter-utils";
import { systemClock } from "../../observe/clock.ts";
import type { WriteGate } from "../sqlite/write-gate.ts";

/** How long a write waits for another process, in ms. */
export const BUSY_TIMEOUT_MS = 5_000;
const TRY_AGAIN_MS = 20;

const isRead = (query: SqlQuery): boolean => /^\s*SELECT\b/i.test(query.sql);

/**
 * @param path of a SQLite file that is there
 * @param gate shared with the document log of the same file
 */
export function makeSqliteAdapter(path: string, gate: WriteGate): SqlDriverAdapterFactory {
  // No timeout of SQLite's own: see `withPatience`.
  const stock = new PrismaBetterSqlite3({ url: `file:${path}`, timeout: 0, fileMustExist: true });
  return {
    provider: stock.provider,
    adapterName: stock.adapterName,
    connect: async () => {
      const writer = await stock.connect();
      await withPatience(() => writer.executeScript("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL;"));
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
    queryRaw: (query) => (isRead(query) ? withPatience(() => reader.queryRaw(query)) : gate.run(() => withPatience(() => writer.queryRaw(query)))),
    executeRaw: (query) => gate.run(() => withPatience(() => writer.executeRaw(query))),
    executeScript: (script) => gate.run(() => writer.executeScript(script)),
    startTransaction: async () => {
      const leave = await gate.enter();
      try {
        await withPatience(() => writer.executeScript("BEGIN IMMEDIATE"));
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

/** Do it again while another process has the database, for BUSY_TIMEOUT_MS. What SQLite refuses as busy has changed nothing. */
async function withPatience<T>(work: () => Promise<T>): Promise<T> {
  const untilMs = systemClock.nowMs() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || systemClock.nowMs() > untilMs) throw error;
    }
    await new Promise<void>((resolve) => systemClock.setTimer(TRY_AGAIN_MS, resolve));
  }
}

/** The adapter's word for SQLITE_BUSY is a timeout. */
const isBusy = (error: unknown): boolean => isDriverAdapterError(error) && error.cause.kind === "SocketTimeout";
