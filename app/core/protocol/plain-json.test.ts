import { expect, test } from "vitest";
import { MAX_JSON_DEPTH } from "./bounded-json.ts";
import { readPlainObject } from "./plain-json.ts";
import { makeRandom } from "../../../tests/support/random.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => readPlainObject(bytesOf(text), "user");

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const PIECES = [
  '{"',
  '"user"',
  "user",
  ":",
  ",",
  "}",
  "{",
  "[",
  "]",
  '"',
  "\\",
  "true",
  "null",
  "fals",
  "0",
  "01",
  "-",
  "1.5",
  "1e9",
  "1e",
  ".",
  " ",
  "\n",
  "\u0001",
  "é",
  '{"a":[1,{"b":null}]}',
  '"user":{"name":"x"}',
  '{"user":1',
];

test("[WP8] what is called plain JSON.parse takes, and the member stands where it says", () => {
  const seed = Date.now() % 1_000_000_000;
  const { below: random } = makeRandom(seed);
  let plain = 0;
  for (let run = 0; run < 60_000; run++) {
    const text = Array.from({ length: 1 + random(9) }, () => PIECES[random(PIECES.length)] ?? "").join("");
    const object = random(2) === 0 ? text : `{"user":${text}}`;
    const found = read(object);
    if (found === null) continue;
    plain += 1;
    const value = parse(object);
    expect(typeof value === "object" && value !== null && !Array.isArray(value), `seed ${seed}: ${object}`).toBe(true);
    const members = value as Record<string, unknown>;
    expect(Object.keys(members).length === 0, object).toBe(found.isEmpty);
    expect("user" in members, object).toBe(found.member !== null);
    const { start, end } = found.member ?? { start: 0, end: 0 };
    expect(parse(object.slice(start, end)), object).toEqual(members["user"]);
  }
  expect(plain).toBeGreaterThan(200);
});

test.each(['{"user":{"name":"A"},"cursor":{"anchor":{"item":{"client":5,"clock":-1.5e3}}}}', ' { "a" : [ ] , "user" : "x" } ', "{}", '{"users":1}'])(
  "[WP8] what programs write is plain: %s",
  (text) => {
    expect(read(text)).not.toBeNull();
  },
);

test.each([
  "",
  "null",
  "[]",
  '{"user":1,"user":2}',
  '{"us\\u0065r":1}',
  '{"name":"é"}',
  '{"a":01}',
  '{"a":1,}',
  '{"a" 1}',
  '{"a":1}x',
  '{"a":"\u0001"}',
  '{"a":tru}',
  `{"a":${"[".repeat(MAX_JSON_DEPTH)}${"]".repeat(MAX_JSON_DEPTH)}}`,
])("[WP8] is not plain: %s", (text) => {
  expect(read(text)).toBeNull();
});
