import { expect, test } from "vitest";
import { COUNTED_LIMITS, makeSyncMeters } from "./meters.ts";
import { makeMetrics } from "./metrics.ts";

const quiet = { people: 0, connections: 0, queuedUpdates: 0, queuedBytes: 0, oldestUnsavedMs: 0 };
const valueOf = (text: string, name: string): number | undefined => {
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
};

test("what is asked twice is as it stands each time, and counts are not added up", async () => {
  const meters = makeSyncMeters();
  const rooms: { bytes: number; damaged: boolean }[] = [];
  const metrics = makeMetrics({
    meters,
    stats: () => ({ people: 3, connections: 4, queuedUpdates: 5, queuedBytes: 600, oldestUnsavedMs: 1_500 }),
    listRooms: () => rooms,
  });
  meters.updatesIn = 7;
  expect(valueOf(await metrics.write(), "bansho_sync_updates_in_total")).toBe(7);
  meters.updatesIn = 9;
  meters.updatesGathered = 12;
  meters.framesGathered = 4;
  meters.limitsHit.maxUpdateBytes = 2;
  rooms.push({ bytes: 20_000, damaged: false }, { bytes: 3_000_000, damaged: true });
  const text = await metrics.write();
  const expected = {
    bansho_sync_updates_in_total: 9,
    bansho_sync_coalescing_factor: 3,
    bansho_sync_rooms: 2,
    bansho_sync_damaged_rooms: 1,
    bansho_sync_room_bytes_largest: 3_000_000,
    bansho_sync_room_bytes_sum: 3_020_000,
    'bansho_sync_room_bytes_bucket{le="16384"}': 0,
    'bansho_sync_room_bytes_bucket{le="32768"}': 1,
    'bansho_sync_room_bytes_bucket{le="+Inf"}': 2,
    bansho_sync_people: 3,
    bansho_sync_connections: 4,
    bansho_sync_queued_updates: 5,
    bansho_sync_queued_bytes: 600,
    bansho_sync_oldest_unsaved_seconds: 1.5,
    'bansho_sync_limit_hits_total{limit="maxUpdateBytes"}': 2,
    'bansho_sync_limit_hits_total{limit="maxFrameBytes"}': 0,
  };
  for (const [name, value] of Object.entries(expected)) expect(valueOf(text, name), name).toBe(value);
  expect(valueOf(text, "process_resident_memory_bytes")).toBeGreaterThan(0);
  expect(text).toContain("nodejs_eventloop_lag_seconds");
});

test("commits are a histogram in seconds, each bucket with all below it", async () => {
  const meters = makeSyncMeters();
  for (const ms of [0.5, 3, 3, 40, 9_000]) meters.commitMs.observe(ms);
  const text = await makeMetrics({ meters, stats: () => quiet, listRooms: () => [] }).write();
  expect(text).toContain("# TYPE bansho_sync_commit_seconds histogram");
  const at = (le: string): number | undefined => valueOf(text, `bansho_sync_commit_seconds_bucket{le="${le}"}`);
  expect([at("0.001"), at("0.002"), at("0.005"), at("0.05"), at("5"), at("+Inf")]).toEqual([1, 1, 3, 4, 4, 5]);
  expect(valueOf(text, "bansho_sync_commit_seconds_count")).toBe(5);
  expect(valueOf(text, "bansho_sync_commit_seconds_sum")).toBeCloseTo(9.0465);
});

test("every meter of the engine and every limit that can be hit is there, with words", async () => {
  const meters = makeSyncMeters();
  let next = 1_000;
  const expected: number[] = [];
  const numbers = meters as unknown as Record<string, unknown>;
  for (const key of Object.keys(meters)) {
    if (typeof numbers[key] !== "number") continue;
    numbers[key] = ++next;
    expected.push(next);
  }
  const text = await makeMetrics({ meters, stats: () => quiet, listRooms: () => [] }).write();
  for (const value of expected) expect(text).toMatch(new RegExp(`^bansho_sync_[a-z_]+_total ${value}$`, "m"));
  for (const limit of COUNTED_LIMITS) expect(text).toContain(`limit="${limit}"`);
  for (const name of text.matchAll(/^# TYPE (bansho_sync_\S+)/gm)) expect(text).toMatch(new RegExp(`^# HELP ${name[1]} \\S`, "m"));
});
