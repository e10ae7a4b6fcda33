/** As fast as it goes: 16 updates in flight for each client, every one durable (ours) before its acknowledgement. */
import { findStoredDifference } from "../final-check.ts";
import { ratioAtLeast, type Outcome, type RunContext, type Scenario } from "../scenario.ts";
import { runTask } from "../swarm.ts";
import { startTarget, TARGETS, type TargetName } from "../targets.ts";

type Shape = { readonly rooms: number; readonly peopleEach: number };

const IN_FLIGHT = 16;
const SOCKETS_A_PERSON = 50;

async function run({ rooms, peopleEach }: Shape, name: TargetName, context: RunContext): Promise<Outcome> {
  const people = Math.ceil((rooms * peopleEach) / SOCKETS_A_PERSON);
  const nodeArgs = name === "bansho" ? context.nodeArgs : [];
  const target = await startTarget(context.workshop, name, { world: { documents: rooms, people }, nodeArgs });
  try {
    const { states, trouble, ...figures } = await runTask("closedLoop", {
      address: target.address,
      serverPid: target.pid(),
      documents: target.documents.slice(0, rooms),
      peopleEach,
      inFlight: IN_FLIGHT,
      warmMs: context.quick ? 1_000 : 2_000,
      measureMs: context.quick ? 2_000 : 4_000,
    });
    return { figures, trouble: trouble ?? (await findStoredDifference(target, states)) };
  } finally {
    await target.dispose();
  }
}

const measures = (must: number) => [
  {
    name: "updatesPerSecond",
    label: "updates/s",
    digits: 0,
    wants: `>= ${must}x Hocuspocus; aim 1.5x`,
    judge: ratioAtLeast("hocuspocus", must, 1.5),
    against: "hocuspocus" as const,
  },
  { name: "acknowledgedPerSecond", label: "acknowledged/s (ours: durable)", digits: 0, wants: "" },
  { name: "ackP99Ms", label: "p99 update to acknowledgement, ms", digits: 1, wants: "" },
  { name: "serverCpuShare", label: "server CPU (of one core)", digits: 2, wants: "" },
  { name: "clientCpuShare", label: "clients' CPU (of one core)", digits: 2, wants: "" },
];

export const closedLoopOne: Scenario = {
  name: "closed-1x10",
  title: "Closed loop, 1 room x 10, 16 in flight",
  targets: TARGETS,
  partOf: "quick",
  measures: measures(1),
  run: (name, context) => run({ rooms: 1, peopleEach: 10 }, name, context),
};

export const closedLoopMany: Scenario = {
  name: "closed-50x4",
  title: "Closed loop, 50 rooms x 4, 16 in flight",
  targets: TARGETS,
  partOf: "quick",
  measures: measures(1.2),
  run: (name, context) => run({ rooms: 50, peopleEach: 4 }, name, context),
};
