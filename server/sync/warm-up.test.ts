import { expect, test } from "vitest";
import { systemClock } from "../observe/clock.ts";
import { warmUp } from "./warm-up.ts";

test("[SY28] it opens the made-up document many times in the time that it has", () => {
  expect(warmUp(systemClock)).toBeGreaterThan(2);
});
