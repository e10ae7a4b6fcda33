/**
 * What stands in prisma/: the schema and the migrations, oldest first. A migration is never edited once it has landed.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { MigrationList, SchemasContainer } from "@prisma/schema-engine-wasm";

const PRISMA = fileURLToPath(new URL("../../../prisma/", import.meta.url));

/** Where migrations are kept. */
export const MIGRATIONS = join(PRISMA, "migrations");

const LOCKFILE = "migration_lock.toml";

export type Migration = { readonly name: string; readonly sql: string };

/** Names of all migrations, oldest first. */
export async function listMigrationNames(): Promise<readonly string[]> {
  const entries = await readdir(MIGRATIONS, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** All migrations with their SQL, oldest first. */
export async function readMigrations(): Promise<readonly Migration[]> {
  const names = await listMigrationNames();
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(join(MIGRATIONS, name, "migration.sql"), "utf8") })));
}

/** The migrations as the schema engine takes them. */
export async function readMigrationList(): Promise<MigrationList> {
  return {
    baseDir: MIGRATIONS,
    lockfile: { path: LOCKFILE, content: await readFile(join(MIGRATIONS, LOCKFILE), "utf8") },
    shadowDbInitScript: "",
    migrationDirectories: (await readMigrations()).map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: "migration.sql", content: { tag: "ok", value: sql } },
    })),
  };
}

/** The schema as the schema engine takes it. */
export async function readSchema(): Promise<SchemasContainer> {
  return { files: [{ path: "schema.prisma", content: await readFile(join(PRISMA, "schema.prisma"), "utf8") }] };
}
