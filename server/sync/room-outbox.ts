/**
 * What a room has yet to tell the people in it: edits, and who is where. Told together, encoded once for all who get the same.
 *
 * Always true: edits are told in the order of acceptance; who wrote is not told their own, unless several wrote at once (then one frame serves
 * all, and Yjs passes over what it has); nobody is told where they are themselves. Rules SY5, SY15, SY27.
 * Left to others: what becomes of a reader that does not keep up (session).
 */
import * as Y from "yjs";
import { encodeUpdate } from "#core/protocol/wire";
import type { SyncMeters } from "#server/observe/meters";
import type { Pacer } from "./pacer.ts";
import type { Member } from "./room.ts";
import type { AwarenessNews, RoomAwareness } from "./room-awareness.ts";

/** One accepted edit on its way to the others. */
export type Edit = {
  /** Its update frame, and the update in it. */
  readonly frame: Uint8Array;
  readonly update: Uint8Array;
  /** Who wrote it; null for the server itself. */
  readonly from: Member | null;
  /** Where each client that wrote in it stood before. */
  readonly clocksBefore: readonly (readonly [clientId: number, clock: number])[];
};

export type RoomOutbox = { readonly tell: (edit: Edit) => void };

export type RoomOutboxOptions = {
  readonly members: ReadonlySet<Member>;
  readonly awareness: RoomAwareness;
  readonly pacer: Pacer;
  readonly meters: SyncMeters;
  /** The room's state vector with these clients set back. */
  readonly vectorBefore: (clocks: ReadonlyMap<number, number>) => Uint8Array;
};

/** Up to this many writers at once each get a message without their own edits; with more, all get the same. */
const MAX_OWN_MESSAGES = 2;
/** Edits that are longer together go out one by one: merging them would take long, and nobody types so much. */
const MAX_MERGED_BYTES = 128 * 1024;

/** Makes an outbox with nothing in it. */
export function makeRoomOutbox({ members, awareness, pacer, meters, vectorBefore }: RoomOutboxOptions): RoomOutbox {
  let edits: Edit[] = [];

  const encode = (told: readonly Edit[]): readonly Uint8Array[] => {
    if (told.length === 0) return [];
    const bytes = told.length === 1 ? 0 : told.reduce((sum, edit) => sum + edit.update.length, 0);
    const isMerged = told.length > 1 && bytes <= MAX_MERGED_BYTES;
    const frames = isMerged ? [encodeUpdate(Y.mergeUpdates(told.map((edit) => edit.update)))] : told.map((edit) => edit.frame);
    meters.updatesGathered += told.length;
    meters.framesGathered += frames.length;
    return frames;
  };

  const speak = (): number => {
    const told = edits;
    edits = [];
    const news = awareness.takeNews();
    if (told.length === 0 && news === null) return 0;
    const writers = new Set(told.map((edit) => edit.from));
    const perWriter = writers.size <= MAX_OWN_MESSAGES;
    const editFrames = encode(told);
    const forMost = join(editFrames, news?.frame ?? null);
    const before = () => vectorBefore(clocksBefore(told));
    let receivers = 0;
    for (const member of members) {
      const message = isPlain(member) ? forMost : forOne(member);
      if (message.length === 0) continue;
      receivers += 1;
      member.tell(message, before);
      meters.updatesOut += told.length;
    }
    return receivers;

    /** True for those who get what most get. */
    function isPlain(member: Member): boolean {
      return member.isSynced() && !(perWriter && writers.has(member)) && news?.isAbout(member) !== true;
    }
    function forOne(member: Member): readonly Uint8Array[] {
      // Before its first sync a client hears of people only: edits would not fit.
      const theirs = member.isSynced() ? (perWriter && writers.has(member) ? encode(told.filter((edit) => edit.from !== member)) : editFrames) : [];
      return join(theirs, newsFor(news, member));
    }
  };

  awareness.onNews((afterMs) => {
    if (afterMs <= 0) pacer.soon(speak);
    else pacer.within(afterMs, speak);
  });

  return {
    tell: (edit) => {
      edits.push(edit);
      pacer.soon(speak);
    },
  };
}

const join = (frames: readonly Uint8Array[], last: Uint8Array | null): readonly Uint8Array[] => (last === null ? frames : [...frames, last]);

const newsFor = (news: AwarenessNews | null, member: Member): Uint8Array | null => (news === null ? null : news.frameFor(member));

function clocksBefore(edits: readonly Edit[]): ReadonlyMap<number, number> {
  const first = new Map<number, number>();
  // The earliest edit of a client comes first.
  for (const edit of edits) for (const [clientId, clock] of edit.clocksBefore) if (!first.has(clientId)) first.set(clientId, clock);
  return first;
}
