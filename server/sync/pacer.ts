/**
 * When rooms speak: at once while the server is quiet; while it is busy, all together every few milliseconds, so that each receiver gets
 * one message instead of many.
 *
 * Always true: what a room asked to say is said within `gatherMs` (plus one turn of the event loop); a room that has nothing to say costs
 * nothing. Rule SY27. Busy is what counts messages to receivers, because they are what costs.
 */
import { LIMITS } from "#core/limits";
import type { Clock, Timer } from "#core/time";

export type Pacer = {
  readonly isBusy: () => boolean;
  /** Call `speak` now or soon, once, however often it is asked for before that. It answers how many receivers it wrote to. */
  readonly soon: (speak: Speak) => void;
  /** Call it at once. */
  readonly now: (speak: Speak) => void;
  /** The same, but `afterMs` from now at the latest, and never at once. */
  readonly within: (afterMs: number, speak: Speak) => void;
};
export type Speak = () => number;

/** Deliveries are counted in stretches this long. */
const STRETCH_MS = 100;

/** Makes a pacer for all rooms of a process. */
export function makePacer(clock: Clock): Pacer {
  const waiting = new Set<Speak>();
  let timer: Timer | null = null;
  let dueMs = Infinity;
  let stretchFromMs = -Infinity;
  let deliveries = 0;
  let deliveriesBefore = 0;

  const isBusy = (): boolean => {
    const nowMs = clock.nowMs();
    const age = nowMs - stretchFromMs;
    if (age >= STRETCH_MS || age < 0) {
      deliveriesBefore = age < 2 * STRETCH_MS && age >= 0 ? deliveries : 0;
      deliveries = 0;
      stretchFromMs = nowMs;
    }
    return deliveries > LIMITS.busyDeliveries || deliveriesBefore > LIMITS.busyDeliveries;
  };

  const speakAll = () => {
    timer = null;
    dueMs = Infinity;
    const speakers = [...waiting];
    waiting.clear();
    for (const speak of speakers) deliveries += speak();
  };

  const within: Pacer["within"] = (afterMs, speak) => {
    waiting.add(speak);
    const atMs = clock.nowMs() + afterMs;
    if (atMs >= dueMs) return;
    timer?.cancel();
    dueMs = atMs;
    timer = clock.setTimer(afterMs, speakAll);
  };

  const now: Pacer["now"] = (speak) => {
    waiting.delete(speak);
    deliveries += speak();
  };

  return {
    isBusy,
    now,
    within,
    soon: (speak) => {
      if (isBusy()) within(LIMITS.gatherMs, speak);
      else now(speak);
    },
  };
}
