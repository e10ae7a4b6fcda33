/** The browser's clock, in the shape that core and the editor take, so that tests can hand in their own. */
import type { Clock } from "#core/time";

export const browserClock: Clock = {
  nowMs: () => Date.now(),
  setTimer: (afterMs, run) => {
    const handle = setTimeout(run, afterMs);
    return { cancel: () => clearTimeout(handle) };
  },
};
