/**
 * For operators: a one-time link with which somebody chooses a new password, when no administrator may give them one (they belong to two
 * organisations, or are the only administrator themselves): `node_modules/.bin/node server/tools/reset-link.ts EMAIL [--demo]`, with the
 * settings the server has (DATA_DIR, PUBLIC_URL). Works beside the running server. Who can run it can read the database anyway.
 */
import { randomBytes } from "node:crypto";
import { AppError } from "#core/errors";
import { LIMITS } from "#core/limits";
import { HOUR_MS } from "#core/time";
import { hashToken, makeToken } from "../auth/tokens.ts";
import { ConfigError, parseConfig } from "../config.ts";
import { systemClock } from "../observe/clock.ts";
import { makeLog } from "../observe/log.ts";
import { openStores } from "../stores/open.ts";

async function main(): Promise<void> {
  const [email, ...args] = process.argv.slice(2);
  if (email === undefined || !email.includes("@")) throw new ConfigError("The command line", email, "an e-mail address, then --demo or nothing");
  const random = (count: number): Uint8Array => randomBytes(count);
  const config = parseConfig(process.env, args, random);
  const stores = await openStores({ databaseUrl: config.databaseUrl, clock: systemClock, logger: makeLog({ level: "silent" }) });
  try {
    const person = await stores.people.findPersonByEmail(email.trim().toLowerCase());
    if (person === null) throw new AppError("not-found", { message: `Nobody here has the e-mail address ${email}.` });
    const token = makeToken(random);
    const nowMs = systemClock.nowMs();
    await stores.people.createReset({
      tokenHash: hashToken(token),
      personId: person.id,
      createdById: person.id,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + LIMITS.resetHours * HOUR_MS,
    });
    console.log(`With this link ${person.name} chooses a new password. It works once, for ${LIMITS.resetHours} hours:`);
    console.log(`  ${config.publicUrl ?? `http://localhost:${config.port}`}/reset/${token}`);
  } finally {
    await stores.close();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
