/** Real stores for tests: SQLite in a folder of their own, gone afterwards. */
import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { Clock } from "#core/time";
import { systemClock } from "../../server/observe/clock.ts";
import { makeLog, type Log } from "../../server/observe/log.ts";
import type { Stores } from "../../server/stores/contract.ts";
import { migrateDatabase } from "../../server/stores/migrate.ts";
import { openStores } from "../../server/stores/open.ts";
import { readMigrations } from "../../server/stores/sqlite/migration-files.ts";

const quiet = makeLog({ level: "silent" });

export type TestDatabase = { readonly databaseUrl: string; readonly dispose: () => Promise<void> };
export type TestStores = TestDatabase & { readonly stores: Stores };

/** An empty, migrated database in a temporary folder. `dispose` deletes it. */
export async function makeTestDatabase(): Promise<TestDatabase> {
  const template = await migratedTemplate();
  const folder = await mkdtemp(join(tmpdir(), "bansho-test-"));
  const path = join(folder, "test.db");
  await copyFile(template, path);
  return { databaseUrl: `file:${path}`, dispose: () => rm(folder, { recursive: true, force: true }) };
}

/** Open stores on an empty database. `dispose` closes them and deletes it. */
export async function openTestStores(options: { clock?: Clock; logger?: Log } = {}): Promise<TestStores> {
  const database = await makeTestDatabase();
  const stores = await openStores({ databaseUrl: database.databaseUrl, clock: options.clock ?? systemClock, logger: options.logger ?? quiet });
  const dispose = async () => {
    await stores.close();
    await database.dispose();
  };
  return { stores, databaseUrl: database.databaseUrl, dispose };
}

/** One migrated file for each state of the migrations, made by the first test that asks and copied by all. */
async function migratedTemplate(): Promise<string> {
  const hash = createHash("sha256")
    .update(JSON.stringify(await readMigrations()))
    .digest("hex")
    .slice(0, 16);
  const folder = join(tmpdir(), `bansho-test-templates-${userInfo().uid}`);
  const path = join(folder, `${hash}.db`);
  if (await isThere(path)) return path;
  await mkdir(folder, { recursive: true });
  const making = await mkdtemp(join(folder, "making-"));
  const fresh = join(making, "fresh.db");
  await migrateDatabase({ databaseUrl: `file:${fresh}`, log: quiet });
  // Rename is all or nothing: who looks meanwhile finds no template or a whole one.
  await rename(fresh, path);
  await rm(making, { recursive: true, force: true });
  return path;
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
