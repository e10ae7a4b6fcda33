/** kill -9 while people write: what of it that was acknowledged is gone, and how old the oldest lost edit was. */
import * as Y from "yjs";
import type { Outcome, RunContext, Scenario, Verdict, Medians } from "../scenario.ts";
import { runTask } from "../swarm.ts";
import type { Belief } from "../swarm/type-until-killed.ts";
import { startTarget, type TargetName } from "../targets.ts";

type Way = { readonly updatesPerSecond: number; readonly killAfterMs: readonly [number, number] };

const WRITERS = 3;
/** Three runs make 21. */
const KILLS_A_RUN = 7;
const TYPING: Way = { updatesPerSecond: 8, killAfterMs: [700, 4_000] };
/** For each of three connections; a connection may send 5,000 frames a second. */
const BURST: Way = { updatesPerSecond: 1_500, killAfterMs: [500, 2_000] };

async function run(way: Way, name: TargetName, context: RunContext): Promise<Outcome> {
  const target = await startTarget(context.workshop, name, { world: { documents: 1, people: WRITERS } });
  const [document = ""] = target.documents;
  const total = { kills: 0, acknowledged: 0, acknowledgedLost: 0, lost: 0, sent: 0, worstWindowMs: 0 };
  try {
    for (let kill = 0; kill < (context.quick ? 3 : KILLS_A_RUN); kill += 1) {
      const beliefs = await runTask("typeUntilKilled", {
        address: target.address,
        serverPid: target.pid(),
        document,
        writers: WRITERS,
        kill,
        ...way,
      });
      await target.stop("SIGKILL");
      await target.start();
      // A fresh client reads what is left. One server answers before it has loaded, and is given time.
      const quietMs = name === "y-websocket" ? 1_500 : 0;
      const [state] = await runTask("readWhole", { address: target.address, documents: [document], quietMs });
      if (state === undefined) throw new Error("nothing was read");
      const left = Y.decodeStateVector(Y.encodeStateVectorFromUpdate(state));
      total.kills += 1;
      for (const belief of beliefs) count(total, belief, left.get(belief.clientId) ?? 0);
    }
    if (total.acknowledged === 0) return { figures: total, trouble: "nothing was acknowledged, so nothing was at stake" };
    const figures = { ...total, acknowledgedLostPercent: (total.acknowledgedLost / total.acknowledged) * 100 };
    return { figures, trouble: name === "bansho" && total.acknowledgedLost > 0 ? `${total.acknowledgedLost} acknowledged edits were lost` : null };
  } finally {
    await target.dispose();
  }
}

function count(
  total: { acknowledged: number; acknowledgedLost: number; lost: number; sent: number; worstWindowMs: number },
  belief: Belief,
  left: number,
): void {
  const sent = belief.sentBeforeMs.length;
  total.sent += sent;
  total.acknowledged += Math.min(sent, belief.acknowledged);
  total.acknowledgedLost += Math.max(0, Math.min(sent, belief.acknowledged) - left);
  total.lost += Math.max(0, sent - left);
  if (left < sent) total.worstWindowMs = Math.max(total.worstWindowMs, belief.sentBeforeMs[left] ?? 0);
}

const none = ({ bansho }: Medians): Verdict => (bansho === undefined ? { must: null, aim: null } : { must: bansho === 0, aim: bansho === 0 });
const window = ({ bansho }: Medians): Verdict => (bansho === undefined ? { must: null, aim: null } : { must: bansho <= 50, aim: bansho <= 10 });

const measures = [
  {
    name: "acknowledgedLost",
    label: "acknowledged edits lost",
    digits: 0,
    wants: "0",
    judge: none,
    combine: "sum" as const,
    against: "hocuspocus" as const,
  },
  { name: "acknowledged", label: "of acknowledged (y-websocket: seen by others)", digits: 0, wants: "", combine: "sum" as const },
  { name: "acknowledgedLostPercent", label: "the same in %", digits: 1, wants: "" },
  {
    name: "worstWindowMs",
    label: "oldest lost edit at the kill, ms",
    digits: 1,
    wants: "<= 50; aim 10",
    judge: window,
    combine: "max" as const,
    against: "hocuspocus" as const,
  },
  { name: "kills", label: "kills", digits: 0, wants: "20", combine: "sum" as const },
];

export const killTyping: Scenario = {
  name: "kill-typing",
  title: "kill -9 while 3 people type",
  targets: ["bansho", "hocuspocus", "y-websocket"],
  partOf: "quick",
  together: true,
  measures,
  run: (name, context) => run(TYPING, name, context),
};

export const killBurst: Scenario = {
  name: "kill-burst",
  title: "kill -9 in a burst, 3 x 1,500 updates/s",
  targets: ["bansho", "hocuspocus", "y-websocket"],
  partOf: "all",
  measures,
  run: (name, context) => run(BURST, name, context),
};
