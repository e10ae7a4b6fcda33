/** The power goes while a new installation is being made. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { cleanEnv, startServer } from "../support/server.ts";

/** Rows of a table in a database that is being made; 0 while there is none. */
function countRows(path: string, table: string): number {
  if (!existsSync(path)) return 0;
  try {
    const database = new Database(path, { readonly: true, timeout: 0 });
    try {
      return database.prepare<[], { rows: number }>(`SELECT COUNT(*) AS "rows" FROM "${table}"`).get()?.rows ?? 0;
    } finally {
      database.close();
    }
  } catch {
    // Not yet a database, or in other hands at this moment: asked again.
    return 0;
  }
}

test.each(["Person", "Lesson", "Version"])(
  "kill -9 after the first %s of the demo: the next start has the whole demo",
  { timeout: 60_000 },
  async (table) => {
    const dataDir = await mkdtemp(join(tmpdir(), "bansho-test-"));
    try {
      const child = spawn(process.execPath, ["server/main.ts", "--demo"], { env: cleanEnv({ DATA_DIR: dataDir, PORT: "0" }), stdio: "ignore" });
      const gone = new Promise((done) => child.once("exit", done));
      const isBegun = (): boolean => ["bansho.db", "bansho.db.making"].some((name) => countRows(join(dataDir, name), table) > 0);
      while (!isBegun()) await new Promise((next) => setImmediate(next));
      child.kill("SIGKILL");
      await gone;
      const server = await startServer({ demo: true, dataDir });
      await server.stop();
      const rows = ["Person", "Lesson", "Version", "LessonGrant"].map((name) => countRows(join(dataDir, "bansho.db"), name));
      expect(rows).toEqual([8, 4, 9, 1]);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  },
);
