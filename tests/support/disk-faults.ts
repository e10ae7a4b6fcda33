/**
 * A disk that is full, slow or broken, for a process that runs: strace takes hold of it from outside and changes what the kernel answers to its
 * writes and fsyncs, so that SQLite and all above it meet the real error codes.
 *
 * Always true: once `inject` resolves every thread of the process is held; once `stop` resolves none is. Without strace it throws and says what
 * is missing: a fault test that could not make its fault must not pass.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FAULTS = {
  /** No space left: what SQLite writes with. */
  full: ["-e", "trace=pwrite64,pwritev,ftruncate,fallocate", "-e", "inject=pwrite64,pwritev,fallocate:error=ENOSPC"],
  /** The disk takes writes, but cannot say that they are safe. */
  "failing-fsync": ["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO"],
  "slow-fsync": ["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:delay_enter=400000"],
  /** Changes nothing, and writes down when each fsync was asked and how long it took. */
  "watched-fsync": ["-ttt", "-T", "-y", "-e", "trace=fsync,fdatasync"],
} as const;

/** How long one fsync takes while it is slow. */
export const SLOW_FSYNC_MS = 400;

export type Fsync = { readonly path: string; readonly beginMs: number; readonly endMs: number };

export type Fault = {
  /** Let the process go; the disk is as it was. Answers how many system calls were changed or written down. */
  readonly stop: () => Promise<number>;
  /** After `stop`, of "watched-fsync": all that succeeded, in milliseconds since 1970. */
  readonly fsyncs: () => readonly Fsync[];
};

/** Make the disk bad for this process and all its threads, until `stop`. */
export async function inject(pid: number, fault: keyof typeof FAULTS): Promise<Fault> {
  const folder = await mkdtemp(join(tmpdir(), "bansho-test-"));
  const record = join(folder, "calls");
  const strace = spawn("strace", ["-f", "-p", String(pid), "-o", record, ...FAULTS[fault]], { stdio: ["ignore", "ignore", "pipe"] });
  const gone = new Promise<void>((resolve) => void strace.once("close", () => resolve()));
  let said = "";
  await new Promise<void>((resolve, reject) => {
    const missing = (cause: unknown) => new Error("Fault tests need strace (apt-get install strace), and must be allowed to trace.", { cause });
    strace.once("error", (error) => reject(missing(error)));
    void gone.then(() => reject(missing(said)));
    strace.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      // Said once, when it holds the process with all its threads.
      if (/attached/.test(said)) resolve();
    });
  });
  let calls: readonly string[] = [];
  return {
    stop: async () => {
      strace.kill("SIGINT");
      await gone;
      calls = (await readFile(record, "utf8")).split("\n").filter((line) => line !== "");
      await rm(folder, { recursive: true, force: true });
      return fault === "watched-fsync" ? calls.length : calls.filter((line) => /INJECTED|DELAYED/.test(line)).length;
    },
    fsyncs: () => parseFsyncs(calls),
  };
}

/** A call that another thread's interrupts stands in two lines. */
function parseFsyncs(lines: readonly string[]): Fsync[] {
  const found: Fsync[] = [];
  const begun = new Map<string, { readonly path: string; readonly beginMs: number }>();
  for (const line of lines) {
    const [, thread = "", at = ""] = /^(\d+) +([\d.]+) /.exec(line) ?? [];
    const path = /(?:fsync|fdatasync)\(\d+<([^>]*)>/.exec(line)?.[1];
    const took = /= 0 <([\d.]+)>$/.exec(line)?.[1];
    const beginMs = Number(at) * 1_000;
    if (path !== undefined && took !== undefined) found.push({ path, beginMs, endMs: beginMs + Number(took) * 1_000 });
    else if (path !== undefined) begun.set(thread, { path, beginMs });
    else if (took !== undefined) {
      const first = begun.get(thread);
      if (first !== undefined) found.push({ ...first, endMs: first.beginMs + Number(took) * 1_000 });
    }
  }
  return found;
}
