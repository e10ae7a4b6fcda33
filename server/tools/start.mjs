/**
 * `npm start` and `npm run dev`: from a fresh clone to a running server, saying what it does.
 *
 * Plain JavaScript for any Node >= 20, with no package: it installs what is missing, makes the database client, builds the pages when their
 * sources changed, and hands over to server/main.ts on the project's own Node 24. Each step is skipped when its inputs are as they were last time.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const stampDir = join(root, "node_modules", ".bansho");
const node24 = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");

const startedMs = Date.now();
export const say = (words) => console.log(`  ${((Date.now() - startedMs) / 1000).toFixed(1).padStart(5)} s  ${words}`);

/** Hash of the files named, and of all files below the folders named. */
function fingerprint(paths) {
  const hash = createHash("sha256");
  const visit = (path) => {
    if (!existsSync(path)) return;
    const stat = statSync(path);
    if (stat.isDirectory()) {
      for (const name of readdirSync(path).sort())
        if (name !== "node_modules" && name !== "generated" && !name.startsWith(".")) visit(join(path, name));
      return;
    }
    hash.update(relative(root, path)).update("\0").update(readFileSync(path)).update("\0");
  };
  for (const path of paths) visit(join(root, path));
  return hash.digest("hex");
}

const isFresh = (step, print, outputs) =>
  outputs.every((path) => existsSync(join(root, path))) && existsSync(join(stampDir, step)) && readFileSync(join(stampDir, step), "utf8") === print;

function stamp(step, print) {
  mkdirSync(stampDir, { recursive: true });
  writeFileSync(join(stampDir, step), print);
}

/** Run a command quietly; on failure show all it said, and stop. */
function run(command, args, { env = {}, whatNext }) {
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8", env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 });
  if (result.status === 0) return;
  console.error(result.stdout ?? "");
  console.error(result.stderr ?? result.error?.message ?? "");
  console.error(`\nBansho could not start: ${whatNext}`);
  process.exit(1);
}

const steps = [
  {
    name: "install",
    words: "Fetching the packages (the first time only; about a minute)",
    inputs: ["package-lock.json", ".npmrc", "patches"],
    outputs: ["node_modules/.package-lock.json", "node_modules/node/bin"],
    act: () =>
      run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
        whatNext: "the packages could not be installed. Check the network and run it again.",
      }),
  },
  {
    name: "generate",
    words: "Making the database client",
    inputs: ["prisma/schema.prisma", "prisma.config.ts", "package-lock.json"],
    outputs: ["server/stores/generated"],
    act: () => run(node24, ["server/tools/generate.mjs"], { whatNext: "the database client could not be made." }),
  },
  {
    name: "build",
    words: "Building the pages",
    inputs: ["app", "remix.config.js", "vite.config.ts", "package-lock.json", "tsconfig.json", "server/tools/build.mjs"],
    outputs: ["build/client", "build/server/index.js"],
    act: () => run(node24, ["server/tools/build.mjs"], { env: { NODE_ENV: "production" }, whatNext: "the pages could not be built." }),
  },
];

/** Bring everything up to date; `names` leaves steps out. */
export function prepare(names = steps.map((step) => step.name)) {
  for (const step of steps) {
    if (!names.includes(step.name)) continue;
    const print = fingerprint(step.inputs);
    if (isFresh(step.name, print, step.outputs)) continue;
    say(`${step.words} …`);
    step.act();
    stamp(step.name, print);
  }
}

/** Parent of a process, where the system tells (Linux); undefined elsewhere, and when it is gone. */
function parentOf(pid) {
  try {
    return /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

function main() {
  const args = process.argv.slice(2);
  const dev = args.includes("--dev");
  if (Number(process.versions.node.split(".")[0]) < 20) {
    console.error(`Bansho needs Node 20 or newer to start; this is ${process.version}.`);
    process.exit(1);
  }
  console.log("Bansho");
  prepare(dev ? ["install", "generate"] : undefined);
  say("Starting the server …");
  const watch = dev ? ["--watch-path=server", "--watch-path=app/core", "--watch-preserve-output"] : [];
  // The server ends when this pipe does, so that not even a kill -9 of this script leaves it behind.
  const child = spawn(node24, [...watch, "--disable-warning=ExperimentalWarning", "server/main.ts", ...args, "--supervised"], {
    cwd: root,
    stdio: ["pipe", "inherit", "inherit"],
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  // npm passes a signal to its shell at most, and the shell passes on none: notice that one of the two is gone.
  if (process.env.npm_lifecycle_event !== undefined) {
    const shell = process.ppid;
    const npm = parentOf(shell);
    setInterval(() => (process.ppid !== shell || parentOf(shell) !== npm) && child.kill("SIGTERM"), 250).unref();
  }
  child.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 0 : 1)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
