/** Many small rooms, and one room full of people: what a delivered key costs the server, and how long it takes. */
import { findStoredDifference } from "../final-check.ts";
import { atMost, bestPeer, ratioAtMost, type Medians, type Outcome, type RunContext, type Scenario, type Verdict } from "../scenario.ts";
import { runTask } from "../swarm.ts";
import { startTarget, TARGETS, type TargetName } from "../targets.ts";

type Shape = { readonly rooms: number; readonly peopleEach: number; readonly writersEach: number };

const MANY: Shape = { rooms: 50, peopleEach: 4, writersEach: 4 };
const FULL: Shape = { rooms: 1, peopleEach: 200, writersEach: 10 };
/** A person may open 64 sockets. */
const SOCKETS_A_PERSON = 50;
const KEYS_PER_SECOND = 5;

async function run(shape: Shape, name: TargetName, context: RunContext): Promise<Outcome> {
  const people = Math.ceil((shape.rooms * shape.peopleEach) / SOCKETS_A_PERSON);
  const nodeArgs = name === "bansho" ? context.nodeArgs : [];
  const target = await startTarget(context.workshop, name, { world: { documents: shape.rooms, people }, nodeArgs });
  try {
    const { states, trouble, ...figures } = await runTask("fanOut", {
      address: target.address,
      serverPid: target.pid(),
      documents: target.documents.slice(0, shape.rooms),
      peopleEach: shape.peopleEach,
      writersEach: shape.writersEach,
      keysPerSecond: KEYS_PER_SECOND,
      warmMs: context.quick ? 2_000 : 10_000,
      measureMs: context.quick ? 5_000 : 10_000,
    });
    return { figures, trouble: trouble ?? (await findStoredDifference(target, states)) };
  } finally {
    await target.dispose();
  }
}

function judgeLatency(medians: Medians): Verdict {
  const best = bestPeer(medians);
  const { bansho } = medians;
  if (bansho === undefined) return { must: null, aim: null };
  return { must: best === undefined ? null : bansho <= best + 8, aim: bansho <= 16 };
}

const measures = (must: number, aim: number) => [
  {
    name: "cpuPerThousand",
    label: "server CPU s per 1,000 deliveries",
    digits: 4,
    wants: `<= ${must}x relay; aim ${aim}x`,
    judge: ratioAtMost("relay", must, aim),
  },
  { name: "p99Ms", label: "p99 key to other screens, ms", digits: 1, wants: "<= best peer + 8; aim 16", judge: judgeLatency },
  { name: "p50Ms", label: "p50 key to other screens, ms", digits: 1, wants: "" },
  { name: "ackP99Ms", label: "p99 update to acknowledgement, ms", digits: 1, wants: "<= 60; aim 25 (peers: not durable)", judge: atMost(60, 25) },
  { name: "clientCpuShare", label: "clients' CPU (of one core)", digits: 2, wants: "< 0.85, or the run measures the clients" },
];

export const fanOutMany: Scenario = {
  name: "fan-out-50x4",
  title: "50 rooms x 4 writers, 5 keys/s each with cursors",
  targets: TARGETS,
  partOf: "quick",
  measures: measures(1.8, 1),
  run: (name, context) => run(MANY, name, context),
};

export const fanOutFull: Scenario = {
  name: "fan-out-1x200",
  title: "1 room x 200 people, 10 writers",
  targets: TARGETS,
  partOf: "quick",
  measures: measures(1, 0.6),
  run: (name, context) => run(FULL, name, context),
};
