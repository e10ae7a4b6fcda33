/** The clients' process: takes one task from its parent, does it, answers, ends. */
import { runAttack } from "./attacks.ts";
import { runBystanders } from "./bystanders.ts";
import { runClosedLoop } from "./closed-loop.ts";
import { runFanOut } from "./fan-out.ts";
import { openTimed } from "./open-timed.ts";
import { openWaves } from "./open-waves.ts";
import { readWhole } from "./read-whole.ts";
import { runSoak } from "./soak.ts";
import { runGuests, runTypists } from "./storm.ts";
import { typeUntilKilled } from "./type-until-killed.ts";
import { writeHistory, writeLessons } from "./write-documents.ts";

const TASKS = {
  fanOut: runFanOut,
  closedLoop: runClosedLoop,
  readWhole,
  typeUntilKilled,
  openTimed,
  openWaves,
  guests: runGuests,
  typists: runTypists,
  attack: runAttack,
  bystanders: runBystanders,
  soak: runSoak,
  writeHistory,
  writeLessons,
} as const;

export type SwarmTasks = typeof TASKS;
export type TaskName = keyof SwarmTasks;

process.once("message", (message: { name: TaskName; input: never }) => {
  const task: (input: never) => Promise<unknown> = TASKS[message.name];
  task(message.input).then(
    (value) => answer({ ok: true, value }),
    (error: unknown) => answer({ ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});

function answer(message: { ok: boolean; value?: unknown; error?: string }): void {
  process.send?.(message, () => process.exit(0));
}
