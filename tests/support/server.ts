/**
 * A real Bansho for tests: the production build, its own process, its own data folder, a free port that it keeps over restarts.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(fileURLToPath(new URL("../..", import.meta.url)));

/** An environment with nothing of ours in it but what is given. */
export function cleanEnv(env: Record<string, string>): NodeJS.ProcessEnv {
  return { NODE_ENV: "test", PATH: process.env["PATH"], HOME: process.env["HOME"], ...env };
}

export type RunningServer = {
  readonly url: string;
  readonly dataDir: string;
  /** The one-time link of an empty installation; null when somebody is there. */
  readonly setupLink: string | null;
  /** All it has printed since it was started last. */
  readonly output: () => string;
  readonly pid: () => number;
  /** `SIGKILL`: as if the power went. Resolves when it is gone, with the exit code (null when killed). */
  readonly stop: (signal?: "SIGTERM" | "SIGKILL") => Promise<number | null>;
  /** Start again on the same data and the same port. */
  readonly start: () => Promise<void>;
  /** Stop it and delete its data. */
  readonly dispose: () => Promise<void>;
};

/** Start a server and wait until it says that it is ready. */
export async function startServer(options: { demo?: boolean; env?: Record<string, string>; dataDir?: string } = {}): Promise<RunningServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "bansho-test-")));
  let port = "0";
  let child: ChildProcess | null = null;
  let output = "";
  let setupLink: string | null = null;

  const start = async (): Promise<void> => {
    output = "";
    const started = spawn(
      join(root, "node_modules/node/bin/node"),
      ["--disable-warning=ExperimentalWarning", "server/main.ts", ...(options.demo === true ? ["--demo"] : [])],
      {
        cwd: root,
        env: cleanEnv({ DATA_DIR: dataDir, PORT: port, LOG_LEVEL: "warn", ...options.env }),
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    child = started;
    await new Promise<void>((done, fail) => {
      const take = (chunk: Buffer): void => {
        output += chunk.toString();
        const ready = /Bansho is ready at http:\/\/localhost:(\d+)/.exec(output);
        if (ready?.[1] === undefined || !output.endsWith("\n")) return;
        port = ready[1];
        setupLink = /(http\S+\/setup\?token=\S+)/.exec(output)?.[1] ?? null;
        done();
      };
      started.stdout.on("data", take);
      started.stderr.on("data", take);
      started.once("exit", (code) => fail(new Error(`The server ended with ${String(code)} before it was ready:\n${output}`)));
    });
  };

  const stop = async (signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<number | null> => {
    const ending = child;
    child = null;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return ending?.exitCode ?? null;
    return new Promise((done) => {
      ending.once("exit", (code) => done(code));
      ending.kill(signal);
    });
  };

  await start();
  return {
    get url() {
      return `http://localhost:${port}`;
    },
    get setupLink() {
      return setupLink;
    },
    dataDir,
    output: () => output,
    pid: () => child?.pid ?? -1,
    stop,
    start,
    dispose: async () => {
      await stop("SIGKILL");
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}
