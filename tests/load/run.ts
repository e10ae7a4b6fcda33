/**
 * The load suite: every scenario against every server, interleaved, and one table.
 *
 *   node tests/load/run.ts [scenario …] [--runs 3] [--quick] [--targets relay,bansho] [--out FILE.md] [--json FILE] [--cpu-prof FOLDER]
 *                           [--minutes 6] [--documents 5000]   (the soak, which runs only when it is named)
 *
 * Ends with 1 when a run failed its check.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import type { Outcome, RunContext, Scenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";
import { makeTable, type Results } from "./table.ts";
import { installPeers, isPeer, TARGETS, Workshop, type TargetName } from "./targets.ts";

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: "string" },
      quick: { type: "boolean", default: false },
      targets: { type: "string" },
      out: { type: "string" },
      json: { type: "string" },
      minutes: { type: "string", default: "6" },
      documents: { type: "string", default: "5000" },
      "cpu-prof": { type: "string" },
    },
  });
  const runs = Number(values.runs ?? (values.quick ? 1 : 3));
  const scenarios = chooseScenarios(positionals, values.quick);
  const targets = chooseTargets(values.targets);
  const profile = values["cpu-prof"];
  const nodeArgs = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
  if (targets.some(isPeer)) await installPeers();

  const workshop = new Workshop();
  const results: Results[] = [];
  try {
    for (const scenario of scenarios) {
      const here = scenario.targets.filter((name) => targets.includes(name));
      const outcomes: Partial<Record<TargetName, Outcome[]>> = {};
      for (let run = 0; run < Math.min(runs, scenario.maxRuns ?? runs); run += 1) {
        // Each run begins with another one, so that what a machine does over time hits all alike.
        const order = [...here.slice(run % here.length), ...here.slice(0, run % here.length)];
        const context = { workshop, quick: values.quick, nodeArgs, run, minutes: Number(values.minutes), documents: Number(values.documents) };
        const go = async (name: TargetName): Promise<void> => {
          const outcome = await runOnce(scenario, name, context);
          (outcomes[name] ??= []).push(outcome);
        };
        if (scenario.together === true) await Promise.all(order.map(go));
        else for (const name of order) await go(name);
      }
      results.push({ scenario, outcomes });
    }
  } finally {
    workshop.dispose();
  }
  const words = `${runs} interleaved run${runs === 1 ? "" : "s"}, medians (smallest–largest); ${cpus().length} cores, Node ${process.version}, ${new Date().toISOString().slice(0, 16)}Z`;
  const table = `${makeTable(results)}\n\n${words}\n`;
  console.log(`\n${table}`);
  if (values.out !== undefined) writeFileSync(values.out, table);
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(results, null, 1));
  const failed = results.some(({ outcomes }) => Object.values(outcomes).some((list) => list.some(({ trouble }) => trouble !== null)));
  process.exit(failed ? 1 : 0);
}

async function runOnce(scenario: Scenario, name: TargetName, context: RunContext): Promise<Outcome> {
  const fromMs = performance.now();
  let outcome: Outcome;
  try {
    outcome = await scenario.run(name, context);
  } catch (error) {
    outcome = { figures: {}, trouble: error instanceof Error ? error.message : String(error) };
  }
  const words = scenario.measures.map((measure) => `${measure.name} ${(outcome.figures[measure.name] ?? NaN).toFixed(measure.digits)}`).join("  ");
  const took = ((performance.now() - fromMs) / 1000).toFixed(0);
  console.error(
    `${scenario.name} ${name} run ${context.run + 1} (${took} s): ${words}${outcome.trouble === null ? "" : `\n  FAILED: ${outcome.trouble}`}`,
  );
  return outcome;
}

function chooseScenarios(names: readonly string[], quick: boolean): readonly Scenario[] {
  if (names.length === 0) return SCENARIOS.filter(({ partOf }) => partOf === "quick" || (partOf === "all" && !quick));
  return names.map((name) => {
    const found = SCENARIOS.find((scenario) => scenario.name === name);
    if (found === undefined) throw new Error(`There is no scenario ${name}; there are ${SCENARIOS.map((scenario) => scenario.name).join(", ")}.`);
    return found;
  });
}

function chooseTargets(list: string | undefined): readonly TargetName[] {
  if (list === undefined) return TARGETS;
  return list.split(",").map((name) => {
    const found = TARGETS.find((target) => target === name);
    if (found === undefined) throw new Error(`There is no target ${name}; there are ${TARGETS.join(", ")}.`);
    return found;
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
