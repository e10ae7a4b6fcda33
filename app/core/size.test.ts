import { expect, test } from "vitest";
import { sizeWords } from "./size.ts";

test.each([
  [0, "0 bytes"],
  [1, "1 byte"],
  [999, "999 bytes"],
  [1_000, "1.0 kB"],
  [20_512, "20.5 kB"],
  [999_950, "1.0 MB"],
  [1_234_567, "1.2 MB"],
  [5_000_000_000, "5.0 GB"],
  [2e15, "2000.0 TB"],
])("%d bytes are %s", (bytes, words) => {
  expect(sizeWords(bytes)).toBe(words);
});
