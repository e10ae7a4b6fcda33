/**
 * Group commit: what all rooms accepted within a few milliseconds is written in one transaction, and only then called durable.
 *
 * Always true: entries of one document are committed in the order they came, each is reported once, after its commit, and none is given up.
 * A failing store keeps everything in memory and is tried again with growing waits; a document that the store refuses does not hold up the
 * others. Rules SY5 to SY7. Left to others: what to do when too much is waiting (`isFull`).
 */
import type { PersonId } from "#core/ids";
import { LIMITS } from "#core/limits";
import { SECOND_MS, type Clock, type Timer } from "#core/time";
import type { Log } from "#server/observe/log";
import type { SyncMeters } from "#server/observe/meters";
import type { DocumentLog, LogEntry } from "#server/stores/contract";

/** An entry on its way. `count`: how many updates are in it; 0 when they went into another. */
export type QueuedEntry = LogEntry & { update: Uint8Array; atMs: number; others: readonly Writer[]; count: number; isTaken: boolean };
type Writer = { readonly personId: PersonId; readonly atMs: number };

export type CommitQueue = {
  readonly push: (entry: LogEntry) => QueuedEntry;
  /** These consecutive entries of one document have been merged into `update`: write that instead, if none of them is being written yet. */
  readonly join: (entries: readonly QueuedEntry[], update: Uint8Array) => void;
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
  readonly onCommitted: (entries: readonly QueuedEntry[]) => void;
};

/** One transaction holds no more than this, so that a backlog does not become one giant write. */
const MAX_BATCH = 4_096;
/** Updates are counted in stretches this long. */
const STRETCH_MS = 100;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5 * SECOND_MS;
/** After this many documents failed one by one, the store is taken to be down and the rest is not tried. */
const ENOUGH_FAILURES = 3;

/** Makes an empty queue. */
export function makeCommitQueue({ log, clock, logger, meters, onCommitted }: CommitQueueOptions): CommitQueue {
  let pending: QueuedEntry[] = [];
  /** Entries that failed, and all later ones of the same documents. */
  const stuck = new Map<string, QueuedEntry[]>();
  let failures = 0;
  let writing = false;
  /** What the store has in its hands just now. */
  let underWay: readonly QueuedEntry[] = [];
  let bytes = 0;
  /** Updates that are not durable. */
  let unsaved = 0;
  let flushing: (() => void)[] = [];
  let commitTimer: Timer | null = null;
  let retryTimer: Timer | null = null;
  let stretchFromMs = -Infinity;
  let updates = 0;
  let updatesBefore = 0;

  const commit = async (entries: readonly QueuedEntry[]): Promise<boolean> => {
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
    for (const { count } of entries) {
      meters.committedUpdates += count;
      unsaved -= count;
    }
    meters.commitMs.observe(clock.nowMs() - fromMs);
    for (const entry of entries) bytes -= entry.update.length;
    onCommitted(entries);
    return true;
  };

  const setAside = (document: string, entries: readonly QueuedEntry[]) => {
    // What came for the same document while we wrote has to stay behind.
    stuck.set(document, [...entries, ...pending.filter((entry) => entry.document === document)]);
    pending = pending.filter((entry) => entry.document !== document);
  };

  const writePending = async (): Promise<void> => {
    const kept = pending.filter((entry) => entry.count > 0);
    const batch = kept.slice(0, MAX_BATCH);
    pending = kept.slice(MAX_BATCH);
    for (const entry of batch) entry.isTaken = true;
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

  /** Count one update. */
  const countUpdate = (nowMs: number) => {
    const age = nowMs - stretchFromMs;
    if (age >= STRETCH_MS || age < 0) {
      updatesBefore = age >= 0 && age < 2 * STRETCH_MS ? updates : 0;
      updates = 0;
      stretchFromMs = nowMs;
    }
    updates += 1;
  };

  const delayMs = (): number => (Math.max(updates, updatesBefore) > LIMITS.busyUpdates ? LIMITS.busyCommitDelayMs : LIMITS.commitDelayMs);

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
    commitTimer = clock.setTimer(flushing.length > 0 ? 0 : delayMs(), () => {
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
      countUpdate(entry.atMs);
      unsaved += 1;
      bytes += entry.update.length;
      const waiting = stuck.get(entry.document);
      const queued: QueuedEntry = { ...entry, others: [], count: 1, isTaken: waiting !== undefined };
      if (waiting !== undefined) waiting.push(queued);
      else pending.push(queued);
      plan();
      return queued;
    },
    join: (entries, update) => {
      const [first, ...rest] = entries;
      if (first === undefined || entries.some((entry) => entry.isTaken)) return;
      const writers = new Map<PersonId, number>();
      for (const { personId, atMs, update: before } of entries) {
        if (personId !== null) writers.set(personId, atMs);
        bytes -= before.length;
      }
      bytes += update.length;
      for (const entry of rest) {
        first.count += entry.count;
        entry.count = 0;
        first.atMs = entry.atMs;
      }
      first.update = update;
      if (first.personId !== null) writers.delete(first.personId);
      first.others = [...writers].map(([personId, atMs]) => ({ personId, atMs }));
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
      const oldestAtMs = [underWay, pending, ...stuck.values()].reduce((oldest, [first]) => Math.min(oldest, first?.atMs ?? Infinity), Infinity);
      return { updates: unsaved, bytes, oldestMs: oldestAtMs === Infinity ? 0 : Math.max(0, clock.nowMs() - oldestAtMs) };
    },
  };
}
