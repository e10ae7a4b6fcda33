import { expect, test } from "vitest";
import { makeFakeClock } from "../../tests/support/fake-clock.ts";
import { makeCollect, makeGiveBack } from "./give-back.ts";

function world() {
  const clock = makeFakeClock();
  const state = { busy: false, collected: 0 };
  const gone = makeGiveBack({ clock, isBusy: () => state.busy, collect: () => void (state.collected += 1) });
  const go = (count: number) => {
    for (let at = 0; at < count; at++) gone();
  };
  return { clock, state, go };
}

test("[SY29] memory is given back once, a moment after many have gone", async () => {
  const w = world();
  w.go(500);
  await w.clock.advance(1_000);
  w.go(500);
  await w.clock.advance(1_000);
  expect(w.state.collected).toBe(0);
  await w.clock.advance(5_000);
  expect(w.state.collected).toBe(1);
});

test("[SY29] a few are not worth it, until they have become many", async () => {
  const w = world();
  for (let round = 0; round < 5; round++) {
    w.go(10);
    await w.clock.advance(10_000);
    expect(w.state.collected).toBe(round === 4 ? 1 : 0);
  }
});

test("[SY29] nobody is held up for it", async () => {
  const w = world();
  w.state.busy = true;
  w.go(100);
  await w.clock.advance(60_000);
  expect(w.state.collected).toBe(0);
  w.state.busy = false;
  await w.clock.advance(5_000);
  expect(w.state.collected).toBe(1);
});

test("[SY29] the real collection frees what nothing holds", () => {
  const collect = makeCollect();
  collect();
  const before = process.memoryUsage().arrayBuffers;
  let held: Uint8Array[] | null = Array.from({ length: 50 }, () => new Uint8Array(1_000_000));
  expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThan(40_000_000);
  expect(held.length).toBe(50);
  held = null;
  collect();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
});
