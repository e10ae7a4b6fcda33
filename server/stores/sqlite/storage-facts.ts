/** What a database takes on disk, and how much its document log holds. */
import { stat } from "node:fs/promises";
import type { StorageFacts } from "../contract.ts";
import type { Database } from "../prisma/client.ts";

/** Counts rows by their index: some milliseconds for a large log. For people who look, not for the hot path. */
export async function readStorageFacts(database: Database, path: string): Promise<StorageFacts> {
  const [counted] = await database.$queryRaw<{ documents: bigint; updates: bigint }[]>`
    SELECT (SELECT count(*) FROM (SELECT "document" FROM "DocumentSnapshot" UNION SELECT "document" FROM "DocumentUpdate")) AS "documents",
           (SELECT count(*) FROM "DocumentUpdate") AS "updates"`;
  const [databaseBytes, logBytes] = await Promise.all([sizeOf(path), sizeOf(`${path}-wal`)]);
  return { databaseBytes, logBytes, documents: Number(counted?.documents ?? 0), updates: Number(counted?.updates ?? 0) };
}

/** 0 when there is no such file: the write-ahead log comes and goes. */
const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return 0;
      throw error;
    },
  );
