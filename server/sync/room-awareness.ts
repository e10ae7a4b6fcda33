/**
 * Who is in one room and where: the latest state of each client, as bytes, and when the others hear of it.
 *
 * Always true: a state is shown only as spoken by one connection for a client id of its own, signed with that connection's person; when the
 * connection ends, its states end for everybody. Rules SY12 to SY15.
 *
 * The stock client repeats to the server whatever it hears, so an entry for somebody else's id is an echo and is passed over, not punished.
 * Clocks are the server's: nobody else accepts a client that comes back under a clock they have seen, so time makes sure each is new.
 */
import { encodeAwarenessEntry, joinAwareness, signState, type AwarenessEntry } from "#core/protocol/awareness";
import { encodeAwarenessFrame } from "#core/protocol/wire";
import { LIMITS } from "#core/limits";
import type { Clock, Timer } from "#core/time";

/** A connection that speaks and listens. */
export type Speaker = {
  readonly person: { readonly id: string; readonly name: string };
  readonly deliver: (frame: Uint8Array) => void;
};

export type RoomAwareness = {
  /** Everybody's state for one who has just come; null when nobody has one. */
  readonly everybody: () => Uint8Array | null;
  readonly take: (speaker: Speaker, entries: readonly AwarenessEntry[]) => void;
  readonly leave: (speaker: Speaker) => void;
};

type Present = { readonly speaker: Speaker; readonly theirClock: number; readonly clock: number; readonly bytes: Uint8Array };

/** Ids that left are remembered, so that a late echo does not bring them back; the oldest are forgotten. */
const MAX_GONE = 1_000;

/** @param listeners everybody in the room; read at each delivery */
export function makeRoomAwareness({ clock, listeners }: { clock: Clock; listeners: () => Iterable<Speaker> }): RoomAwareness {
  const present = new Map<number, Present>();
  const ownIds = new Map<Speaker, Set<number>>();
  const gone = new Set<number>();
  /** What the others have not heard yet: the entry, and who must not hear it (it is about themselves). */
  const unheard = new Map<number, { readonly bytes: Uint8Array; readonly about: Speaker }>();
  let lastClock = 0;
  let toldAtMs = -Infinity;
  let timer: Timer | null = null;

  const nextClock = (): number => {
    lastClock = Math.max(lastClock + 1, clock.nowMs());
    return lastClock;
  };

  const tell = () => {
    timer = null;
    toldAtMs = clock.nowMs();
    const news = [...unheard.values()];
    unheard.clear();
    const concerned = new Set(news.map((entry) => entry.about));
    const frameOf = (entries: typeof news) => encodeAwarenessFrame(joinAwareness(entries.map((entry) => entry.bytes)));
    const frame = frameOf(news);
    for (const listener of listeners()) {
      if (!concerned.has(listener)) listener.deliver(frame);
      else if (concerned.size > 1) listener.deliver(frameOf(news.filter((entry) => entry.about !== listener)));
    }
  };

  const announce = (clientId: number, bytes: Uint8Array, about: Speaker) => {
    // Deleting first keeps the order in which things happened.
    unheard.delete(clientId);
    unheard.set(clientId, { bytes, about });
    timer ??= clock.setTimer(Math.max(0, toldAtMs + LIMITS.awarenessDelayMs - clock.nowMs()), tell);
  };

  const show = (speaker: Speaker, entry: AwarenessEntry & { state: object }) => {
    const ours = nextClock();
    const state = signState(entry.state, speaker.person);
    const bytes = encodeAwarenessEntry({ clientId: entry.clientId, clock: ours, state });
    present.set(entry.clientId, { speaker, theirClock: entry.clock, clock: ours, bytes });
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
    return ids.size < LIMITS.maxAwarenessClients && current === undefined && !gone.has(clientId);
  };

  const take = (speaker: Speaker, entries: readonly AwarenessEntry[]) => {
    const ids = ownIds.get(speaker) ?? new Set<number>();
    ownIds.set(speaker, ids);
    for (const { clientId, clock: theirClock, state } of entries) {
      const current = present.get(clientId);
      if (current?.speaker === speaker) {
        if (state === null && theirClock >= current.theirClock) hide(speaker, clientId);
        else if (state !== null && theirClock > current.theirClock) show(speaker, { clientId, clock: theirClock, state });
      } else if (state !== null && mayTake(speaker, ids, clientId)) {
        if (current !== undefined) ownIds.get(current.speaker)?.delete(clientId);
        ids.add(clientId);
        show(speaker, { clientId, clock: theirClock, state });
      }
    }
  };

  return {
    everybody: () => (present.size === 0 ? null : encodeAwarenessFrame(joinAwareness([...present.values()].map((entry) => entry.bytes)))),
    take,
    leave: (speaker) => {
      for (const clientId of ownIds.get(speaker) ?? []) if (present.get(clientId)?.speaker === speaker) hide(speaker, clientId);
      ownIds.delete(speaker);
    },
  };
}
