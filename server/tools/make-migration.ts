/**
 * Writes the next migration from what prisma/schema.prisma says and the migrations do not yet:
 * `npm exec node server/tools/make-migration.ts add-comments`. Read the SQL before you commit it; once landed it is never edited.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { diffMigrations } from "../stores/sqlite/migration-diff.ts";
import { MIGRATIONS } from "../stores/sqlite/migration-files.ts";

const [name] = process.argv.slice(2);
if (name === undefined || !/^[a-z][a-z0-9-]*$/.test(name)) {
  console.error("Give the migration a name in kebab-case: make-migration.ts add-comments");
  process.exitCode = 1;
} else {
  const sql = await diffMigrations();
  if (sql === null) {
    console.log("The migrations already say what the schema says: nothing to write.");
  } else {
    const stamp = new Date().toISOString().replaceAll(/\D/g, "").slice(0, 14);
    const folder = join(MIGRATIONS, `${stamp}_${name.replaceAll("-", "_")}`);
    await mkdir(folder);
    await writeFile(join(folder, "migration.sql"), sql.endsWith("\n") ? sql : `${sql}\n`);
    console.log(`Wrote ${folder}/migration.sql`);
  }
}
