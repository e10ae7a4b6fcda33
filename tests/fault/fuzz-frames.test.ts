/**
 * A short run of the fuzzing (`npm run fuzz` is the long one), and everything that it has found, by name.
 * A seed that failed is replayed by `SEED=<n> npx vitest run tests/fault/fuzz-frames.test.ts`.
 */
import { expect, test } from "vitest";
import { makeRandom } from "../support/random.ts";
import { bulkCases, frameOf } from "./fuzz/corpus.ts";
import { fuzz } from "./fuzz/fuzz.ts";
import { checkParsers, checkTime } from "./fuzz/oracles.ts";

const RUN_MS = 1_500;

test(
  "[WP1] [WP2] [WP4] [WP5] [WP6] [WP8] [SY10] whatever bytes come, parsers and hub stand, and nobody else notices",
  { timeout: 60_000 },
  async () => {
    const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000_000);
    const endMs = performance.now() + RUN_MS;
    const { finding, ...counts } = await fuzz({ seed, goesOn: () => performance.now() < endMs });
    process.stdout.write(`fuzzing: ${JSON.stringify(counts)}\n`);
    expect(finding, `--seed ${seed}: ${finding?.inputs.map((input) => Buffer.from(input).toString("hex")).join(" ")}`).toBeNull();
    expect(counts.parserRuns).toBeGreaterThan(1_000);
    expect(counts.accepted, "some of it was taken into the document").toBeGreaterThan(20);
    expect(counts.closed["malformed"]).toBeGreaterThan(20);
  },
);

test("[WP1] [WP6] a megabyte of the worst of each kind is read, or not, within a second", { timeout: 60_000 }, () => {
  const random = makeRandom(1);
  for (const each of bulkCases()) {
    expect(each.bytes.length).toBeGreaterThan(400_000);
    checkParsers(each.bytes);
    checkTime(each.bytes);
    checkTime(frameOf(each, random));
  }
});
