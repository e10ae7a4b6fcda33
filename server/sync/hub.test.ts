import * as Y from "yjs";
import { describe, expect, test } from "vitest";
import type { PersonId, SessionId } from "#core/ids";
import { LIMITS } from "#core/limits";
import type { CloseReason } from "#core/protocol/close-codes";
import { encodeStep1, encodeStep2, encodeUpdate } from "#core/protocol/wire";
import { makeMemoryDocumentLog, type MemoryDocumentLog } from "#server/stores/memory/memory-document-log";
import { makeFakeClock } from "../../tests/support/fake-clock.ts";
import { SyncPeer } from "../../tests/support/sync-peer.ts";
import { compactUpdates } from "./compact.ts";
import { makeHub } from "./hub.ts";

// Plain strings are ids in these tests.
const personOf = (id: string, sessionId = `${id}-1`) => ({ id: id as PersonId, name: `Name of ${id}`, sessionId: sessionId as SessionId });
const textOf = (update: Uint8Array): string => {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  return doc.getText("t").toJSON();
};

function world(log: MemoryDocumentLog = makeMemoryDocumentLog()) {
  const clock = makeFakeClock();
  const errors: string[] = [];
  const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: (_fields: unknown, message: string) => void errors.push(message) };
  const compactor = { compact: async (parts: readonly Uint8Array[]) => compactUpdates(parts), close: async () => {} };
  const rights = { mayRead: true, mayWrite: true };
  const ended = new Set<string>();
  const asked: string[] = [];
  /** While set, answers to questions of rights wait for it. */
  const held: { until: Promise<void> | null } = { until: null };
  const authorise = async ({ sessionId }: { readonly sessionId: SessionId }) => {
    asked.push(sessionId);
    const answer = ended.has(sessionId) ? { signedIn: false, mayRead: false, mayWrite: false } : { signedIn: true, ...rights };
    await held.until;
    return answer;
  };
  const hub = makeHub({ log, clock, logger, authorise, compactor });
  /** Bytes that a person's network has not taken yet. */
  const buffered = new Map<string, number>();
  const join = (id: string, options: { document?: string; sessionId?: string; mayWrite?: boolean; wantsAck?: boolean; doc?: Y.Doc } = {}) => {
    const wantsAck = options.wantsAck ?? true;
    const peer = new SyncPeer({ wantsAck, ...(options.doc === undefined ? {} : { doc: options.doc }) });
    const closed: CloseReason[] = [];
    // A line that takes one turn of the event loop.
    const toPeer: Uint8Array[] = [];
    const session = hub.connect({
      document: options.document ?? "lesson/l",
      person: personOf(id, options.sessionId),
      mayWrite: options.mayWrite ?? true,
      wantsAck,
      send: (frames) => {
        toPeer.push(...frames);
        queueMicrotask(() => {
          for (const next of toPeer.splice(0)) peer.receive(next);
        });
      },
      close: (reason) => void closed.push(reason),
      bufferedBytes: () => buffered.get(id) ?? 0,
    });
    peer.open((frame) => session.receive(frame));
    const leave = () => {
      peer.lost();
      session.end();
    };
    return { peer, session, closed, leave, text: peer.doc.getText("t") };
  };
  return { clock, log, hub, join, buffered, errors, rights, ended, asked, held };
}

describe("loading", () => {
  test("[SY1] what comes while the document loads waits, and then everybody has everything", async () => {
    const log = makeMemoryDocumentLog();
    let release = () => {};
    log.interfere((operation) => (operation === "load" ? new Promise((resolve) => (release = resolve)) : Promise.resolve()));
    const w = world(log);
    const [anna, ben] = [w.join("anna"), w.join("ben")];
    anna.text.insert(0, "typed while loading");
    await w.clock.advance(1_000);
    expect(anna.peer.synced).toBe(false);
    release();
    await w.clock.advance(100);
    expect(ben.text.toJSON()).toBe("typed while loading");
    expect(anna.peer.acknowledged).toBe(anna.peer.sent.length);
  });

  test("[SY1] too much for a room that does not load closes with 'come back'", async () => {
    const log = makeMemoryDocumentLog();
    log.interfere(() => new Promise(() => {}));
    const w = world(log);
    const anna = w.join("anna");
    for (let at = 0; at < LIMITS.maxWaitingFrames + 1; at++) anna.text.insert(0, "x");
    expect(anna.closed).toEqual(["tryLater"]);
    expect(w.hub.stats().connections).toBe(0);
  });

  test("[SY1] who types and goes before the document has loaded has not typed in vain", async () => {
    const log = makeMemoryDocumentLog();
    let release = () => {};
    log.interfere((operation) => (operation === "load" ? new Promise((resolve) => (release = resolve)) : Promise.resolve()));
    const w = world(log);
    const anna = w.join("anna");
    anna.text.insert(0, "a word in passing");
    anna.leave();
    release();
    await w.clock.advance(50);
    log.interfere(null);
    expect(textOf(await w.hub.read("lesson/l"))).toBe("a word in passing");
    expect(w.hub.stats().connections).toBe(0);
  });

  test("[SY2] what decodes of a damaged document is shown read-only, and nothing is ever written over the rest", async () => {
    const log = makeMemoryDocumentLog();
    const sound = new Y.Doc();
    sound.getText("t").insert(0, "still here");
    const damaged = Uint8Array.of(1, 200, 3, 4);
    log.plantSnapshot("lesson/l", damaged);
    await log.append([{ document: "lesson/l", update: Y.encodeStateAsUpdate(sound), personId: null, atMs: 0 }]);
    const w = world(log);
    const [anna, ben] = [w.join("anna"), w.join("ben")];
    await w.clock.advance(10);
    expect([anna.text.toJSON(), ben.text.toJSON()]).toEqual(["still here", "still here"]);
    expect(anna.peer.notices).toEqual([{ type: "access", mayWrite: false, reason: "damaged" }]);
    anna.text.insert(0, "over it");
    await w.clock.advance(60_000);
    expect(anna.closed).toEqual([]);
    expect(anna.peer.notices.at(-1)).toEqual({ type: "refused", reason: "damaged" });
    expect(ben.text.toJSON()).toBe("still here");
    expect(w.errors).toEqual(["not all that is stored of the document can be read; it is shown as far as it can, and not written to"]);
    expect(w.hub.listRooms()).toMatchObject([{ document: "lesson/l", damaged: true }]);
    expect(textOf(await w.hub.read("lesson/l"))).toBe("still here");
    await expect(w.hub.edit("lesson/l", { personId: null, change: (doc) => doc.getText("t").insert(0, "x") })).rejects.toMatchObject({
      code: "unavailable",
    });
    for (const one of [anna, ben]) one.leave();
    await w.clock.advance(120_000);
    expect(log.committed().length).toBe(1);
    expect((await log.load("lesson/l")).snapshot).toEqual(damaged);
  });

  test("[SY2] a store that fails to load means 'come back', and the next one gets in", async () => {
    const log = makeMemoryDocumentLog();
    log.interfere(() => Promise.reject(new Error("locked")));
    const w = world(log);
    const anna = w.join("anna");
    await w.clock.advance(10);
    expect(anna.closed).toEqual(["tryLater"]);
    log.interfere(null);
    const again = w.join("anna");
    await w.clock.advance(10);
    expect(again.peer.synced).toBe(true);
  });
});

describe("acknowledgements", () => {
  test("[SY7] nothing is acknowledged while the store fails, the others see it all the same, and then all of it is", async () => {
    const w = world();
    const [anna, ben] = [w.join("anna"), w.join("ben")];
    await w.clock.advance(50);
    const before = anna.peer.acknowledged;
    w.log.interfere(async (operation) => {
      if (operation === "append") throw new Error("the disk is full");
    });
    anna.text.insert(0, "b");
    anna.text.insert(0, "a");
    await w.clock.advance(5_000);
    expect(ben.text.toJSON()).toBe("ab");
    expect(anna.peer.acknowledged).toBe(before);
    expect(w.hub.stats()).toMatchObject({ queuedUpdates: 2, oldestUnsavedMs: 5_000 });
    w.log.interfere(null);
    await w.clock.advance(5_000);
    expect(anna.peer.acknowledged).toBe(anna.peer.sent.length);
    expect(w.log.committed().length).toBe(2);
  });

  test("[SY7] a known update is acknowledged only when what it repeats is durable", async () => {
    const w = world();
    const anna = w.join("anna");
    await w.clock.advance(50);
    let release = () => {};
    w.log.interfere((operation) => (operation === "append" ? new Promise((resolve) => (release = resolve)) : Promise.resolve()));
    anna.text.insert(0, "a");
    await w.clock.advance(50);
    // Ben brings the same content from elsewhere, while it is still on its way to the disk.
    const ben = w.join("ben", { doc: cloneOf(anna.peer.doc) });
    await w.clock.advance(50);
    expect(ben.peer.sent.length).toBe(1);
    expect(ben.peer.acknowledged).toBe(0);
    release();
    await w.clock.advance(50);
    expect(ben.peer.acknowledged).toBe(1);
  });

  test("[SY4] [SY7] after a gap nothing is acknowledged until the whole has come", async () => {
    const w = world();
    const doc = new Y.Doc();
    const [anna, ben] = [w.join("anna", { doc }), w.join("ben")];
    await w.clock.advance(50);
    // One update is lost on the way: a stretch that the protocol does not allow, but a faulty client may do.
    const lost = new Y.Doc();
    lost.clientID = 77;
    lost.getText("t").insert(0, "x");
    const base = Y.encodeStateVector(lost);
    lost.getText("t").insert(1, "y");
    anna.session.receive(encodeUpdate(Y.encodeStateAsUpdate(lost, base)));
    await w.clock.advance(50);
    expect(ben.text.toJSON()).toBe("");
    expect(w.log.committed()).toEqual([]);
    anna.session.receive(encodeStep2(Y.encodeStateAsUpdate(lost)));
    await w.clock.advance(50);
    expect(ben.text.toJSON()).toBe("xy");
  });
});

const cloneOf = (doc: Y.Doc): Y.Doc => {
  const clone = new Y.Doc();
  Y.applyUpdate(clone, Y.encodeStateAsUpdate(doc));
  return clone;
};

describe("who may write", () => {
  test("[SY8] a reader's update is refused, told once a second, never acknowledged, and nobody else sees it", async () => {
    const w = world();
    const [anna, olu] = [w.join("anna"), w.join("olu", { mayWrite: false })];
    await w.clock.advance(50);
    for (let at = 0; at < 10; at++) olu.text.insert(0, "x");
    await w.clock.advance(50);
    expect(olu.peer.notices).toEqual([{ type: "refused", reason: "read-only" }]);
    expect(olu.peer.acknowledged).toBe(0);
    expect(anna.text.toJSON()).toBe("");
    expect(olu.closed).toEqual([]);
    anna.text.insert(0, "fine");
    await w.clock.advance(50);
    expect(olu.text.toJSON()).toContain("fine");
  });

  test("[SY8] a reader's step 2 is refused too, and a reader may have awareness", async () => {
    const w = world();
    const [anna, olu] = [w.join("anna"), w.join("olu", { mayWrite: false })];
    await w.clock.advance(50);
    const other = new Y.Doc();
    other.getText("t").insert(0, "smuggled");
    olu.session.receive(encodeStep2(Y.encodeStateAsUpdate(other)));
    olu.peer.say({ here: true });
    await w.clock.advance(100);
    expect(anna.text.toJSON()).toBe("");
    expect([...anna.peer.others.values()]).toEqual([{ here: true, user: { id: "olu", name: "Name of olu" } }]);
  });

  test("[SY9] new structs under somebody else's client id are not taken from an update, and credited to their owner in a step 2", async () => {
    const w = world();
    const [anna, mallory] = [w.join("anna"), w.join("mallory")];
    anna.text.insert(0, "a");
    await w.clock.advance(50);
    const forged = new Y.Doc();
    Y.applyUpdate(forged, Y.encodeStateAsUpdate(anna.peer.doc));
    forged.clientID = anna.peer.doc.clientID;
    const base = Y.encodeStateVector(forged);
    forged.getText("t").insert(1, "!");
    const update = Y.encodeStateAsUpdate(forged, base);
    mallory.session.receive(encodeUpdate(update));
    await w.clock.advance(50);
    expect(anna.text.toJSON()).toBe("a");
    mallory.session.receive(encodeStep2(update));
    await w.clock.advance(50);
    expect(w.log.committed().map((entry) => entry.personId)).toEqual(["anna", "anna"]);
  });

  test("[SY9] while the store cannot bind client ids, writing goes on; the binding is written when it works again", async () => {
    const w = world();
    w.log.interfere(async (operation) => {
      if (operation !== "load") throw new Error("locked");
    });
    const [anna, ben] = [w.join("anna"), w.join("ben")];
    anna.text.insert(0, "a");
    await w.clock.advance(1_000);
    expect(ben.text.toJSON()).toBe("a");
    w.log.interfere(null);
    await w.clock.advance(10_000);
    expect(await w.log.claimClientId("lesson/l", anna.peer.doc.clientID, personOf("ben").id)).toBe("anna");
  });

  test("[SY10] more frames than the limit end that connection only", async () => {
    const w = world();
    const [anna, ben] = [w.join("anna"), w.join("ben")];
    await w.clock.advance(50);
    const known = encodeUpdate(Uint8Array.of(0, 0));
    for (let at = 0; at <= LIMITS.frameBurst; at++) anna.session.receive(known);
    expect(anna.closed).toEqual(["tooMany"]);
    expect(anna.peer.closing).toBeNull();
    await w.clock.advance(50);
    expect(anna.peer.closing?.code).toBe(4429);
    expect(ben.closed).toEqual([]);
  });

  test("[SY11] when nobody can say whether they still may, connections are closed for now", async () => {
    const w = world();
    const anna = w.join("anna");
    await w.clock.advance(50);
    const failing = makeHub({
      log: w.log,
      clock: w.clock,
      logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      authorise: () => Promise.reject(new Error("locked")),
      compactor: { compact: async () => new Uint8Array(), close: async () => {} },
    });
    const closed: CloseReason[] = [];
    const options = { document: "lesson/l", person: personOf("anna"), mayWrite: true, wantsAck: false, send: () => {}, bufferedBytes: () => 0 };
    failing.connect({ ...options, close: (reason) => void closed.push(reason) });
    await w.clock.advance(50);
    await failing.recheck({ routine: true });
    expect(closed).toEqual([]);
    await failing.recheck({});
    expect(closed).toEqual(["tryLater"]);
    expect(anna.closed).toEqual([]);
  });

  test("[SY23] a session that ends closes its own connections, and no others of that person", async () => {
    const w = world();
    const [laptop, phone, ben] = [w.join("anna"), w.join("anna", { sessionId: "anna-2" }), w.join("ben")];
    await w.clock.advance(50);
    w.ended.add("anna-2");
    await w.hub.recheck({ personId: personOf("anna").id });
    expect([laptop.closed, phone.closed, ben.closed]).toEqual([[], ["signedOut"], []]);
  });

  test("[SY11] an answer that was on its way when rights changed again is not the last word", async () => {
    const w = world();
    const anna = w.join("anna");
    await w.clock.advance(50);
    let letGo = () => {};
    w.held.until = new Promise((done) => (letGo = done));
    const first = w.hub.recheck({});
    w.ended.add("anna-1");
    const others = [w.hub.recheck({}), w.hub.recheck({}), w.hub.recheck({})];
    expect(w.asked).toEqual(["anna-1"]);
    w.held.until = null;
    letGo();
    await Promise.all([first, ...others]);
    expect(anna.closed).toEqual(["signedOut"]);
    // Three who asked while one question was open share the next.
    expect(w.asked).toEqual(["anna-1", "anna-1"]);
  });

  test("[SY11] who is at the door while their rights change is asked about again; changes of others do not keep them waiting", async () => {
    const w = world();
    let letGo = () => {};
    w.held.until = new Promise((done) => (letGo = done));
    const admitting = w.hub.admit(personOf("anna"), "lesson/l");
    await w.hub.recheck({ personId: personOf("ben").id });
    await w.hub.recheck({ document: "lesson/other" });
    expect(w.asked).toEqual(["anna-1"]);
    w.rights.mayRead = false;
    await w.hub.recheck({ personId: personOf("anna").id });
    w.held.until = null;
    letGo();
    const admission = await admitting;
    expect(w.asked).toEqual(["anna-1", "anna-1"]);
    expect(admission.rights.mayRead).toBe(false);
    expect(admission.isCurrent()).toBe(true);
    await w.hub.recheck({ personId: personOf("anna").id });
    expect(admission.isCurrent()).toBe(false);
    admission.release();
  });
});

describe("edits by the server", () => {
  test("[SY19] an edit builds on the current state, is durable when it resolves, and reaches everybody", async () => {
    const w = world();
    const anna = w.join("anna");
    anna.text.insert(0, "lesson");
    await w.clock.advance(50);
    const editing = w.hub.edit("lesson/l", { personId: personOf("ben").id, change: (doc) => doc.getText("t").insert(6, "!") });
    await w.clock.advance(50);
    await editing;
    expect(anna.text.toJSON()).toBe("lesson!");
    expect(w.log.committed().at(-1)?.personId).toBe("ben");
    expect(textOf(await w.hub.read("lesson/l"))).toBe("lesson!");
  });

  test("[SY5] [SY19] an edit that is not durable yet is seen by nobody, and the next one waits for it", async () => {
    const w = world();
    const anna = w.join("anna");
    await w.clock.advance(50);
    w.log.interfere(async (operation) => {
      if (operation === "append") throw new Error("the disk is full");
    });
    const append = (word: string) =>
      w.hub.edit("lesson/l", { personId: null, change: (doc) => doc.getText("t").insert(doc.getText("t").length, word) });
    const both = Promise.all([append("one "), append("two")]);
    await w.clock.advance(1_000);
    expect(anna.text.toJSON()).toBe("");
    expect(textOf(await w.hub.read("lesson/l"))).toBe("");
    w.log.interfere(null);
    await w.clock.advance(10_000);
    await both;
    expect(anna.text.toJSON()).toBe("one two");
  });

  test("[SY19] what the change throws is thrown on, and nothing is changed", async () => {
    const w = world();
    const failing = w.hub.edit("lesson/l", {
      personId: null,
      change: (doc) => {
        doc.getText("t").insert(0, "half");
        throw new Error("changed my mind");
      },
    });
    await expect(failing).rejects.toThrow("changed my mind");
    await w.clock.advance(50);
    expect(w.log.committed()).toEqual([]);
    expect(textOf(await w.hub.read("lesson/l"))).toBe("");
  });
});

describe("leaving, unloading, closing", () => {
  test("[SY18] emptied is told once all is durable, with whether something changed; a reload does not count as leaving", async () => {
    const w = world();
    const emptied: unknown[] = [];
    const committed: unknown[] = [];
    w.hub.onEmptied((event) => void emptied.push(event));
    w.hub.onCommitted(({ document, personId }) => void committed.push([document, personId]));
    const anna = w.join("anna");
    anna.text.insert(0, "a");
    await w.clock.advance(50);
    expect(committed).toEqual([["lesson/l", "anna"]]);
    anna.leave();
    await w.clock.advance(1_500);
    const back = w.join("anna");
    await w.clock.advance(5_000);
    expect(emptied).toEqual([]);
    back.leave();
    await w.clock.advance(2_100);
    expect(emptied).toEqual([{ document: "lesson/l", changed: true }]);
    w.join("ben").leave();
    await w.clock.advance(2_100);
    expect(emptied.at(-1)).toEqual({ document: "lesson/l", changed: false });
  });

  test("[SY16] an idle room leaves memory when it is durable, and not before", async () => {
    const w = world();
    const anna = w.join("anna");
    await w.clock.advance(50);
    w.log.interfere(async (operation) => {
      if (operation === "append") throw new Error("the disk is full");
    });
    anna.text.insert(0, "precious");
    anna.leave();
    await w.clock.advance(10 * LIMITS.roomIdleMs);
    expect(w.hub.stats()).toMatchObject({ rooms: 1, connections: 0, queuedUpdates: 1 });
    w.log.interfere(null);
    await w.clock.advance(10_000);
    expect(w.hub.stats()).toMatchObject({ rooms: 0, queuedUpdates: 0 });
    expect(textOf(await w.hub.read("lesson/l"))).toBe("precious");
  });

  test("[SY16] a room with frames in hand of somebody who has gone stays: whoever comes meanwhile is in the same room", async () => {
    const w = world();
    let release = () => {};
    w.log.interfere((operation) => (operation === "claimClientId" ? new Promise((resolve) => (release = resolve)) : Promise.resolve()));
    const anna = w.join("anna");
    await w.clock.advance(50);
    anna.text.insert(0, "a word in passing");
    anna.leave();
    await w.clock.advance(3 * LIMITS.roomIdleMs);
    const ben = w.join("ben");
    await w.clock.advance(50);
    release();
    w.log.interfere(null);
    await w.clock.advance(50);
    expect(ben.text.toJSON()).toBe("a word in passing");
    // What is durable of somebody else's is not counted for ben.
    w.log.interfere((operation) => (operation === "append" ? Promise.reject(new Error("the disk is full")) : Promise.resolve()));
    ben.text.insert(0, "b");
    await w.clock.advance(1_000);
    expect(ben.peer.acknowledged).toBeLessThan(ben.peer.sent.length);
  });

  test("[SY17] compaction folds the log without losing what is written meanwhile, also for somebody who comes while it runs", async () => {
    const w = world();
    const anna = w.join("anna");
    for (let at = 0; at < 100; at++) {
      anna.text.insert(0, "x");
      if (at % 2 === 1) anna.text.delete(0, 1);
    }
    await w.clock.advance(50);
    let release = () => {};
    w.log.interfere((operation) => (operation === "compact" ? new Promise((resolve) => (release = resolve)) : Promise.resolve()));
    anna.leave();
    await w.clock.advance(LIMITS.roomIdleMs + 5_000);
    const ben = w.join("ben");
    await w.clock.advance(10);
    ben.text.insert(0, "meanwhile ");
    await w.clock.advance(50);
    release();
    await w.clock.advance(50);
    ben.text.insert(0, "and after ");
    await w.clock.advance(50);
    const stored = await w.log.load("lesson/l");
    const appendedBytes = w.log.committed().reduce((sum, entry) => sum + entry.update.length, 0);
    expect(stored.snapshot?.length).toBeLessThan(appendedBytes);
    expect(stored.updates.length).toBe(2);
    const expected = `and after meanwhile ${"x".repeat(50)}`;
    expect(textOf(Y.mergeUpdates([stored.snapshot ?? new Uint8Array(), ...stored.updates]))).toBe(expected);
    expect(textOf(await w.hub.read("lesson/l"))).toBe(expected);
  });

  test("[SY17] past so many updates a document in use is compacted too", async () => {
    const w = world();
    const anna = w.join("anna");
    await w.clock.advance(50);
    for (let at = 0; at <= LIMITS.compactAfterUpdates; at++) anna.text.insert(at, "x");
    await w.clock.advance(100);
    const stored = await w.log.load("lesson/l");
    expect(stored.snapshot).not.toBeNull();
    expect(stored.updates).toEqual([]);
    anna.text.insert(0, "y");
    await w.clock.advance(50);
    expect(anna.peer.acknowledged).toBe(anna.peer.sent.length);
  });

  test("[SY25] a silent connection is spoken to before the stock client hangs up", async () => {
    const w = world();
    const frames: number[] = [];
    const options = { document: "lesson/l", person: personOf("anna"), mayWrite: true, wantsAck: false, close: () => {}, bufferedBytes: () => 0 };
    w.hub.connect({ ...options, send: () => void frames.push(w.clock.nowMs()) });
    for (let at = 0; at < 60; at++) await w.clock.advance(5_000);
    const gaps = frames.slice(1).map((atMs, index) => atMs - (frames[index] ?? atMs));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(20_000);
  });

  test("[SY25] a reader that fell behind is told nothing, and gets what it lacks when it has caught up", async () => {
    const w = world();
    const [anna, ben, carys] = [w.join("anna"), w.join("ben"), w.join("carys")];
    await w.clock.advance(50);
    anna.text.insert(0, "before ");
    await w.clock.advance(50);
    w.buffered.set("ben", LIMITS.resyncLaterBytes + 1);
    for (const letter of "missed") anna.text.insert(anna.text.length, letter);
    anna.text.delete(0, 7);
    anna.peer.say({ at: "somewhere" });
    await w.clock.advance(1_000);
    expect([carys.text.toJSON(), ben.text.toJSON()]).toEqual(["missed", "before "]);
    w.buffered.set("ben", 0);
    ben.session.drained();
    await w.clock.advance(10);
    expect(ben.text.toJSON()).toBe("missed");
    expect([...ben.peer.others.values()]).toMatchObject([{ at: "somewhere" }]);
    anna.text.insert(6, "!");
    await w.clock.advance(10);
    expect(ben.text.toJSON()).toBe("missed!");
    expect(ben.peer.doc.store.pendingStructs).toBeNull();
    expect(w.hub.meters).toMatchObject({ resyncs: 1, slowReadersCut: 0 });
  });

  test("[SY25] a question of one that is behind is answered when it has caught up, and an acknowledgement told then", async () => {
    const w = world();
    const [anna, ben] = [w.join("anna"), w.join("ben")];
    await w.clock.advance(50);
    w.buffered.set("ben", LIMITS.resyncLaterBytes + 1);
    anna.text.insert(0, "a");
    const heard = ben.peer.acknowledged;
    ben.text.insert(0, "b");
    ben.session.receive(encodeStep1(Y.encodeStateVector(new Y.Doc())));
    await w.clock.advance(1_000);
    expect(ben.peer.acknowledged).toBe(heard);
    w.buffered.set("ben", 0);
    ben.session.drained();
    await w.clock.advance(10);
    expect(ben.text.toJSON()).toBe(anna.text.toJSON());
    expect(ben.text.length).toBe(2);
    expect(ben.peer.acknowledged).toBe(ben.peer.sent.length);
  });

  test("[SY11] what somebody sent before they went is not taken in once they may no longer write", async () => {
    const log = makeMemoryDocumentLog();
    const w = world(log);
    const ben = w.join("ben");
    await w.clock.advance(50);
    let release = () => {};
    log.interfere((operation) => (operation === "claimClientId" ? new Promise((resolve) => (release = resolve)) : Promise.resolve()));
    const anna = w.join("anna");
    await w.clock.advance(50);
    anna.text.insert(0, "in the last moment");
    anna.leave();
    w.rights.mayWrite = false;
    await w.hub.recheck({ personId: personOf("anna").id });
    release();
    await w.clock.advance(100);
    expect(ben.text.toJSON()).toBe("");
    expect(log.committed()).toEqual([]);
  });

  test("[SY25] a document larger than all else that may wait can be opened, and written in before all of it has arrived", async () => {
    const w = world();
    const sent: Uint8Array[] = [];
    const closed: CloseReason[] = [];
    // A network that has taken nothing yet; the answer is as long as a very long document.
    const bufferedBytes = () => (sent.some((frame) => frame[0] === 0 && frame[1] === 1) ? 12 * 1024 * 1024 : 0);
    const options = { document: "lesson/l", person: personOf("ben"), mayWrite: true, wantsAck: true, bufferedBytes };
    const session = w.hub.connect({ ...options, send: (frames) => void sent.push(...frames), close: (reason) => void closed.push(reason) });
    await w.clock.advance(50);
    session.receive(encodeStep1(Y.encodeStateVector(new Y.Doc())));
    const doc = new Y.Doc();
    doc.getText("t").insert(0, "a");
    session.receive(encodeUpdate(Y.encodeStateAsUpdate(doc)));
    await w.clock.advance(50);
    expect(closed).toEqual([]);
    expect(sent.filter((frame) => frame[0] === 100)).toEqual([Uint8Array.of(100, 1)]);
  });

  test("[WP4] [SY25] a question that cannot be read ends the connection, also of one that is behind", async () => {
    const w = world();
    const [anna, ben] = [w.join("anna"), w.join("ben")];
    await w.clock.advance(50);
    w.buffered.set("ben", LIMITS.resyncLaterBytes + 1);
    ben.session.receive(encodeStep1(Uint8Array.of(9, 9)));
    expect([anna.closed, ben.closed]).toEqual([[], ["malformed"]]);
  });

  test("[SY25] a reader that never catches up is cut off", async () => {
    const w = world();
    const [anna, ben] = [w.join("anna"), w.join("ben")];
    await w.clock.advance(50);
    w.buffered.set("ben", LIMITS.resyncLaterBytes + 1);
    anna.text.insert(0, "a");
    await w.clock.advance(LIMITS.slowReaderMs - 1_000);
    expect(ben.closed).toEqual([]);
    await w.clock.advance(15_000);
    expect(ben.closed).toEqual(["tryLater"]);
    expect(w.hub.meters.slowReadersCut).toBe(1);
  });

  test("[SY27] in a busy room each receiver gets few messages that carry everything", async () => {
    const w = world();
    const people = Array.from({ length: 30 }, (_, index) => w.join(`person${index}`));
    await w.clock.advance(50);
    const before = { ...w.hub.meters };
    for (let round = 0; round < 20; round++) {
      for (const one of people.slice(0, 8)) {
        one.text.insert(0, "x");
        one.peer.say({ round });
      }
      await w.clock.advance(5);
    }
    await w.clock.advance(100);
    for (const one of people) {
      expect(one.text.length).toBe(160);
      expect(one.peer.unreadable).toEqual([]);
      expect(one.peer.acknowledged).toBe(one.peer.sent.length);
    }
    const after = w.hub.meters;
    expect(after.updatesIn - before.updatesIn).toBe(160);
    expect((after.updatesGathered - before.updatesGathered) / (after.framesGathered - before.framesGathered)).toBeGreaterThan(4);
  });

  test("[SY27] two who write at the same time are not sent their own words back", async () => {
    const w = world();
    const [anna, ben, ...others] = Array.from({ length: 25 }, (_, index) => w.join(`person${index}`));
    if (anna === undefined || ben === undefined) throw new Error("nobody came");
    await w.clock.advance(50);
    // Enough to be busy.
    for (let at = 0; at < 3; at++) anna.text.insert(0, "-");
    await w.clock.advance(20);
    const heard: number[] = [];
    anna.peer.doc.on(
      "update",
      (update: Uint8Array, origin: unknown) => void (origin === anna.peer && heard.push(...Y.parseUpdateMeta(update).to.keys())),
    );
    anna.text.insert(0, "a");
    ben.text.insert(0, "b");
    await w.clock.advance(20);
    expect(heard).toEqual([ben.peer.doc.clientID]);
    for (const one of others) expect(one.text.toJSON().split("").toSorted().join("")).toBe("---ab");
  });

  test("[SY20] closing tells everybody to come back, writes everything, and takes nobody new", async () => {
    const w = world();
    const anna = w.join("anna");
    await w.clock.advance(50);
    anna.text.insert(0, "last words");
    await w.clock.advance(1);
    expect(w.log.committed()).toEqual([]);
    const closing = w.hub.close();
    await w.clock.advance(100);
    await closing;
    expect(anna.closed).toEqual(["restart"]);
    expect(w.log.committed().length).toBe(1);
    expect(w.join("ben").closed).toEqual(["restart"]);
    await expect(w.hub.edit("lesson/l", { personId: null, change: () => {} })).rejects.toMatchObject({ code: "unavailable" });
  });

  test("[SY20] nothing is written after the hub has closed, also not what waits for a client id to be bound", async () => {
    const w = world();
    const held: (() => void)[] = [];
    w.log.interfere((operation) => (operation === "claimClientId" ? new Promise((resolve) => held.push(resolve)) : Promise.resolve()));
    const anna = w.join("anna");
    await w.clock.advance(50);
    anna.text.insert(0, "a");
    anna.leave();
    const editing = w.hub.edit("lesson/l", { personId: personOf("ben").id, change: (doc) => doc.getText("t").insert(0, "b") });
    const refused = editing.then(
      () => null,
      (error: unknown) => error,
    );
    await w.clock.advance(50);
    const closing = w.hub.close();
    await w.clock.advance(50);
    await closing;
    expect(held.length).toBe(2);
    for (const release of held) release();
    await w.clock.advance(1_000);
    expect(await refused).toMatchObject({ code: "unavailable" });
    await expect(w.hub.read("lesson/other")).rejects.toMatchObject({ code: "unavailable" });
    expect(w.log.committed()).toEqual([]);
  });

  test("notices reach those who asked for additions, in that document only", async () => {
    const w = world();
    const [anna, stock, elsewhere] = [w.join("anna"), w.join("ben", { wantsAck: false }), w.join("carys", { document: "lesson/other" })];
    await w.clock.advance(50);
    w.hub.notice("lesson/l", { type: "version", number: 2 });
    await w.clock.advance(10);
    expect(anna.peer.notices).toEqual([{ type: "version", number: 2 }]);
    expect([stock.peer.unreadable, elsewhere.peer.notices]).toEqual([[], []]);
  });
});
