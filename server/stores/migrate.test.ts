import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, it, onTestFinished } from "vitest";
import { systemClock } from "../observe/clock.ts";
import { makeLog } from "../observe/log.ts";
import { migrateDatabase } from "./migrate.ts";
import { openStores } from "./open.ts";
import { diffMigrations } from "./sqlite/migration-diff.ts";
import { listMigrationNames } from "./sqlite/migration-files.ts";

const log = makeLog({ level: "silent" });

async function newPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bansho-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "data", "bansho.db");
}

it("[ST9] schema.prisma and the migrations say the same (else: node server/tools/make-migration.ts <name>)", async () => {
  expect(await diffMigrations()).toBeNull();
});

it("[ST9] a new database gets all migrations, an up-to-date one none", async () => {
  const databaseUrl = `file:${await newPath()}`;
  expect(await migrateDatabase({ databaseUrl, log })).toEqual({ applied: await listMigrationNames() });
  expect(await migrateDatabase({ databaseUrl, log })).toEqual({ applied: [] });
  const stores = await openStores({ databaseUrl, clock: systemClock, logger: log });
  await stores.check();
  await stores.close();
});

it("[ST9] processes that start at once migrate once", async () => {
  const path = await newPath();
  const code = `
    const { migrateDatabase } = await import(${JSON.stringify(new URL("./migrate.ts", import.meta.url).href)});
    const quiet = () => {};
    const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
    const done = await Promise.all([1, 2].map(() => migrateDatabase({ databaseUrl: ${JSON.stringify(`file:${path}`)}, log })));
    process.stdout.write(JSON.stringify(done.map(({ applied }) => applied.length)));`;
  const start = () =>
    new Promise<number[]>((resolve, reject) => {
      const child = spawn(process.execPath, ["--input-type=module", "--eval", code], { stdio: ["ignore", "pipe", "inherit"] });
      let said = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
      child.on("close", (status) => (status === 0 ? resolve(JSON.parse(said) as number[]) : reject(new Error(`exit code ${status}`))));
    });
  const counts = (await Promise.all([start(), start(), start()])).flat();
  expect(counts.toSorted((a, b) => b - a)).toEqual([(await listMigrationNames()).length, 0, 0, 0, 0, 0]);
  const database = new Database(path, { readonly: true });
  expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
  database.close();
});

it("[ST9] a migration that did not finish stops every later start", async () => {
  const path = await newPath();
  await migrateDatabase({ databaseUrl: `file:${path}`, log });
  const database = new Database(path);
  database.exec("UPDATE _prisma_migrations SET finished_at = NULL");
  database.close();
  await expect(migrateDatabase({ databaseUrl: `file:${path}`, log })).rejects.toMatchObject({ code: "P3009" });
  await expect(openStores({ databaseUrl: `file:${path}`, clock: systemClock, logger: log })).rejects.toMatchObject({ code: "unavailable" });
});

it("stores do not open on a database that is not there or was never migrated", async () => {
  const path = await newPath();
  await expect(openStores({ databaseUrl: `file:${path}`, clock: systemClock, logger: log })).rejects.toMatchObject({ code: "unavailable" });
});
