/** 2,000 open documents of 20 KB, closed, 2,000 others, closed: memory per document, and what is given back. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { atMost, type Outcome, type RunContext, type Scenario } from "../scenario.ts";
import { runTask } from "../swarm.ts";
import { startTarget, type Target, type TargetName, type Workshop } from "../targets.ts";

const BYTES_EACH = 20 * 1024;
const SOCKETS_A_PERSON = 50;
const BETWEEN_MS = 40_000;
const AFTER_MS = 120_000;

/** Start a server whose documents hold so many bytes each. @returns it, and the seed client's clocks of each document */
export async function startWithLessons(
  workshop: Workshop,
  name: TargetName,
  { documents, people, bytesEach, nodeArgs = [] }: { documents: number; people: number; bytesEach: number; nodeArgs?: readonly string[] },
): Promise<{ target: Target; clocks: number[] }> {
  const world = { documents, people };
  const from = await workshop.template(`lessons-${name}-${documents}-${people}`, async () => {
    const target = await startTarget(workshop, name, { world });
    const clocks = await runTask("writeLessons", { address: target.address, documents: target.documents, bytesEach });
    writeFileSync(join(target.dataDir, "clocks.json"), JSON.stringify(clocks));
    const code = await target.stop("SIGTERM");
    if (code !== 0) throw new Error(`${name} ended with ${String(code)} after writing`);
    return target.dataDir;
  });
  const target = await startTarget(workshop, name, { world, from, nodeArgs: name === "bansho" ? nodeArgs : [] });
  return { target, clocks: JSON.parse(readFileSync(join(target.dataDir, "clocks.json"), "utf8")) as number[] };
}

async function run(name: TargetName, { workshop, quick }: RunContext): Promise<Outcome> {
  const documents = quick ? 800 : 4_000;
  const { target, clocks } = await startWithLessons(workshop, name, {
    documents,
    people: Math.ceil(documents / 2 / SOCKETS_A_PERSON),
    bytesEach: BYTES_EACH,
  });
  try {
    const { trouble, ...figures } = await runTask(
      "openWaves",
      { address: target.address, serverPid: target.pid(), documents: target.documents, clocks, betweenMs: BETWEEN_MS, afterMs: AFTER_MS },
      600_000,
    );
    return { figures, trouble };
  } finally {
    await target.dispose();
  }
}

const against = "hocuspocus" as const;

export const memory: Scenario = {
  name: "memory",
  title: "2,000 open documents of 20 KB",
  targets: ["bansho", "hocuspocus", "y-websocket"],
  partOf: "all",
  together: true,
  maxRuns: 1,
  measures: [
    { name: "kibPerDocument", label: "KiB of memory per open document", digits: 0, wants: "<= 80; aim 45", judge: atMost(80, 45), against },
    {
      name: "secondWaveRatio",
      label: "second wave of others / first",
      digits: 2,
      wants: "<= 1.1",
      judge: ({ bansho }) => ({ must: bansho === undefined ? null : bansho <= 1.1, aim: null }),
      against,
    },
    {
      name: "givenBackPercent",
      label: "given back 120 s after all closed, %",
      digits: 0,
      wants: "aim 75",
      judge: ({ bansho }) => ({ must: null, aim: bansho === undefined ? null : bansho >= 75 }),
      against,
    },
    { name: "baseMib", label: "memory before, MiB", digits: 0, wants: "" },
  ],
  run,
};
