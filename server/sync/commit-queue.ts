/**
 * Group commit: what all rooms accepted within a few milliseconds is written in one transaction, and only then called durable.
 *
 * Always true: entries of one document are committed in the order they came, each is reported once, after its commit, and none is given up.
 * A failing store keeps everything in memory and is tried again with growing waits; a document that the store refuses does not hold up the
 * others. Rules SY5 to SY7. Left to others: what to do when too much is waiting (`isFull`).
 */
import { LIMITS } from "#core/limits";
import { SECOND_MS, type Clock, type Timer } from "#core/time";
import type { Log } from "#server/observe/log";
import type { SyncMeters } from "#server/observe/meters";
import type { DocumentLog, LogEntry } from "#server/stores/contract";

export type CommitQueue = {
  readonly push: (entry: LogEntry) => void;
  /** Resolves when all that was pushed so far, and since, is durable. Writes without waiting for company. */
  readonly flush: () => Promise<void>;
  /** True when so much is waiting that no more should be taken. */
  readonly isFull: () => boolean;
  readonly stats: () => { readonly updates: number; readonly bytes: number; readonly oldestMs: number };
};

export type CommitQueueOptions = {
  readonly log: Pick<DocumentLog, "append">;
  readonly clock: Clock;
  readonly logger: Log;
  readonly meters: Pick<SyncMeters, "commits" | "commitFailures" | "committedUpdates" | "commitMs">;
  /** Called after each commit with what it made durable, in order. Must not throw. */
  readonly onCommitted: (entries: readonly LogEntry[]) => void;
};

/** One transaction holds no more than this, so that a backlog does not become one giant write. */
const MAX_BATCH = 4_096;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5 * SECOND_MS;
/** After this many documents failed one by one, the store is taken to be down and the rest is not tried. */
const ENOUGH_FAILURES = 3;

/** Makes an empty queue. */
export function makeCommitQueue({ log, clock, logger, meters, onCommitted }: CommitQueueOptions): CommitQueue {
  let pending: LogEntry[] = [];
  /** Entries that failed, and all later ones of the same documents. */
  const stuck = new Map<string, LogEntry[]>();
  let failures = 0;
  let writing = false;
  /** What the store has in its hands just now. */
  let underWay: readonly LogEntry[] = [];
  let bytes = 0;
  let flushing: (() => void)[] = [];
  let commitTimer: Timer | null = null;
  let retryTimer: Timer | null = null;

  const commit = async (entries: readonly LogEntry[]): Promise<boolean> => {
    const fromMs = clock.nowMs();
    try {
      underWay = entries;
      await log.append(entries);
    } catch (error) {
      meters.commitFailures += 1;
      const documents = [...new Set(entries.map((entry) => entry.document))];
      const fields = { err: error, updates: entries.length, documents: documents.slice(0, 10), failures, waitingBytes: bytes };
      logger.error(fields, "edits could not be saved; they are kept and tried again");
      return false;
    } finally {
      underWay = [];
    }
    meters.commits += 1;
    meters.committedUpdates += entries.length;
    meters.commitMs.observe(clock.nowMs() - fromMs);
    for (const entry of entries) bytes -= entry.update.length;
    onCommitted(entries);
    return true;
  };

  const setAside = (document: string, entries: readonly LogEntry[]) => {
    // What came for the same document while we wrote has to stay behind.
    stuck.set(document, [...entries, ...pending.filter((entry) => entry.document === document)]);
    pending = pending.filter((entry) => entry.document !== document);
  };

  const writePending = async (): Promise<void> => {
    const batch = pending.slice(0, MAX_BATCH);
    pending = pending.slice(MAX_BATCH);
    if (await commit(batch)) return;
    const groups = Map.groupBy(batch, (entry) => entry.document);
    let failed = 0;
    for (const [document, entries] of groups) {
      const isWorthTrying = groups.size > 1 && failed < ENOUGH_FAILURES;
      if (isWorthTrying && (await commit(entries))) continue;
      failed += 1;
      setAside(document, entries);
    }
  };

  const retryStuck = async (): Promise<void> => {
    let failed = 0;
    // As it stands now: documents that fail are put at the end of `stuck` on the way.
    const attempts = [...stuck];
    for (const [document, entries] of attempts) {
      if (failed === ENOUGH_FAILURES) break;
      const batch = entries.slice(0, MAX_BATCH);
      // Looked up again below: more may have come while we wrote.
      const ok = await commit(batch);
      const rest = (stuck.get(document) ?? []).slice(ok ? batch.length : 0);
      // Deleting first moves a document that failed to the end, so that the others are tried before it next time.
      stuck.delete(document);
      if (!ok) {
        failed += 1;
        stuck.set(document, rest);
      } else if (rest.length > 0) {
        pending = [...rest, ...pending];
      }
    }
    failures = failed === 0 ? 0 : failures + 1;
    if (failed === 0) logger.info({}, "all edits that waited for the store are saved");
  };

  const run = async (write: () => Promise<void>): Promise<void> => {
    writing = true;
    try {
      await write();
    } finally {
      writing = false;
      plan();
    }
  };

  const plan = () => {
    if (pending.length === 0 && stuck.size === 0) {
      const done = flushing;
      flushing = [];
      for (const resolve of done) resolve();
    }
    if (stuck.size > 0 && retryTimer === null) {
      retryTimer = clock.setTimer(Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS), retryWhenFree);
    }
    if (writing || commitTimer !== null || pending.length === 0) return;
    commitTimer = clock.setTimer(flushing.length > 0 ? 0 : LIMITS.commitDelayMs, () => {
      commitTimer = null;
      // Failures are handled inside; anything else that throws is a bug and may stop the process.
      void run(writePending);
    });
  };

  const retryWhenFree = () => {
    if (writing) {
      retryTimer = clock.setTimer(LIMITS.commitDelayMs, retryWhenFree);
      return;
    }
    retryTimer = null;
    if (commitTimer !== null) {
      commitTimer.cancel();
      commitTimer = null;
    }
    void run(retryStuck); // as above
  };

  return {
    push: (entry) => {
      bytes += entry.update.length;
      const waiting = stuck.get(entry.document);
      if (waiting !== undefined) waiting.push(entry);
      else pending.push(entry);
      plan();
    },
    flush: () =>
      new Promise((resolve) => {
        flushing.push(resolve);
        if (commitTimer !== null) {
          commitTimer.cancel();
          commitTimer = null;
        }
        if (writing) return;
        plan();
      }),
    isFull: () => bytes >= LIMITS.maxUnsavedBytes,
    stats: () => {
      let updates = 0;
      let oldestAtMs = Infinity;
      // What is retried stays among the stuck while it is under way, so that it counts only once.
      const isRetry = stuck.has(underWay[0]?.document ?? "");
      for (const entries of [isRetry ? [] : underWay, pending, ...stuck.values()]) {
        updates += entries.length;
        oldestAtMs = Math.min(oldestAtMs, entries[0]?.atMs ?? Infinity);
      }
      return { updates, bytes, oldestMs: oldestAtMs === Infinity ? 0 : Math.max(0, clock.nowMs() - oldestAtMs) };
    },
  };
}
