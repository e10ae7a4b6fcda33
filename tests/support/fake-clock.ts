/** A clock that stands still until a test moves it. */
import type { Clock } from "#core/time";

export type FakeClock = Clock & {
  /** Move on by `ms`, running what falls due in order; promises settle between timers. */
  readonly advance: (ms: number) => Promise<void>;
};

/** @param startMs milliseconds since 1970, UTC */
export function makeFakeClock(startMs = 1_700_000_000_000): FakeClock {
  type Entry = { readonly atMs: number; readonly order: number; readonly run: () => void };
  let nowMs = startMs;
  let order = 0;
  const timers = new Set<Entry>();

  const nextBy = (limitMs: number): Entry | undefined => {
    let next: Entry | undefined;
    for (const timer of timers) {
      const isSooner = next === undefined || timer.atMs < next.atMs || (timer.atMs === next.atMs && timer.order < next.order);
      if (timer.atMs <= limitMs && isSooner) next = timer;
    }
    return next;
  };

  return {
    nowMs: () => nowMs,
    setTimer: (afterMs, run) => {
      order += 1;
      const entry = { atMs: nowMs + Math.max(0, afterMs), order, run };
      timers.add(entry);
      return { cancel: () => void timers.delete(entry) };
    },
    advance: async (ms) => {
      const untilMs = nowMs + ms;
      await settle();
      for (let next = nextBy(untilMs); next !== undefined; next = nextBy(untilMs)) {
        timers.delete(next);
        nowMs = next.atMs;
        next.run();
        await settle();
      }
      nowMs = untilMs;
    },
  };
}

/** Let every promise that can settle do so. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
