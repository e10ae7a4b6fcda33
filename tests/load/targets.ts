/**
 * The servers that are compared, each a process of its own on the same Node, with a data folder of its own.
 *
 * Always true: a target that was started is stopped by `dispose`, whatever happened to it; the port stays the same over restarts.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Address } from "./swarm/client.ts";
import type { Dialect } from "./swarm/dialect.ts";

export const root = resolve(fileURLToPath(new URL("../..", import.meta.url)));
export const node24 = join(root, "node_modules/node/bin/node");
const peersFolder = join(root, "tests/load/peers");

export const TARGETS = ["relay", "relay-tuned", "bansho", "hocuspocus", "y-websocket"] as const;
export type TargetName = (typeof TARGETS)[number];

/** Documents and people that a scenario needs. */
export type WorldSize = { readonly documents: number; readonly people: number };

export type Target = {
  readonly name: TargetName;
  readonly address: Address;
  readonly documents: readonly string[];
  readonly dataDir: string;
  readonly pid: () => number;
  /** All that it printed since it was started last. */
  readonly output: () => string;
  /** @returns the exit code; null when it was killed */
  readonly stop: (signal: "SIGTERM" | "SIGKILL") => Promise<number | null>;
  /** Start again on the same data and the same port; resolves when it listens. */
  readonly start: () => Promise<void>;
  readonly dispose: () => Promise<void>;
};

export type StartOptions = {
  readonly world: WorldSize;
  /** Words for Node before the script. */
  readonly nodeArgs?: readonly string[];
  /** A data folder made before with `keepData`; it is copied. */
  readonly from?: string;
};

/** A temporary folder for the whole command: worlds are made once and copied. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), "bansho-load-"));
  private readonly worlds = new Map<string, Promise<string>>();
  private readonly templates = new Map<string, Promise<string>>();
  private count = 0;

  newFolder(name: string): string {
    this.count += 1;
    const folder = join(this.folder, `${this.count}-${name}`);
    mkdirSync(folder);
    return folder;
  }

  /** A data folder with lessons and people, and `world.json` in it. Made once for each size. */
  async world(size: WorldSize): Promise<string> {
    const key = `${size.documents}-${size.people}`;
    const made = this.worlds.get(key) ?? this.makeWorld(size);
    this.worlds.set(key, made);
    return made;
  }

  /** A data folder that is dear to make: made once for the whole command. The maker stops its server and gives the folder away. */
  template(key: string, make: () => Promise<string>): Promise<string> {
    const made = this.templates.get(key) ?? make();
    this.templates.set(key, made);
    return made;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async makeWorld({ documents, people }: WorldSize): Promise<string> {
    const folder = this.newFolder("world");
    const args = ["tests/load/world.ts", "--lessons", String(documents), "--people", String(people), "--bare", "--out", join(folder, "world.json")];
    await runToEnd(args, { DATA_DIR: folder });
    return folder;
  }
}

/** Start a server on data of its own. */
export async function startTarget(workshop: Workshop, name: TargetName, options: StartOptions): Promise<Target> {
  const dataDir = workshop.newFolder(name);
  if (options.from !== undefined) cpSync(options.from, dataDir, { recursive: true });
  else if (name === "bansho") cpSync(await workshop.world(options.world), dataDir, { recursive: true });
  const { documents, cookies } = name === "bansho" ? readWorld(dataDir) : { documents: makeNames(options.world.documents), cookies: [] };

  let port = 0;
  let child: ChildProcess | null = null;
  let output = "";

  const start = async (): Promise<void> => {
    output = "";
    const { args, env } = commandOf(name, { dataDir, port });
    const started = spawn(node24, ["--disable-warning=ExperimentalWarning", ...(options.nodeArgs ?? []), ...args], {
      cwd: name === "bansho" ? root : peersFolder,
      env: bareEnv(env),
      stdio: ["ignore", "pipe", "pipe"],
    });
    child = started;
    await new Promise<void>((done, fail) => {
      const take = (chunk: Buffer): void => {
        output = (output + chunk.toString()).slice(-100_000);
        const ready = /(?:Bansho is ready at http:\/\/localhost:|listening )(\d+)/.exec(output);
        if (ready?.[1] === undefined) return;
        port = Number(ready[1]);
        done();
      };
      started.stdout.on("data", take);
      started.stderr.on("data", take);
      started.once("exit", (code) => fail(new Error(`${name} ended with ${String(code)} before it listened:\n${output}`)));
    });
  };

  const stop = async (signal: "SIGTERM" | "SIGKILL"): Promise<number | null> => {
    const ending = child;
    child = null;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return ending?.exitCode ?? null;
    return new Promise((done) => {
      // One that does not end is ended.
      const patience = setTimeout(() => ending.kill("SIGKILL"), 180_000);
      ending.once("exit", (code) => {
        clearTimeout(patience);
        done(code);
      });
      ending.kill(signal);
    });
  };

  await start();
  return {
    name,
    get address() {
      return { dialect: dialectOf(name), host: "127.0.0.1", port, cookies };
    },
    documents,
    dataDir,
    pid: () => child?.pid ?? -1,
    output: () => output,
    stop,
    start,
    dispose: async () => {
      await stop("SIGKILL");
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Install the peers when they are not there. They are for comparison only, and no part of the product's packages. */
export async function installPeers(): Promise<void> {
  if (existsSync(join(peersFolder, "node_modules/@hocuspocus/server"))) return;
  console.error("Installing the peers into tests/load/peers …");
  await new Promise<void>((done, fail) => {
    const child = spawn("npm", ["ci", "--legacy-peer-deps"], { cwd: peersFolder, stdio: ["ignore", "ignore", "inherit"] });
    child.once("error", fail);
    child.once("exit", (code) => (code === 0 ? done() : fail(new Error(`npm ci in tests/load/peers ended with ${String(code)}`))));
  });
}

export const isPeer = (name: TargetName): boolean => name === "hocuspocus" || name === "y-websocket";
export const isRelay = (name: TargetName): boolean => name === "relay" || name === "relay-tuned";

/** An environment with nothing of ours in it but what is given. */
export const bareEnv = (env: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  PATH: process.env["PATH"],
  HOME: process.env["HOME"],
  NODE_ENV: "test",
  ...env,
});

function dialectOf(name: TargetName): Dialect {
  return name === "relay" || name === "relay-tuned" ? "relay" : name;
}

function commandOf(name: TargetName, { dataDir, port }: { dataDir: string; port: number }): { args: string[]; env: Record<string, string> } {
  switch (name) {
    case "bansho":
      return { args: ["server/main.ts"], env: { DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: "warn" } };
    case "relay":
    case "relay-tuned":
      return { args: [join(peersFolder, "relay.mjs"), name === "relay" ? "plain" : "tuned", String(port)], env: {} };
    case "hocuspocus":
    case "y-websocket":
      return { args: [join(peersFolder, `${name}.mjs`), dataDir, String(port)], env: {} };
  }
}

function readWorld(dataDir: string): { documents: string[]; cookies: string[] } {
  return JSON.parse(readFileSync(join(dataDir, "world.json"), "utf8")) as { documents: string[]; cookies: string[] };
}

const makeNames = (count: number): string[] => Array.from({ length: count }, (_, number) => `lesson/load-${number}`);

function runToEnd(args: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(node24, ["--disable-warning=ExperimentalWarning", ...args], {
      cwd: root,
      env: bareEnv(env),
      stdio: ["ignore", "ignore", "inherit"],
    });
    child.once("exit", (code) => (code === 0 ? done() : fail(new Error(`${args[0]} ended with ${String(code)}`))));
  });
}
