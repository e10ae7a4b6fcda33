/** What a scenario is, for the runner and the table. */
import type { TargetName, Workshop } from "./targets.ts";

/** Figures of one run of one target, by the name of the measure. NaN: this server has no such thing. */
export type Figures = Readonly<Record<string, number>>;
/** @property trouble why the run does not count, or null: replicas that differ, a store that differs, a connection that ended */
export type Outcome = { readonly figures: Figures; readonly trouble: string | null };

export type RunContext = {
  readonly workshop: Workshop;
  readonly quick: boolean;
  /** Words for Node when ours is started: a profile is taken. */
  readonly nodeArgs: readonly string[];
  readonly run: number;
  /** Minutes of the soak. */
  readonly minutes: number;
  /** Documents of the soak. */
  readonly documents: number;
};

/** Medians of all targets for one measure; NaN where there is none. */
export type Medians = Readonly<Partial<Record<TargetName, number>>>;
export type Verdict = { readonly must: boolean | null; readonly aim: boolean | null };

export type Measure = {
  readonly name: string;
  /** As it stands in the table, with its unit. */
  readonly label: string;
  readonly digits: number;
  /** What the issue wants, in words; empty when it only informs. */
  readonly wants: string;
  /** Held against all targets' medians. */
  readonly judge?: (medians: Medians) => Verdict;
  /** What stands for all runs. Default: the median. */
  readonly combine?: "median" | "max" | "min" | "sum";
  /** Against whom ratios are shown. Default: the bare relay, else Hocuspocus. */
  readonly against?: TargetName;
};

export type Scenario = {
  readonly name: string;
  readonly title: string;
  readonly targets: readonly TargetName[];
  readonly measures: readonly Measure[];
  /** All targets at the same time: for what is long and does not measure the processor. */
  readonly together?: boolean;
  /** No more runs than this, however many are asked for. */
  readonly maxRuns?: number;
  /** Part of a command that names no scenario: of the whole one and of `--quick`, of the whole one only, or of none. */
  readonly partOf: "quick" | "all" | "none";
  readonly run: (target: TargetName, context: RunContext) => Promise<Outcome>;
};

/** Must hold and would be good to hold, of one figure of ours. */
export const atMost =
  (must: number, aim: number) =>
  ({ bansho }: Medians): Verdict => ({ must: judge(bansho, must), aim: judge(bansho, aim) });

const judge = (value: number | undefined, limit: number): boolean | null => (value === undefined || Number.isNaN(value) ? null : value <= limit);

/** Ours against another's median: at most so many times it. */
export const ratioAtMost =
  (against: TargetName, must: number, aim: number) =>
  (medians: Medians): Verdict => {
    const other = medians[against];
    if (other === undefined) return { must: null, aim: null };
    return { must: judge(medians.bansho, must * other), aim: judge(medians.bansho, aim * other) };
  };

/** Ours against another's median: at least so many times it. */
export const ratioAtLeast =
  (against: TargetName, must: number, aim: number) =>
  ({ bansho, [against]: other }: Medians): Verdict =>
    bansho === undefined || other === undefined ? { must: null, aim: null } : { must: bansho >= must * other, aim: bansho >= aim * other };

/** The best (smallest) median among the peers; undefined when none ran. */
export function bestPeer({ hocuspocus, "y-websocket": yWebsocket }: Medians): number | undefined {
  const values = [hocuspocus, yWebsocket].filter((value): value is number => value !== undefined && !Number.isNaN(value));
  return values.length === 0 ? undefined : Math.min(...values);
}
