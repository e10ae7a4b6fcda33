/**
 * One document as bytes: the last snapshot, the updates after it, and what they add up to as numbers. No Y.Doc, so an open document costs
 * little more than its bytes.
 *
 * Always true: every update in it can be integrated (no gaps), is in the commit queue or durable, and was sent to everybody else here in the
 * order of acceptance (an edit by the server: after its commit). `accepted` and `durable` count updates; `durable` rises only after a commit. Rules SY1 to SY6.
 * Left to others: who may write (session), when it is loaded, unloaded and compacted (hub).
 */
import * as Y from "yjs";
import type { PersonId } from "#core/ids";
import { LIMITS } from "#core/limits";
import { scanUpdate, type UpdateScan } from "#core/protocol/update-scan";
import { encodeUpdate } from "#core/protocol/wire";
import type { Clock } from "#core/time";
import type { Log } from "#server/observe/log";
import type { DocumentLog, StoredDocument } from "#server/stores/contract";
import type { CommitQueue } from "./commit-queue.ts";
import { makeKnownState, type Comparison } from "./known-state.ts";
import { makeRoomAwareness, type RoomAwareness, type Speaker } from "./room-awareness.ts";
import { makeTypingBursts } from "./typing-bursts.ts";

/** A session as its room sees it. */
export type Member = Speaker & {
  /** It has been given the whole state, so that edits on top of it will fit. Before that it hears of no edits. */
  readonly isSynced: () => boolean;
  /** More of what this room accepted is durable now. */
  readonly onDurable: () => void;
};

export type AcceptedUpdate = {
  readonly update: Uint8Array;
  readonly scan: UpdateScan;
  readonly personId: PersonId | null;
  /** Who must not get it back. Null for an edit by the server: no client could heal its loss, so nobody sees it before it is durable. */
  readonly from: Member | null;
};

export type Room = {
  readonly document: string;
  readonly members: ReadonlySet<Member>;
  readonly awareness: RoomAwareness;
  readonly join: (member: Member) => void;
  readonly leave: (member: Member) => void;
  readonly compare: (scan: UpdateScan) => Comparison;
  /** Who owns this client id, as far as this room has asked. */
  readonly ownerOf: (clientId: number) => PersonId | undefined;
  /** Bind client ids to the person unless they are bound already; afterwards `ownerOf` knows. Never rejects. Rule SY9. */
  readonly claim: (clientIds: readonly number[], personId: PersonId) => Promise<void>;
  readonly hasSpaceFor: (bytes: number) => boolean;
  /** First clock of what each client, but those of `except`, is in the middle of writing. Rule SY26. */
  readonly beingWritten: (except: PersonId | null) => ReadonlyMap<number, number>;
  /** Take in an update that `compare` called news: keep, queue and broadcast it. */
  readonly accept: (accepted: AcceptedUpdate) => void;
  readonly accepted: () => number;
  readonly durable: () => number;
  /** All that was accepted is durable, and nothing that somebody sent is still in hand. */
  readonly isSettled: () => boolean;
  /** Resolves when all that has been accepted so far is durable. */
  readonly whenDurable: () => Promise<void>;
  /** The next `count` accepted updates have been committed. */
  readonly committed: (count: number) => void;
  /** The whole state as one update. */
  readonly whole: () => Uint8Array;
  /** What somebody at this state vector lacks. */
  readonly since: (stateVector: Uint8Array) => Uint8Array;
  readonly stateVector: () => Uint8Array;
  /** The part of an update with gaps that can be integrated; null when it cannot be read after all. Slow: builds a Y.Doc. */
  readonly fitting: (update: Uint8Array) => Uint8Array | null;
  /** What the document takes in memory. */
  readonly bytes: () => number;
  /** Updates and bytes on top of the last snapshot. */
  readonly tail: () => { readonly updates: number; readonly bytes: number };
  /** Begin to replace what is durable now by a snapshot; `finish` puts it in place, with all that came meanwhile; `stop` forgets about it. */
  readonly beginSwap: () => { readonly finish: (snapshot: Uint8Array) => void; readonly stop: () => void };
};

export type RoomOptions = {
  readonly document: string;
  readonly stored: StoredDocument;
  readonly log: Pick<DocumentLog, "claimClientId">;
  readonly queue: Pick<CommitQueue, "push">;
  readonly clock: Clock;
  readonly logger: Log;
};

const EMPTY_UPDATE = Uint8Array.of(0, 0);

/**
 * Make a room from what is stored.
 * @returns null when something stored does not decode: nothing may then be written to this document. Rule SY2.
 */
export function openRoom({ document, stored, log, queue, clock, logger }: RoomOptions): Room | null {
  const known = makeKnownState();
  const bursts = makeTypingBursts();
  const members = new Set<Member>();
  const owners = new Map<number, PersonId>();
  /** Bound in this room, but the store does not know it yet. */
  const unclaimed = new Map<number, PersonId>();
  let waitingForDurable: { readonly place: number; readonly resolve: () => void }[] = [];
  let base = stored.snapshot ?? EMPTY_UPDATE;
  let tail: Uint8Array[] = [...stored.updates];
  let bytes = base.length;
  /** Accepted updates that are not durable, oldest first; `isShown` when the room holds them already. */
  let unsaved: { readonly update: Uint8Array; readonly isShown: boolean; readonly show: () => void }[] = [];
  let accepted = 0;
  let durable = 0;
  /** Client ids that are being bound just now, each for an update that comes after it. */
  let claiming = 0;
  let tailUpdates = stored.updates.length;
  let tailBytes = 0;
  /** While a snapshot is being made: what it will not hold. */
  let carry: Uint8Array[] | null = null;

  for (const [index, update] of [base, ...tail].entries()) {
    const scan = scanUpdate(update);
    if (scan === null) return null;
    // Nothing is lost by a gap in the store: it stays in the bytes, and clients that hold the rest send it when they come.
    if (!known.add(scan)) logger.error({ document, index }, "the stored document has a gap");
    if (index > 0) tailBytes += update.length;
  }
  bytes += tailBytes;

  const whole = (): Uint8Array => {
    if (tail.length > 0) {
      base = Y.mergeUpdates([base, ...tail]);
      tail = [];
      bytes = base.length;
    }
    return base;
  };

  const claimOne = async (clientId: number, personId: PersonId): Promise<void> => {
    try {
      owners.set(clientId, await log.claimClientId(document, clientId, personId));
    } catch (error) {
      // Writing goes on while the store fails; the binding holds in this room and is asked for again when the store is back.
      if (!owners.has(clientId)) owners.set(clientId, personId);
      unclaimed.set(clientId, personId);
      logger.error({ err: error, document, personId }, "a client id could not be bound; it will be tried again");
    }
  };

  return {
    document,
    members,
    awareness: makeRoomAwareness({ clock, listeners: () => members }),
    join: (member) => void members.add(member),
    leave: (member) => void members.delete(member),
    compare: known.compare,
    ownerOf: (clientId) => owners.get(clientId),
    claim: async (clientIds, personId) => {
      claiming += 1;
      await Promise.all(clientIds.map((clientId) => claimOne(clientId, personId)));
      claiming -= 1;
    },
    beingWritten: (except) => bursts.running(clock.nowMs(), except),
    hasSpaceFor: (more) => bytes + more <= LIMITS.maxDocumentBytes || whole().length + more <= LIMITS.maxDocumentBytes,
    accept: ({ update, scan, personId, from }) => {
      const frame = encodeUpdate(update);
      // Our own copy, shared with the frame: the one we were given may be a view into a socket's buffer.
      const kept = frame.subarray(frame.length - update.length);
      const show = () => {
        if (personId !== null && from !== null) {
          const atMs = clock.nowMs();
          for (const clientId of scan.structs.keys()) bursts.note({ clientId, fromClock: known.clocks.get(clientId) ?? 0, personId, atMs });
        }
        known.add(scan);
        tail.push(kept);
        carry?.push(kept);
        bytes += kept.length;
        tailUpdates += 1;
        tailBytes += kept.length;
        for (const member of members) if (member !== from && member.isSynced()) member.deliver(frame);
      };
      const isShown = from !== null;
      unsaved.push({ update: kept, isShown, show });
      accepted += 1;
      queue.push({ document, update: kept, personId, atMs: clock.nowMs() });
      if (isShown) show();
    },
    accepted: () => accepted,
    durable: () => durable,
    isSettled: () => durable >= accepted && claiming === 0,
    committed: (count) => {
      const saved = unsaved.slice(0, count);
      unsaved = unsaved.slice(count);
      durable += count;
      for (const { isShown, show } of saved) if (!isShown) show();
      for (const member of members) member.onDurable();
      for (const waiting of waitingForDurable) if (waiting.place <= durable) waiting.resolve();
      waitingForDurable = waitingForDurable.filter((waiting) => waiting.place > durable);
      // The store works again.
      for (const [clientId, personId] of unclaimed) {
        unclaimed.delete(clientId);
        void claimOne(clientId, personId); // never rejects
      }
    },
    whenDurable: () => (durable >= accepted ? Promise.resolve() : new Promise((resolve) => waitingForDurable.push({ place: accepted, resolve }))),
    whole,
    since: (stateVector) => (stateVector.length <= 1 ? whole() : Y.diffUpdate(whole(), stateVector)),
    stateVector: known.stateVector,
    fitting: (update) => {
      const doc = new Y.Doc();
      try {
        Y.applyUpdate(doc, whole());
        Y.applyUpdate(doc, update);
        doc.store.pendingStructs = null;
        doc.store.pendingDs = null;
        return Y.encodeStateAsUpdate(doc, known.stateVector());
      } catch (error) {
        logger.warn({ err: error, document }, "an update passed the reader and failed in Yjs");
        return null;
      } finally {
        doc.destroy();
      }
    },
    bytes: () => bytes,
    tail: () => ({ updates: tailUpdates, bytes: tailBytes }),
    beginSwap: () => {
      const collected = unsaved.filter((waiting) => waiting.isShown).map((waiting) => waiting.update);
      carry = collected;
      return {
        finish: (snapshot) => {
          if (carry !== collected) return;
          carry = null;
          base = snapshot;
          tail = collected;
          tailUpdates = collected.length;
          tailBytes = collected.reduce((sum, update) => sum + update.length, 0);
          bytes = base.length + tailBytes;
        },
        stop: () => {
          if (carry === collected) carry = null;
        },
      };
    },
  };
}
