/** The real clock: the only place of the server that reads the time or sets a timer. */
import type { Clock } from "#core/time";

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  setTimer: (afterMs, run) => {
    const timer = setTimeout(run, afterMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
