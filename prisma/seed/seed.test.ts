import { expect, test } from "vitest";
import type { LessonId } from "#core/ids";
import { attrText, childrenOf, fieldText } from "#core/model/lesson-node";
import type { LessonNode } from "#core/model/lesson-node";
import { findUnknown, readLesson } from "#core/model/lesson-model";
import { lessonRoles } from "#core/policy/policy";
import { hashToken } from "#server/auth/tokens";
import * as Y from "yjs";
import { systemClock } from "../../server/observe/clock.ts";
import { openTestStores } from "../../tests/support/stores.ts";
import { DEMO_PEOPLE, seedDemo } from "./index.ts";
import { seedLoadWorld } from "./load-world.ts";
import { randomBytes } from "node:crypto";

const random = (count: number): Uint8Array => randomBytes(count);
const LESSONS = ["demo-y1-parts-of-7", "demo-y3-unit-fractions", "demo-y5-ten-times"] as const;

test("the demo world has eight people, each with the rights of their part", async () => {
  const { stores, dispose } = await openTestStores();
  let hashes = 0;
  await seedDemo({ stores, clock: systemClock, random, hashPassword: async () => Promise.resolve(`hash ${(hashes += 1)}`) });
  expect(hashes).toBe(1);
  expect(await stores.people.countPeople()).toBe(8);

  const rolesOn = async (lessonId: string): Promise<Record<string, readonly string[]>> => {
    const held: Record<string, readonly string[]> = {};
    for (const { key, email } of DEMO_PEOPLE) {
      const person = await stores.people.findPersonByEmail(email);
      const standing = person === null ? null : await stores.lessons.findStanding(lessonId as LessonId, person.id);
      held[key] = standing === null ? ["nobody"] : lessonRoles(standing);
    }
    return held;
  };
  const elm = { aisha: ["designer"], ben: ["designer"], carys: ["designer"], priya: ["commenter"], esther: [], farah: [], gwen: [], olu: [] };
  expect(await rolesOn("demo-y1-parts-of-7")).toEqual(elm);
  expect(await rolesOn("demo-y3-unit-fractions")).toEqual({ ...elm, olu: ["reader"] });
  expect(await rolesOn("demo-y5-ten-times")).toEqual(elm);
  expect(await rolesOn("demo-y2-near-doubles")).toEqual({ ...Object.fromEntries(Object.keys(elm).map((key) => [key, []])), gwen: ["designer"] });
  await dispose();
});

test("each demo lesson has two or three versions that really differ, each with its contributors and its own date", async () => {
  const { stores, dispose } = await openTestStores();
  await seedDemo({ stores, clock: systemClock, random, hashPassword: async () => Promise.resolve("hash") });
  const kinds: string[][] = [];
  for (const id of LESSONS) {
    const versions = (await stores.versions.listVersions(id as LessonId)).toSorted((a, b) => a.number - b.number);
    kinds.push(versions.map((version) => version.kind));
    expect(versions.map((version) => version.number)).toEqual(versions.map((_, index) => index + 1));
    const contents = await Promise.all(versions.map(async (version) => (await stores.versions.findVersion(id as LessonId, version.number))?.content));
    expect(new Set(contents).size).toBe(versions.length);
    for (const version of versions) {
      expect(version.contributorIds.length, `${id} ${version.number}`).toBeGreaterThan(0);
      expect(new Date(version.createdAtMs).toISOString()).toMatch(/^2026-0[12]/);
    }
  }
  expect(kinds).toEqual([
    ["as-planned", "refined"],
    ["as-planned", "as-taught", "refined"],
    ["as-planned", "as-taught", "refined"],
  ]);
  await dispose();
});

test("the Year 3 document is its refined version: the strip comes before the name, and block ids are kept", async () => {
  const { stores, dispose } = await openTestStores();
  await seedDemo({ stores, clock: systemClock, random, hashPassword: async () => Promise.resolve("hash") });
  const stored = await stores.log.load("lesson/demo-y3-unit-fractions");
  const live = readLesson(Y.mergeUpdates([...(stored.snapshot === null ? [] : [stored.snapshot]), ...stored.updates]));
  expect(findUnknown(live.content)).toEqual([]);
  const latest = await stores.versions.findLatest("demo-y3-unit-fractions" as LessonId);
  expect(JSON.parse(latest?.content ?? "null")).toEqual(live);

  const stage = childrenOf(live.content, "stage").find((one) => attrText(one, "id") === "s4");
  const ids = (node: LessonNode | undefined): string[] => (node === undefined ? [] : childrenOf(node, "block").map((block) => attrText(block, "id")));
  expect(ids(stage)).toEqual(["b14", "b12", "b13", "b15", "b16", "b17", "b18", "b19", "b20"]);
  const move = childrenOf(stage ?? live.content, "block").find((block) => attrText(block, "id") === "b17");
  expect(move === undefined ? "" : fieldText(move, "plannedMove")).toContain("make the parts equal");
  const row = await stores.lessons.findLesson("demo-y3-unit-fractions" as LessonId);
  expect(row).toMatchObject({ yearGroup: "3", durationMinutes: 50, criterionCodes: ["3F-1", "3F-3", "3F-2"] });
  await dispose();
});

test("the load world has as many lessons and open sessions as were asked for, and everybody designs everything", async () => {
  const { stores, dispose } = await openTestStores();
  const world = await seedLoadWorld({ stores, clock: systemClock, random, lessons: 4, people: 3 });
  expect(world.documents).toHaveLength(4);
  expect(new Set(world.documents).size).toBe(4);
  for (const { id, sessionToken } of world.people) {
    const session = await stores.people.findSession(hashToken(sessionToken), systemClock.nowMs());
    expect(session?.personId).toBe(id);
    for (const document of world.documents) {
      const standing = await stores.lessons.findStanding(document.slice("lesson/".length) as LessonId, session?.personId ?? ("" as never));
      expect(standing === null ? [] : lessonRoles(standing)).toEqual(["designer"]);
    }
  }
  await dispose();
});
