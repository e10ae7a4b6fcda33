/**
 * Whole rooms on a pretend network: random edits, delays, drops, failing stores, crashes and restarts, all from one seed.
 * A seed that failed is replayed by `SEED=<n> npx vitest run server/sync/simulation.test.ts`.
 */
import * as Y from "yjs";
import { expect, test } from "vitest";
import type { PersonId, SessionId } from "#core/ids";
import { scanUpdate } from "#core/protocol/update-scan";
import { makeMemoryDocumentLog, type MemoryDocumentLog } from "#server/stores/memory/memory-document-log";
import { makeFakeClock, type FakeClock } from "../../tests/support/fake-clock.ts";
import { makeRandom, type Random } from "../../tests/support/random.ts";
import { SyncPeer } from "../../tests/support/sync-peer.ts";
import { compactUpdates } from "./compact.ts";
import { makeHub, type Hub } from "./hub.ts";
import type { Authorise, HubPerson } from "./rights.ts";
import { makeKnownState } from "./known-state.ts";
import type { Session } from "./session.ts";

const DOCUMENT = "lesson/simulated";
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

type Client = {
  peer: SyncPeer;
  readonly person: HubPerson;
  readonly wantsAck: boolean;
  readonly mayWrite: boolean;
  line: { open: boolean; session: Session | null } | null;
};

type World = {
  readonly random: Random;
  readonly clock: FakeClock;
  readonly clients: Client[];
  readonly did: Record<"edits" | "acks" | "drops" | "crashes" | "failedWrites" | "compactions" | "serverEdits" | "reloads" | "refusals", number>;
  log: MemoryDocumentLog;
  hub: Hub;
  oracle: { readonly log: MemoryDocumentLog; readonly doc: Y.Doc; taken: number };
};

function startServer(world: Omit<World, "hub">, log: MemoryDocumentLog, state: { failing: boolean }): Hub {
  const { clock, random, did } = world;
  log.interfere(async (operation) => {
    const delayMs = random.below(25);
    await new Promise<void>((resolve) => void clock.setTimer(delayMs, resolve));
    if (operation === "append" && (state.failing || random.chance(0.05))) {
      did.failedWrites += 1;
      throw new Error("the disk is full");
    }
    if (operation === "claimClientId" && random.chance(0.02)) throw new Error("the disk is busy");
    if (operation === "compact") did.compactions += 1;
  });
  const compactor = { compact: async (parts: readonly Uint8Array[]) => compactUpdates(parts), close: async () => {} };
  const authorise: Authorise = async ({ id }) => ({ signedIn: true, mayRead: true, mayWrite: !id.startsWith("reader") });
  return makeHub({ log, clock, logger: SILENT, authorise, compactor });
}

/**
 * What the log holds, as numbers: to hold acknowledgements against. Through a Y.Doc, because integrating deletes more than updates say
 * (of two values set at once for one key, the loser).
 */
function committedIn(world: World) {
  if (world.oracle.log !== world.log) world.oracle = { log: world.log, doc: new Y.Doc(), taken: 0 };
  const { oracle } = world;
  const entries = world.log.committed().slice(oracle.taken);
  oracle.taken += entries.length;
  for (const entry of entries) Y.applyUpdate(oracle.doc, entry.update);
  const known = makeKnownState();
  known.add(scanOf(Y.encodeStateAsUpdate(oracle.doc)));
  return known;
}

function scanOf(update: Uint8Array) {
  const scan = scanUpdate(update);
  if (scan === null) throw new Error("these bytes are no update");
  return scan;
}

function connect(world: World, client: Client): void {
  const { clock, random } = world;
  const line: { open: boolean; session: Session | null } = { open: true, session: null };
  client.line = line;
  // Both ways keep order, like a socket; each message takes its own time.
  const makeWay = (arrive: (frame: Uint8Array) => void) => {
    let lastMs = 0;
    return (frame: Uint8Array) => {
      lastMs = Math.max(lastMs, clock.nowMs() + random.below(40));
      const copy = Uint8Array.from(frame);
      clock.setTimer(lastMs - clock.nowMs(), () => {
        if (line.open) arrive(copy);
      });
    };
  };
  const toClient = makeWay((frame) => client.peer.receive(frame));
  const toServer = makeWay((frame) => line.session?.receive(frame));
  line.session = world.hub.connect({
    document: DOCUMENT,
    person: client.person,
    mayWrite: client.mayWrite,
    wantsAck: client.wantsAck,
    send: (frames) => frames.forEach(toClient),
    close: () => drop(client),
    bufferedBytes: () => 0,
  });
  if (line.open) client.peer.open(toServer);
}

function drop(client: Client): void {
  const { line } = client;
  if (line === null) return;
  line.open = false;
  client.line = null;
  client.peer.lost();
  line.session?.end();
}

/** Every acknowledgement must name only messages whose whole content the log holds. */
function watchAcknowledgements(world: World, client: Client): void {
  client.peer.onAcknowledged = (count) => {
    world.did.acks += 1;
    const committed = committedIn(world);
    expect(count).toBeLessThanOrEqual(client.peer.sent.length);
    for (const update of client.peer.sent.slice(0, count)) {
      expect(committed.compare(scanOf(update)).is).toBe("known");
    }
  };
}

function editAtRandom(world: World, doc: Y.Doc): void {
  const { random } = world;
  const text = doc.getText("text");
  const kind = random.below(10);
  if (kind < 6) text.insert(random.below(text.length + 1), String.fromCodePoint(97 + random.below(26)).repeat(1 + random.below(3)));
  else if (kind < 8 && text.length > 3) text.delete(random.below(text.length - 2), 1 + random.below(2));
  else if (kind === 8) doc.getMap("facts").set(`key${random.below(3)}`, random.below(1_000));
  else doc.getArray("list").insert(0, [{ n: random.below(9), words: "½ ✓" }]);
  world.did.edits += 1;
}

const contentOf = (doc: Y.Doc) => ({
  text: doc.getText("text").toJSON(),
  facts: doc.getMap("facts").toJSON(),
  list: doc.getArray("list").toJSON(),
});

async function step(world: World, state: { failing: boolean }): Promise<void> {
  const { random, clock, clients, did } = world;
  const client = clients[random.below(clients.length)]!;
  const dice = random.below(100);
  if (dice < 55) {
    if (client.mayWrite) editAtRandom(world, client.peer.doc);
  } else if (dice < 60) {
    if (client.line !== null) did.drops += 1;
    drop(client);
  } else if (dice < 75) {
    if (client.line === null) connect(world, client);
  } else if (dice < 76) {
    // The process is killed: what is not committed is gone, and so are all lines.
    did.crashes += 1;
    world.log = world.log.afterCrash();
    for (const each of clients) drop(each);
    world.hub = startServer(world, world.log, state);
  } else if (dice < 82) {
    state.failing = !state.failing;
  } else if (dice < 85) {
    did.serverEdits += 1;
    const clientId = random.below(2 ** 31);
    // Not awaited: it resolves when the store works again, or never when the server is killed before.
    void world.hub.edit(DOCUMENT, {
      personId: null,
      change: (doc) => {
        doc.clientID = clientId;
        editAtRandom(world, doc);
      },
    });
  } else if (dice < 88) {
    reload(world, client);
  } else if (dice < 89) {
    // A quiet minute, everybody gone: the room is emptied, compacted and unloaded.
    for (const each of clients) drop(each);
    state.failing = false;
    await clock.advance(60_000);
  }
  await clock.advance(random.below(60));
}

/** The page is opened again from what the browser kept: the same content, another client id. */
function reload(world: World, client: Client): void {
  drop(client);
  world.did.reloads += 1;
  const doc = new Y.Doc();
  doc.clientID = world.random.below(2 ** 31);
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(client.peer.doc));
  client.peer.close();
  client.peer = new SyncPeer({ doc, wantsAck: client.wantsAck });
  watchAcknowledgements(world, client);
}

async function simulate(seed: number, did: World["did"]): Promise<void> {
  const random = makeRandom(seed);
  const clock = makeFakeClock();
  const log = makeMemoryDocumentLog();
  const state = { failing: false };
  const clients = ["ack-a", "ack-b", "stock-c", "reader-d"].map((id): Client => {
    const doc = new Y.Doc();
    doc.clientID = random.below(2 ** 31);
    const wantsAck = !id.startsWith("stock");
    // A plain string is an id in a simulation.
    return {
      peer: new SyncPeer({ doc, wantsAck }),
      person: { id: id as PersonId, name: id, sessionId: `${id}-1` as SessionId },
      wantsAck,
      mayWrite: id !== "reader-d",
      line: null,
    };
  });
  const base = { random, clock, clients, did, log, oracle: { log, doc: new Y.Doc(), taken: 0 } };
  const world: World = { ...base, hub: startServer(base, log, state) };
  for (const client of clients) watchAcknowledgements(world, client);

  const steps = 60 + random.below(240);
  for (let done = 0; done < steps; done++) await step(world, state);

  // Everything heals: the store works, everybody comes back, nobody edits.
  state.failing = false;
  for (let tries = 0; tries < 20; tries++) {
    await clock.advance(1_000);
    for (const client of clients) if (client.line === null) connect(world, client);
    const isQuiet = clients.every((client) => client.peer.synced && (!client.wantsAck || client.peer.acknowledged === client.peer.sent.length));
    if (tries > 8 && isQuiet && world.hub.stats().queuedUpdates === 0) break;
  }

  const stored = await storedDoc(world);
  const expected = contentOf(stored);
  for (const client of clients) {
    expect(contentOf(client.peer.doc), `${client.person.id} shows what is stored`).toEqual(expected);
    expect(client.peer.doc.store.pendingStructs).toBeNull();
    expect(client.peer.unreadable).toEqual([]);
    expect(client.peer.acknowledged).toBe(client.wantsAck ? client.peer.sent.length : 0);
  }
  expect(world.hub.stats().queuedUpdates).toBe(0);

  // A reader's edit changes nothing for anybody.
  const reader = clients[3]!;
  reader.peer.doc.getText("text").insert(0, "graffiti");
  await clock.advance(5_000);
  did.refusals += reader.peer.notices.length;
  expect(contentOf(await storedDoc(world))).toEqual(expected);
  expect(contentOf(clients[0]!.peer.doc)).toEqual(expected);

  for (const client of clients) drop(client);
  await clock.advance(60_000);
  expect(world.hub.stats()).toMatchObject({ rooms: 0, connections: 0 });
  expect(contentOf(await storedDoc(world)), "compaction changes nothing").toEqual(expected);
}

async function storedDoc({ log, clock }: World): Promise<Y.Doc> {
  const loading = log.load(DOCUMENT);
  await clock.advance(100);
  const { snapshot, updates } = await loading;
  const doc = new Y.Doc();
  for (const update of snapshot === null ? updates : [snapshot, ...updates]) Y.applyUpdate(doc, update);
  expect(doc.store.pendingStructs).toBeNull();
  return doc;
}

test("[SY5] [SY7] replicas converge, and nothing acknowledged is lost, whatever the network and the store do", async () => {
  const only = process.env["SEED"];
  const first = Date.now() % 1_000_000_000;
  const seeds = only === undefined ? Array.from({ length: 200 }, (_, index) => first + index) : [Number(only)];
  const did = { edits: 0, acks: 0, drops: 0, crashes: 0, failedWrites: 0, compactions: 0, serverEdits: 0, reloads: 0, refusals: 0 };
  for (const seed of seeds) {
    try {
      await simulate(seed, did);
    } catch (error) {
      throw new Error(`the simulation failed with SEED=${seed}`, { cause: error });
    }
  }
  process.stdout.write(`simulation: seeds ${seeds[0]} to ${seeds.at(-1)} ${JSON.stringify(did)}\n`);
  const rarely = Object.entries(did).filter(([, times]) => times < (only === undefined ? 20 : 0));
  expect(rarely, "everything happened often enough to mean something").toEqual([]);
}, 120_000);
