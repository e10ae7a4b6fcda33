/**
 * Compaction in a thread of its own, so that garbage collection of a big document never holds up the sockets.
 *
 * Always true: a thread that dies or runs out of memory fails only what it was doing; the next job starts another. The thread is let go
 * when there is nothing to do, with all the memory it took.
 */
import { Worker } from "node:worker_threads";
import type { Clock, Timer } from "#core/time";
import { SECOND_MS } from "#core/time";
import type { CompactAnswer, CompactRequest } from "./compact-worker.ts";

export type Compactor = {
  /** One garbage-collected snapshot of these parts. Rejects when it cannot be made; nothing is lost then. */
  readonly compact: (parts: readonly Uint8Array[]) => Promise<Uint8Array>;
  readonly close: () => Promise<void>;
};

const IDLE_MS = 10 * SECOND_MS;
const MAX_HEAP_MB = 512;
/** A thread's own default would let short-lived memory grow to some 50 MiB before it is looked through. */
const YOUNG_HEAP_MB = 8;

type Job = { readonly resolve: (snapshot: Uint8Array) => void; readonly reject: (error: Error) => void };

/** Makes the compactor; its thread starts with the first job. */
export function makeThreadCompactor(clock: Clock): Compactor {
  const jobs = new Map<number, Job>();
  let lastId = 0;
  let worker: Worker | null = null;
  let idle: Timer | null = null;

  const stop = async (): Promise<void> => {
    idle?.cancel();
    idle = null;
    const stopping = worker;
    worker = null;
    await stopping?.terminate();
  };

  const settle = (answer: CompactAnswer) => {
    const job = jobs.get(answer.id);
    jobs.delete(answer.id);
    if ("snapshot" in answer) job?.resolve(answer.snapshot);
    else job?.reject(new Error(`compaction failed: ${answer.trouble}`));
    // Stopping a thread does not reject.
    if (jobs.size === 0) idle ??= clock.setTimer(IDLE_MS, () => void stop());
  };

  const start = (): Worker => {
    const started = new Worker(new URL("./compact-worker.ts", import.meta.url), {
      name: "compact",
      // It needs none; under `node --watch` a variable in it makes threads send messages of Node's own.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
    });
    const fail = (cause: unknown) => {
      if (worker === started) worker = null;
      for (const job of jobs.values()) job.reject(new Error("the compaction thread died", { cause }));
      jobs.clear();
    };
    started.on("message", settle);
    started.on("error", fail);
    started.on("exit", (code) => {
      if (worker === started) fail(new Error(`exit code ${code}`));
    });
    started.unref();
    return started;
  };

  return {
    compact: (parts) =>
      new Promise((resolve, reject) => {
        idle?.cancel();
        idle = null;
        lastId += 1;
        jobs.set(lastId, { resolve, reject });
        worker ??= start();
        worker.postMessage({ id: lastId, parts } satisfies CompactRequest);
      }),
    close: async () => {
      await stop();
      for (const job of jobs.values()) job.reject(new Error("the server is closing"));
      jobs.clear();
    },
  };
}
