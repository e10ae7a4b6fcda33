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
