/**
 * All rooms of this process: each document is loaded once, served while anybody is there, and let go when it is idle and durable.
 *
 * Always true: a document is in one state at a time (loading, live, unloading) and has one room; a room leaves memory only when nobody is in
 * it and everything it accepted is committed; a document that fails to load is never written to. Rules SY1, SY2, SY16 to SY20.
 * Left to others: sockets and sign-in (ws-adapter), who may do what (rights), one client's conversation (session).
 */
import * as Y from "yjs";
import { AppError, assert } from "#core/errors";
import type { PersonId } from "#core/ids";
import { LIMITS } from "#core/limits";
import type { CloseReason } from "#core/protocol/close-codes";
import { scanUpdate } from "#core/protocol/update-scan";
import { MINUTE_MS, SECOND_MS, type Clock, type Timer } from "#core/time";
import type { Log } from "#server/observe/log";
import { makeSyncMeters, type SyncMeters } from "#server/observe/meters";
import type { DocumentLog } from "#server/stores/contract";
import { makeCommitQueue, type QueuedEntry } from "./commit-queue.ts";
import { makeThreadCompactor, type Compactor } from "./compactor.ts";
import { updateFrom } from "./forward-edit.ts";
import { makePacer, type Turns } from "./pacer.ts";
import { makeRights, type Authorise, type HubPerson, type RightsKeeper } from "./rights.ts";
import { openRoom, type Room } from "./room.ts";
import { statsOf, type RoomStats } from "./room-stats.ts";
import { salvage } from "./salvage.ts";
import { makeSession, type Session, type SessionControl } from "./session.ts";

/** What the composition root and services decide for the hub. */
export type { Authorise, HubPerson } from "./rights.ts";
export type { RoomStats } from "./room-stats.ts";

/** `queuedUpdates` are accepted but not yet durable; `oldestUnsavedMs` is the age of the oldest of them, 0 when there is none. */
export type HubStats = {
  readonly rooms: number;
  /** Everybody with a connection, each once. */
  readonly people: number;
  readonly connections: number;
  readonly queuedUpdates: number;
  readonly queuedBytes: number;
  readonly oldestUnsavedMs: number;
};

export type ConnectOptions = {
  readonly document: string;
  readonly person: HubPerson;
  readonly mayWrite: boolean;
  /** The client asked for messages 100 to 102. */
  readonly wantsAck: boolean;
  /** The same array comes once for each receiver, so that it can be encoded once. */
  readonly send: (frames: readonly Uint8Array[]) => void;
  readonly close: (reason: CloseReason) => void;
  /** Bytes handed to `send` that the network has not taken yet. */
  readonly bufferedBytes: () => number;
};

export type Committed = { readonly document: string; readonly personId: PersonId | null; readonly atMs: number };
export type Emptied = { readonly document: string; readonly changed: boolean };

/** First clock, by Yjs client id, of what others are in the middle of writing: an edit that takes things away may leave that alone. Rule SY26. */
export type BeingWritten = ReadonlyMap<number, number>;

export type Hub = RightsKeeper & {
  /** Open one connection, which `admit` has let in; the hub loads the room and answers frames through `send`. */
  readonly connect: (options: ConnectOptions) => Session;
  /**
   * The whole current state (snapshot, tail and what is not yet committed), as one v1 update. Loads the room if need be. An empty document: an empty update.
   * @throws AppError "unavailable" when it cannot be loaded
   */
  readonly read: (document: string) => Promise<Uint8Array>;
  /** The same as several updates in order: nothing has to be merged for it. */
  readonly readParts: (document: string) => Promise<readonly Uint8Array[]>;
  /**
   * A forward edit by the server in somebody's name: `change` gets a Y.Doc holding the current state; what it changes is logged durably, then
   * broadcast to everyone. Edits of one document run one after another. Resolves after the commit. What `change` throws is thrown on, and nothing is changed.
   * @throws AppError "unavailable" when the document cannot be loaded or the server is closing
   */
  readonly edit: (
    document: string,
    options: { personId: PersonId | null; change: (doc: Y.Doc, beingWritten: BeingWritten) => void },
  ) => Promise<void>;
  /** Send `102 notice(json)` to all connections of a document that asked for additions. */
  readonly notice: (document: string, json: unknown) => void;
  /** Called after each commit, once for each document and writer in it; the listener debounces. Answers how to stop listening. */
  readonly onCommitted: (listener: (event: Committed) => void) => () => void;
  /** Called when the last person left a document and all of it is durable; `changed`: something was written since the first came. */
  readonly onEmptied: (listener: (event: Emptied) => void) => () => void;
  /** Called when a room has left memory. */
  readonly onUnloaded: (listener: (event: { readonly document: string }) => void) => () => void;
  readonly stats: () => HubStats;
  /** Every live room. Walks them all: for operators, not for the hot path. */
  readonly listRooms: () => readonly RoomStats[];
  /** So many people are being served that rooms gather what they tell (SY27). */
  readonly isBusy: () => boolean;
  /** What has been counted since the start. */
  readonly meters: SyncMeters;
  /** Stop accepting, close sockets with `restart` (1012), flush, compact for two seconds at most, resolve when all is durable. */
  readonly close: () => Promise<void>;
};

export type HubOptions = {
  readonly log: DocumentLog;
  readonly clock: Clock;
  readonly logger: Log;
  readonly authorise: Authorise;
  /** The event loop, so that a busy server can read more at once; left out: it gathers by timers. */
  readonly turns?: Turns | null;
  /** Where compaction runs; a thread of its own unless a test brings another. */
  readonly compactor?: Compactor;
};

type Loaded = { readonly room: Room } | { readonly trouble: CloseReason; readonly cause: unknown };
type Slot =
  | { readonly state: "loading"; readonly waiting: Set<SessionControl>; readonly loaded: Promise<Loaded> }
  | { readonly state: "live"; readonly room: Room; readonly life: RoomLife }
  | { readonly state: "unloading"; readonly room: Room; readonly life: RoomLife };

/** What the hub keeps about a room besides its content. */
type RoomLife = {
  idle: Timer | null;
  emptied: Timer | null;
  /** Something was committed since the first person came. */
  changed: boolean;
  /** Nothing was committed since the last tick. */
  isQuiet: boolean;
  compacting: boolean;
  compactNotBeforeMs: number;
};

/** People who reload a page are back within this. */
const EMPTIED_AFTER_MS = 2 * SECOND_MS;
/** How soon to look again whether an idle room has become durable. */
const LOOK_AGAIN_MS = SECOND_MS;
/** Unloading compacts when there is at least this much to fold; fewer updates load as fast as they are. */
const COMPACT_AT_UNLOAD_UPDATES = 32;
/** A room in which nobody writes for a tick or two is compacted when there is at least this much. */
const COMPACT_WHEN_QUIET_UPDATES = 200;
const COMPACT_AGAIN_AFTER_MS = MINUTE_MS;
/** How long a server that closes goes on compacting. */
const COMPACT_AT_CLOSE_MS = 2 * SECOND_MS;
/** The stock client hangs up after 30 s without a message. */
const KEEP_ALIVE_MS = 10 * SECOND_MS;

/** Makes the hub: the sync server without sockets. */
export function makeHub({ log, clock, logger, authorise, turns = null, compactor = makeThreadCompactor(clock) }: HubOptions): Hub {
  const slots = new Map<string, Slot>();
  const meters = makeSyncMeters();
  const sessions = new Set<SessionControl>();
  /** Whose line has ended, but something they sent before is still in hand: what they may do is asked about for that too. */
  const lingering = new Set<SessionControl>();
  const everySession = {
    *[Symbol.iterator]() {
      yield* sessions;
      yield* lingering;
    },
  };
  const committedListeners = new Set<(event: Committed) => void>();
  const emptiedListeners = new Set<(event: Emptied) => void>();
  const unloadedListeners = new Set<(event: { readonly document: string }) => void>();
  /** The last server edit of each document; never rejects. */
  const edits = new Map<string, Promise<void>>();
  let closing = false;
  let keepAlive: Timer | null = null;
  /** Compactions run one after another, so that many rooms going idle together do not fill memory. */
  let compactions: Promise<void> = Promise.resolve();

  const tell = <T>(listeners: ReadonlySet<(event: T) => void>, event: T) => {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        // A listener's bug must not stop saving.
        logger.error({ err: error, event }, "a listener of the hub failed");
      }
    }
  };

  const onCommitted = (entries: readonly QueuedEntry[]) => {
    const counts = new Map<string, number>();
    for (const { document, count } of entries) counts.set(document, (counts.get(document) ?? 0) + count);
    for (const [document, count] of counts) {
      const slot = slots.get(document);
      if (slot === undefined || slot.state === "loading") continue;
      slot.life.changed = true;
      slot.life.isQuiet = false;
      slot.room.committed(count);
      const tail = slot.room.tail();
      if (tail.updates > LIMITS.compactAfterUpdates || tail.bytes > LIMITS.compactAfterBytes) planCompaction(slot.room, slot.life);
    }
    // The last entry of each writer in each document.
    const last = new Map<string, Committed>();
    for (const { document, personId, atMs, others } of entries)
      for (const writer of [{ personId, atMs }, ...others]) last.set(`${writer.personId ?? ""} ${document}`, { document, ...writer });
    for (const event of last.values()) tell(committedListeners, event);
  };

  const queue = makeCommitQueue({ log, clock, logger, meters, onCommitted });
  const pacer = makePacer(clock, turns);

  // ------------------------------------------------------------------ loading

  const load = async (document: string): Promise<Loaded> => {
    try {
      const stored = await log.load(document);
      meters.loads += 1;
      const parts = { document, log, clock, logger, queue, pacer, meters };
      const room = openRoom({ ...parts, stored });
      if (room !== null) return { room };
      meters.damagedLoads += 1;
      const { whole, broken, hasGap } = salvage(stored.snapshot === null ? stored.updates : [stored.snapshot, ...stored.updates]);
      logger.error(
        { document, broken, hasGap },
        "not all that is stored of the document can be read; it is shown as far as it can, and not written to",
      );
      const readable = openRoom({ ...parts, stored: { snapshot: whole, updates: [] }, isDamaged: true });
      assert(readable !== null, "what was salvaged can be read");
      return { room: readable };
    } catch (error) {
      logger.error({ err: error, document }, "the document could not be loaded");
      return { trouble: "tryLater", cause: error };
    }
  };

  const startLoading = (document: string): Slot & { state: "loading" } => {
    const waiting = new Set<SessionControl>();
    const loaded = load(document).then((answer): Loaded => {
      const result: Loaded = closing ? { trouble: "restart", cause: new Error("the server is closing") } : answer;
      if (!("room" in result)) {
        slots.delete(document);
        for (const session of waiting) session.shut(result.trouble);
        return result;
      }
      const life: RoomLife = { idle: null, emptied: null, changed: false, isQuiet: true, compacting: false, compactNotBeforeMs: 0 };
      slots.set(document, { state: "live", room: result.room, life });
      for (const session of waiting) session.attach(result.room);
      if (result.room.members.size === 0) planUnload(result.room, life);
      return result;
    });
    const slot = { state: "loading", waiting, loaded } as const;
    slots.set(document, slot);
    return slot;
  };

  /** The live room of a document, loaded if need be. */
  const getRoom = async (document: string): Promise<{ readonly room: Room; readonly life: RoomLife }> => {
    const there = slots.get(document);
    if (there === undefined && closing) throw restarting();
    const slot = there ?? startLoading(document);
    if (slot.state === "loading") {
      const loaded = await slot.loaded;
      if ("room" in loaded) return getRoom(document);
      throw new AppError("unavailable", { message: "The document could not be opened. Please try again.", cause: loaded.cause });
    }
    slots.set(document, { state: "live", room: slot.room, life: slot.life });
    if (slot.room.members.size === 0) planUnload(slot.room, slot.life);
    return { room: slot.room, life: slot.life };
  };

  // ------------------------------------------------------------------ leaving and unloading

  const isWorthCompacting = (room: Room) => !room.isDamaged && room.tail().updates >= COMPACT_AT_UNLOAD_UPDATES;

  const planEmptied = (room: Room, life: RoomLife, afterMs: number) => {
    life.emptied?.cancel();
    life.emptied = clock.setTimer(afterMs, () => {
      life.emptied = null;
      if (room.members.size > 0) return;
      if (!room.isSettled()) {
        planEmptied(room, life, LOOK_AGAIN_MS);
        return;
      }
      const { changed } = life;
      life.changed = false;
      tell(emptiedListeners, { document: room.document, changed });
    });
  };

  const planUnload = (room: Room, life: RoomLife, afterMs: number = LIMITS.roomIdleMs) => {
    life.idle?.cancel();
    life.idle = clock.setTimer(afterMs, () => {
      life.idle = null;
      if (room.members.size > 0) return;
      if (life.emptied !== null || !room.isSettled()) planUnload(room, life, LOOK_AGAIN_MS);
      else unload(room, life);
    });
  };

  const unload = (room: Room, life: RoomLife) => {
    const slot: Slot = { state: "unloading", room, life };
    slots.set(room.document, slot);
    if (isWorthCompacting(room)) planCompaction(room, life);
    const finish = () => {
      // Somebody may have come back meanwhile: then this slot was replaced by a live one.
      if (slots.get(room.document) !== slot) return;
      slots.delete(room.document);
      meters.unloads += 1;
      tell(unloadedListeners, { document: room.document });
    };
    if (life.compacting) void compactions.then(finish); // never rejects
    else finish();
  };

  const planCompaction = (room: Room, life: RoomLife) => {
    if (life.compacting || closing || room.isDamaged || clock.nowMs() < life.compactNotBeforeMs) return;
    life.compacting = true;
    compactions = compactions.then(async () => {
      if (!closing) await compact(room, life);
      life.compacting = false;
    });
  };

  const compact = async (room: Room, life: RoomLife): Promise<void> => {
    const { document } = room;
    // Before the log is read: what is not durable now may be missing there, and stays on top of the snapshot.
    const swap = room.beginSwap();
    try {
      const { snapshot, updates, throughSeq } = await log.load(document);
      if (updates.length === 0) return;
      const compacted = await compactor.compact(snapshot === null ? updates : [snapshot, ...updates]);
      await log.compact(document, compacted, throughSeq);
      swap.finish(compacted);
      meters.compactions += 1;
      logger.debug({ document, updates: updates.length, bytes: compacted.length }, "compacted");
    } catch (error) {
      // Nothing is lost: the log is as it was. Not again at once, or a document that cannot be compacted would keep the thread busy.
      meters.compactionFailures += 1;
      life.compactNotBeforeMs = clock.nowMs() + COMPACT_AGAIN_AFTER_MS;
      logger.error({ err: error, document }, "the document could not be compacted");
    } finally {
      swap.stop();
    }
  };

  // ------------------------------------------------------------------ connections

  const tick = () => {
    for (const slot of slots.values()) {
      if (slot.state !== "live") continue;
      slot.room.awareness.renew();
      if (slot.life.isQuiet && slot.room.tail().updates >= COMPACT_WHEN_QUIET_UPDATES) planCompaction(slot.room, slot.life);
      slot.life.isQuiet = true;
    }
    for (const session of sessions) session.keepAlive();
    keepAlive = sessions.size > 0 ? clock.setTimer(KEEP_ALIVE_MS, tick) : null;
  };

  const onEnd = (session: SessionControl) => {
    sessions.delete(session);
    if (session.isInHand()) lingering.add(session);
    const slot = slots.get(session.document);
    // While the document loads, a session stays among the waiting: edits that it sent before it went are taken in.
    if (slot === undefined || slot.state === "loading") return;
    if (slot.room.members.size === 0) {
      planEmptied(slot.room, slot.life, EMPTIED_AFTER_MS);
      planUnload(slot.room, slot.life);
    }
  };

  const connect = (options: ConnectOptions): Session => {
    const session: SessionControl = makeSession({
      ...options,
      clock,
      meters,
      isFull: queue.isFull,
      isClosing: () => closing,
      logger,
      onEnd: () => onEnd(session),
      onSettled: () => void lingering.delete(session),
    });
    sessions.add(session);
    if (closing) {
      session.shut("restart");
      return session;
    }
    keepAlive ??= clock.setTimer(KEEP_ALIVE_MS, tick);
    const slot = slots.get(options.document) ?? startLoading(options.document);
    if (slot.state === "loading") {
      slot.waiting.add(session);
      return session;
    }
    const { room, life } = slot;
    slots.set(options.document, { state: "live", room, life });
    // Somebody who is back before "emptied" was told continues the same visit.
    if (room.members.size === 0 && life.emptied === null) life.changed = false;
    life.emptied?.cancel();
    life.emptied = null;
    life.idle?.cancel();
    life.idle = null;
    session.attach(room);
    return session;
  };

  const editNow: Hub["edit"] = async (document, { personId, change }) => {
    if (closing) throw restarting();
    const doc = new Y.Doc();
    try {
      if (personId !== null) await (await getRoom(document)).room.claim([doc.clientID], personId);
      // From here to `accept` nothing waits, so nobody else's edit comes between.
      const { room } = await getRoom(document);
      // Whoever closes waits for what is in the queue now, not for what comes later.
      if (closing) throw restarting();
      if (room.isDamaged)
        throw new AppError("unavailable", { message: "This cannot be changed until it has been repaired. Whoever runs Bansho has been told." });
      const update = updateFrom(room.parts(), doc, (into) => change(into, room.beingWritten(personId)));
      const scan = scanUpdate(update);
      assert(scan !== null, "what Yjs writes can be read");
      if (room.compare(scan).is !== "known") room.accept({ update, scan, personId, from: null });
      await room.whenDurable();
    } finally {
      doc.destroy();
    }
  };

  const edit: Hub["edit"] = async (document, options) => {
    // An edit is not in the room until it is durable; the next one has to start from it.
    const before = edits.get(document);
    const mine = before === undefined ? editNow(document, options) : before.then(() => editNow(document, options));
    const settled = mine.then(ignore, ignore);
    edits.set(document, settled);
    try {
      await mine;
    } finally {
      if (edits.get(document) === settled) edits.delete(document);
    }
  };

  return {
    ...makeRights({ authorise, logger, sessions: everySession }),
    connect,
    read: async (document) => (await getRoom(document)).room.whole(),
    readParts: async (document) => (await getRoom(document)).room.parts(),
    edit,
    notice: (document, json) => {
      for (const session of sessions) if (session.document === document) session.notice(json);
    },
    onCommitted: (listener) => {
      committedListeners.add(listener);
      return () => void committedListeners.delete(listener);
    },
    onEmptied: (listener) => {
      emptiedListeners.add(listener);
      return () => void emptiedListeners.delete(listener);
    },
    onUnloaded: (listener) => {
      unloadedListeners.add(listener);
      return () => void unloadedListeners.delete(listener);
    },
    stats: () => {
      const { updates, bytes, oldestMs } = queue.stats();
      const people = new Set([...sessions].map((session) => session.person.id)).size;
      return { rooms: slots.size, people, connections: sessions.size, queuedUpdates: updates, queuedBytes: bytes, oldestUnsavedMs: oldestMs };
    },
    listRooms: () => [...slots.values()].flatMap((slot) => (slot.state === "loading" ? [] : [statsOf(slot.room)])),
    isBusy: pacer.isBusy,
    meters,
    close: async () => {
      closing = true;
      for (const session of sessions) session.shut("restart");
      keepAlive?.cancel();
      await queue.flush();
      for (const slot of slots.values()) {
        if (slot.state === "loading") continue;
        slot.life.idle?.cancel();
        slot.life.emptied?.cancel();
      }
      await compactions;
      // Everybody comes back in a moment: what is folded now need not be folded then.
      const untilMs = clock.nowMs() + COMPACT_AT_CLOSE_MS;
      for (const slot of slots.values()) {
        if (clock.nowMs() >= untilMs) break;
        if (slot.state !== "loading" && isWorthCompacting(slot.room)) await compact(slot.room, slot.life);
      }
      await compactor.close();
    },
  };
}

/** For a promise whose outcome its own caller gets. */
const ignore = () => {};

const restarting = () => new AppError("unavailable", { message: "The server is restarting. Please try again in a moment." });
