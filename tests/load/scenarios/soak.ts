/** A working hour of comings and goings in some minutes: does memory, do open files, do log rows only grow? */
import { join } from "node:path";
import Database from "better-sqlite3";
import * as Y from "yjs";
import { readStored } from "../final-check.ts";
import type { Outcome, RunContext, Scenario } from "../scenario.ts";
import { runTask } from "../swarm.ts";
import type { Sample, SoakResult } from "../swarm/soak.ts";
import { startTarget, type Target, type TargetName } from "../targets.ts";

const SEATS = 150;
const PEOPLE = 40;
/** Rooms are unloaded and compacted after 30 s. */
const AFTER_MS = 60_000;
/** A log is compacted past 500 updates, and at unload when there is enough to gain. */
const CHECKED_DOCUMENTS = 400;

async function run(name: TargetName, { workshop, minutes, documents, quick }: RunContext): Promise<Outcome> {
  const target = await startTarget(workshop, name, { world: { documents, people: PEOPLE } });
  try {
    const durationMs = (quick ? 0.5 : minutes) * 60_000;
    const soaked = await runTask(
      "soak",
      { address: target.address, serverPid: target.pid(), documents: target.documents, durationMs, seats: SEATS, afterMs: AFTER_MS },
      durationMs + AFTER_MS + 120_000,
    );
    const figures: Record<string, number> = {
      visits: soaked.visits,
      keys: soaked.keys,
      documents: soaked.typed.size,
      slopeMibPerMinute: slope(soaked.samples, durationMs),
      endMib: (soaked.samples.at(-1)?.bytes ?? NaN) / 1024 ** 2,
      filesGrowth: soaked.filesAfter - soaked.filesBefore,
    };
    const failure = soaked.failedVisits > 0 ? `${soaked.failedVisits} of ${soaked.visits} visits failed: ${soaked.firstFailure ?? ""}` : null;
    const missing = await findMissing(target, soaked);
    if (name === "bansho") Object.assign(figures, countRows(target));
    return { figures, trouble: failure ?? missing };
  } finally {
    await target.dispose();
  }
}

/** Least squares over the second half of the visits, MiB a minute. */
function slope(samples: readonly Sample[], durationMs: number): number {
  const half = samples.filter(({ atMs }) => atMs > durationMs / 2 && atMs <= durationMs);
  const meanX = half.reduce((sum, { atMs }) => sum + atMs, 0) / half.length;
  const meanY = half.reduce((sum, { bytes }) => sum + bytes, 0) / half.length;
  const over = half.reduce((sum, { atMs, bytes }) => sum + (atMs - meanX) * (bytes - meanY), 0);
  const under = half.reduce((sum, { atMs }) => sum + (atMs - meanX) ** 2, 0);
  return ((over / under) * 60_000) / 1024 ** 2;
}

/** Everything typed must be in the store. @returns what is not, or null */
async function findMissing(target: Target, { typed }: SoakResult): Promise<string | null> {
  const some = [...typed].slice(0, CHECKED_DOCUMENTS);
  const documents = some.map(([document]) => document);
  const states =
    target.name === "bansho"
      ? await readStored(target, documents)
      : await runTask("readWhole", { address: target.address, documents, quietMs: target.name === "y-websocket" ? 300 : 0 });
  for (const [index, [document, clocks]] of some.entries()) {
    const state = states[index];
    const stored = state === undefined ? new Map<number, number>() : Y.decodeStateVector(Y.encodeStateVectorFromUpdate(state));
    for (const [clientId, clock] of clocks)
      if ((stored.get(clientId) ?? 0) < clock) return `${document}: client ${clientId} has ${stored.get(clientId) ?? 0} of ${clock} clocks`;
  }
  return null;
}

function countRows(target: Target): { rows: number; mostRows: number } {
  const database = new Database(join(target.dataDir, "bansho.db"), { readonly: true });
  try {
    const counts = database
      .prepare<[], { rows: number }>('SELECT COUNT(*) AS rows FROM "DocumentUpdate" GROUP BY "document" ORDER BY rows DESC')
      .all();
    return { rows: counts.reduce((sum, { rows }) => sum + rows, 0), mostRows: counts[0]?.rows ?? 0 };
  } finally {
    database.close();
  }
}

export const soak: Scenario = {
  name: "soak",
  title: "Soak: 150 people come and go",
  targets: ["bansho", "hocuspocus", "y-websocket"],
  partOf: "none",
  together: true,
  maxRuns: 1,
  measures: [
    { name: "visits", label: "visits", digits: 0, wants: "" },
    { name: "keys", label: "keys", digits: 0, wants: "" },
    { name: "documents", label: "documents written", digits: 0, wants: "" },
    { name: "slopeMibPerMinute", label: "memory in the second half, MiB a minute", digits: 2, wants: "flat" },
    { name: "endMib", label: "memory a minute after all left, MiB", digits: 0, wants: "" },
    {
      name: "filesGrowth",
      label: "open files more than before",
      digits: 0,
      wants: "0",
      judge: ({ bansho }) => ({ must: bansho === undefined ? null : bansho <= 2, aim: null }),
    },
    { name: "rows", label: "log rows left", digits: 0, wants: "" },
    {
      name: "mostRows",
      label: "log rows of one document, most",
      digits: 0,
      wants: "<= 500",
      judge: ({ bansho }) => ({ must: bansho === undefined ? null : bansho <= 500, aim: null }),
    },
  ],
  run,
};
