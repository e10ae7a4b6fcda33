/**
 * `npm test`: static checks, then unit, integration, conformance and fault tests, then end-to-end tests in a real Chromium against the
 * production build. Ends with one line: N passed, N failed. From a fresh clone it first installs and builds, like `npm start`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { prepare } from "./start.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const node24 = join(root, "node_modules/node/bin/node");
const reports = join(root, "test-results");

/** The browser for end-to-end tests: CHROMIUM, or where Debian and others put it. */
function findChromium() {
  return (
    [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
      (path) => path !== undefined && path !== "" && existsSync(path),
    ) ?? null
  );
}

function heading(words) {
  console.log(`\n── ${words} ${"─".repeat(Math.max(3, 60 - words.length))}`);
}

/** Run one of the test runners; its own output is shown as it comes, its report is read from `report`. */
function runSuite(args, report, read, env = {}) {
  rmSync(report, { force: true });
  const result = spawnSync(node24, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env, PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}` },
  });
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const counts = read(JSON.parse(readFileSync(report, "utf8")));
  // A runner that fails without a failed test (a crash, an unhandled error, no test found) has failed all the same.
  if (result.status !== 0 && counts.failed === 0) counts.failed = 1;
  if (counts.passed + counts.failed === 0) counts.failed = 1;
  return counts;
}

async function main() {
  console.log("Bansho: all tests");
  prepare();
  mkdirSync(reports, { recursive: true });
  const { runChecks } = await import("./check.mjs");
  const counts = [];
  heading("Checks");
  counts.push(runChecks());
  heading("Unit, integration, conformance, fault");
  const unitReport = join(reports, "unit.json");
  counts.push(
    runSuite(
      ["node_modules/vitest/vitest.mjs", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${unitReport}`],
      unitReport,
      (report) => ({
        passed: report.numPassedTests,
        // A skipped test is a test that did not pass.
        failed:
          report.numFailedTests +
          report.numPendingTests +
          report.numTodoTests +
          report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0).length,
      }),
    ),
  );
  heading("End to end");
  const chromium = findChromium();
  if (chromium === null) {
    console.log(
      "There is no Chromium, so the end-to-end tests could not run. Get it with `apt-get install chromium`, or set CHROMIUM to where it is.",
    );
    counts.push({ passed: 0, failed: 1 });
  } else {
    const e2eReport = join(reports, "e2e.json");
    counts.push(
      runSuite(
        ["node_modules/@playwright/test/cli.js", "test", "--reporter=list,json"],
        e2eReport,
        (report) => ({ passed: report.stats.expected, failed: report.stats.unexpected + report.stats.flaky + report.stats.skipped }),
        {
          CHROMIUM: chromium,
          PLAYWRIGHT_JSON_OUTPUT_NAME: e2eReport,
        },
      ),
    );
  }
  const passed = counts.reduce((sum, count) => sum + count.passed, 0);
  const failed = counts.reduce((sum, count) => sum + count.failed, 0);
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

await main();
