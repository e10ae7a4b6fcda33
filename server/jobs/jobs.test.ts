import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import type { LessonId } from "#core/ids";
import { makeLessonSeed } from "#core/model/lesson-model";
import type { Clock } from "#core/time";
import { makeLog } from "#server/observe/log";
import type { LessonFacts } from "#server/stores/contract";
import { startAutomaticVersions } from "./automatic-versions.ts";
import type { DocumentSource } from "./document-source.ts";
import { readFacts, startProjection } from "./projection.ts";
import { canonicalJson } from "./version-keeper.ts";

const logger = makeLog({ level: "silent" });

/** A clock whose timers run only when a test says so. */
function makeTestClock(): Clock & { readonly advance: (ms: number) => Promise<void>; readonly waiting: () => number } {
  let nowMs = 1_000_000;
  let timers: { readonly atMs: number; readonly run: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    setTimer: (afterMs, run) => {
      const timer = { atMs: nowMs + afterMs, run };
      timers.push(timer);
      return { cancel: () => void (timers = timers.filter((other) => other !== timer)) };
    },
    advance: async (ms) => {
      nowMs += ms;
      const due = timers.filter(({ atMs }) => atMs <= nowMs);
      timers = timers.filter(({ atMs }) => atMs > nowMs);
      for (const timer of due) timer.run();
      // Whatever the timers started consists of settled promises only.
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    },
    waiting: () => timers.length,
  };
}

/** A hub with one lesson in it, whose events a test sends. */
function makeSource(): DocumentSource & { readonly commit: (atMs: number) => void; readonly empty: () => void } {
  let id = 0;
  const seed = makeLessonSeed({ start: { from: "blank" }, title: "Parts of 7", yearGroup: "1", durationMinutes: 45, makeId: () => `b${++id}` });
  const committed = new Set<Parameters<DocumentSource["onCommitted"]>[0]>();
  const emptied = new Set<Parameters<DocumentSource["onEmptied"]>[0]>();
  return {
    read: () => Promise.resolve(seed),
    readParts: () => Promise.resolve([seed]),
    notice: () => undefined,
    onCommitted: (listener) => {
      committed.add(listener);
      return () => void committed.delete(listener);
    },
    onEmptied: (listener) => {
      emptied.add(listener);
      return () => void emptied.delete(listener);
    },
    commit: (atMs) => {
      for (const listener of committed) listener({ document: "lesson/one", personId: null, atMs });
    },
    empty: () => {
      for (const listener of emptied) listener({ document: "lesson/one", changed: true });
    },
  };
}

describe("automatic versions", () => {
  it("[JB5] are tried again with growing waits after a failure, and a restart calls that off", async () => {
    const clock = makeTestClock();
    const hub = makeSource();
    let tries = 0;
    const kept: LessonId[] = [];
    const keeper = {
      isLatest: () => Promise.resolve(false),
      hasNewWriters: () => Promise.resolve(true),
      keep: ({ lessonId }: { readonly lessonId: LessonId }) => {
        if (++tries < 3) return Promise.reject(new Error("The disk is full."));
        kept.push(lessonId);
        return Promise.resolve(1);
      },
    };
    const job = startAutomaticVersions({ hub, keeper, clock, logger });
    hub.empty();
    await clock.advance(0);
    expect([tries, kept]).toEqual([1, []]);
    await clock.advance(1_000);
    expect(tries).toBe(2);
    await clock.advance(1_000);
    expect(tries).toBe(2);
    await clock.advance(4_000);
    expect(kept).toEqual(["one"]);

    tries = 0;
    hub.empty();
    await clock.advance(0);
    await job.close();
    expect(clock.waiting()).toBe(0);
  });
});

describe("the projection", () => {
  const start = (failures: number) => {
    const clock = makeTestClock();
    const hub = makeSource();
    const written: { readonly facts: LessonFacts; readonly atMs: number }[] = [];
    let left = failures;
    const lessons = {
      setFacts: (_id: LessonId, facts: LessonFacts, atMs: number) => {
        if (left-- > 0) return Promise.reject(new Error("The database is busy."));
        written.push({ facts, atMs });
        return Promise.resolve();
      },
    };
    // Only `rebuild` needs more of the stores.
    const stores = { lessons, log: {} } as unknown as Parameters<typeof startProjection>[0]["stores"];
    return { clock, hub, written, projection: startProjection({ stores, hub, clock, logger }) };
  };

  it("[JB3] is written once for a burst, two seconds after it ends", async () => {
    const { clock, hub, written } = start(0);
    for (let i = 0; i < 10; i++) {
      hub.commit(clock.nowMs());
      await clock.advance(1_000);
    }
    expect(written).toEqual([]);
    await clock.advance(1_000);
    await clock.advance(1_000);
    expect(written).toHaveLength(1);
    expect(written[0]?.facts).toEqual({ title: "Parts of 7", yearGroup: "1", durationMinutes: 45, criterionCodes: [] });
    expect(clock.waiting()).toBe(0);
  });

  it("[JB3] is written every minute while people keep writing", async () => {
    const { clock, hub, written } = start(0);
    for (let i = 0; i < 241; i++) {
      hub.commit(clock.nowMs());
      await clock.advance(1_000);
    }
    expect(written.length).toBeGreaterThanOrEqual(3);
    expect(written.length).toBeLessThanOrEqual(5);
  });

  it("[JB5] is tried again after a failure, and what waits is written at the end", async () => {
    const { clock, hub, written, projection } = start(2);
    hub.commit(clock.nowMs());
    for (let i = 0; i < 20; i++) await clock.advance(1_000);
    expect(written).toHaveLength(1);
    hub.commit(clock.nowMs());
    await projection.close();
    expect(written).toHaveLength(2);
    hub.commit(clock.nowMs());
    expect(clock.waiting()).toBe(0);
  });
});

it("[JB5] making all projections anew passes over a lesson that cannot be read, and tells how many were made", async () => {
  const hub = makeSource();
  const written: LessonId[] = [];
  const seed = await hub.read("lesson/one");
  const stores = {
    lessons: {
      listLessonIds: () => Promise.resolve(["a", "b", "c"]),
      findLesson: (id: LessonId) => Promise.resolve({ id, updatedAtMs: 1 }),
      listBehind: () => Promise.resolve(["c"]),
      findWrittenAt: () => Promise.resolve(null),
      setFacts: (id: LessonId) => Promise.resolve(void written.push(id)),
    },
    log: {
      load: (document: string) =>
        document === "lesson/b" ? Promise.reject(new Error("The file is damaged.")) : Promise.resolve({ snapshot: seed, updates: [], throughSeq: 1 }),
    },
  } as unknown as Parameters<typeof startProjection>[0]["stores"];
  const projection = startProjection({ stores, hub, clock: makeTestClock(), logger });
  expect(await projection.rebuild()).toBe(2);
  expect(written).toEqual(["a", "c"]);
  expect(await projection.catchUp()).toBe(1);
  expect(written).toEqual(["a", "c", "c"]);
  await projection.close();
});

describe("canonical JSON", () => {
  it("is the same text for the same lesson, in whatever order its keys came", () => {
    expect(canonicalJson({ b: [{ d: 1, c: null }], a: "x" })).toBe(canonicalJson({ a: "x", b: [{ c: null, d: 1 }] }));
    expect(canonicalJson({ b: 1, a: { z: 1, y: [2, 1] } })).toBe('{"a":{"y":[2,1],"z":1},"b":1}');
  });
});

describe("what the list shows", () => {
  it("[JB3] is bounded, however many links a client writes into the document", () => {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, makeLessonSeed({ start: { from: "blank" }, title: "T", yearGroup: "3", durationMinutes: 45, makeId: () => "x" }));
    doc.transact(() => {
      for (let code = 0; code < 500; code += 1) doc.getMap("facts").set(`link:own:C-${code}`, JSON.stringify({ role: "main", order: code }));
      doc.getMap("facts").set(`link:own:${"C".repeat(200)}`, JSON.stringify({ role: "main", order: -1 }));
    });
    const facts = readFacts(Y.encodeStateAsUpdate(doc));
    expect(facts.criterionCodes).toHaveLength(50);
    expect(facts.criterionCodes[0]).toBe("C-0");
  });
});
