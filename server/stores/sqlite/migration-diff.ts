/**
 * What the schema says and the migrations do not. Empty when they agree: a test keeps it so, and server/tools/make-migration.ts
 * writes the next migration from it.
 */
import { readMigrationList, readSchema } from "./migration-files.ts";
import { loadSchemaEngine, NO_FILTERS } from "./schema-engine.ts";

/** @returns the SQL that takes a migrated database to the schema as it stands; null when it is there already */
export async function diffMigrations(): Promise<string | null> {
  const schema = await readSchema();
  const { engine, close } = await loadSchemaEngine(":memory:", schema);
  try {
    const { stdout } = await engine.diff({
      from: { tag: "migrations", ...(await readMigrationList()) },
      to: { tag: "schemaDatamodel", ...schema },
      script: true,
      exitCode: false,
      filters: NO_FILTERS,
    });
    return stdout === null || stdout.trim() === "" || stdout.trim() === "-- This is an empty migration." ? null : stdout;
  } finally {
    await close();
  }
}
