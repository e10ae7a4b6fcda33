/**
 * What the sync engine counts: plain numbers, so that counting costs nothing where every microsecond counts. The engine adds, others read
 * (`/metrics`, the operator's page, load tests). Counts only rise and start at 0 with the process; ids, names and words are never in them.
 */
import type { LIMITS } from "#core/limits";

/** Limits that somebody can run into. Each hit is counted under its name in `LIMITS`. */
export const COUNTED_LIMITS = [
  "maxFrameBytes",
  "maxUpdateBytes",
  "maxDocumentBytes",
  "maxAwarenessBytes",
  "maxAwarenessClients",
  "maxFramesPerSecond",
  "maxQuestionsPerSecond",
  "maxConnectionsPerPerson",
  "maxConnectionsPerDocument",
  "maxSendBufferBytes",
  "maxWaitingFrames",
  "maxNewClientIds",
  "maxTakenApart",
  "maxUnsavedBytes",
] as const satisfies readonly (keyof typeof LIMITS)[];
export type CountedLimit = (typeof COUNTED_LIMITS)[number];

/** How often something took how long: `counts[i]` were at most `boundsMs[i]`, the last one longer than all bounds. */
export type Histogram = {
  readonly boundsMs: readonly number[];
  readonly counts: number[];
  sumMs: number;
  readonly observe: (ms: number) => void;
};

export type SyncMeters = {
  /** Websocket messages and their bytes, from clients and to clients. */
  framesIn: number;
  bytesIn: number;
  framesOut: number;
  bytesOut: number;
  /** Writes to sockets: one may carry several frames. */
  writesOut: number;
  /** Updates taken in (accepted), and updates as handed to receivers: one update that ten people see counts ten times. */
  updatesIn: number;
  updatesOut: number;
  /** Updates that said nothing new, that had a gap, that a reader sent. */
  updatesKnown: number;
  updatesWithGap: number;
  updatesRefused: number;
  /** Updates that went into update frames, and those frames (encoded once each): their ratio is the coalescing factor. */
  updatesGathered: number;
  framesGathered: number;
  awarenessIn: number;
  /** Awareness entries that told nothing new and were not sent on. */
  awarenessUnchanged: number;
  commits: number;
  commitFailures: number;
  committedUpdates: number;
  readonly commitMs: Histogram;
  acknowledgements: number;
  loads: number;
  damagedLoads: number;
  compactions: number;
  compactionFailures: number;
  unloads: number;
  /** Readers that fell behind and were brought up to date later; and those cut off because they never drained. */
  resyncs: number;
  slowReadersCut: number;
  /** Frames that could not be read. */
  malformedFrames: number;
  readonly limitsHit: Record<CountedLimit, number>;
};

/** Milliseconds; a commit is an fsync, 1 to 10 ms on a good disk. */
const COMMIT_BOUNDS_MS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000] as const;

/** Makes meters that stand at 0. */
export function makeSyncMeters(): SyncMeters {
  return {
    framesIn: 0,
    bytesIn: 0,
    framesOut: 0,
    bytesOut: 0,
    writesOut: 0,
    updatesIn: 0,
    updatesOut: 0,
    updatesKnown: 0,
    updatesWithGap: 0,
    updatesRefused: 0,
    updatesGathered: 0,
    framesGathered: 0,
    awarenessIn: 0,
    awarenessUnchanged: 0,
    commits: 0,
    commitFailures: 0,
    committedUpdates: 0,
    commitMs: makeHistogram(COMMIT_BOUNDS_MS),
    acknowledgements: 0,
    loads: 0,
    damagedLoads: 0,
    compactions: 0,
    compactionFailures: 0,
    unloads: 0,
    resyncs: 0,
    slowReadersCut: 0,
    malformedFrames: 0,
    limitsHit: Object.fromEntries(COUNTED_LIMITS.map((name) => [name, 0])) as Record<CountedLimit, number>,
  };
}

/** @param boundsMs rising */
export function makeHistogram(boundsMs: readonly number[]): Histogram {
  const counts = Array.from({ length: boundsMs.length + 1 }, () => 0);
  const histogram: Histogram = {
    boundsMs,
    counts,
    sumMs: 0,
    observe: (ms) => {
      const found = boundsMs.findIndex((bound) => ms <= bound);
      const place = found === -1 ? boundsMs.length : found;
      counts[place] = (counts[place] ?? 0) + 1;
      histogram.sumMs += ms;
    },
  };
  return histogram;
}
