import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");

/** The declarations of the one block with this selector, by name. */
function block(selector: string): Map<string, string> {
  const at = css.indexOf(`${selector} {`);
  expect(at, selector).toBeGreaterThan(-1);
  const body = css.slice(css.indexOf("{", at) + 1, css.indexOf("}", at)).replaceAll(/\/\*.*?\*\//gs, "");
  const pairs = body
    .split(";")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return new Map(pairs.map((line) => [line.slice(0, line.indexOf(":")).trim(), line.slice(line.indexOf(":") + 1).trim()]));
}

test("dark by choice and dark by device are the same", () => {
  const dark = block(':root[data-theme="dark"]');
  expect(dark.size).toBeGreaterThan(40);
  expect(block(':root[data-theme="system"]')).toEqual(dark);
});

test("dark changes only what light has", () => {
  const light = block(":root");
  for (const name of block(':root[data-theme="dark"]').keys()) expect(light.has(name), name).toBe(true);
});
