/**
 * For operators: `npm run restore -- FILE` puts a backup in the place of the database, while Bansho runs or not, with the settings the server
 * has; `--cancel` takes one away that waits for the next start; `--demo` for the demo's database. The present database is always kept.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { isAppError } from "#core/errors";
import { sizeWords } from "#core/size";
import { stat } from "node:fs/promises";
import { ConfigError } from "../config.ts";
import { systemClock } from "../observe/clock.ts";
import { cancelRestore, putStagedInPlace, stageRestore } from "../stores/restore.ts";
import { serveDatabase } from "../stores/serving.ts";
import { nameSome, readSettings, runTool } from "./operator.ts";

await runTool(async () => {
  const { values, positionals } = parseArgs({
    options: { cancel: { type: "boolean", default: false }, demo: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [file, ...more] = positionals;
  if (more.length > 0 || (file === undefined) !== values.cancel)
    throw new ConfigError("The command line", positionals.join(" "), "the file of a backup, or --cancel");
  const { databaseUrl } = readSettings({ demo: values.demo });
  return file === undefined ? cancel(databaseUrl) : restore(databaseUrl, resolve(file));
});

async function restore(databaseUrl: string, file: string): Promise<number> {
  const staged = await stageRestore({ databaseUrl, file, clock: systemClock });
  const { check } = staged;
  console.log(`${file} is sound: ${sizeWords((await stat(staged.path)).size)}, ${check.documents} documents.`);
  if (check.damagedDocuments.length > 0) console.error(`These documents in it cannot be read whole: ${nameSome(check.damagedDocuments)}.`);
  if (check.missingMigrations.length > 0) console.log("It is of an older release; the next start brings its tables up to date.");
  const letGo = await holdWhenNobodyServes(databaseUrl);
  if (letGo === null) {
    console.log("Bansho is running on this database, so nothing is changed yet. The checked copy waits as");
    console.log(`  ${staged.path}`);
    console.log("The next start of Bansho puts it in place, and keeps the database that is there now as");
    console.log(`  ${staged.keepAs}`);
    console.log("Whatever is written until then is in that one, not in the backup. To leave all as it is: npm run restore -- --cancel");
    return 0;
  }
  try {
    const restored = await putStagedInPlace(databaseUrl);
    console.log("The backup is in place. Start Bansho as usual.");
    if (restored !== null && restored.keptAs !== null) console.log(`What was there before is kept as ${restored.keptAs}`);
    return 0;
  } finally {
    letGo();
  }
}

async function cancel(databaseUrl: string): Promise<number> {
  const taken = await cancelRestore(databaseUrl, () => serveDatabase({ databaseUrl, patienceMs: 0 }));
  console.log(taken === null ? "No backup is waiting to be put in place." : `Taken away: ${taken}. The database stays as it is.`);
  return 0;
}

/** Hold the database as a server would; null when one does. */
async function holdWhenNobodyServes(databaseUrl: string): Promise<(() => void) | null> {
  try {
    return await serveDatabase({ databaseUrl, patienceMs: 0 });
  } catch (error) {
    if (isAppError(error) && error.code === "conflict") return null;
    throw error;
  }
}
