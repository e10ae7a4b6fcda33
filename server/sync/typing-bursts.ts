/**
 * Who is in the middle of writing, and since which clock. A burst ends with a pause. Kept so that putting a version back can leave alone
 * what a colleague is typing at that moment (SY26). One small record for each client that wrote; nothing about words.
 */
import type { PersonId } from "#core/ids";
import { SECOND_MS } from "#core/time";

/** Longer without a new word, and the burst is over. */
export const BURST_PAUSE_MS = 3 * SECOND_MS;

export type TypingBursts = {
  /** This person's client added structs from `fromClock` on. */
  readonly note: (written: { clientId: number; fromClock: number; personId: PersonId; atMs: number }) => void;
  /** First clock of each client's running burst, without that of `except`. Empty when all are quiet. */
  readonly running: (nowMs: number, except: PersonId | null) => ReadonlyMap<number, number>;
};

/** Starts with everybody quiet. */
export function makeTypingBursts(): TypingBursts {
  const bursts = new Map<number, { readonly fromClock: number; readonly personId: PersonId; lastMs: number }>();
  return {
    note: ({ clientId, fromClock, personId, atMs }) => {
      const burst = bursts.get(clientId);
      if (burst !== undefined && atMs - burst.lastMs <= BURST_PAUSE_MS) {
        burst.lastMs = atMs;
        return;
      }
      // Whoever has paused is forgotten, so that a long day leaves no long list.
      for (const [client, { lastMs }] of bursts) if (atMs - lastMs > BURST_PAUSE_MS) bursts.delete(client);
      bursts.set(clientId, { fromClock, personId, lastMs: atMs });
    },
    running: (nowMs, except) =>
      new Map(
        [...bursts].flatMap(([client, burst]) =>
          burst.personId !== except && nowMs - burst.lastMs <= BURST_PAUSE_MS ? [[client, burst.fromClock] as const] : [],
        ),
      ),
  };
}
