/**
 * The figures for Prometheus, read from the sync engine when somebody asks. Nothing personal is in them: no document, no person, no address.
 * Always true: every meter of the engine is here (the types see to it). Left to others: who may ask (server/http/metrics-route.ts).
 */
import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import { SECOND_MS } from "#core/time";
import type { Histogram, SyncMeters } from "./meters.ts";

/** What the figures are read from; the hub is one. */
export type MetricsSource = {
  readonly meters: SyncMeters;
  readonly stats: () => {
    readonly people: number;
    readonly connections: number;
    readonly queuedUpdates: number;
    readonly queuedBytes: number;
    readonly oldestUnsavedMs: number;
  };
  readonly listRooms: () => readonly { readonly bytes: number; readonly damaged: boolean }[];
};

export type Metrics = {
  readonly contentType: string;
  /** All figures in Prometheus' text format. */
  readonly write: () => Promise<string>;
};

/** Makes the figures. Once a process: Node's own (memory, processor, event loop lag) are watched from here on. */
export function makeMetrics(source: MetricsSource): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  addCounters(register, source.meters);
  addGauges(register, source);
  const histograms = (): string => {
    const roomBytes = source.listRooms().map((room) => room.bytes);
    return [
      histogramText("bansho_sync_commit_seconds", "How long a commit took, fsync included", inSeconds(source.meters.commitMs)),
      histogramText("bansho_sync_room_bytes", "What open rooms take in memory, snapshot and tail", distribution(roomBytes, ROOM_BOUNDS)),
    ].join("\n");
  };
  return { contentType: register.contentType, write: async () => `${await register.metrics()}\n${histograms()}` };
}

/** Meters that are plain numbers. */
type CounterName = { [K in keyof SyncMeters]: SyncMeters[K] extends number ? K : never }[keyof SyncMeters];

const COUNTERS = {
  framesIn: ["frames_in", "Websocket messages from clients"],
  bytesIn: ["bytes_in", "Bytes of websocket messages from clients"],
  framesOut: ["frames_out", "Websocket messages to clients"],
  bytesOut: ["bytes_out", "Bytes of websocket messages to clients"],
  writesOut: ["writes_out", "Writes to sockets; one may carry several messages"],
  updatesIn: ["updates_in", "Updates taken in"],
  updatesOut: ["updates_out", "Updates as handed to receivers: one that ten people see counts ten times"],
  updatesKnown: ["updates_known", "Updates that said nothing new"],
  updatesWithGap: ["updates_with_gap", "Updates that rested on something unknown"],
  updatesRefused: ["updates_refused", "Updates from people who may not write"],
  updatesGathered: ["updates_gathered", "Updates that went into update messages"],
  framesGathered: ["frames_gathered", "Update messages, encoded once each"],
  awarenessIn: ["awareness_in", "Awareness messages from clients"],
  awarenessUnchanged: ["awareness_unchanged", "Awareness entries that told nothing new and were not sent on"],
  commits: ["commits", "Transactions of the document log"],
  commitFailures: ["commit_failures", "Transactions that failed and are tried again"],
  committedUpdates: ["committed_updates", "Updates that are durable"],
  acknowledgements: ["acknowledgements", "Messages that told a client what is durable"],
  loads: ["loads", "Documents that were loaded"],
  damagedLoads: ["damaged_loads", "Documents of which something stored could not be read"],
  compactions: ["compactions", "Snapshots that took the place of updates"],
  compactionFailures: ["compaction_failures", "Compactions that failed and changed nothing"],
  unloads: ["unloads", "Rooms that left memory"],
  resyncs: ["resyncs", "Readers that fell behind and were brought up to date later"],
  slowReadersCut: ["slow_readers_cut", "Connections ended because they took nothing for too long"],
  malformedFrames: ["malformed_frames", "Messages that could not be read"],
} as const satisfies Record<CounterName, readonly [name: string, help: string]>;

function addCounters(register: Registry, meters: SyncMeters): void {
  for (const key of Object.keys(COUNTERS) as CounterName[]) {
    const [name, help] = COUNTERS[key];
    new Counter({
      name: `bansho_sync_${name}_total`,
      help,
      registers: [register],
      collect() {
        this.reset();
        this.inc(meters[key]);
      },
    });
  }
  new Counter({
    name: "bansho_sync_limit_hits_total",
    help: "How often somebody ran into a limit, by its name in app/core/limits.ts",
    labelNames: ["limit"],
    registers: [register],
    collect() {
      this.reset();
      for (const [limit, hits] of Object.entries(meters.limitsHit)) this.inc({ limit }, hits);
    },
  });
}

function addGauges(register: Registry, source: MetricsSource): void {
  const add = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `bansho_sync_${name}`,
      help,
      registers: [register],
      collect() {
        this.set(read());
      },
    });
  };
  add("rooms", "Documents in memory", () => source.listRooms().length);
  add(
    "damaged_rooms",
    "Documents in memory of which something stored cannot be read",
    () => source.listRooms().filter((room) => room.damaged).length,
  );
  add("room_bytes_largest", "What the largest open room takes in memory", () =>
    source.listRooms().reduce((largest, room) => Math.max(largest, room.bytes), 0),
  );
  add("people", "People with a connection", () => source.stats().people);
  add("connections", "Open connections", () => source.stats().connections);
  add("queued_updates", "Updates that are accepted and not yet durable", () => source.stats().queuedUpdates);
  add("queued_bytes", "Their bytes", () => source.stats().queuedBytes);
  add("oldest_unsaved_seconds", "Age of the oldest of them; 0 when there is none", () => source.stats().oldestUnsavedMs / SECOND_MS);
  add("coalescing_factor", "Updates in one update message, on average since the start; 1 when none was sent", () => {
    const { updatesGathered, framesGathered } = source.meters;
    return framesGathered === 0 ? 1 : updatesGathered / framesGathered;
  });
}

/** A lesson of 20 kB is usual, 16 MiB is past every limit. */
const ROOM_BOUNDS = [4, 16, 32, 64, 128, 256, 1_024, 4_096, 16_384].map((kib) => kib * 1_024);

/** `counts[i]` were at most `bounds[i]`, the last one more than all bounds. */
type Distribution = { readonly bounds: readonly number[]; readonly counts: readonly number[]; readonly sum: number };

const inSeconds = ({ boundsMs, counts, sumMs }: Histogram): Distribution => ({
  bounds: boundsMs.map((bound) => bound / SECOND_MS),
  counts,
  sum: sumMs / SECOND_MS,
});

function distribution(values: readonly number[], bounds: readonly number[]): Distribution {
  const counts = Array.from({ length: bounds.length + 1 }, () => 0);
  for (const value of values) {
    const found = bounds.findIndex((bound) => value <= bound);
    const place = found === -1 ? bounds.length : found;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return { bounds, counts, sum: values.reduce((total, value) => total + value, 0) };
}

/** A histogram that was counted elsewhere, as Prometheus reads it: each bucket holds all below it. The library only takes single values. */
function histogramText(name: string, help: string, { bounds, counts, sum }: Distribution): string {
  let below = 0;
  const buckets = counts.map((count, place) => {
    below += count;
    return `${name}_bucket{le="${bounds[place] ?? "+Inf"}"} ${below}`;
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`, ...buckets, `${name}_sum ${sum}`, `${name}_count ${below}`, ""].join("\n");
}
