import { expect, test } from "vitest";
import { parseTarget } from "./door.ts";

test.each(["/sync/lesson/abc", "/sync/lesson%2Fabc", "/sync/lesson%2fabc?x=1"])(
  "[WP11] [SY21] %s asks for a lesson, slashes as they are or encoded",
  (target) => {
    expect(parseTarget(target)).toEqual({ document: "lesson/abc", wantsAck: false });
  },
);

test.each([
  "/sync/",
  "/sync/lesson%252Fabc",
  "/sync/lesson/%E0%A4",
  "/sync/lesson/..%2Fabc",
  "/sync/cycle/abc",
  "/other/lesson/abc",
  "/sync/lesson/abc?schema=x",
])("[WP11] [SY21] %s is decoded once, and closes with 4400", (target) => {
  expect(parseTarget(target)).toBe("malformed");
});
