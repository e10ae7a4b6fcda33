import { expect, test } from "vitest";
import { encodeAwarenessEntry, joinAwareness, parseAwareness, scanAwareness, type AwarenessEntry, type UnreadEntry } from "#core/protocol/awareness";
import { parseServerFrame } from "#core/protocol/wire";
import { LIMITS } from "#core/limits";
import { makeSyncMeters } from "#server/observe/meters";
import { makeFakeClock } from "../../tests/support/fake-clock.ts";
import { makeRoomAwareness, type Speaker } from "./room-awareness.ts";

function entriesIn(frame: Uint8Array): readonly AwarenessEntry[] {
  const message = parseServerFrame(frame);
  const entries = message?.type === "awareness" ? parseAwareness(message.body) : "malformed";
  if (typeof entries === "string") throw new Error("not an awareness frame");
  return entries;
}

function scan(clientId: number, clock: number, state: Record<string, unknown> | null): readonly UnreadEntry[] {
  const entries = scanAwareness(joinAwareness([encodeAwarenessEntry({ clientId, clock, state })]));
  if (typeof entries === "string") throw new Error("not an awareness message");
  return entries;
}

function world() {
  const clock = makeFakeClock();
  const speakers = new Map<Speaker, AwarenessEntry[][]>();
  const meters = makeSyncMeters();
  const awareness = makeRoomAwareness({ clock, meters });
  const tell = () => {
    const news = awareness.takeNews();
    for (const [speaker, heard] of speakers) {
      const frame = news?.frameFor(speaker) ?? null;
      if (frame !== null) heard.push([...entriesIn(frame)]);
    }
  };
  awareness.onNews((afterMs) => void clock.setTimer(Math.max(0, afterMs), tell));
  const enter = (person: string) => {
    const heard: AwarenessEntry[][] = [];
    const speaker: Speaker = { person: { id: person, name: person.toUpperCase() } };
    speakers.set(speaker, heard);
    return {
      heard,
      say: (clientId: number, theirClock: number, state: Record<string, unknown> | null) =>
        awareness.take(speaker, scan(clientId, theirClock, state)),
      leave: () => {
        speakers.delete(speaker);
        awareness.leave(speaker);
      },
    };
  };
  const present = () => {
    const frame = awareness.everybody();
    return frame === null ? [] : entriesIn(frame).map((entry) => entry.clientId);
  };
  return { clock, enter, present, meters, renew: awareness.renew };
}

test("[SY13] others hear a state signed with its speaker, the speaker does not", async () => {
  const w = world();
  const [anna, ben] = [w.enter("anna"), w.enter("ben")];
  anna.say(1, 1, { cursor: 5, user: { name: "Ben" } });
  await w.clock.advance(100);
  expect(ben.heard).toMatchObject([[{ clientId: 1, clock: expect.any(Number), state: { cursor: 5, user: { id: "anna", name: "ANNA" } } }]]);
  expect(anna.heard).toEqual([]);
});

test("[SY12] what the stock client repeats of others is passed over", async () => {
  const w = world();
  const [anna, ben] = [w.enter("anna"), w.enter("ben")];
  anna.say(1, 1, { at: "first" });
  await w.clock.advance(100);
  ben.say(1, 99, { at: "echo" });
  ben.say(2, 1, { at: "own" });
  ben.say(1, 100, null);
  await w.clock.advance(100);
  expect(w.present()).toEqual([1, 2]);
  expect(anna.heard.flat().map((entry) => entry.clientId)).toEqual([2]);
  anna.leave();
  ben.say(1, 101, { at: "late echo" });
  expect(w.present()).toEqual([2]);
});

test("[SY12] a connection speaks for no more ids than the limit", () => {
  const w = world();
  const anna = w.enter("anna");
  for (let clientId = 1; clientId <= 10; clientId++) anna.say(clientId, 1, {});
  expect(w.present().length).toBe(LIMITS.maxAwarenessClients);
});

test("[SY14] [SY15] when a connection ends its states end, and who comes back under the same id and clock is seen at once", async () => {
  const w = world();
  const [anna, ben] = [w.enter("anna"), w.enter("ben")];
  anna.say(1, 7, { here: true });
  await w.clock.advance(100);
  anna.leave();
  await w.clock.advance(100);
  w.enter("anna").say(1, 7, { here: true });
  await w.clock.advance(100);
  const clocks = ben.heard.flat().map((entry) => entry.clock);
  expect(ben.heard.flat().map((entry) => entry.state !== null)).toEqual([true, false, true]);
  expect(clocks).toEqual(clocks.toSorted((a, b) => a - b));
  expect(new Set(clocks).size).toBe(3);
});

test("[SY12] a person's new connection takes its id from the one whose line is dead; a stranger's does not", () => {
  const w = world();
  const old = w.enter("anna");
  old.say(1, 7, { line: "old" });
  w.enter("mallory").say(1, 99, { line: "stolen" });
  const fresh = w.enter("anna");
  fresh.say(1, 7, { line: "new" });
  old.leave();
  expect(w.present()).toEqual([1]);
  fresh.say(1, 8, null);
  expect(w.present()).toEqual([]);
});

test("[SY15] a flood is told at most every moment, with the latest state only", async () => {
  const w = world();
  const [anna, ben, carys] = [w.enter("anna"), w.enter("ben"), w.enter("carys")];
  for (let at = 1; at <= 1_000; at++) {
    anna.say(1, at, { at });
    ben.say(2, at, { at });
    await w.clock.advance(1);
  }
  await w.clock.advance(100);
  expect(carys.heard.length).toBeLessThanOrEqual(1_000 / LIMITS.awarenessDelayMs + 3);
  expect(carys.heard.at(-1)?.map((entry) => entry.state?.["at"])).toEqual([1_000, 1_000]);
  expect(new Set(anna.heard.flat().map((entry) => entry.clientId))).toEqual(new Set([2]));
});

test("[SY15] a state that says nothing new is not told again", async () => {
  const w = world();
  const [anna, ben] = [w.enter("anna"), w.enter("ben")];
  for (let at = 1; at <= 50; at++) {
    anna.say(1, at, { cursor: 5 });
    await w.clock.advance(100);
  }
  expect(ben.heard.length).toBe(1);
  expect(w.meters).toMatchObject({ awarenessIn: 50, awarenessUnchanged: 49 });
});

test("[SY15] everybody who is still there is told again together, before the stock client forgets them", async () => {
  const w = world();
  const [anna, ben, carys] = [w.enter("anna"), w.enter("ben"), w.enter("carys")];
  anna.say(1, 1, { at: "a" });
  ben.say(2, 1, { at: "b" });
  await w.clock.advance(100);
  const [before] = [carys.heard.flat()];
  w.renew();
  await w.clock.advance(100);
  const renewed = carys.heard.at(-1) ?? [];
  expect(renewed.map(({ clientId, state }) => [clientId, state?.["at"]])).toEqual([
    [1, "a"],
    [2, "b"],
  ]);
  for (const { clientId, clock } of renewed) expect(clock).toBeGreaterThan(before.find((entry) => entry.clientId === clientId)?.clock ?? Infinity);
  expect(anna.heard.at(-1)?.map((entry) => entry.clientId)).toEqual([2]);
});
