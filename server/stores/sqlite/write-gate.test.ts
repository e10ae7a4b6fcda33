import { expect, it } from "vitest";
import { makeWriteGate } from "./write-gate.ts";

it("[ST8] lets one in at a time, in the order they came", async () => {
  const gate = makeWriteGate();
  const events: string[] = [];
  const work = (name: string) =>
    gate.run(async () => {
      events.push(`${name} in`);
      await Promise.resolve();
      events.push(`${name} out`);
    });
  await Promise.all([work("a"), work("b"), work("c")]);
  expect(events).toEqual(["a in", "a out", "b in", "b out", "c in", "c out"]);
});

it("[ST8] nobody slips in between one who leaves and the next in the queue", async () => {
  const gate = makeWriteGate();
  let inside = 0;
  let most = 0;
  const work = () =>
    gate.run(async () => {
      inside += 1;
      most = Math.max(most, inside);
      await Promise.resolve();
      inside -= 1;
    });
  const leave = await gate.enter();
  const queued = [work(), work()];
  leave();
  queued.push(work());
  await Promise.all(queued);
  expect(most).toBe(1);
});

it("[ST8] opens again after work that failed, and leaving twice lets in no second", async () => {
  const gate = makeWriteGate();
  await expect(gate.run(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  const leave = await gate.enter();
  const order: string[] = [];
  const second = gate.enter().then((exit) => {
    order.push("second");
    return exit;
  });
  const third = gate.enter().then((exit) => {
    order.push("third");
    return exit;
  });
  leave();
  leave();
  const leaveSecond = await second;
  expect(order).toEqual(["second"]);
  leaveSecond();
  (await third)();
  expect(order).toEqual(["second", "third"]);
});
