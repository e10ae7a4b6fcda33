import { expect, test } from "vitest";
import { parseId, type PersonId } from "#core/ids";
import { BURST_PAUSE_MS, makeTypingBursts } from "./typing-bursts.ts";

const ben = parseId<PersonId>("ben");
const aisha = parseId<PersonId>("aisha");

test("[SY26] a burst runs from its first word for as long as there is no pause", () => {
  const bursts = makeTypingBursts();
  bursts.note({ clientId: 7, fromClock: 40, personId: ben, atMs: 1_000 });
  bursts.note({ clientId: 7, fromClock: 41, personId: ben, atMs: 1_000 + BURST_PAUSE_MS });
  bursts.note({ clientId: 7, fromClock: 42, personId: ben, atMs: 1_000 + 2 * BURST_PAUSE_MS });
  expect([...bursts.running(1_000 + 3 * BURST_PAUSE_MS, aisha)]).toEqual([[7, 40]]);
  expect([...bursts.running(1_001 + 3 * BURST_PAUSE_MS, aisha)]).toEqual([]);
});

test("[SY26] after a pause a new burst begins, and who asks is left out", () => {
  const bursts = makeTypingBursts();
  bursts.note({ clientId: 7, fromClock: 40, personId: ben, atMs: 0 });
  bursts.note({ clientId: 7, fromClock: 90, personId: ben, atMs: BURST_PAUSE_MS + 1 });
  bursts.note({ clientId: 8, fromClock: 5, personId: aisha, atMs: BURST_PAUSE_MS + 1 });
  expect([...bursts.running(BURST_PAUSE_MS + 2, aisha)]).toEqual([[7, 90]]);
  expect([...bursts.running(BURST_PAUSE_MS + 2, null)]).toEqual([
    [7, 90],
    [8, 5],
  ]);
});
