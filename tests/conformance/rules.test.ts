/**
 * The rules of every SPEC.md and the tests that cite them are held together: a rule that no test names is a promise that nobody keeps an eye
 * on, and a test that names a rule that is gone says something that is no longer meant.
 */
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(`${root}/${path}`, "utf8");
const find = (patterns: readonly string[]): readonly string[] => globSync(patterns, { cwd: root }).toSorted();

const SPECS = find(["app/**/SPEC.md", "server/**/SPEC.md"]);
const TESTS = find(["app/**/*.test.{ts,tsx}", "server/**/*.test.ts", "prisma/**/*.test.ts", "tests/**/*.{test,spec}.ts"]);

/** Rules begin a list item: `- **SY7** An acknowledgement ...`. */
const rulesOf = (text: string): string[] => [...text.matchAll(/^- \*\*([A-Z]{2}\d+)\b/gm)].map(([, rule = ""]) => rule);

/** Titles name their rules in square brackets at the beginning: `test("[SY4] [SY7] after a gap ..."`, also those of `test.each`. */
const citedIn = (text: string): string[] =>
  [...text.matchAll(/["'`]((?:\[[A-Z]{2}\d+\] ?)+)/g)].flatMap(([, tags = ""]) => tags.match(/[A-Z]{2}\d+/g) ?? []);

test("each rule stands once, in one SPEC.md", () => {
  const all = SPECS.flatMap((path) => rulesOf(read(path)));
  expect(SPECS.length).toBeGreaterThan(6);
  expect(all.filter((rule, at) => all.indexOf(rule) !== at)).toEqual([]);
});

test("every rule has a test that names it, and every rule that a test names exists", () => {
  const rules = SPECS.flatMap((path) => rulesOf(read(path)).map((rule) => [rule, path] as const));
  const cited = TESTS.flatMap((path) => citedIn(read(path)).map((rule) => [rule, path] as const));
  expect(cited.length).toBeGreaterThan(200);
  const [known, named] = [new Set(rules.map(([rule]) => rule)), new Set(cited.map(([rule]) => rule))];
  expect(
    rules.filter(([rule]) => !named.has(rule)),
    "rules without a test",
  ).toEqual([]);
  expect(
    cited.filter(([rule]) => !known.has(rule)),
    "tests of rules that do not exist",
  ).toEqual([]);
});
