import { expect, test } from "vitest";
import type { Clock } from "#core/time";
import { makeSaveStatus } from "./save-status.ts";

/** A clock that stands still until it is told. */
function fakeClock(): Clock & { readonly pass: (ms: number) => void } {
  let nowMs = 0;
  let timers: { readonly atMs: number; readonly run: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    setTimer: (afterMs, run) => {
      const timer = { atMs: nowMs + afterMs, run };
      timers.push(timer);
      return { cancel: () => void (timers = timers.filter((other) => other !== timer)) };
    },
    pass: (ms) => {
      const untilMs = nowMs + ms;
      for (;;) {
        const [next] = timers.filter((timer) => timer.atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs);
        if (next === undefined) break;
        timers = timers.filter((other) => other !== next);
        nowMs = next.atMs;
        next.run();
      }
      nowMs = untilMs;
    },
  };
}

function started(canWrite = true) {
  const clock = fakeClock();
  const save = makeSaveStatus(clock, { canWrite });
  const said: string[] = [];
  save.subscribe(() => said.push(save.view().words));
  return { clock, save, said, state: () => save.view().state, words: () => save.view().words };
}

/** Connected, and the server holds everything. */
function settled() {
  const world = started();
  world.save.connected();
  world.save.sent("step-2");
  world.save.acknowledged(1);
  return world;
}

test("nothing is saved until the server has acknowledged the answer to its first question", () => {
  const { save, state } = started();
  save.connected();
  expect(state()).toBe("saving");
  save.sent("step-2");
  expect(state()).toBe("saving");
  save.acknowledged(1);
  expect(state()).toBe("saved");
});

test("an update that is acknowledged before that answer does not make it saved", () => {
  const { save, state } = started();
  save.connected();
  save.changed();
  save.sent("update");
  save.acknowledged(1);
  expect(state()).toBe("saving");
  save.sent("step-2");
  save.acknowledged(2);
  expect(state()).toBe("saved");
});

test("saving is mentioned after a second, and after ten it is said that it is not saved", () => {
  const { clock, save, state, words, said } = settled();
  save.changed();
  save.sent("update");
  expect([state(), words()]).toEqual(["saving", ""]);
  clock.pass(999);
  expect(words()).toBe("");
  clock.pass(1);
  expect(words()).toBe("Saving…");
  clock.pass(9_000);
  expect([state(), words()]).toEqual(["not-saved", "Not saved: we keep trying"]);
  save.acknowledged(2);
  expect(state()).toBe("saved");
  expect(said).toEqual(["", "Saved", "", "Saving…", "Not saved: we keep trying", "Saved"].slice(said.length === 6 ? 0 : 1));
});

test("steady typing with slow answers is never called not saved while answers come", () => {
  const { clock, save, state } = settled();
  for (let sent = 2; sent < 200; sent += 1) {
    save.changed();
    save.sent("update");
    clock.pass(80);
    // The answer to the one before: there is always one on its way.
    save.acknowledged(sent - 1);
    expect(state()).toBe("saving");
  }
  save.acknowledged(199);
  expect(state()).toBe("saved");
});

test("one acknowledgement of several is not all of them", () => {
  const { save, state } = settled();
  save.sent("update");
  save.sent("update");
  save.acknowledged(2);
  expect(state()).toBe("saving");
  save.acknowledged(3);
  expect(state()).toBe("saved");
});

test("without network words are kept on this device, with the time of the next try", () => {
  const { clock, save } = settled();
  save.disconnected(2_000);
  save.changed();
  expect(save.view()).toEqual({ state: "kept", words: "Kept on this device", retryInMs: 2_000 });
  clock.pass(1_500);
  expect(save.view().retryInMs).toBe(500);
});

test("a connection that is back within a second is not mentioned when nothing waits", () => {
  const { clock, save, state, words } = settled();
  save.disconnected(200);
  expect(words()).toBe("");
  clock.pass(500);
  save.connected();
  save.sent("step-2");
  save.acknowledged(1);
  expect(state()).toBe("saved");
  save.disconnected(200);
  clock.pass(1_000);
  expect(state()).toBe("kept");
});

test("a new connection counts anew: what the old one had sent is not taken as saved", () => {
  const { save, state } = settled();
  save.changed();
  save.sent("update");
  save.disconnected(200);
  expect(state()).toBe("kept");
  save.connected();
  save.acknowledged(1);
  expect(state()).toBe("saving");
  save.sent("step-2");
  save.acknowledged(1);
  expect(state()).toBe("saved");
});

test("a device that cannot keep the lesson never says that it does", () => {
  const { save, state } = settled();
  save.deviceFailed();
  expect(state()).toBe("saved");
  save.disconnected(2_000);
  save.changed();
  expect(state()).toBe("not-saved");
});

test("readers are told that they read, and writers who no longer may, that it is no longer theirs to edit", () => {
  const reader = started(false);
  expect(reader.save.view()).toEqual({ state: "read-only", words: "You can read this lesson", retryInMs: null });
  const writer = settled();
  writer.save.setWriter(false);
  expect(writer.save.view()).toEqual({ state: "read-only", words: "No longer yours to edit", retryInMs: null });
});

test("[SY2] a lesson that cannot be read whole says that it needs repair, to writers and readers alike", () => {
  const writer = settled();
  writer.save.setWriter(false, true);
  expect(writer.save.view()).toEqual({ state: "read-only", words: "Needs repair: it can be read, not changed", retryInMs: null });
  writer.save.setWriter(true);
  expect(writer.state()).toBe("saved");
});

test("a final close is said in the words of its code, and that unsaved words are still here", () => {
  const { save } = settled();
  save.closed(4409);
  expect(save.view().words).toBe("Bansho has been updated. Reload the page to go on.");
  const other = settled();
  other.save.changed();
  other.save.sent("update");
  other.save.closed(4401);
  expect(other.save.view()).toEqual({
    state: "gone",
    words: "You are signed out. Sign in to go on. Your last words are kept on this device.",
    retryInMs: null,
  });
});

test("after close no timer is left and nobody is called", () => {
  const { clock, save, said } = settled();
  save.sent("update");
  const before = said.length;
  save.close();
  clock.pass(60_000);
  expect(said.length).toBe(before);
});
