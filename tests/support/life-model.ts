/**
 * What must be true of the hub's life, whatever happens: the model beside the real hub in the life simulation.
 *
 * Always true: a promise that was broken is remembered and thrown, also when the hub caught it. Numbers only: what the log holds, what was
 * shown to whom, whose rights were taken. Left to others: making things happen (life-world.ts, the simulation's steps).
 */
import { scanUpdate, type UpdateScan } from "#core/protocol/update-scan";
import { parseServerFrame } from "#core/protocol/wire";
import type { LogOperation, MemoryDocumentLog } from "#server/stores/memory/memory-document-log";
import type { Hub, HubPerson } from "#server/sync/hub";
import { makeKnownState, type KnownState } from "#server/sync/known-state";
import type { Session } from "#server/sync/session";
import type { FakeClock } from "./fake-clock.ts";
import type { Random } from "./random.ts";
import type { SyncPeer } from "./sync-peer.ts";

export const DOCUMENTS = ["lesson/a", "lesson/b", "lesson/c"] as const;
export const PEOPLE = ["anna", "ben", "carys", "dai"] as const;
export type Level = "write" | "read" | "none";

/** How often each interleaving happened. The simulation asks for a least number of each. */
export const NO_COUNTS = {
  steps: 0,
  edits: 0,
  serverEdits: 0,
  acknowledgements: 0,
  commits: 0,
  joins: 0,
  joinedWhileLoading: 0,
  joinedWhileCompacting: 0,
  joinedWhileUnloading: 0,
  cameBackBeforeIdle: 0,
  leftWhileLoading: 0,
  typedWhileLoading: 0,
  wroteWhileCompacting: 0,
  committedWhileCompacting: 0,
  compactions: 0,
  failedLoads: 0,
  failedCompactions: 0,
  failedAppends: 0,
  failedClaims: 0,
  failedQuestions: 0,
  unloads: 0,
  emptyWithUnsaved: 0,
  turnedAway: 0,
  rightsChanged: 0,
  changedAtTheDoor: 0,
  changedWhileLoading: 0,
  changedWhileBinding: 0,
  changedWhileUnsaved: 0,
  wroteAfterRevocation: 0,
  shutByRights: 0,
  stalls: 0,
  cutReaders: 0,
  caughtUp: 0,
  comeBackLater: 0,
  serverEditsWhileLoading: 0,
  serverEditsWhileCompacting: 0,
  readWhileLoading: 0,
  closings: 0,
  closedWhileLoading: 0,
  closedWhileCompacting: 0,
  closedWhileUnsaved: 0,
  crashes: 0,
  crashedWithUnsaved: 0,
  emptied: 0,
  heals: 0,
};
export type Counts = typeof NO_COUNTS;

/** One connection, as both ends and the wire between see it. */
export type Line = {
  readonly document: string;
  readonly person: HubPerson;
  session: Session | null;
  /** The client's end is open. */
  open: boolean;
  /** The hub has been told that it ended, or has ended it. */
  ended: boolean;
  /** Takes nothing from the network. */
  stalled: boolean;
  /** Frames that the network has not taken yet. */
  readonly waiting: Uint8Array[];
  /** Let the waiting frames go. */
  release: () => void;
  /** What the client has been given, has brought, or had before. */
  readonly given: KnownState;
  /** The step 1 was answered. */
  answered: boolean;
};

export type Client = {
  readonly personId: (typeof PEOPLE)[number];
  readonly document: string;
  readonly wantsAck: boolean;
  peer: SyncPeer;
  line: Line | null;
  /** At the door. A number of its own for each try, so that a late answer to an older one is nothing. */
  knocking: number | null;
};

export type World = {
  readonly random: Random;
  readonly clock: FakeClock;
  readonly counts: Counts;
  readonly clients: Client[];
  log: MemoryDocumentLog;
  hub: Hub;
  /** Rises with each hub. Whatever an older hub still does concerns nobody. */
  epoch: number;
  closing: Promise<void> | null;
  readonly failing: Record<LogOperation | "compactor" | "rights", boolean>;
  /** Longest time a store operation takes just now. */
  slowMs: number;
  /** Nothing fails and nothing takes seconds. */
  calm: boolean;
  readonly lines: Set<Line>;
  readonly levels: Map<string, Level>;
  /** The current sign-in of each person, and those that have ended. */
  readonly signIns: Map<string, number>;
  readonly endedSessions: Set<string>;
  readonly model: Model;
};

type Model = {
  /** What the log holds, by document, as numbers; `taken` of its entries have been counted in. */
  readonly committed: Map<string, KnownState>;
  taken: number;
  /** What the log has told this hub that it holds. */
  readonly told: Map<string, KnownState>;
  /** What this hub has shown to anybody. */
  readonly shown: Map<string, KnownState>;
  /** How far the updates of each client id have reached the server, ever and before the document's present load began. */
  readonly delivered: Map<number, number>;
  /** How far others have seen the updates of each client id, ever: so far they may bring them back after a crash. */
  readonly seen: Map<number, number>;
  readonly deliveredAtLoad: Map<string, ReadonlyMap<number, number>>;
  readonly writers: Map<number, string>;
  readonly serverIds: Set<number>;
  /** Rights that were taken and of which the hub has said that it is done: how far that person's updates may reach in the log. Keys of `keyOf`. */
  readonly frozen: Map<string, { readonly mayRead: boolean; readonly reach: ReadonlyMap<number, number> }>;
  /** Sign-ins that ended, and of which the hub has said that it is done. */
  readonly settledSessions: Set<string>;
  readonly versions: Map<string, number>;
  /** Loads and compactions under way. */
  readonly loading: Set<string>;
  readonly compacting: Map<string, { readonly byUnload: boolean }>;
  readonly leftWhileLoading: Set<string>;
  /** Client ids that are being bound for the first time, and the line whose update waits for it. */
  readonly claiming: Map<number, Line>;
  /** How many client ids are being bound for somebody in a document; and who has gone meanwhile: what they sent before is taken in later. */
  readonly binding: Map<string, number>;
  readonly leftWhileBinding: Set<string>;
  /** The line of which the hub is taking in a frame just now. */
  receiving: Line | null;
  rooms: ReadonlySet<string>;
  /** The first promise that was broken. */
  broken: Error | null;
};

export const keyOf = (personId: string, document: string): string => `${personId} ${document}`;
export const levelOf = (world: World, personId: string, document: string): Level => world.levels.get(keyOf(personId, document)) ?? "write";

/** A promise of the sync server was broken. Remembered besides being thrown: what throws inside the hub may be caught there. */
export function broken(world: World, promise: string): never {
  world.model.broken ??= new Error(promise);
  throw world.model.broken;
}

const knownOf = (states: Map<string, KnownState>, document: string): KnownState => {
  const found = states.get(document);
  if (found !== undefined) return found;
  const made = makeKnownState();
  states.set(document, made);
  return made;
};
export const committedOf = (world: World, document: string): KnownState => knownOf(world.model.committed, document);
export const toldOf = (world: Pick<World, "model">, document: string): KnownState => knownOf(world.model.told, document);
export const shownOf = (world: World, document: string): KnownState => knownOf(world.model.shown, document);

export function scanOf(update: Uint8Array): UpdateScan {
  const scan = scanUpdate(update);
  if (scan === null) throw new Error("these bytes are no update");
  return scan;
}

// ------------------------------------------------------------------ what must be true

/** Count in what the log holds since the last time, and hold it against rights that were taken. Rule SY11. */
export function takeCommitted(world: World): void {
  const { model } = world;
  const committed = world.log.committed();
  for (; model.taken < committed.length; model.taken++) {
    const entry = committed[model.taken];
    if (entry === undefined) return;
    const scan = scanOf(entry.update);
    if (!committedOf(world, entry.document).add(scan)) broken(world, "the log has a gap");
    for (const [clientId, ranges] of scan.structs) {
      const frozen = model.frozen.get(model.writers.get(clientId) ?? "");
      if (frozen !== undefined && (ranges.at(-1)?.end ?? 0) > (frozen.reach.get(clientId) ?? 0)) {
        broken(world, "the log holds an edit that came after its writer had lost the right to write");
      }
    }
  }
}

/** Each frame fits on what its receiver has; a first answer holds all that was committed or shown before it. Rules SY1, SY3, SY5. */
export function checkSent(world: World, { client, line, frame }: { client: Client; line: Line; frame: Uint8Array }): void {
  const message = parseServerFrame(frame);
  if (message === null) broken(world, "a frame of the hub cannot be read");
  if (message.type !== "step2" && message.type !== "update") return;
  const scan = scanOf(message.update);
  if (line.given.compare(scan).is === "gap") broken(world, "an edit was sent that does not fit on what its receiver has");
  line.given.add(scan);
  takeCommitted(world);
  for (const [clientId, ranges] of scan.structs) {
    world.model.seen.set(clientId, Math.max(world.model.seen.get(clientId) ?? 0, ranges.at(-1)?.end ?? 0));
    if (
      world.model.serverIds.has(clientId) &&
      (committedOf(world, client.document).clocks.get(clientId) ?? 0) < (scan.structs.get(clientId)?.at(-1)?.end ?? 0)
    )
      broken(world, "an edit of the server was shown before it was durable");
  }
  if (message.type === "step2") {
    line.answered = true;
    if (!line.given.covers(toldOf(world, client.document))) broken(world, "somebody was answered from half a document");
    if (!line.given.covers(shownOf(world, client.document))) broken(world, "somebody was answered without edits that others have seen");
  }
  shownOf(world, client.document).add(scan);
}

/** Rule SY17: what is stored is what was committed, and whole. Called when a compaction is done, at which moment nothing else runs. */
export function checkStored(world: World, document: string): void {
  takeCommitted(world);
  const { snapshot, updates } = world.log.stored(document);
  const stored = makeKnownState();
  for (const part of snapshot === null ? updates : [snapshot, ...updates]) {
    if (!stored.add(scanOf(part))) broken(world, "what is stored has a gap");
  }
  if (!stored.covers(committedOf(world, document))) broken(world, "a compaction lost edits");
}

/** All that must be true between steps. */
export function check(world: World): void {
  const { model: known, hub, counts } = world;
  if (known.broken !== null) throw known.broken;
  takeCommitted(world);
  const rooms = hub.listRooms();
  const listed = new Set(rooms.map((room) => room.document));
  if (listed.size !== rooms.length) broken(world, "a document has two rooms");
  const stats = hub.stats();
  if (stats.connections !== world.lines.size) broken(world, `the hub counts ${stats.connections} connections, there are ${world.lines.size}`);
  const unsaved = rooms.reduce((sum, room) => sum + room.unsavedUpdates, 0);
  if (stats.queuedUpdates > unsaved) broken(world, "updates are waiting to be written that no room knows of");
  for (const room of rooms) {
    if (room.connections !== openLines(world, room.document)) broken(world, "a room's members are not the people who are connected");
    if (room.connections === 0 && room.unsavedUpdates > 0) counts.emptyWithUnsaved += 1;
  }
  for (const document of DOCUMENTS) {
    if (listed.has(document)) continue;
    // Rule SY16: nothing that anybody saw is only in memory that is gone.
    if (!committedOf(world, document).covers(shownOf(world, document))) broken(world, "a room left memory with edits that are not in the log");
    if (known.rooms.has(document)) counts.unloads += 1;
  }
  for (const document of listed) if (!known.rooms.has(document)) for (const person of PEOPLE) known.leftWhileLoading.delete(keyOf(person, document));
  known.rooms = listed;
  for (const client of world.clients) {
    if (client.line === null || client.line.ended) continue;
    const key = keyOf(client.personId, client.document);
    if (!listed.has(client.document) && client.line.answered) broken(world, "somebody is in a room that is not there any more");
    if (known.settledSessions.has(client.line.person.sessionId)) broken(world, "somebody is in a room whose sign-in has ended");
    if (known.frozen.get(key)?.mayRead === false) broken(world, "somebody is in a room whose right to read was taken");
  }
}

/** Connections that the hub must take as there. A client may have gone without a word. */
export const openLines = (world: Pick<World, "lines">, document: string): number =>
  [...world.lines].filter((line) => line.document === document).length;
