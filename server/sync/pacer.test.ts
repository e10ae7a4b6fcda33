import { expect, test } from "vitest";
import { LIMITS } from "#core/limits";
import { makeFakeClock } from "../../tests/support/fake-clock.ts";
import { makePacer } from "./pacer.ts";

function world() {
  const clock = makeFakeClock();
  const pacer = makePacer(clock);
  const spoken: string[] = [];
  const room = (name: string, receivers: number) => () => {
    spoken.push(name);
    return receivers;
  };
  return { clock, pacer, spoken, room };
}

test("[SY27] a quiet server forwards at once", () => {
  const w = world();
  const speak = w.room("a", 3);
  w.pacer.soon(speak);
  w.pacer.soon(speak);
  expect(w.spoken).toEqual(["a", "a"]);
});

test("[SY27] a busy server gathers: each room speaks once, within the limit, and all of them together", async () => {
  const w = world();
  const [a, b] = [w.room("a", 3), w.room("b", 3)];
  w.pacer.soon(w.room("crowd", LIMITS.busyDeliveries + 1));
  w.spoken.length = 0;
  for (let at = 0; at < LIMITS.gatherMs; at++) {
    w.pacer.soon(a);
    w.pacer.soon(b);
    expect(w.spoken).toEqual([]);
    await w.clock.advance(1);
  }
  expect(w.spoken).toEqual(["a", "b"]);
});

test("[SY27] a server that has become quiet forwards at once again", async () => {
  const w = world();
  w.pacer.soon(w.room("crowd", LIMITS.busyDeliveries + 1));
  await w.clock.advance(250);
  w.pacer.soon(w.room("a", 1));
  expect(w.spoken).toEqual(["crowd", "a"]);
});

test("[SY27] what may wait goes along with what may not", async () => {
  const w = world();
  const speak = w.room("a", 1);
  w.pacer.within(30, speak);
  await w.clock.advance(10);
  w.pacer.soon(speak);
  expect(w.spoken).toEqual(["a"]);
  await w.clock.advance(100);
  expect(w.spoken).toEqual(["a"]);
});

function worldOfTurns() {
  const w = world();
  const ends: (() => void)[] = [];
  const rests: number[] = [];
  const needed = { now: false };
  const turns = { atEnd: (run: () => void) => void ends.push(run), rest: (ms: number) => void rests.push(ms), isNeeded: () => needed.now };
  const pacer = makePacer(w.clock, turns);
  pacer.soon(w.room("crowd", LIMITS.busyDeliveries + 1));
  w.spoken.length = 0;
  const endTurn = () => {
    for (const run of ends.splice(0)) run();
  };
  return { ...w, pacer, rests, needed, endTurn };
}

test("[SY27] by turns: all rooms speak once at the end of the turn in which something came, and then the thread rests", () => {
  const w = worldOfTurns();
  const [a, b] = [w.room("a", 3), w.room("b", 3)];
  for (let at = 0; at < 5; at++) {
    w.pacer.soon(a);
    w.pacer.soon(b);
  }
  expect([w.spoken, w.rests]).toEqual([[], []]);
  w.endTurn();
  expect([w.spoken, w.rests]).toEqual([["a", "b"], [LIMITS.restMs]]);
  w.pacer.soon(w.room("full", 200));
  w.endTurn();
  expect(w.rests).toEqual([LIMITS.restMs, LIMITS.longRestMs]);
});

test("[SY27] by turns: no rest after a turn in which much came, nor while a page is being made", async () => {
  const w = worldOfTurns();
  for (let at = 0; at < 24; at++) w.pacer.soon(w.room(`room${at}`, 2));
  w.endTurn();
  expect([w.spoken.length, w.rests]).toEqual([24, []]);
  w.needed.now = true;
  w.pacer.soon(w.room("a", 2));
  w.endTurn();
  expect(w.spoken.length).toBe(24);
  await w.clock.advance(LIMITS.gatherMs);
  expect([w.spoken.at(-1), w.rests]).toEqual(["a", []]);
});

test("[SY27] by turns or by timers, whatever happens in whatever order: what a room asked to say is said", async () => {
  const seed = Date.now() % 1_000_000_000;
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * limit);
  };
  for (let run = 0; run < 200; run++) {
    const clock = makeFakeClock();
    const ends: (() => void)[] = [];
    const needed = { now: false };
    const turns = { atEnd: (end: () => void) => void ends.push(end), rest: () => {}, isNeeded: () => needed.now };
    const pacer = makePacer(clock, below(2) === 0 ? turns : null);
    const unsaid = new Set<number>();
    const speaks = Array.from({ length: 4 }, (_, room) => () => {
      unsaid.delete(room);
      return below(30);
    });
    for (let step = 0; step < 200; step++) {
      const room = below(4);
      const speak = speaks[room];
      if (speak === undefined) continue;
      const dice = below(20);
      if (dice < 12) {
        unsaid.add(room);
        if (dice < 8) pacer.soon(speak);
        else if (dice < 10) pacer.within(below(30), speak);
        else pacer.now(speak);
      } else if (dice < 15) {
        for (const end of ends.splice(0)) end();
      } else if (dice < 19) {
        await clock.advance(below(15));
      } else {
        needed.now = !needed.now;
      }
    }
    for (const end of ends.splice(0)) end();
    await clock.advance(100);
    expect([...unsaid], `seed ${seed}, run ${run}`).toEqual([]);
  }
});
