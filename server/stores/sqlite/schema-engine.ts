/**
 * Prisma's schema engine as WebAssembly: it writes migrations and applies them, keeping `_prisma_migrations` as the ordinary
 * `prisma migrate deploy` does. Loaded only when there is something to do, since loading takes most of a second.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3";
import { bindMigrationAwareSqlAdapterFactory, type SqlDriverAdapter, type SqlMigrationAwareDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import type { SchemaEngine, SchemasContainer } from "@prisma/schema-engine-wasm";
import type * as SchemaEngineBindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import { assert } from "#core/errors";

/** All tables and enums are ours. */
export const NO_FILTERS = { externalTables: [], externalEnums: [] };

type Bindings = typeof SchemaEngineBindings;

/** The bindings keep views on one WebAssembly memory: they can be started once in a process, and then carry any number of engines. */
const startedBindings = new WeakMap<Bindings, Promise<void>>();

/** The engine, and the end of it: closing frees its memory and its connections, so that nothing stays in a write-ahead log. */
export type LoadedEngine = { readonly engine: SchemaEngine; readonly close: () => Promise<void> };

/**
 * Load the engine over one database.
 *
 * @param databasePath path of the SQLite file, or ":memory:"
 * @param schemas the Prisma schema files
 */
export async function loadSchemaEngine(databasePath: string, schemas: SchemasContainer): Promise<LoadedEngine> {
  const bindings = await import("@prisma/schema-engine-wasm/schema_engine_bg");
  const started = startedBindings.get(bindings) ?? startBindings(bindings);
  startedBindings.set(bindings, started);
  await started;

  const connections: SqlDriverAdapter[] = [];
  const factory = bindMigrationAwareSqlAdapterFactory(withScripts(new PrismaBetterSqlite3({ url: `file:${databasePath}` }), connections));
  const engine = await bindings.SchemaEngine.new(
    { datamodels: schemas.files.map((file) => [file.path, file.content]) },
    // The engine tells of each query here; what goes wrong it throws.
    () => undefined,
    factory,
  );
  const close = async () => {
    engine.free();
    for (const connection of connections) await connection.dispose();
  };
  return { engine, close };
}

/** The package's own entry wants a bundler that imports `.wasm`; Node does by hand what that would do. */
async function startBindings(bindings: Bindings): Promise<void> {
  const path = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const { instance } = await WebAssembly.instantiate(await readFile(path.replace(/\.js$/, ".wasm")), { "./schema_engine_bg.js": bindings });
  bindings.__wbg_set_wasm(instance.exports);
  const start = instance.exports["__wbindgen_start"];
  assert(typeof start === "function", "the schema engine has a start function");
  start();
}

/**
 * The engine runs a whole migration as one command, where better-sqlite3 wants one statement: without arguments it is a script.
 * @param connections where each connection that is made is put down, to be closed
 */
function withScripts(factory: SqlMigrationAwareDriverAdapterFactory, connections: SqlDriverAdapter[]): SqlMigrationAwareDriverAdapterFactory {
  const wrap = (adapter: SqlDriverAdapter): SqlDriverAdapter => {
    connections.push(adapter);
    return {
      provider: adapter.provider,
      adapterName: adapter.adapterName,
      queryRaw: (query) => adapter.queryRaw(query),
      executeRaw: async (query) => {
        if (query.args.length > 0) return adapter.executeRaw(query);
        await adapter.executeScript(query.sql);
        return 0;
      },
      executeScript: (script) => adapter.executeScript(script),
      startTransaction: (isolationLevel) => adapter.startTransaction(isolationLevel),
      dispose: () => adapter.dispose(),
    };
  };
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => wrap(await factory.connect()),
    connectToShadowDb: async () => wrap(await factory.connectToShadowDb()),
  };
}
