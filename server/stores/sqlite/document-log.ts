/**
 * The document log on SQLite: asks the log's thread and waits. Rules ST1 to ST4.
 *
 * Always true: writes pass the write gate in the order they were asked for; a thread that dies fails what it was asked, loudly, and
 * the next question starts another. What was asked of a dead thread may still have been written: appending it again does no harm,
 * since a Yjs update counts once however often it is applied.
 */
import { Worker } from "node:worker_threads";
import { AppError, assert } from "#core/errors";
import { parseId, type PersonId } from "#core/ids";
import type { Clock } from "#core/time";
import type { Log } from "../../observe/log.ts";
import type { DocumentLog, StoredDocument } from "../contract.ts";
import { pack, unpack, type Claim, type FromWorker, type LogAnswers, type LogRequest, type ToWorker } from "./log-messages.ts";
import type { WriteGate } from "./write-gate.ts";

/** A commit slower than this is told to operators. */
const SLOW_MS = 1_000;

/** A thread's own default would let short-lived memory grow to some 50 MiB before it is looked through. */
const YOUNG_HEAP_MB = 8;

/** What the log's connection says of itself. */
export type LogCondition = LogAnswers["check"];

export type SqliteDocumentLog = DocumentLog & {
  /** Rejects when the thread or its database cannot be reached. */
  readonly check: () => Promise<LogCondition>;
};

export type DocumentLogOptions = {
  readonly path: string;
  readonly busyTimeoutMs: number;
  readonly gate: WriteGate;
  readonly clock: Clock;
  readonly logger: Log;
};

/** Opens the log of a migrated database. The thread starts with the first question. */
export function openDocumentLog(options: DocumentLogOptions): SqliteDocumentLog {
  const { gate, clock, logger } = options;
  const thread = makeThread(options);

  const write = async <K extends "append" | "compact">(
    request: Extract<LogRequest, { kind: K }>,
    transfer: ArrayBuffer[],
  ): Promise<LogAnswers[K]> => {
    const fromMs = clock.nowMs();
    const answer = await gate.run(() => thread.ask<K>(request, transfer));
    const tookMs = clock.nowMs() - fromMs;
    if (tookMs > SLOW_MS) logger.warn({ kind: (request as LogRequest).kind, tookMs }, "slow write to the document log");
    return answer;
  };

  /** Claims that wait for their turn: a class that opens a lesson together is bound in one transaction. */
  let claims: { readonly claim: Claim; readonly resolve: (owner: PersonId) => void; readonly reject: (error: unknown) => void }[] = [];
  const writeClaims = async (): Promise<void> => {
    let taken: typeof claims = [];
    try {
      const owners = await gate.run(() => {
        taken = claims;
        claims = [];
        return thread.ask<"claim">({ kind: "claim", claims: taken.map(({ claim }) => claim) }, []);
      });
      for (const [index, { resolve }] of taken.entries()) resolve(parseId<PersonId>(owners[index] ?? ""));
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
  };

  return {
    append: async (entries) => {
      if (entries.length === 0) return;
      const updates = pack(entries.map((entry) => entry.update));
      const documents = entries.map((entry) => entry.document);
      const personIds = entries.map((entry) => entry.personId);
      const atMs = entries.map((entry) => entry.atMs);
      const others = entries.flatMap(({ others: writers = [] }, index) => (writers.length === 0 ? [] : [{ index, writers }]));
      await write<"append">({ kind: "append", documents, personIds, atMs, others, updates }, [updates.bytes.buffer]);
    },
    load: async (document): Promise<StoredDocument> => {
      const { snapshot, updates, throughSeq } = await thread.ask<"load">({ kind: "load", document }, []);
      return { snapshot, updates: unpack(updates), throughSeq };
    },
    compact: async (document, snapshot, throughSeq) => {
      const copy = new Uint8Array(snapshot);
      await write<"compact">({ kind: "compact", document, snapshot: copy, throughSeq }, [copy.buffer]);
    },
    claimClientId: (document, clientId, personId) =>
      new Promise((resolve, reject) => {
        claims.push({ claim: { document, clientId, personId }, resolve, reject });
        if (claims.length === 1) void writeClaims(); // each claim is told of its own failure
      }),
    writersSince: async (document, sinceMs) =>
      (await thread.ask<"writers">({ kind: "writers", document, sinceMs }, [])).map((id) => parseId<PersonId>(id)),
    check: () => thread.ask<"check">({ kind: "check" }, []),
    close: () => gate.run(() => thread.close()),
  };
}

type Waiting = { readonly resolve: (answer: LogAnswers[keyof LogAnswers]) => void; readonly reject: (error: unknown) => void };

const unavailable = (cause: unknown) => new AppError("unavailable", { message: "The server could not reach its store. Please try again.", cause });

/** The worker thread and the questions it still owes an answer. */
function makeThread({ path, busyTimeoutMs, logger }: DocumentLogOptions) {
  let worker: Worker | null = null;
  let closed = false;
  let lastId = 0;
  const waiting = new Map<number, Waiting>();

  const start = (): Worker => {
    // No environment: it needs none, and under `node --watch` a variable in it makes threads send messages of Node's own.
    const started = new Worker(new URL("./log-worker.ts", import.meta.url), {
      name: "document-log",
      workerData: { path, busyTimeoutMs },
      env: {},
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
    });
    const fail = (cause: unknown) => {
      if (worker !== started) return;
      worker = null;
      // It ends by itself when it has answered that it is closed.
      if (closed && waiting.size === 0) return;
      logger.error({ err: cause, waiting: waiting.size }, "the document log's thread died");
      const lost = [...waiting.values()];
      waiting.clear();
      for (const question of lost) question.reject(unavailable(cause));
    };
    started.on("message", (message: FromWorker) => {
      const question = waiting.get(message.id);
      assert(question !== undefined, "the log's thread answers what it was asked, once");
      waiting.delete(message.id);
      if (message.ok) question.resolve(message.answer);
      else question.reject(unavailable(message.error));
    });
    started.on("error", fail);
    started.on("messageerror", fail);
    started.on("exit", (code) => fail(new Error(`exit code ${code}`)));
    return started;
  };

  const post = (to: Worker, request: LogRequest, transfer: ArrayBuffer[]) =>
    new Promise<LogAnswers[keyof LogAnswers]>((resolve, reject) => {
      lastId += 1;
      const message: ToWorker = { id: lastId, request };
      to.postMessage(message, transfer);
      waiting.set(message.id, { resolve, reject });
    });

  const ask = async <K extends LogRequest["kind"]>(request: Extract<LogRequest, { kind: K }>, transfer: ArrayBuffer[]): Promise<LogAnswers[K]> => {
    if (closed) throw unavailable(new Error("the document log is closed"));
    worker ??= start();
    // The thread answers each kind with its own type: log-messages.ts.
    return (await post(worker, request, transfer)) as LogAnswers[K];
  };

  /** Answers what was asked before, then ends the thread. */
  const close = async (): Promise<void> => {
    closed = true;
    const closing = worker;
    if (closing === null) return;
    await post(closing, { kind: "close" }, []);
    worker = null;
    await closing.terminate();
  };

  return { ask, close };
}
