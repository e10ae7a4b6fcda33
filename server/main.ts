/**
 * The composition root: the only file that sees every part. It reads the settings, puts the parts together, listens, and ends in order.
 */
import { createHmac, randomBytes } from "node:crypto";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { ServerBuild } from "@remix-run/node";
import { isAppError } from "#core/errors";
import { SECOND_MS } from "#core/time";
import { DEMO_PASSWORD, DEMO_PEOPLE, seedDemo } from "../prisma/seed/index.ts";
import { hashPassword } from "./auth/passwords.ts";
import { sessionCookieName } from "./auth/session-cookie.ts";
import { ConfigError, isBehindProxy, parseConfig, type Config } from "./config.ts";
import { makeHttpServer, staticFiles, type Pages } from "./http/make-http-server.ts";
import { startJobs } from "./jobs/start-jobs.ts";
import { systemClock } from "./observe/clock.ts";
import { makeCollect, makeGiveBack } from "./observe/give-back.ts";
import { makeLog, type Log } from "./observe/log.ts";
import { makeMetrics } from "./observe/metrics.ts";
import { makeShutdown } from "./observe/shutdown.ts";
import { makeDocumentAccess } from "./services/document-access.ts";
import { makeServices } from "./services/make-services.ts";
import type { Stores } from "./stores/contract.ts";
import { migrateDatabase } from "./stores/migrate.ts";
import { openStores } from "./stores/open.ts";
import { makeDatabaseWhole } from "./stores/make-whole.ts";
import { putStagedInPlace } from "./stores/restore.ts";
import { serveDatabase } from "./stores/serving.ts";
import { makeHub } from "./sync/hub.ts";
import { warmUp } from "./sync/warm-up.ts";
import { makeTurns } from "./sync/turns.ts";
import { makeSyncServer } from "./sync/ws-adapter.ts";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const SHUTDOWN_LIMIT_MS = 9 * SECOND_MS;
const random = (count: number): Uint8Array => randomBytes(count);

/** The finished pages, or Vite's while developing. */
async function loadPages(config: Config, httpServer: Server): Promise<Pages> {
  if (config.dev) {
    const vite = await import("vite");
    const devServer = await vite.createServer({ root, server: { middlewareMode: true, hmr: { server: httpServer } } });
    return {
      assets: devServer.middlewares,
      build: async () => (await devServer.ssrLoadModule("virtual:remix/server-build")) as unknown as ServerBuild,
    };
  }
  const build = (await import(pathToFileURL(join(root, "build/server/index.js")).href)) as ServerBuild;
  return { assets: staticFiles(join(root, "build/client")), build };
}

/**
 * Make the demo world when nobody is in the database yet: beside it, and put in its place when whole, so that a start that was cut off
 * leaves no half of it. Refuses a database that other people live in.
 */
async function prepareDemo(config: Config, logger: Log): Promise<void> {
  const { databaseUrl } = config;
  const people = await countPeople(databaseUrl, logger);
  if (people.all === 0) {
    console.log("         Making the demo world …");
    await makeDatabaseWhole(databaseUrl, async (making) => {
      await withStores(making, logger, async (stores) => seedDemo({ stores, hashPassword, clock: systemClock, random }));
    });
    return;
  }
  if (people.ofDemo === 0 || (config.production && people.all > people.ofDemo)) {
    throw new ConfigError(
      "The database for --demo",
      databaseUrl,
      "one of its own: it already holds other people. Start without --demo, or give the demo another DATA_DIR",
    );
  }
  logger.debug({ people: people.all }, "demo world is there");
}

const countPeople = (databaseUrl: string, logger: Log): Promise<{ all: number; ofDemo: number }> =>
  withStores(databaseUrl, logger, async ({ people }) => {
    const ofDemo = await Promise.all(DEMO_PEOPLE.map(async ({ email }) => people.findPersonByEmail(email)));
    return { all: await people.countPeople(), ofDemo: ofDemo.filter((person) => person !== null).length };
  });

/** Bring a database up to date and use it for a moment. */
async function withStores<T>(databaseUrl: string, logger: Log, work: (stores: Stores) => Promise<T>): Promise<T> {
  await migrateDatabase({ databaseUrl, log: logger });
  const stores = await openStores({ databaseUrl, clock: systemClock, logger });
  try {
    return await work(stores);
  } finally {
    await stores.close();
  }
}

async function main(): Promise<void> {
  const config = parseConfig(process.env, process.argv.slice(2), random);
  // React and Remix choose their build by this; what the person said is in `config.production`.
  process.env["NODE_ENV"] = config.dev ? "development" : "production";
  const logger = makeLog({ level: config.logLevel });
  const letDatabaseGo = await serveDatabase({
    databaseUrl: config.databaseUrl,
    onWait: () => console.log("         Another Bansho still uses this database; waiting for it to end …"),
  });
  const restored = await putStagedInPlace(config.databaseUrl);
  if (restored !== null) {
    console.log("         A backup was put in place of the database, as asked for.");
    if (restored.keptAs !== null) console.log(`         What was there before is kept as ${restored.keptAs}`);
  }
  if (config.demo) await prepareDemo(config, logger);
  const { applied } = await migrateDatabase({ databaseUrl: config.databaseUrl, log: logger });
  if (applied.length > 0) logger.debug({ applied }, "migrated");
  const stores = await openStores({ databaseUrl: config.databaseUrl, clock: systemClock, logger });

  let port = config.port;
  const publicUrl = (): string => config.publicUrl ?? `http://localhost:${port}`;
  const publicOrigins = (): readonly string[] =>
    config.publicUrl === null ? [`http://localhost:${port}`, `http://127.0.0.1:${port}`, `http://[::1]:${port}`] : [config.publicUrl];
  const https = publicUrl().startsWith("https:");
  // Derived, not random, so that the link printed before a restart still works after it.
  const setupToken = createHmac("sha256", config.sessionSecret).update("setup link").digest("base64url");

  /** Pages and files that are being made just now. */
  const requests = { active: 0 };
  const access = makeDocumentAccess({ stores, clock: systemClock, secureCookies: https });
  const hub = makeHub({ log: stores.log, clock: systemClock, logger, authorise: access.authorise, turns: makeTurns(() => requests.active > 0) });
  hub.onUnloaded(makeGiveBack({ clock: systemClock, isBusy: () => hub.isBusy(), collect: makeCollect() }));
  const sync = makeSyncServer({ hub, logger, clock: systemClock, publicOrigins, authenticate: access.authenticate });
  const jobs = startJobs({ stores, hub, clock: systemClock, logger, random });
  const servicesFor = makeServices({
    stores,
    hub,
    clock: systemClock,
    logger,
    random,
    publicUrl,
    secureCookies: https,
    setupToken: () => setupToken,
    startedAtMs: systemClock.nowMs(),
  });
  const { server, mount } = makeHttpServer({
    demo: config.demo,
    dev: config.dev,
    trustedProxies: config.trustedProxies,
    publicOrigins,
    https,
    random,
    clock: systemClock,
    logger,
    checkReady: stores.check,
    metrics: makeMetrics(hub),
    metricsAccess: { token: config.metricsToken, isBehindProxy: isBehindProxy(config) },
    servicesFor,
    handleUpgrade: sync.handleUpgrade,
  });
  server.on("request", (_request, response) => {
    requests.active += 1;
    response.once("close", () => void (requests.active -= 1));
  });
  mount(await loadPages(config, server));
  const warmed = warmUp(systemClock);
  // The same for the door: nobody has this session.
  await access.authenticate(`${sessionCookieName(https)}=${Buffer.from(random(32)).toString("base64url")}`);
  logger.debug({ warmed }, "warmed up");

  const shutdown = makeShutdown({
    limitMs: SHUTDOWN_LIMIT_MS,
    clock: systemClock,
    logger,
    exit: (code) => process.exit(code),
    steps: [
      { name: "stop accepting", run: () => void server.close() },
      { name: "tell sockets to reconnect and flush", run: sync.close },
      { name: "finish jobs", run: jobs.close },
      { name: "flush documents", run: hub.close },
      { name: "close connections", run: () => server.closeAllConnections() },
      { name: "close the database", run: stores.close },
      { name: "let the database go", run: letDatabaseGo },
    ],
  });
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => void shutdown({ why: signal }));
  if (config.supervised) process.stdin.on("end", () => void shutdown({ why: "whoever started it is gone" })).resume();
  // A bug somewhere: say so, save what is there, and let whoever watches start a new process.
  process.on("uncaughtException", (err) => {
    logger.error({ err }, "uncaught exception");
    void shutdown({ why: "uncaughtException", fault: true });
  });
  // One request's stray promise does not end everybody's work; what must not be lost is awaited by those who promise it.
  process.on("unhandledRejection", (err) => logger.error({ err }, "unhandled rejection"));

  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(config.port, config.host, () => done());
  });
  port = (server.address() as AddressInfo).port;
  logger.debug({ port, host: config.host, databaseUrl: config.databaseUrl }, "listening");
  // What a kill kept from the lists, told from the documents; nobody waits for it.
  jobs.catchUpProjections().catch((err: unknown) => logger.error({ err }, "the lists could not be brought up to date"));
  console.log(
    greeting({ config, url: publicUrl(), setupLink: (await stores.people.countPeople()) === 0 ? `${publicUrl()}/setup?token=${setupToken}` : null }),
  );
}

function greeting(options: { config: Config; url: string; setupLink: string | null }): string {
  const { config, url, setupLink } = options;
  const lines = ["", `Bansho is ready at ${url}`];
  if (setupLink !== null) lines.push("", "Nobody is here yet. Open this link once to make your organisation and your account:", `  ${setupLink}`);
  if (config.demo) {
    lines.push("", `Demo: everything in it is made up. Sign in with any of these, password ${DEMO_PASSWORD}`);
    for (const person of DEMO_PEOPLE) lines.push(`  ${person.email.padEnd(26)} ${person.name}, ${person.words}`);
  }
  return `${lines.join("\n")}\n`;
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) console.error(`Bansho cannot start. ${error.message}`);
  else if (isAppError(error) && error.code === "conflict") console.error(`Bansho cannot start. ${error.message}`);
  else if (error instanceof Error && "code" in error && error.code === "EADDRINUSE")
    console.error("Bansho cannot start. PORT is in use by another program: stop that one, or set PORT to another number.");
  else console.error("Bansho cannot start.", error);
  process.exit(1);
});
