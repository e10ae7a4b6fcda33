/**
 * Time is handed in, never read: code in core and server takes a `Clock`, so tests set the time and need no sleeps.
 */

/** A timer that was set and can be called off. */
export type Timer = { readonly cancel: () => void };

export type Clock = {
  /** Milliseconds since 1970, UTC. */
  readonly nowMs: () => number;
  /** Call `run` once, `afterMs` from now. */
  readonly setTimer: (afterMs: number, run: () => void) => Timer;
};

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
