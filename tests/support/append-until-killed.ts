/**
 * A process to be killed: appends one update after another to `lesson/kill` and says on standard output, a number a line, which are
 * committed. Started with the path of a migrated database and the number to begin with.
 */
import { systemClock } from "../../server/observe/clock.ts";
import { makeLog } from "../../server/observe/log.ts";
import { openStores } from "../../server/stores/open.ts";

const [path, first] = process.argv.slice(2);
const stores = await openStores({ databaseUrl: `file:${path}`, clock: systemClock, logger: makeLog({ level: "silent" }) });
for (let n = Number(first); ; n += 1) {
  const update = new Uint8Array(4 + (n % 3_000));
  new DataView(update.buffer).setUint32(0, n);
  await stores.log.append([{ document: "lesson/kill", update, personId: null, atMs: systemClock.nowMs() }]);
  process.stdout.write(`${n}\n`);
}
