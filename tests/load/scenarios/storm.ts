/** 500 people reload at once just after a restart, while twenty go on typing. */
import { docOf, findStoredDifference } from "../final-check.ts";
import { bestPeer, type Medians, type Outcome, type RunContext, type Scenario, type Verdict } from "../scenario.ts";
import { runTask } from "../swarm.ts";
import type { FinalState } from "../swarm/rooms.ts";
import { findDifference } from "../swarm/same-state.ts";
import type { GuestsResult } from "../swarm/storm.ts";
import type { TargetName } from "../targets.ts";
import { startWithLessons } from "./memory.ts";

const ROOMS = 10;
const COMING_EACH = 50;
const TYPING_EACH = 2;
const BYTES_EACH = 20 * 1024;
/** The typists' process starts, connects, warms up and is measured before the storm. */
const BEFORE_MS = 7_500;
const SOCKETS_A_PERSON = 50;

async function run(name: TargetName, { workshop, nodeArgs }: RunContext): Promise<Outcome> {
  const people = Math.ceil((ROOMS * (COMING_EACH + TYPING_EACH)) / SOCKETS_A_PERSON);
  const { target } = await startWithLessons(workshop, name, { documents: ROOMS, people, bytesEach: BYTES_EACH, nodeArgs });
  try {
    const documents = target.documents.slice(0, ROOMS);
    const stormAtMs = Date.now() + BEFORE_MS;
    const [typists, guests] = await Promise.all([
      runTask("typists", { address: target.address, documents, peopleEach: TYPING_EACH, writersEach: TYPING_EACH, keysPerSecond: 5, stormAtMs }),
      runTask("guests", { address: target.address, documents, eachDocument: COMING_EACH, leastBytes: BYTES_EACH / 2, stormAtMs }),
    ]);
    const { quietP99Ms, stormP99Ms, states } = typists;
    const figures = { secondsToSync: guests.secondsToSync, quietP99Ms, stormP99Ms };
    const trouble = typists.trouble ?? guests.trouble ?? findGuestsDifference(states, guests.states);
    return { figures, trouble: trouble ?? (await findStoredDifference(target, states)) };
  } finally {
    await target.dispose();
  }
}

/** What the guests have in the end must be what the typists have. */
function findGuestsDifference(states: readonly FinalState[], guests: GuestsResult["states"]): string | null {
  for (const { document, state, texts } of states) {
    const other = guests.find((guest) => guest.document === document);
    const difference = other === undefined ? "no guests" : findDifference(docOf(state), docOf(other.state), texts);
    if (difference !== null) return `${document}, guests: ${difference}`;
  }
  return null;
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
