/**
 * Fill a fresh DATA_DIR with a world for load tests.
 *
 *   DATA_DIR=… node tests/load/world.ts --lessons N --people M [--bare] --out FILE
 *
 * Every person may edit every lesson. FILE gets `{ documents: string[], cookies: string[] }`: names for the socket
 * (`/sync/<name>`) and ready `Cookie` header values, one a person.
 */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { seedLoadWorld } from "../../prisma/seed/load-world.ts";
import { parseConfig } from "../../server/config.ts";
import { systemClock } from "../../server/observe/clock.ts";
import { makeLog } from "../../server/observe/log.ts";
import { sessionCookieName } from "../../server/auth/session-cookie.ts";
import { migrateDatabase } from "../../server/stores/migrate.ts";
import { openStores } from "../../server/stores/open.ts";

const random = (count: number): Uint8Array => randomBytes(count);

function readCount(name: string, got: string | undefined): number {
  if (got === undefined || !/^[1-9]\d{0,5}$/.test(got))
    throw new Error(`--${name} is ${got ?? "not given"}, but must be a whole number from 1 to 999999.`);
  return Number(got);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { bare: { type: "boolean", default: false }, lessons: { type: "string" }, people: { type: "string" }, out: { type: "string" } },
  });
  const lessons = readCount("lessons", values.lessons);
  const people = readCount("people", values.people);
  if (values.out === undefined) throw new Error("--out is not given, but must be the file to write.");
  const config = parseConfig(process.env, [], random);
  const logger = makeLog({ level: "warn" });
  await migrateDatabase({ databaseUrl: config.databaseUrl, log: logger });
  const stores = await openStores({ databaseUrl: config.databaseUrl, clock: systemClock, logger });
  try {
    if ((await stores.people.countPeople()) > 0) throw new Error(`DATA_DIR ${config.dataDir} already holds people; give a fresh one.`);
    const world = await seedLoadWorld({ stores, lessons, people, bare: values.bare, clock: systemClock, random });
    const name = sessionCookieName(config.publicUrl?.startsWith("https:") ?? false);
    writeFileSync(
      values.out,
      JSON.stringify({ documents: world.documents, cookies: world.people.map((person) => `${name}=${person.sessionToken}`) }),
    );
    console.log(`${world.documents.length} lessons and ${world.people.length} people in ${config.dataDir}; names and cookies in ${values.out}`);
  } finally {
    await stores.close();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
