/**
 * Fuzz the parsers of the wire, and the hub behind them, for as long as you like:
 *
 *   npm run fuzz -- --minutes 10 --seed 7
 *
 * Prints the seed and what was reached; ends with 1 when something was found, and leaves the input as hex in test-results/fuzz. An input that was
 * found becomes a named test (fuzz-frames.test.ts).
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { watchCoverage } from "./fuzz/coverage.ts";
import { fuzz } from "./fuzz/fuzz.ts";

const { values } = parseArgs({ options: { minutes: { type: "string", default: "1" }, seed: { type: "string" } } });
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
if (!(minutes > 0) || !Number.isInteger(seed)) throw new Error("--minutes and --seed must be numbers.");
console.log(`fuzzing for ${minutes} minutes with --seed ${seed}`);

const coverage = await watchCoverage(/\/app\/core\/protocol\/(wire|awareness|update-scan|bounded-json)\.ts$/, (url) =>
  readFileSync(fileURLToPath(url), "utf8"),
);
const endMs = performance.now() + minutes * 60_000;
let nextWordMs = performance.now() + 60_000;
const result = await fuzz({
  seed,
  coverage,
  goesOn: (runs) => {
    if (performance.now() > nextWordMs) {
      console.log(`  ${runs} runs`);
      nextWordMs += 60_000;
    }
    return performance.now() < endMs;
  },
});
await coverage.look();
const { finding, ms, ...counts } = result;
console.log(JSON.stringify(counts));
console.log(`${Math.round((counts.parserRuns + counts.hubFrames) / (ms / 1_000))} inputs a second`);
for (const { file, covered, total, missing } of coverage.report()) {
  console.log(
    `  ${file}: ${((100 * covered) / total).toFixed(1)} % of its code reached${missing.length === 0 ? "" : `; not lines ${missing.join(", ")}`}`,
  );
}
coverage.stop();
if (finding !== null) {
  const folder = join(fileURLToPath(new URL("../..", import.meta.url)), "test-results", "fuzz");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `seed-${seed}.hex`);
  writeFileSync(path, `${finding.inputs.map((input) => Buffer.from(input).toString("hex")).join("\n")}\n`);
  console.log(`FOUND: ${finding.what}\nThe input is in ${path}, a frame a line.`);
  process.exitCode = 1;
}
