/**
 * The world of the hub's life simulation: a hub on a log that is slow and fails, rights that change, crashes and orderly ends. Everything
 * comes from one seed.
 *
 * Always true: the real hub runs in here, with nothing of it replaced but its compaction thread, which runs the same code without a thread;
 * each frame and each commit passes the model (life-model.ts). Left to others: people and their lines (life-people.ts), what happens when (the simulation's steps).
 */
import type { PersonId, SessionId } from "#core/ids";
import type { Log } from "#server/observe/log";
import type { DocumentLog, StoredDocument } from "#server/stores/contract";
import { makeMemoryDocumentLog } from "#server/stores/memory/memory-document-log";
import { compactUpdates } from "#server/sync/compact";
import { makeHub, type Hub } from "#server/sync/hub";
import { makeFakeClock } from "./fake-clock.ts";
import {
  DOCUMENTS,
  PEOPLE,
  broken,
  checkStored,
  committedOf,
  keyOf,
  levelOf,
  openLines,
  scanOf,
  shownOf,
  takeCommitted,
  toldOf,
  type Client,
  type Counts,
  type World,
} from "./life-model.ts";
import { cut, openPage } from "./life-people.ts";
import type { Random } from "./random.ts";
import { SyncPeer } from "./sync-peer.ts";

const EMPTY_UPDATE = Uint8Array.of(0, 0);

/** Makes a world with an empty log. */
export function makeWorld(random: Random, counts: Counts): World {
  const log = makeMemoryDocumentLog();
  const world: Omit<World, "hub"> = {
    random,
    clock: makeFakeClock(),
    counts,
    clients: [],
    log,
    epoch: 0,
    closing: null,
    failing: { append: false, load: false, compact: false, claimClientId: false, writersSince: false, compactor: false, rights: false },
    slowMs: 25,
    calm: false,
    lines: new Set(),
    levels: new Map(),
    signIns: new Map(),
    endedSessions: new Set(),
    model: {
      committed: new Map(),
      taken: 0,
      told: new Map(),
      shown: new Map(),
      delivered: new Map(),
      seen: new Map(),
      deliveredAtLoad: new Map(),
      writers: new Map(),
      serverIds: new Set(),
      frozen: new Map(),
      settledSessions: new Set(),
      versions: new Map(),
      loading: new Set(),
      compacting: new Map(),
      claiming: new Map(),
      binding: new Map(),
      leftWhileBinding: new Set(),
      receiving: null,
      leftWhileLoading: new Set(),
      rooms: new Set(),
      broken: null,
    },
  };
  const whole: World = Object.assign(world, { hub: startHub(world) });
  for (let at = 0; at < 9; at++) {
    const client: Client = {
      personId: PEOPLE[at % PEOPLE.length] ?? "anna",
      document: DOCUMENTS[at % DOCUMENTS.length] ?? "lesson/a",
      wantsAck: at % 5 !== 4,
      peer: new SyncPeer(),
      line: null,
      knocking: null,
    };
    whole.clients.push(client);
    openPage(whole, client, false);
  }
  return whole;
}

// ------------------------------------------------------------------ the hub and its log

type HubWorld = Omit<World, "hub"> & { hub?: Hub };

function startHub(world: HubWorld): Hub {
  const { clock, random, counts, model, failing } = world;
  const mine = (world.epoch += 1);
  const { log } = world;
  const isCurrent = () => world.epoch === mine;
  const fail = (promise: string) => broken(world as World, promise);
  let closed = false;
  const isRough = (probability: number) => !world.calm && random.chance(probability);
  // Now and then somebody else holds the database for seconds.
  const pass = (maxMs = world.slowMs): Promise<void> =>
    new Promise((resolve) => void clock.setTimer(random.below(isRough(0.01) ? 8_000 : maxMs), resolve));
  const isListed = (document: string) => world.hub?.listRooms().some((room) => room.document === document) === true;

  log.interfere(async (operation, documents) => {
    if (!isCurrent()) return pass();
    // Rule SY16.
    if (operation === "append" && !documents.every(isListed)) fail("edits were waiting for a room that has left memory");
    await pass(operation === "load" ? 3 * world.slowMs : world.slowMs);
    if (!failing[operation] && !isRough(0.03)) return undefined;
    if (operation === "append") counts.failedAppends += 1;
    if (operation === "claimClientId") counts.failedClaims += 1;
    if (operation === "load") counts.failedLoads += 1;
    throw new Error("the disk is full");
  });

  /**
   * Each question takes its time before the store acts and after it; nothing is asked once the hub is done. Rule SY20. Around the log, not in it,
   * because the next hub has the same one.
   */
  const ask = async <Answer>(act: () => Promise<Answer>): Promise<Answer> => {
    if (closed) fail("the log was asked for something after the hub had said that it was done");
    const answer = await act();
    await pass();
    return answer;
  };

  const load = async (document: string): Promise<StoredDocument> => {
    if (!isCurrent()) return ask(() => log.load(document));
    // Rule SY1.
    if (model.loading.has(document)) fail(`${document} was loaded twice at once`);
    model.loading.add(document);
    if (isListed(document)) {
      if (model.compacting.size > 0) fail("two compactions ran at once");
      model.compacting.set(document, { byUnload: openLines(world, document) === 0 });
    } else {
      model.deliveredAtLoad.set(document, new Map(model.delivered));
    }
    try {
      const stored = await ask(() => log.load(document));
      // What a compaction reads, the room does not: an edit of the server may be in the log before the room is told.
      const isForRoom = isCurrent() && !model.compacting.has(document);
      for (const part of isForRoom ? [stored.snapshot ?? EMPTY_UPDATE, ...stored.updates] : []) toldOf(world, document).add(scanOf(part));
      // Nothing to fold: the hub leaves it at that.
      if (isCurrent() && stored.updates.length === 0) model.compacting.delete(document);
      return stored;
    } finally {
      if (isCurrent()) model.loading.delete(document);
    }
  };

  const askedFor = new Set<number>();
  const claim = async (document: string, clientId: number, personId: PersonId): Promise<PersonId> => {
    const line = askedFor.has(clientId) || !isCurrent() ? null : model.receiving;
    askedFor.add(clientId);
    const key = keyOf(personId, document);
    const bind = (step: 1 | -1) => void (isCurrent() && model.binding.set(key, (model.binding.get(key) ?? 0) + step));
    bind(1);
    if (line !== null) model.claiming.set(clientId, line);
    // A second one may be through before the first, and updates of the id be taken in.
    else if (isCurrent()) model.claiming.delete(clientId);
    try {
      return await ask(async () => {
        if (isRough(0.1)) await pass(6_000);
        return log.claimClientId(document, clientId, personId);
      });
    } finally {
      bind(-1);
      if (line !== null && isCurrent()) model.claiming.delete(clientId);
    }
  };

  const own: DocumentLog = {
    append: async (entries) => {
      await ask(() => log.append(entries));
      if (isCurrent()) for (const { document, update } of entries) toldOf(world, document).add(scanOf(update));
      const documents = entries.map((entry) => entry.document);
      if (isCurrent() && !documents.every(isListed)) fail("a room left memory while its edits were written");
    },
    load,
    compact: (document, snapshot, throughSeq) => ask(() => log.compact(document, snapshot, throughSeq)),
    claimClientId: claim,
    writersSince: (document, sinceMs) => ask(() => log.writersSince(document, sinceMs)),
    close: log.close,
  };

  const jobs = new Set<(error: Error) => void>();
  const compactor = {
    compact: (parts: readonly Uint8Array[]): Promise<Uint8Array> =>
      new Promise((resolve, reject) => {
        jobs.add(reject);
        clock.setTimer(random.below(40 * world.slowMs), () => {
          jobs.delete(reject);
          if (failing.compactor || isRough(0.05)) reject(new Error("out of memory"));
          else resolve(compactUpdates(parts));
        });
      }),
    close: async () => {
      for (const reject of jobs) reject(new Error("the server is closing"));
    },
  };

  const authorise = async ({ id, sessionId }: { readonly id: PersonId; readonly sessionId: SessionId }, document: string) => {
    const decide = () => {
      const level = levelOf(world as World, id, document);
      return { signedIn: !world.endedSessions.has(sessionId), mayRead: level !== "none", mayWrite: level === "write" };
    };
    // The database is read some time between question and answer.
    const early = random.chance(0.5) ? decide() : null;
    await pass(60);
    if (failing.rights || isRough(0.01)) {
      counts.failedQuestions += 1;
      throw new Error("the database is locked");
    }
    return early ?? decide();
  };

  const onLogged = (fields: Record<string, unknown>, message: string) => {
    if (!isCurrent() || !message.endsWith("compacted")) return;
    model.compacting.delete(String(fields["document"]));
    if (message === "compacted") counts.compactions += 1;
    else counts.failedCompactions += 1;
    if (message === "compacted") checkStored(world as World, String(fields["document"]));
  };
  const logger: Log = { debug: onLogged, info: () => {}, warn: () => {}, error: onLogged };

  const hub = makeHub({ log: own, clock, logger, authorise, compactor });
  hub.onCommitted(({ document }) => {
    if (!isCurrent()) return;
    counts.commits += 1;
    if (model.compacting.has(document)) counts.committedWhileCompacting += 1;
  });
  hub.onEmptied(({ document }) => {
    if (!isCurrent()) return;
    counts.emptied += 1;
    // Rule SY18.
    if (openLines(world, document) > 0) fail("a document was called empty with people in it");
    if (hub.listRooms().some((room) => room.document === document && room.unsavedUpdates > 0))
      fail("a document was called empty before it was durable");
  });
  return {
    ...hub,
    close: async () => {
      await hub.close();
      closed = true;
    },
  };
}

/** The process was killed: what is not committed is gone, and so are all lines. */
export function crash(world: World): void {
  world.counts.crashes += 1;
  if (world.hub.stats().queuedUpdates > 0) world.counts.crashedWithUnsaved += 1;
  for (const client of world.clients) cut(world, client);
  world.log = world.log.afterCrash();
  replaceHub(world);
  // What was shown and not committed is in nobody's hands but the clients'.
  world.model.shown.clear();
}

/** Close in order; afterwards another hub takes over. */
export function beginClosing(world: World): void {
  if (world.closing !== null) return;
  const { counts, model } = world;
  counts.closings += 1;
  if (model.loading.size > model.compacting.size) counts.closedWhileLoading += 1;
  if (model.compacting.size > 0) counts.closedWhileCompacting += 1;
  if (world.hub.stats().queuedUpdates > 0) counts.closedWhileUnsaved += 1;
  const { epoch } = world;
  world.closing = world.hub.close().then(() => {
    if (world.epoch !== epoch) return;
    // Rule SY20.
    if (world.hub.stats().queuedUpdates > 0) broken(world, "the hub said that it was done with edits unwritten");
    if (world.hub.stats().connections > 0) broken(world, "the hub said that it was done with people in it");
    takeCommitted(world);
    for (const document of DOCUMENTS) {
      if (!committedOf(world, document).covers(shownOf(world, document))) broken(world, "closing lost edits that others had seen");
    }
    for (const client of world.clients) cut(world, client);
    replaceHub(world);
  });
}

function replaceHub(world: World): void {
  const { model } = world;
  model.told.clear();
  model.loading.clear();
  model.claiming.clear();
  model.binding.clear();
  model.leftWhileBinding.clear();
  model.compacting.clear();
  model.leftWhileLoading.clear();
  model.deliveredAtLoad.clear();
  model.rooms = new Set();
  world.closing = null;
  world.lines.clear();
  for (const client of world.clients) client.knocking = null;
  // The new hub knows nobody; whoever comes is asked about at the door.
  for (const [key, level] of world.levels) {
    if (level !== "write") model.frozen.set(key, { mayRead: level === "read", reach: model.frozen.get(key)?.reach ?? new Map(model.delivered) });
  }
  for (const session of world.endedSessions) model.settledSessions.add(session);
  world.hub = startHub(world);
}
