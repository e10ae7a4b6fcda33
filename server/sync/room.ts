/**
 * One document as bytes: the last snapshot, the updates after it, and what they add up to as numbers. No Y.Doc, so an open document costs
 * little more than its bytes.
 *
 * Always true: every update in it can be integrated (no gaps), is in the commit queue or durable, and was sent to everybody else here in the
 * order of acceptance (an edit by the server: after its commit). `accepted` and `durable` count updates; `durable` rises only after a commit. Rules SY1 to SY6.
 * Left to others: who may write (session), when it is loaded, unloaded and compacted (hub).
 */
import * as Y from "yjs";
import { assert } from "#core/errors";
import type { PersonId } from "#core/ids";
import { LIMITS } from "#core/limits";
import { scanStateVector, scanUpdate, type UpdateScan } from "#core/protocol/update-scan";
import { encodeUpdate } from "#core/protocol/wire";
import type { Clock } from "#core/time";
import type { Log } from "#server/observe/log";
import type { SyncMeters } from "#server/observe/meters";
import type { DocumentLog, StoredDocument } from "#server/stores/contract";
import type { CommitQueue } from "./commit-queue.ts";
import { makeDocumentBytes } from "./document-bytes.ts";
import { makeKnownState, type Comparison } from "./known-state.ts";
import type { Pacer } from "./pacer.ts";
import { makeRoomOutbox } from "./room-outbox.ts";
import { makeRoomAwareness, type RoomAwareness, type Speaker } from "./room-awareness.ts";
import { makeTypingBursts } from "./typing-bursts.ts";

/** A session as its room sees it. */
export type Member = Speaker & {
  /** It has been given the whole state, so that edits on top of it will fit. Before that it hears of no edits. */
  readonly isSynced: () => boolean;
  /**
   * Pass on news of the room, unless this one is behind; then it gets what it lacks when it has caught up. The same array for all who get the same.
   * `vectorBefore`: the state vector of one who has heard everything before this.
   */
  readonly tell: (frames: readonly Uint8Array[], vectorBefore: () => Uint8Array) => void;
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
  /** Not all that is stored could be read: it is shown, and never written to. Rule SY2. */
  readonly isDamaged: boolean;
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
  /** The whole state as updates in order: the snapshot, and what came after it. */
  readonly parts: () => readonly Uint8Array[];
  /** The whole state as one update. Slow when much came after the snapshot. */
  readonly whole: () => Uint8Array;
  /** What somebody at this state vector lacks, as updates in order; never empty. Null when the vector cannot be read. */
  readonly since: (stateVector: Uint8Array) => readonly Uint8Array[] | null;
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
  readonly stored: Pick<StoredDocument, "snapshot" | "updates">;
  /** `stored` is what could be read of something damaged. */
  readonly isDamaged?: boolean;
  readonly log: Pick<DocumentLog, "claimClientId">;
  readonly queue: Pick<CommitQueue, "push" | "join">;
  readonly pacer: Pacer;
  readonly meters: SyncMeters;
  readonly clock: Clock;
  readonly logger: Log;
};

/**
 * Make a room from what is stored.
 * @returns null when something stored does not decode: nothing may then be written to this document. Rule SY2.
 */
export function openRoom({ document, stored, isDamaged = false, log, queue, pacer, meters, clock, logger }: RoomOptions): Room | null {
  const known = makeKnownState();
  const bursts = makeTypingBursts();
  const members = new Set<Member>();
  const owners = new Map<number, PersonId>();
  /** Bound in this room, but the store does not know it yet. */
  const unclaimed = new Map<number, PersonId>();
  let waitingForDurable: { readonly place: number; readonly resolve: () => void }[] = [];
  const content = makeDocumentBytes(stored.snapshot, stored.updates);
  /** Accepted updates that are not durable, oldest first; `isShown` when the room holds them already. */
  let unsaved: { readonly update: Uint8Array; readonly isShown: boolean; readonly show: () => void }[] = [];
  let accepted = 0;
  let durable = 0;
  /** Client ids that are being bound just now, each for an update that comes after it. */
  let claiming = 0;
  /** While a snapshot is being made: what it will not hold. */
  let carry: Uint8Array[] | null = null;

  for (const [index, update] of (stored.snapshot === null ? stored.updates : [stored.snapshot, ...stored.updates]).entries()) {
    const scan = scanUpdate(update);
    if (scan === null) return null;
    // Nothing is lost by a gap in the store: it stays in the bytes, and clients that hold the rest send it when they come.
    if (!known.add(scan)) logger.error({ document, index }, "the stored document has a gap");
  }

  const awareness = makeRoomAwareness({ clock, meters });
  const outbox = makeRoomOutbox({ members, awareness, pacer, queue, meters, vectorBefore: known.stateVector });

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
    isDamaged,
    members,
    awareness,
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
    hasSpaceFor: (more) => content.size() + more <= LIMITS.maxDocumentBytes || content.whole().length + more <= LIMITS.maxDocumentBytes,
    accept: ({ update, scan, personId, from }) => {
      assert(!isDamaged, "nothing is written to a document that could not be read whole");
      const frame = encodeUpdate(update);
      // Our own copy, shared with the frame: the one we were given may be a view into a socket's buffer.
      const kept = frame.subarray(frame.length - update.length);
      const queued = queue.push({ document, update: kept, personId, atMs: clock.nowMs() });
      const show = () => {
        const clocksBefore = [...scan.structs.keys()].map((clientId) => [clientId, known.clocks.get(clientId) ?? 0] as const);
        if (personId !== null && from !== null) {
          const atMs = clock.nowMs();
          for (const [clientId, fromClock] of clocksBefore) bursts.note({ clientId, fromClock, personId, atMs });
        }
        known.add(scan);
        content.add(kept);
        carry?.push(kept);
        outbox.tell({ frame, update: kept, from, clocksBefore, queued });
      };
      const isShown = from !== null;
      unsaved.push({ update: kept, isShown, show });
      accepted += 1;
      meters.updatesIn += 1;
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
    parts: content.parts,
    whole: content.whole,
    since: (stateVector) => {
      const vector = scanStateVector(stateVector);
      return vector === null ? null : content.since(stateVector, known.reachedBy(vector));
    },
    stateVector: () => known.stateVector(),
    fitting: (update) => {
      const doc = new Y.Doc();
      try {
        for (const part of content.parts()) Y.applyUpdate(doc, part);
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
    bytes: content.size,
    tail: content.tail,
    beginSwap: () => {
      const collected = unsaved.filter((waiting) => waiting.isShown).map((waiting) => waiting.update);
      carry = collected;
      return {
        finish: (snapshot) => {
          if (carry !== collected) return;
          carry = null;
          content.replace(snapshot, collected);
        },
        stop: () => {
          if (carry === collected) carry = null;
        },
      };
    },
  };
}
