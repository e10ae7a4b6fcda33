/** What the wrapped adapter cures: ST8. */
import Database from "better-sqlite3";
import { expect, it, onTestFinished } from "vitest";
import { makeTestDatabase } from "../../../tests/support/stores.ts";
import { systemClock } from "../../observe/clock.ts";
import { makeLog } from "../../observe/log.ts";
import { databasePath } from "../sqlite/database-path.ts";
import { openDocumentLog } from "../sqlite/document-log.ts";
import { makeWriteGate } from "../sqlite/write-gate.ts";
import { makeClient } from "./client.ts";
import { makeRateLimits } from "./rate-limits.ts";
import { makeSqliteAdapter } from "./sqlite-adapter.ts";

async function open() {
  const { databaseUrl, dispose } = await makeTestDatabase();
  onTestFinished(dispose);
  const path = databasePath(databaseUrl);
  const gate = makeWriteGate();
  const prisma = makeClient(makeSqliteAdapter(path, gate));
  onTestFinished(() => prisma.$disconnect());
  return { path, gate, prisma };
}

const organisation = (id: string) => ({ data: { id, name: id, kind: "school", createdAtMs: 1n }, select: { id: true } }) as const;

it("[ST8] a write of one request is not lost when another's transaction rolls back", async () => {
  const { prisma } = await open();
  const outside: Promise<unknown>[] = [];
  const failed = prisma.$transaction(async (tx) => {
    await tx.organisation.create(organisation("inside"));
    outside.push(prisma.organisation.create(organisation("outside")).then((row) => row.id));
    await tx.organisation.count();
    throw new Error("rolled back on purpose");
  });
  await expect(failed).rejects.toThrow("on purpose");
  expect(await Promise.all(outside)).toEqual(["outside"]);
  const rows = await prisma.organisation.findMany({ select: { id: true } });
  expect(rows.map((row) => row.id)).toEqual(["outside"]);
});

it("[ST8] a transaction that reads before it writes is not upset by a commit in between", async () => {
  const { path, gate, prisma } = await open();
  const log = openDocumentLog({ path, busyTimeoutMs: 5_000, gate, clock: systemClock, logger: makeLog({ level: "silent" }) });
  onTestFinished(() => log.close());
  const appending = Array.from({ length: 40 }, () => log.append([{ document: "lesson/a", update: new Uint8Array(9), personId: null, atMs: 1 }]));
  const counting = Array.from({ length: 10 }, (_, n) =>
    prisma.$transaction(async (tx) => {
      const before = await tx.organisation.count();
      await tx.organisation.create(organisation(`o${n}`));
      return before;
    }),
  );
  await Promise.all(appending);
  expect((await Promise.all(counting)).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

it("[ST8] what failed gives its turn back", async () => {
  const { prisma } = await open();
  await prisma.organisation.create(organisation("o"));
  await expect(prisma.organisation.create(organisation("o"))).rejects.toMatchObject({ code: "P2002" });
  await expect(
    prisma.$transaction([prisma.organisation.create(organisation("p")), prisma.organisation.create(organisation("o"))]),
  ).rejects.toMatchObject({
    code: "P2002",
  });
  await prisma.organisation.create(organisation("q"));
  expect(await prisma.organisation.count()).toBe(2);
});

it("[ST8] while another process holds the lock, writes wait and the server goes on", async () => {
  const { path, prisma } = await open();
  const other = new Database(path);
  onTestFinished(() => void other.close());
  other.exec("BEGIN IMMEDIATE");
  let isDone = false;
  const writing = prisma.organisation.create(organisation("o")).then(() => (isDone = true));
  const changing = prisma.$transaction(async (tx) => tx.organisation.create(organisation("p")));
  // Each turn of the event loop that comes round is one that a sleep inside SQLite would have taken.
  for (let turn = 0; turn < 50; turn++) await new Promise((next) => setImmediate(next));
  expect(await prisma.organisation.count()).toBe(0);
  expect(isDone).toBe(false);
  other.exec("COMMIT");
  await Promise.all([writing, changing]);
  expect(await prisma.organisation.count()).toBe(2);
});

it('a full disk is "unavailable", not a bug', async () => {
  const { prisma } = await open();
  const limits = makeRateLimits(prisma).make({ name: "x", tries: 3, windowMs: 60_000 });
  await limits.take("before");
  const [row] = await prisma.$queryRawUnsafe<{ page_count: bigint }[]>("PRAGMA page_count");
  await prisma.$queryRawUnsafe(`PRAGMA max_page_count = ${Number(row?.page_count)}`);
  const filling = async (): Promise<void> => {
    for (let n = 0; n < 1_000; n++) await limits.take(`${n} ${"long ".repeat(800)}`);
  };
  await expect(filling()).rejects.toMatchObject({ code: "unavailable" });
});

it("foreign keys are kept, and statements wait for the disk", async () => {
  const { prisma } = await open();
  const team = { id: "t", organisationId: "nobody", name: "Maths", createdAtMs: 1n };
  await expect(prisma.team.create({ data: team, select: { id: true } })).rejects.toMatchObject({ code: "P2003" });
  const [row] = await prisma.$queryRawUnsafe<{ synchronous: bigint }[]>("PRAGMA synchronous");
  expect(Number(row?.synchronous)).toBe(2);
});
