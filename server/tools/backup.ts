/**
 * For operators: `npm run backup`, while Bansho runs or not, with the settings the server has. `--to FOLDER` instead of DATA_DIR/backups,
 * `--keep N` to delete all but the newest N of ours there, `--demo` for the demo's database. Ends with 0 when a checked backup is there.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { sizeWords } from "#core/size";
import { systemClock } from "../observe/clock.ts";
import { makeBackup } from "../stores/backup.ts";
import { nameSome, parseCountOption, readSettings, runTool } from "./operator.ts";

await runTool(async () => {
  const { values } = parseArgs({ options: { to: { type: "string" }, keep: { type: "string" }, demo: { type: "boolean", default: false } } });
  const keep = parseCountOption("--keep", values.keep);
  const { dataDir, databaseUrl } = readSettings({ demo: values.demo });
  const folder = values.to === undefined ? join(dataDir, "backups") : resolve(values.to);
  const backup = await makeBackup({ databaseUrl, folder, keep, clock: systemClock });
  const { documents, updates, damagedDocuments } = backup.check;
  console.log(`Backup made and checked: ${backup.path}`);
  console.log(`It takes ${sizeWords(backup.bytes)} and holds ${documents} documents with ${updates} updates since they were last folded together.`);
  for (const path of backup.removed) console.log(`Deleted an older one: ${path}`);
  if (damagedDocuments.length > 0) {
    console.error(`${damagedDocuments.length} of the documents cannot be read whole, here as in the database: ${nameSome(damagedDocuments)}.`);
    console.error("The doctor says more: node_modules/.bin/node server/tools/doctor.ts check");
  }
  return 0;
});
