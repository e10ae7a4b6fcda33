import { expect, test } from "vitest";
import { placeOf, placePeople } from "./who-place.ts";

const people = Array.from({ length: 40 }, (_, number) => `person-${number}`);

test("four people have four colours, in whatever order they are named", () => {
  for (let at = 0; at + 4 <= people.length; at += 1) {
    const four = people.slice(at, at + 4);
    const places = placePeople(four);
    expect(new Set(places.values()).size).toBe(4);
    expect(placePeople(four.toReversed())).toEqual(places);
  }
});

test("who is alone has their favourite, and all four are somebody's", () => {
  for (const id of people) expect(placePeople([id]).get(id)).toBe(placeOf(id));
  expect(new Set(people.map(placeOf)).size).toBe(4);
});

test("a fifth person shares, and the four keep colours of their own", () => {
  const places = [...placePeople(people.slice(0, 5)).values()];
  expect(places).toHaveLength(5);
  expect(new Set(places).size).toBe(4);
});
