/** The table: for each measure every target's median and spread, ours as a ratio, and whether it is what the issue wants. */
import type { Measure, Medians, Outcome, Scenario } from "./scenario.ts";
import { TARGETS, type TargetName } from "./targets.ts";

/** All runs of one scenario, by target, in order. */
export type Results = { readonly scenario: Scenario; readonly outcomes: Partial<Record<TargetName, Outcome[]>> };

const TITLES: Record<TargetName, string> = {
  relay: "relay, plain",
  "relay-tuned": "relay, tuned",
  bansho: "**Bansho**",
  hocuspocus: "Hocuspocus",
  "y-websocket": "y-websocket",
};

/** One Markdown table of everything. */
export function makeTable(results: readonly Results[]): string {
  const targets = TARGETS.filter((name) => results.some(({ outcomes }) => outcomes[name] !== undefined));
  const lines = [
    `| Scenario | Measure | ${targets.map((name) => TITLES[name]).join(" | ")} | ours / other | Must; aim | Held |`,
    `|---|---|${targets.map(() => "---:").join("|")}|---:|---|---|`,
  ];
  for (const { scenario, outcomes } of results) {
    for (const [index, measure] of scenario.measures.entries()) {
      const cells = targets.map((name) => cell(measure, outcomes[name]));
      if (cells.every((text) => text === "–")) continue;
      const medians = mediansOf(measure, outcomes);
      lines.push(
        `| ${index === 0 ? scenario.title : ""} | ${measure.label} | ${cells.join(" | ")} | ${ratio(measure, medians)} | ${measure.wants} | ${held(measure, medians)} |`,
      );
    }
    const troubles = targets.flatMap((name) =>
      (outcomes[name] ?? []).flatMap(({ trouble }, run) => (trouble === null ? [] : [`${name}, run ${run + 1}: ${trouble}`])),
    );
    for (const trouble of troubles)
      lines.push(`| | **FAILED** ${trouble.replaceAll("|", "/").replaceAll("\n", " ").slice(0, 300)} |${" |".repeat(targets.length + 3)}`);
  }
  return lines.join("\n");
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

function combine(measure: Measure, values: readonly number[]): number {
  switch (measure.combine ?? "median") {
    case "median":
      return median(values);
    case "max":
      return Math.max(...values);
    case "min":
      return Math.min(...values);
    case "sum":
      return values.reduce((sum, value) => sum + value, 0);
  }
}

function valuesOf(measure: Measure, outcomes: readonly Outcome[] | undefined): number[] {
  return (outcomes ?? []).map(({ figures }) => figures[measure.name] ?? NaN).filter((value) => !Number.isNaN(value));
}

function mediansOf(measure: Measure, outcomes: Results["outcomes"]): Medians {
  const medians: Partial<Record<TargetName, number>> = {};
  for (const name of TARGETS) {
    const values = valuesOf(measure, outcomes[name]);
    if (values.length > 0) medians[name] = combine(measure, values);
  }
  return medians;
}

function cell(measure: Measure, outcomes: readonly Outcome[] | undefined): string {
  const values = valuesOf(measure, outcomes);
  if (values.length === 0) return "–";
  const show = (value: number): string =>
    value.toLocaleString("en-GB", { minimumFractionDigits: measure.digits, maximumFractionDigits: measure.digits });
  const middle = show(combine(measure, values));
  if (values.length === 1) return middle;
  return `${middle} (${show(Math.min(...values))}–${show(Math.max(...values))})`;
}

function ratio(measure: Measure, medians: Medians): string {
  const { bansho } = medians;
  if (bansho === undefined) return "";
  const others = measure.against === undefined ? (["relay", "hocuspocus"] as const) : [measure.against];
  const other = others.find((name) => medians[name] !== undefined && medians[name] !== 0);
  if (other === undefined) return "";
  return `${(bansho / (medians[other] ?? NaN)).toFixed(2)}x ${other}`;
}

function held(measure: Measure, medians: Medians): string {
  if (measure.judge === undefined) return "";
  const { must, aim } = measure.judge(medians);
  if (must === false) return "**no**";
  if (must === null && aim === null) return "";
  return aim === true ? (must === null ? "aim" : "must and aim") : must === null ? "not the aim" : "must";
}
