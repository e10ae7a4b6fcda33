/** Fourteen attacks: does the server live, are others served meanwhile, and does its memory stay bounded? */
import { setTimeout as pass } from "node:timers/promises";
import type { Outcome, RunContext, Scenario } from "../scenario.ts";
import { runTask } from "../swarm.ts";
import type { AttackName } from "../swarm/attacks.ts";
import { startTarget, type TargetName } from "../targets.ts";

const ATTACK_NAMES: readonly AttackName[] = [
  "random-frames",
  "truncated-frames",
  "huge-lengths",
  "frames-of-50-mb",
  "gaps-in-clocks",
  "unknown-parents",
  "awareness-of-1-mb",
  "awareness-of-10000",
  "names",
  "2000-sockets",
  "readers-that-never-read",
  "text-frames",
  "step-1-flood",
  "half-open-handshakes",
];
const MAX_MS = 100;
const MAX_GROWTH_MIB = 256;
const MAX_GROWTH_SLOW_READERS_MIB = 64;
/** Two documents with people in them, and some more that an attacker may open. */
const DOCUMENTS = 20;
const PEOPLE = 40;
/** The bystanders' process starts, connects and is measured before the attack. */
const BEFORE_MS = 2_500;
const AFTER_MS = 1_000;

async function run(name: TargetName, context: RunContext): Promise<Outcome> {
  const figures: Record<string, number> = { held: 0, worstP99Ms: 0, worstGrowthMib: 0 };
  for (const attack of ATTACK_NAMES) {
    const seen = await attackOnce(name, attack, context);
    const maxGrowth = attack === "readers-that-never-read" ? MAX_GROWTH_SLOW_READERS_MIB : MAX_GROWTH_MIB;
    if (seen.sent === 0) return { figures, trouble: `${attack} did nothing` };
    const held = seen.survived && seen.trouble === null && seen.p99Ms <= MAX_MS && seen.grewMib <= maxGrowth;
    figures["held"] = (figures["held"] ?? 0) + (held ? 1 : 0);
    figures["worstP99Ms"] = Math.max(figures["worstP99Ms"] ?? 0, seen.p99Ms);
    figures["worstGrowthMib"] = Math.max(figures["worstGrowthMib"] ?? 0, seen.grewMib);
    figures[attack] = held ? 1 : 0;
    const words = `p99 ${seen.p99Ms.toFixed(0)} ms, worst ${seen.worstMs.toFixed(0)} ms, +${seen.grewMib.toFixed(0)} MiB, ${seen.sent} sent`;
    console.error(
      `  ${name} ${attack}: ${held ? "held" : "NOT HELD"}: ${seen.survived ? "" : "it died; "}${words}${seen.trouble === null ? "" : `; ${seen.trouble}`}`,
    );
  }
  return { figures, trouble: null };
}

type Seen = { survived: boolean; p99Ms: number; worstMs: number; grewMib: number; trouble: string | null; sent: number };

async function attackOnce(name: TargetName, attack: AttackName, { workshop, quick }: RunContext): Promise<Seen> {
  const target = await startTarget(workshop, name, { world: { documents: DOCUMENTS, people: PEOPLE } });
  const durationMs = quick ? 2_000 : 4_000;
  const [document = "", other = "", ...moreDocuments] = target.documents;
  try {
    const watching = runTask("bystanders", {
      address: target.address,
      serverPid: target.pid(),
      documents: [document, other],
      durationMs: BEFORE_MS + durationMs + AFTER_MS,
    });
    await pass(BEFORE_MS);
    const attacking = runTask("attack", { address: target.address, attack, document, moreDocuments, durationMs });
    const [seen, sent] = await Promise.all([watching, attacking]);
    return { ...seen, sent };
  } finally {
    await target.dispose();
  }
}

export const hostile: Scenario = {
  name: "hostile",
  title: "14 attacks",
  targets: ["bansho", "hocuspocus", "y-websocket"],
  partOf: "all",
  maxRuns: 1,
  measures: [
    {
      name: "held",
      label: "held of 14: alive, others p99 <= 100 ms, +256 MiB (slow readers +64)",
      digits: 0,
      wants: "14",
      judge: ({ bansho }) => ({ must: bansho === undefined ? null : bansho === ATTACK_NAMES.length, aim: null }),
      against: "hocuspocus",
    },
    { name: "worstP99Ms", label: "worst p99 of the others, ms", digits: 0, wants: "<= 100", against: "hocuspocus" },
    { name: "worstGrowthMib", label: "worst growth, MiB", digits: 0, wants: "<= 256", against: "hocuspocus" },
    ...ATTACK_NAMES.map((attack) => ({ name: attack, label: `${attack} (1: held)`, digits: 0, wants: "1", against: "hocuspocus" as const })),
  ],
  run,
};
