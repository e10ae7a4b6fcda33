/**
 * People in the hub's life simulation: pages that are opened, a door, lines that are slow, stall and break.
 *
 * Always true: a client behaves as ours does, so that the hub has no reason to call it faulty; each frame that the hub sends passes the model
 * (life-model.ts). Left to others: the hub and its log (life-world.ts), what happens when (the simulation's steps).
 */
import * as Y from "yjs";
import type { PersonId, SessionId } from "#core/ids";
import type { CloseReason } from "#core/protocol/close-codes";
import { parseClientFrame } from "#core/protocol/wire";
import type { HubPerson } from "#server/sync/hub";
import { makeKnownState } from "#server/sync/known-state";
import type { Session } from "#server/sync/session";
import { broken, checkSent, committedOf, keyOf, openLines, scanOf, takeCommitted, type Client, type Line, type World } from "./life-model.ts";
import { SyncPeer } from "./sync-peer.ts";

/** The page is opened: with what the browser kept, or on a new device with nothing. Another client id either way. */
export function openPage(world: World, client: Client, keep: boolean): void {
  cut(world, client);
  const doc = new Y.Doc();
  doc.clientID = world.random.below(2 ** 31);
  world.model.writers.set(doc.clientID, keyOf(client.personId, client.document));
  if (keep) Y.applyUpdate(doc, Y.encodeStateAsUpdate(client.peer.doc));
  client.peer.close();
  client.peer = new SyncPeer({ doc, wantsAck: client.wantsAck });
  watchAcknowledgements(world, client);
}

/** Rule SY7: an acknowledgement names only messages whose whole content the log holds. */
function watchAcknowledgements(world: World, client: Client): void {
  const { peer } = client;
  let before = 0;
  let of = peer.sent;
  peer.onAcknowledged = (count) => {
    if (of !== peer.sent) [before, of] = [0, peer.sent];
    world.counts.acknowledgements += 1;
    takeCommitted(world);
    if (count <= before || count > peer.sent.length) broken(world, `acknowledgement ${count} after ${before}, of ${peer.sent.length} sent`);
    for (const update of peer.sent.slice(before, count)) {
      if (committedOf(world, client.document).compare(scanOf(update)).is !== "known") broken(world, "what was acknowledged is not in the log");
    }
    before = count;
  };
}

const sessionOf = (world: World, personId: string): string => `${personId}-${world.signIns.get(personId) ?? 1}`;

let knocks = 0;

/** Go to the door; come in if the answer allows it and is still true, as the socket adapter does. */
export function knock(world: World, client: Client): void {
  const { hub, random, clock, counts } = world;
  const mine = (knocks += 1);
  client.knocking = mine;
  const sessionId = sessionOf(world, client.personId);
  // A plain string is an id in a simulation.
  const person: HubPerson = { id: client.personId as PersonId, name: client.personId, sessionId: sessionId as SessionId };
  void hub.admit(person, client.document).then(
    (admission) => {
      const enter = () => {
        if (client.knocking === mine) {
          client.knocking = null;
          const { signedIn, mayRead, mayWrite } = admission.rights;
          if (!signedIn || !mayRead) counts.turnedAway += 1;
          else if (admission.isCurrent()) join(world, client, { person, mayWrite });
          else counts.changedAtTheDoor += 1;
        }
        admission.release();
      };
      // The handshake takes its time too.
      if (random.chance(0.5)) enter();
      else clock.setTimer(random.below(20), enter);
    },
    () => {
      if (client.knocking === mine) client.knocking = null;
    },
  );
}

function join(world: World, client: Client, { person, mayWrite }: { person: HubPerson; mayWrite: boolean }): void {
  const { document, peer } = client;
  countJoin(world, document);
  const flags = { open: true, ended: false, stalled: false, answered: false };
  const line: Line = { ...flags, document, person, session: null, waiting: [], release: () => {}, given: makeKnownState() };
  line.given.add(scanOf(Y.encodeStateAsUpdate(peer.doc)));
  client.line = line;
  world.lines.add(line);
  const toServer = makeWay(world, (frame) => {
    if (line.open && !line.ended) deliverToServer(world, client, line, frame);
  });
  line.session = connectLine(world, { client, line, mayWrite });
  if (line.open) peer.open(toServer);
}

/** The one place that knows how the hub speaks to a connection. */
function connectLine(world: World, { client, line, mayWrite }: { client: Client; line: Line; mayWrite: boolean }): Session {
  const toClient = makeWay(world, (frame) => {
    if (line.open) client.peer.receive(frame);
  });
  const take = (frame: Uint8Array) => {
    if (!line.open) return;
    checkSent(world, { client, line, frame });
    if (line.stalled) line.waiting.push(frame);
    else toClient(frame);
  };
  line.release = () => line.waiting.splice(0).forEach(toClient);
  return world.hub.connect({
    document: client.document,
    person: line.person,
    mayWrite,
    wantsAck: client.wantsAck,
    send: (frames) => frames.forEach(take),
    close: (reason) => closedByHub(world, { client, line, reason }),
    // As if each frame were large: a stalled reader is over the limit after a few.
    bufferedBytes: () => line.waiting.length * 2 ** 20,
  });
}

/** The device reads again. */
export function resume(world: World, line: Line): void {
  line.stalled = false;
  line.release();
  const before = world.hub.meters.resyncs;
  if (line.open) line.session?.drained();
  world.counts.caughtUp += world.hub.meters.resyncs - before;
}

/** Keeps order, like a socket; each message takes its own time. */
function makeWay({ clock, random }: World, arrive: (frame: Uint8Array) => void): (frame: Uint8Array) => void {
  let lastMs = 0;
  return (frame) => {
    lastMs = Math.max(lastMs, clock.nowMs() + random.below(40));
    const copy = Uint8Array.from(frame);
    clock.setTimer(lastMs - clock.nowMs(), () => arrive(copy));
  };
}

/** Reasons for which a hub may close on a client of good will. */
const GOOD_REASONS: readonly CloseReason[] = ["tryLater", "restart", "forbidden", "signedOut"];

function closedByHub(world: World, { client, line, reason }: { client: Client; line: Line; reason: CloseReason }): void {
  if (!GOOD_REASONS.includes(reason)) broken(world, `a client of good will was closed with ${reason}`);
  if (reason === "forbidden" || reason === "signedOut") world.counts.shutByRights += 1;
  else if (reason === "tryLater" && line.stalled) world.counts.cutReaders += 1;
  else if (reason === "tryLater") world.counts.comeBackLater += 1;
  line.ended = true;
  world.lines.delete(line);
  line.open = false;
  if (client.line === line) {
    client.line = null;
    client.peer.lost();
  }
}

/** The client's end goes without a word; the server may notice later. */
export function cut(world: World, client: Client): void {
  const { line } = client;
  client.knocking = null;
  client.line = null;
  client.peer.lost();
  if (line === null) return;
  line.open = false;
  const { model, clock, random, epoch } = world;
  const end = () => {
    if (line.ended || world.epoch !== epoch) return;
    line.ended = true;
    world.lines.delete(line);
    const key = keyOf(client.personId, client.document);
    if ((model.binding.get(key) ?? 0) > 0) model.leftWhileBinding.add(key);
    if (model.loading.has(client.document) && !model.rooms.has(client.document)) {
      world.counts.leftWhileLoading += 1;
      model.leftWhileLoading.add(key);
    }
    line.session?.end();
  };
  if (random.chance(0.5)) end();
  else clock.setTimer(random.below(60), end);
}

function deliverToServer(world: World, client: Client, line: Line, frame: Uint8Array): void {
  const { model, counts } = world;
  const message = parseClientFrame(frame);
  if (message?.type === "step2" || message?.type === "update") {
    const scan = scanOf(message.update);
    for (const [clientId, ranges] of scan.structs) {
      model.delivered.set(clientId, Math.max(model.delivered.get(clientId) ?? 0, ranges.at(-1)?.end ?? 0));
    }
    line.given.add(scan);
    if (scan.structs.size > 0) {
      if (!model.rooms.has(client.document)) counts.typedWhileLoading += 1;
      if (model.compacting.has(client.document)) counts.wroteWhileCompacting += 1;
      if (model.frozen.has(keyOf(client.personId, client.document))) counts.wroteAfterRevocation += 1;
    }
  }
  model.receiving = line;
  line.session?.receive(frame);
  model.receiving = null;
}

function countJoin(world: World, document: string): void {
  const { counts, model } = world;
  counts.joins += 1;
  const isListed = world.hub.listRooms().some((room) => room.document === document);
  const compaction = model.compacting.get(document);
  if (compaction !== undefined) counts.joinedWhileCompacting += 1;
  if (compaction?.byUnload === true && openLines(world, document) === 0) counts.joinedWhileUnloading += 1;
  if (!isListed && model.loading.has(document)) counts.joinedWhileLoading += 1;
  if (isListed && compaction === undefined && openLines(world, document) === 0) counts.cameBackBeforeIdle += 1;
}
