/** Opening a document after a restart (cold) and while others have it open (warm): a lesson, and a very long history. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findStoredDifference } from "../final-check.ts";
import { atMost, type Outcome, type RunContext, type Scenario } from "../scenario.ts";
import { runTask } from "../swarm.ts";
import type { FinalState } from "../swarm/rooms.ts";
import { startTarget, type TargetName, type Workshop } from "../targets.ts";

const WARM_TIMES = 15;
const WORLD = { documents: 2, people: 10 };
const HISTORIES = [
  { key: "lesson", writers: 4, edits: 5_000, lettersEach: 12 },
  { key: "history", writers: 10, edits: 260_000, lettersEach: 1 },
] as const;

/** A data folder with both documents in it, and what they hold. */
function prepare(workshop: Workshop, name: TargetName, quick: boolean): Promise<string> {
  return workshop.template(`open-${name}-${String(quick)}`, async () => {
    const target = await startTarget(workshop, name, { world: WORLD });
    for (const [index, { key, writers, edits, lettersEach }] of HISTORIES.entries()) {
      const document = target.documents[index] ?? "";
      const wanted = quick && key === "history" ? edits / 10 : edits;
      const { state, texts } = await runTask("writeHistory", { address: target.address, document, writers, edits: wanted, lettersEach });
      writeFileSync(join(target.dataDir, `${key}.state`), state);
      writeFileSync(join(target.dataDir, `${key}.json`), JSON.stringify({ document, texts }));
    }
    const code = await target.stop("SIGTERM");
    if (code !== 0) throw new Error(`${name} ended with ${String(code)} after writing`);
    return target.dataDir;
  });
}

async function run(name: TargetName, { workshop, quick }: RunContext): Promise<Outcome> {
  const target = await startTarget(workshop, name, { world: WORLD, from: await prepare(workshop, name, quick) });
  const figures: Record<string, number> = {};
  const states: FinalState[] = [];
  try {
    for (const { key } of HISTORIES) {
      await target.stop("SIGTERM");
      await target.start();
      const state = new Uint8Array(readFileSync(join(target.dataDir, `${key}.state`)));
      const { document, texts } = JSON.parse(readFileSync(join(target.dataDir, `${key}.json`), "utf8")) as { document: string; texts: string[] };
      const opened = await runTask("openTimed", { address: target.address, document, state, warmTimes: WARM_TIMES });
      figures[`${key}ColdMs`] = opened.coldMs;
      figures[`${key}WarmMs`] = opened.warmMs;
      figures[`${key}FirstWhole`] = opened.isFirstWhole ? 1 : 0;
      figures[`${key}Kib`] = state.length / 1024;
      states.push({ document, state, texts });
    }
    return { figures, trouble: await findStoredDifference(target, states) };
  } finally {
    await target.dispose();
  }
}

const against = "hocuspocus" as const;

export const openDocuments: Scenario = {
  name: "open",
  title: "Open: a 60 KB lesson of 5,000 edits; 260,000 edits",
  targets: ["bansho", "hocuspocus", "y-websocket"],
  partOf: "quick",
  measures: [
    { name: "lessonColdMs", label: "lesson, cold: ms to whole", digits: 1, wants: "<= 60; aim 20", judge: atMost(60, 20), against },
    { name: "historyColdMs", label: "260,000 edits, cold: ms to whole", digits: 1, wants: "<= 60; aim 25", judge: atMost(60, 25), against },
    {
      name: "lessonFirstWhole",
      label: "lesson: first sync whole (1: yes)",
      digits: 0,
      wants: "1",
      judge: ({ bansho }) => isOne(bansho),
      combine: "min",
    },
    {
      name: "historyFirstWhole",
      label: "260,000: first sync whole (1: yes)",
      digits: 0,
      wants: "1",
      judge: ({ bansho }) => isOne(bansho),
      combine: "min",
    },
    { name: "lessonWarmMs", label: "lesson, warm: ms to whole", digits: 1, wants: "<= 4; aim 2", judge: atMost(4, 2), against },
    { name: "historyWarmMs", label: "260,000, warm: ms to whole", digits: 1, wants: "<= 5; aim 2", judge: atMost(5, 2), against },
    { name: "lessonKib", label: "lesson: KiB", digits: 0, wants: "" },
    { name: "historyKib", label: "260,000: KiB", digits: 0, wants: "" },
  ],
  run,
};

const isOne = (value: number | undefined): { must: boolean | null; aim: boolean | null } =>
  value === undefined ? { must: null, aim: null } : { must: value === 1, aim: value === 1 };
