import { expect, test } from "vitest";
import type { Clock } from "#core/time";
import { makeLog } from "./log.ts";
import { makeShutdown, type ShutdownStep } from "./shutdown.ts";

function setup(steps: readonly ShutdownStep[]) {
  const held: { run: (() => void) | null } = { run: null };
  const clock: Clock = {
    nowMs: () => 0,
    setTimer: (_afterMs, run) => {
      held.run = run;
      return { cancel: () => (held.run = null) };
    },
  };
  const codes: number[] = [];
  const shutdown = makeShutdown({ steps, limitMs: 9_000, clock, logger: makeLog({ level: "silent" }), exit: (code) => codes.push(code) });
  return { shutdown, codes, runOut: () => held.run?.() };
}

test("the steps run one after the other, once, and the process ends with 0", async () => {
  const done: string[] = [];
  const { shutdown, codes } = setup([
    {
      name: "first",
      run: async () => {
        await Promise.resolve();
        done.push("first");
      },
    },
    { name: "second", run: () => void done.push("second") },
  ]);
  await Promise.all([shutdown({ why: "SIGTERM" }), shutdown({ why: "SIGINT" })]);
  expect(done).toEqual(["first", "second"]);
  expect(codes).toEqual([0]);
});

test("a step that fails does not keep the later ones from saving, and the code says so", async () => {
  const done: string[] = [];
  const { shutdown, codes } = setup([
    { name: "bad", run: () => Promise.reject(new Error("no")) },
    { name: "save", run: () => void done.push("save") },
  ]);
  await shutdown({ why: "SIGTERM" });
  expect(done).toEqual(["save"]);
  expect(codes).toEqual([1]);
});

test("a step that hangs is cut off at the limit", () => {
  const { shutdown, codes, runOut } = setup([{ name: "hang", run: () => new Promise(() => {}) }]);
  void shutdown({ why: "SIGTERM" });
  runOut();
  expect(codes).toEqual([1]);
});

test("a fault ends in order too, with a code that makes whoever watches start it again", async () => {
  const done: string[] = [];
  const { shutdown, codes } = setup([{ name: "save", run: () => void done.push("save") }]);
  await shutdown({ why: "uncaughtException", fault: true });
  expect(done).toEqual(["save"]);
  expect(codes).toEqual([1]);
});
