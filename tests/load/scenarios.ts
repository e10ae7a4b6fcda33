/** All scenarios, in the order of the table. */
import type { Scenario } from "./scenario.ts";
import { closedLoopMany, closedLoopOne } from "./scenarios/closed-loop.ts";
import { fanOutFull, fanOutMany } from "./scenarios/fan-out.ts";
import { hostile } from "./scenarios/hostile.ts";
import { killBurst, killTyping } from "./scenarios/kill.ts";
import { memory } from "./scenarios/memory.ts";
import { openDocuments } from "./scenarios/open.ts";
import { soak } from "./scenarios/soak.ts";
import { storm } from "./scenarios/storm.ts";

export const SCENARIOS: readonly Scenario[] = [
  fanOutMany,
  fanOutFull,
  closedLoopOne,
  closedLoopMany,
  killTyping,
  killBurst,
  memory,
  openDocuments,
  storm,
  hostile,
  soak,
];
