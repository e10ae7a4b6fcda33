/** 500 people reload at once just after a restart, while twenty go on typing. */
import { findStoredDifference } from "../final-check.ts";
import { bestPeer, type Medians, type Outcome, type RunContext, type Scenario, type Verdict } from "../scenario.ts";
import { runTask } from "../swarm.ts";
import type { TargetName } from "../targets.ts";
import { startWithLessons } from "./memory.ts";

const ROOMS = 10;
const COMING_EACH = 50;
const TYPING_EACH = 2;
const SOCKETS_A_PERSON = 50;

async function run(name: TargetName, { workshop }: RunContext): Promise<Outcome> {
  const people = Math.ceil((ROOMS * (COMING_EACH + TYPING_EACH)) / SOCKETS_A_PERSON);
  const { target } = await startWithLessons(workshop, name, { documents: ROOMS, people, bytesEach: 20 * 1024 });
  try {
    const { states, trouble, ...figures } = await runTask("storm", {
      address: target.address,
      documents: target.documents.slice(0, ROOMS),
      peopleEach: TYPING_EACH,
      writersEach: TYPING_EACH,
      comingEach: COMING_EACH,
      keysPerSecond: 5,
    });
    return { figures, trouble: trouble ?? (await findStoredDifference(target, states)) };
  } finally {
    await target.dispose();
  }
}

function halfOfBestPeer(medians: Medians): Verdict {
  const best = bestPeer(medians);
  const { bansho } = medians;
  return { must: best === undefined || bansho === undefined ? null : bansho <= best / 2, aim: null };
}

const against = "hocuspocus" as const;

export const storm: Scenario = {
  name: "storm",
  title: "500 people reload at once after a restart",
  targets: ["bansho", "hocuspocus", "y-websocket"],
  partOf: "quick",
  measures: [
    { name: "secondsToSync", label: "s until all are in sync", digits: 2, wants: "half the better peer's", judge: halfOfBestPeer, against },
    { name: "stormP99Ms", label: "p99 of those typing meanwhile, ms", digits: 1, wants: "half the better peer's", judge: halfOfBestPeer, against },
    { name: "quietP99Ms", label: "p99 before, ms", digits: 1, wants: "" },
  ],
  run,
};
