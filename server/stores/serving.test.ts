import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { systemClock } from "../observe/clock.ts";
import { makeLog } from "../observe/log.ts";
import { makeDatabaseWhole } from "./make-whole.ts";
import { migrateDatabase } from "./migrate.ts";
import { openStores } from "./open.ts";
import { serveDatabase } from "./serving.ts";

const log = makeLog({ level: "silent" });

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bansho-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

it("[ST16] a database has one server; the next one waits until it ends", async () => {
  const databaseUrl = `file:${join(await newFolder(), "data", "bansho.db")}`;
  const letGo = await serveDatabase({ databaseUrl });
  await expect(serveDatabase({ databaseUrl, patienceMs: 0 })).rejects.toMatchObject({ code: "conflict" });
  let waits = 0;
  const onWait = () => {
    waits += 1;
    letGo();
  };
  (await serveDatabase({ databaseUrl, onWait }))();
  expect(waits).toBe(1);
});

it("[ST17] a database that is made whole is there when all of it is, and leaves nothing beside it", async () => {
  const folder = await newFolder();
  const databaseUrl = `file:${join(folder, "bansho.db")}`;
  const fill = async (making: string): Promise<void> => {
    await migrateDatabase({ databaseUrl: making, log });
    const stores = await openStores({ databaseUrl: making, clock: systemClock, logger: log });
    await stores.log.append([{ document: "lesson/a", update: new Uint8Array([0, 0]), personId: null, atMs: 1 }]);
    await stores.close();
  };
  await expect(
    makeDatabaseWhole(databaseUrl, async (making) => {
      await fill(making);
      throw new Error("cut off");
    }),
  ).rejects.toThrow("cut off");
  expect(await readdir(folder)).not.toContain("bansho.db");
  await makeDatabaseWhole(databaseUrl, fill);
  expect(await readdir(folder)).toEqual(["bansho.db"]);
  const stores = await openStores({ databaseUrl, clock: systemClock, logger: log });
  expect((await stores.log.load("lesson/a")).updates).toHaveLength(1);
  await stores.close();
});
