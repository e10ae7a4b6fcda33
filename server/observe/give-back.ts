/**
 * Gives memory back when a crowd has gone. A quiet process has no reason of its own to look for garbage: what thousands of closed documents
 * leave behind would stay until somebody else needs it, and the next crowd would come on top.
 *
 * Always true: it collects once after many have gone and none has for a moment, and never while people are being served in numbers, since
 * a full collection stops the thread for some ten milliseconds.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { SECOND_MS, type Clock, type Timer } from "#core/time";

/** So many must have gone to be worth it. */
const MANY = 50;
const MOMENT_MS = 2 * SECOND_MS;

export type GiveBackOptions = {
  readonly clock: Clock;
  /** People are being served in numbers just now. */
  readonly isBusy: () => boolean;
  /** Collect all garbage. */
  readonly collect: () => void;
};

/** @returns to be called for each that has gone */
export function makeGiveBack({ clock, isBusy, collect }: GiveBackOptions): () => void {
  let gone = 0;
  let timer: Timer | null = null;
  const look = () => {
    timer = null;
    if (gone < MANY) return;
    if (isBusy()) {
      timer = clock.setTimer(MOMENT_MS, look);
      return;
    }
    gone = 0;
    collect();
  };
  return () => {
    gone += 1;
    timer?.cancel();
    timer = clock.setTimer(MOMENT_MS, look);
  };
}

/** V8's own collection. It is offered only behind a flag, which can be set while running; a context made after that has it. */
export function makeCollect(): () => void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  return () => {
    if (typeof collect === "function") collect();
  };
}
