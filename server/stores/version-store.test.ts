/** What the version store and the rate limits keep: ST7, ST13. */
import Database from "better-sqlite3";
import { expect, it, onTestFinished } from "vitest";
import { parseId, type LessonId, type OrganisationId, type PersonId, type TeamId, type VersionId } from "#core/ids";
import { openTestStores } from "../../tests/support/stores.ts";
import type { VersionRow } from "./contract.ts";

const NOW = 1_800_000_000_000;
const lessonA = parseId<LessonId>("a");
const lessonB = parseId<LessonId>("b");
const aisha = parseId<PersonId>("aisha");
const ben = parseId<PersonId>("ben");

const version = (id: string, change: Partial<VersionRow> = {}) => ({
  id: parseId<VersionId>(id),
  lessonId: lessonA,
  kind: "as-planned" as const,
  title: "Before the lesson",
  note: "",
  automatic: false,
  authorId: aisha,
  contributorIds: [ben, aisha],
  createdAtMs: NOW,
  schemaVersion: 1,
  ...change,
});

/** Lessons `a` and `b` of aisha's team; ben is a person. */
async function world() {
  const { stores, databaseUrl, dispose } = await openTestStores();
  onTestFinished(dispose);
  const organisationId = parseId<OrganisationId>("elm");
  const teamId = parseId<TeamId>("maths");
  await stores.people.createFirstPerson({
    organisation: { id: organisationId, name: "Elm", kind: "school" },
    person: { id: aisha, name: "Aisha", email: "aisha@elm.test", theme: "system", passwordHash: "hash" },
    team: { id: teamId, organisationId, name: "Maths" },
    nowMs: NOW,
  });
  await stores.people.createPerson({ id: ben, name: "Ben", email: "ben@elm.test", theme: "system", passwordHash: "hash", nowMs: NOW });
  for (const id of [lessonA, lessonB]) {
    const facts = { title: id, yearGroup: "Year 3", durationMinutes: 60, criterionCodes: [] };
    const times = { createdAtMs: NOW, updatedAtMs: NOW, archivedAtMs: null };
    await stores.lessons.createLesson({ id, teamId, organisationId, createdById: aisha, ...facts, ...times }, new Uint8Array([0, 0]));
  }
  return { ...stores, databaseUrl };
}

it("[ST7] what was stored comes back byte for byte, and takes less room on disk", async () => {
  const { versions, databaseUrl } = await world();
  const state = Uint8Array.from({ length: 50_000 }, (_, n) => (n * n) % 7);
  const content = JSON.stringify({ type: "doc", text: "¼ of a cake 🍰 ".repeat(500) });
  expect(await versions.createVersion(version("v1"), { state, content })).toBe(1);
  expect(await versions.findVersion(lessonA, 1)).toEqual({ ...version("v1"), number: 1, content });
  expect(await versions.findLatest(lessonA)).toEqual({ ...version("v1"), number: 1, content });
  expect(await versions.findVersionState(lessonA, 1)).toEqual(state);
  const database = new Database(databaseUrl.slice("file:".length), { readonly: true });
  const kept = database.prepare('SELECT length("content") + length("state") FROM "Version"').pluck().get();
  database.close();
  expect(kept).toBeLessThan(5_000);
});

it("[ST7] an empty state and an empty note are kept as they are", async () => {
  const { versions } = await world();
  await versions.createVersion(version("v1", { automatic: true, authorId: null, contributorIds: [] }), { state: new Uint8Array(), content: "" });
  expect(await versions.findVersionState(lessonA, 1)).toEqual(new Uint8Array());
  expect(await versions.findVersion(lessonA, 1)).toMatchObject({ automatic: true, authorId: null, contributorIds: [], content: "" });
});

it("[ST7] versions made at once are numbered without gaps, lesson by lesson", async () => {
  const { versions } = await world();
  const body = { state: new Uint8Array([1]), content: "{}" };
  const numbers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => versions.createVersion(version(`v${n}`, { lessonId: n % 3 === 0 ? lessonB : lessonA }), body)),
  );
  const of = (lesson: number) => numbers.filter((_, n) => (n % 3 === 0 ? 1 : 0) === lesson).toSorted((a, b) => a - b);
  expect(of(0)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(of(1)).toEqual([1, 2, 3, 4]);
  expect(await versions.latestNumbers([lessonA, lessonB, parseId<LessonId>("none")])).toEqual(
    new Map([
      [lessonA, 8],
      [lessonB, 4],
    ]),
  );
});

it("the list is newest first and carries no bodies", async () => {
  const { versions } = await world();
  for (const id of ["v1", "v2"]) await versions.createVersion(version(id), { state: new Uint8Array([1]), content: "{}" });
  expect(await versions.listVersions(lessonA)).toEqual([
    { ...version("v2"), number: 2 },
    { ...version("v1"), number: 1 },
  ]);
  expect(await versions.listVersions(lessonB)).toEqual([]);
  expect(await versions.findVersion(lessonA, 3)).toBeNull();
  expect(await versions.findVersionState(lessonA, 3)).toBeNull();
  expect(await versions.findLatest(lessonB)).toBeNull();
});

it("an id that is taken is a conflict, a lesson that is not there not-found", async () => {
  const { versions } = await world();
  const body = { state: new Uint8Array([1]), content: "{}" };
  await versions.createVersion(version("v1"), body);
  await expect(versions.createVersion(version("v1"), body)).rejects.toMatchObject({ code: "conflict" });
  await expect(versions.createVersion(version("v2", { lessonId: parseId<LessonId>("none") }), body)).rejects.toMatchObject({ code: "not-found" });
});

it("[ST13] so many tries in a window, then a wait; each limit and key counts for itself", async () => {
  const { rateLimits } = await world();
  const limit = rateLimits.make({ name: "sign-in", tries: 3, windowMs: 60_000 });
  const other = rateLimits.make({ name: "reset", tries: 3, windowMs: 60_000 });
  for (let n = 0; n < 3; n += 1) expect(await limit.take("ben@elm.test")).toBeNull();
  const wait = await limit.take("ben@elm.test");
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(60_000);
  expect(await limit.take("aisha@elm.test")).toBeNull();
  expect(await other.take("ben@elm.test")).toBeNull();
  await limit.reset("ben@elm.test");
  expect(await limit.take("ben@elm.test")).toBeNull();
});

it("[ST13] tries made at once are all counted", async () => {
  const { rateLimits } = await world();
  const limit = rateLimits.make({ name: "sign-in", tries: 5, windowMs: 60_000 });
  const answers = await Promise.all(Array.from({ length: 12 }, () => limit.take("key")));
  expect(answers.filter((answer) => answer === null)).toHaveLength(5);
});

it("[ST13] a try that is given back can be made again, and never more than there are", async () => {
  const { rateLimits } = await world();
  const limit = rateLimits.make({ name: "sign-in", tries: 2, windowMs: 60_000 });
  for (let n = 0; n < 5; n += 1) await limit.giveBack("key");
  for (let n = 0; n < 10; n += 1) {
    expect(await limit.take("key")).toBeNull();
    await limit.giveBack("key");
  }
  expect([await limit.take("key"), await limit.take("key")]).toEqual([null, null]);
  expect(await limit.take("key")).not.toBeNull();
});

it("[ST13] counts outlive the process, and old ones are deleted", async () => {
  const { rateLimits, people, databaseUrl } = await world();
  await rateLimits.make({ name: "sign-in", tries: 1, windowMs: 60_000 }).take("key");
  expect(await rateLimits.make({ name: "sign-in", tries: 1, windowMs: 60_000 }).take("key")).not.toBeNull();
  const count = () => {
    const database = new Database(databaseUrl.slice("file:".length), { readonly: true });
    const rows = database.prepare('SELECT count(*) FROM "RateLimit"').pluck().get();
    database.close();
    return rows;
  };
  await people.deleteExpired(Date.now());
  expect(count()).toBe(1);
  await people.deleteExpired(Date.now() + 120_000);
  expect(count()).toBe(0);
});
