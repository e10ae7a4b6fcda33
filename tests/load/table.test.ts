/** The table must say what was measured, and say when a run does not count. */
import { expect, test } from "vitest";
import { atMost, ratioAtLeast, ratioAtMost, type Outcome, type Scenario } from "./scenario.ts";
import { makeTable, median } from "./table.ts";
import { selfTimes } from "./profile.ts";

const scenario: Scenario = {
  name: "example",
  title: "Example",
  targets: ["relay", "bansho", "hocuspocus"],
  partOf: "none",
  measures: [
    { name: "cpu", label: "CPU", digits: 2, wants: "<= 1.8x; aim 1x", judge: ratioAtMost("relay", 1.8, 1) },
    { name: "rate", label: "updates/s", digits: 0, wants: ">= 1x", judge: ratioAtLeast("hocuspocus", 1, 1.5), against: "hocuspocus" },
    { name: "lost", label: "lost", digits: 0, wants: "0", judge: atMost(0, 0), combine: "sum" },
  ],
  run: () => Promise.reject(new Error("only its results are shown")),
};

const runs = (...figures: Record<string, number>[]): Outcome[] => figures.map((figure) => ({ figures: figure, trouble: null }));

test("medians, spread, ratios and verdicts", () => {
  const table = makeTable([
    {
      scenario,
      outcomes: {
        relay: runs({ cpu: 1 }, { cpu: 3 }, { cpu: 2 }),
        bansho: runs({ cpu: 3, rate: 1000, lost: 0 }, { cpu: 1, rate: 2000, lost: 2 }, { cpu: 3.5, rate: 1500, lost: 0 }),
        hocuspocus: runs({ rate: 2000, lost: 5 }),
      },
    },
  ]);
  const [, , cpu = "", rate = "", lost = ""] = table.split("\n");
  expect(cpu).toBe("| Example | CPU | 2.00 (1.00–3.00) | 3.00 (1.00–3.50) | – | 1.50x relay | <= 1.8x; aim 1x | must |");
  expect(rate).toContain("| – | 1,500 (1,000–2,000) | 2,000 | 0.75x hocuspocus | >= 1x | **no** |");
  expect(lost).toContain("| 2 (0–2) | 5 |");
  expect(lost).toContain("**no**");
});

test("a run that failed its check stands in the table", () => {
  const table = makeTable([{ scenario, outcomes: { bansho: [{ figures: { cpu: 1 }, trouble: "replica 2: text | differs" }] } }]);
  expect(table).toContain("**FAILED** bansho, run 1: replica 2: text / differs");
});

test("the median of an even number is between the middle two", () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test("a profile's self times are shares of the time in which something ran", () => {
  const frame = (functionName: string) => ({ functionName, url: "", lineNumber: 0 });
  const profile = {
    nodes: [
      { id: 1, callFrame: frame("(idle)") },
      { id: 2, callFrame: frame("busy") },
      { id: 3, callFrame: frame("lazy") },
    ],
    samples: [1, 2, 2, 3],
    timeDeltas: [5_000, 1_000, 2_000, 1_000],
  };
  expect(selfTimes(profile, "function")).toEqual([
    { name: "busy", ms: 3, share: 0.75 },
    { name: "lazy", ms: 1, share: 0.25 },
  ]);
});
