/**
 * `npm run check`: format, lint, types, import direction, dead code. Runs all of them, shows only what is wrong, and answers how many hold.
 */
import { spawnSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const node24 = join(root, "node_modules/node/bin/node");

const CHECKS = [
  { name: "format", args: ["node_modules/oxfmt/bin/oxfmt", "--check", "."], mend: "npm run format" },
  { name: "lint", args: ["node_modules/oxlint/bin/oxlint", "--type-aware", "--quiet", "."], mend: "mend what it names" },
  { name: "types", args: ["node_modules/typescript/bin/tsc", "-p", "."], mend: "mend what it names" },
  {
    name: "import direction",
    args: ["node_modules/dependency-cruiser/bin/dependency-cruise.mjs", "--output-type", "err", "app", "server", "prisma", "tests"],
    mend: "see ARCHITECTURE.md, “Who may import whom”",
  },
  { name: "dead code", args: ["node_modules/knip/bin/knip.js", "--no-progress"], mend: "delete it, or use it" },
];

/** Run all checks. @returns how many held and how many did not */
export function runChecks() {
  let failed = 0;
  for (const check of CHECKS) {
    const result = spawnSync(node24, check.args, {
      cwd: root,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}` },
    });
    if (result.status === 0) {
      console.log(`  ok    ${check.name}`);
      continue;
    }
    failed += 1;
    console.log(`${result.stdout ?? ""}${result.stderr ?? ""}${result.error?.message ?? ""}`);
    console.log(`  FAIL  ${check.name}: ${check.mend}`);
  }
  return { passed: CHECKS.length - failed, failed };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(runChecks().failed === 0 ? 0 : 1);
