/**
 * Who is in one room and where: the latest state of each client, as bytes, and when the others hear of it.
 *
 * Always true: a state is shown only as spoken by one connection for a client id of its own, signed with that connection's person; when the
 * connection ends, its states end for everybody. Rules SY12 to SY15.
 *
 * The stock client repeats to the server whatever it hears, so an entry for somebody else's id is an echo and is passed over, not punished.
 * Clocks are the server's: nobody else accepts a client that comes back under a clock they have seen, so time makes sure each is new.
 */
import { encodeAwarenessEntry, encodeJsonEntry, isSame, makeStateSigner, type UnreadEntry } from "#core/protocol/awareness";
import { encodeAwarenessEntries } from "#core/protocol/wire";
import { LIMITS } from "#core/limits";
import type { Clock } from "#core/time";
import type { SyncMeters } from "#server/observe/meters";

/** A connection that speaks and listens. */
export type Speaker = { readonly person: { readonly id: string; readonly name: string } };

/** What has changed since it was last told. */
export type AwarenessNews = {
  /** For everybody whom it is not about. */
  readonly frame: Uint8Array;
  readonly isAbout: (speaker: Speaker) => boolean;
  /** For this one, without what is about themselves; null when nothing is left. */
  readonly frameFor: (speaker: Speaker) => Uint8Array | null;
};

export type RoomAwareness = {
  /** Everybody's state for one who has just come, or who was not told for a while; null when nobody else has one. */
  readonly everybody: (except?: Speaker) => Uint8Array | null;
  readonly take: (speaker: Speaker, entries: readonly UnreadEntry[]) => void;
  readonly leave: (speaker: Speaker) => void;
  /** What is to be told, which is then taken as told; null when there is nothing. */
  readonly takeNews: () => AwarenessNews | null;
  /** `listener` is told when there is something to tell, and in how many ms. */
  readonly onNews: (listener: (afterMs: number) => void) => void;
  /** Say everybody's state again: the stock client forgets people of whom it has not heard for 30 s. */
  readonly renew: () => void;
};

type Present = {
  readonly speaker: Speaker;
  theirClock: number;
  /** The state as the client wrote it, to tell news from repetition; and signed. */
  readonly json: Uint8Array;
  readonly signed: Uint8Array;
  readonly bytes: Uint8Array;
};

/** A connection that has spoken: the client ids that are its own, and how its states are signed. */
type Voice = { readonly speaker: Speaker; readonly ids: Set<number>; readonly sign: ReturnType<typeof makeStateSigner> };

/** Ids that left are remembered, so that a late echo does not bring them back; the oldest are forgotten. */
const MAX_GONE = 1_000;

type RoomAwarenessOptions = { readonly clock: Clock; readonly meters: Pick<SyncMeters, "awarenessIn" | "awarenessUnchanged" | "limitsHit"> };

/** Makes the awareness of a room that nobody is in. */
export function makeRoomAwareness({ clock, meters }: RoomAwarenessOptions): RoomAwareness {
  const present = new Map<number, Present>();
  const voices = new Map<Speaker, Voice>();
  const gone = new Set<number>();
  /** What the others have not heard yet: the entry, and who must not hear it (it is about themselves). */
  let unheard = new Map<number, { readonly bytes: Uint8Array; readonly about: Speaker }>();
  let lastClock = 0;
  let toldAtMs = -Infinity;
  let tellSoon: (afterMs: number) => void = () => {};

  const nextClock = (): number => {
    lastClock = Math.max(lastClock + 1, clock.nowMs());
    return lastClock;
  };

  const frameOf = (entries: readonly { readonly bytes: Uint8Array }[]): Uint8Array | null =>
    entries.length === 0 ? null : encodeAwarenessEntries(entries.map((entry) => entry.bytes));

  const announce = (clientId: number, bytes: Uint8Array, about: Speaker) => {
    // Deleting first keeps the order in which things happened.
    unheard.delete(clientId);
    unheard.set(clientId, { bytes, about });
    if (unheard.size === 1) tellSoon(toldAtMs + LIMITS.awarenessDelayMs - clock.nowMs());
  };

  const show = ({ speaker, sign }: Voice, entry: UnreadEntry & { json: Uint8Array }) => {
    const signed = sign(entry);
    const bytes = encodeJsonEntry({ clientId: entry.clientId, clock: nextClock(), json: signed });
    present.set(entry.clientId, { speaker, theirClock: entry.clock, json: Uint8Array.from(entry.json), signed, bytes });
    gone.delete(entry.clientId);
    announce(entry.clientId, bytes, speaker);
  };

  const hide = (speaker: Speaker, clientId: number) => {
    present.delete(clientId);
    gone.delete(clientId);
    gone.add(clientId);
    for (const oldest of gone) {
      if (gone.size <= MAX_GONE) break;
      gone.delete(oldest);
    }
    announce(clientId, encodeAwarenessEntry({ clientId, clock: nextClock(), state: null }), speaker);
  };

  /** May this connection make the id its own? The first id it speaks for may be one that its person used before: it came back. */
  const mayTake = (speaker: Speaker, ids: ReadonlySet<number>, clientId: number): boolean => {
    const current = present.get(clientId);
    if (current === undefined && ids.has(clientId)) return true;
    if (ids.size === 0) return current === undefined || current.speaker.person.id === speaker.person.id;
    if (current !== undefined || gone.has(clientId)) return false;
    if (ids.size < LIMITS.maxAwarenessClients) return true;
    meters.limitsHit.maxAwarenessClients += 1;
    return false;
  };

  const take = (speaker: Speaker, entries: readonly UnreadEntry[]) => {
    let voice = voices.get(speaker);
    if (voice === undefined) {
      voice = { speaker, ids: new Set(), sign: makeStateSigner(speaker.person) };
      voices.set(speaker, voice);
    }
    for (const entry of entries) {
      const { clientId, clock: theirClock, json } = entry;
      const current = present.get(clientId);
      if (current?.speaker === speaker) {
        if (json === null) {
          if (theirClock >= current.theirClock) hide(speaker, clientId);
        } else if (theirClock > current.theirClock) {
          meters.awarenessIn += 1;
          if (!isSame(json, current.json)) {
            show(voice, { ...entry, json });
          } else {
            // A sign of life. The room says it for everybody together: `renew`.
            current.theirClock = theirClock;
            meters.awarenessUnchanged += 1;
          }
        }
      } else if (json !== null && mayTake(speaker, voice.ids, clientId)) {
        meters.awarenessIn += 1;
        if (current !== undefined) voices.get(current.speaker)?.ids.delete(clientId);
        voice.ids.add(clientId);
        show(voice, { ...entry, json });
      }
    }
  };

  return {
    everybody: (except) => frameOf([...present.values()].filter(({ speaker }) => speaker !== except)),
    take,
    leave: (speaker) => {
      for (const clientId of voices.get(speaker)?.ids ?? []) if (present.get(clientId)?.speaker === speaker) hide(speaker, clientId);
      voices.delete(speaker);
    },
    takeNews: () => {
      if (unheard.size === 0) return null;
      const news = [...unheard.values()];
      unheard = new Map();
      toldAtMs = clock.nowMs();
      const subjects = new Set(news.map((entry) => entry.about));
      return {
        frame: encodeAwarenessEntries(news.map((entry) => entry.bytes)),
        isAbout: (speaker) => subjects.has(speaker),
        frameFor: (speaker) => frameOf(subjects.has(speaker) ? news.filter((entry) => entry.about !== speaker) : news),
      };
    },
    onNews: (listener) => {
      tellSoon = listener;
    },
    renew: () => {
      if (present.size < 2) return;
      for (const [clientId, current] of present) {
        const bytes = encodeJsonEntry({ clientId, clock: nextClock(), json: current.signed });
        present.set(clientId, { ...current, bytes });
        announce(clientId, bytes, current.speaker);
      }
    },
  };
}
