/**
 * When rooms speak: at once while the server is quiet; while it is busy, all together every few milliseconds, so that each receiver gets
 * one message instead of many.
 *
 * Always true: what a room asked to say is said within `gatherMs` (plus one turn of the event loop); a room that has nothing to say costs
 * nothing. Rule SY27. Busy is what counts messages to receivers, because they are what costs.
 *
 * With `turns` a busy server gathers by reading less often: all rooms speak at the end of the turn of the event loop in which something came, and
 * then the thread rests for a few milliseconds, in which more comes (DECISIONS 10). It never rests while somebody else needs the thread.
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

/** Turns of the event loop. Only the composition root has the real ones. */
export type Turns = {
  /** Call this when everything that has arrived by now has been handled. */
  readonly atEnd: (run: () => void) => void;
  /** Do nothing at all for so long. */
  readonly rest: (ms: number) => void;
  /** Somebody else needs the thread (a page is being made): no resting. */
  readonly isNeeded: () => boolean;
};

/** Deliveries are counted in stretches this long. */
const STRETCH_MS = 100;
/** A turn in which so much came is company enough; resting would only hold it up. */
const FULL_TURN = 24;
/** A turn with so many receivers is worth a long rest. */
const MANY_RECEIVERS = 100;

/** Makes a pacer for all rooms of a process. @param turns null: gather by timers */
export function makePacer(clock: Clock, turns: Turns | null = null): Pacer {
  const waiting = new Set<Speak>();
  let timer: Timer | null = null;
  let dueMs = Infinity;
  let stretchFromMs = -Infinity;
  let deliveries = 0;
  let deliveriesBefore = 0;
  let askedThisTurn = 0;

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

  const endTurn = (here: Turns) => {
    const asked = askedThisTurn;
    askedThisTurn = 0;
    timer?.cancel();
    const before = deliveries;
    speakAll();
    const receivers = deliveries - before;
    if (asked < FULL_TURN && !here.isNeeded()) here.rest(receivers < MANY_RECEIVERS ? LIMITS.restMs : LIMITS.longRestMs);
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
      if (!isBusy()) {
        now(speak);
      } else if (turns === null || turns.isNeeded()) {
        within(LIMITS.gatherMs, speak);
      } else {
        waiting.add(speak);
        askedThisTurn += 1;
        if (askedThisTurn === 1) turns.atEnd(() => endTurn(turns));
      }
    },
  };
}
