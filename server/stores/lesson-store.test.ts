/** What the lesson store keeps: ST5, ST11. */
import { expect, it, onTestFinished } from "vitest";
import { parseId, type LessonId, type OrganisationId, type PersonId, type TeamId } from "#core/ids";
import type { OrganisationRole } from "#core/policy/policy";
import { openTestStores } from "../../tests/support/stores.ts";
import type { LessonRow, LessonSearch } from "./contract.ts";

const NOW = 1_800_000_000_000;
const SEED = new Uint8Array([1, 2, 3]);
const elm = parseId<OrganisationId>("elm");
const maths = parseId<TeamId>("maths");
const aisha = parseId<PersonId>("aisha");
const lessonId = (id: string) => parseId<LessonId>(id);

const lesson = (id: string, change: Partial<LessonRow> = {}): LessonRow => ({
  id: lessonId(id),
  teamId: maths,
  organisationId: elm,
  createdById: aisha,
  createdAtMs: NOW,
  updatedAtMs: NOW,
  archivedAtMs: null,
  title: `Lesson ${id}`,
  yearGroup: "Year 3",
  durationMinutes: 60,
  criterionCodes: [],
  ...change,
});

/** A school `elm` with its admin `aisha` in the team `maths`. */
async function world() {
  const { stores, dispose } = await openTestStores();
  onTestFinished(dispose);
  const { people, lessons } = stores;
  await people.createFirstPerson({
    organisation: { id: elm, name: "Elm", kind: "school" },
    person: { id: aisha, name: "Aisha", email: "aisha@elm.test", theme: "system", passwordHash: "hash" },
    team: { id: maths, organisationId: elm, name: "Maths" },
    nowMs: NOW,
  });
  const join = async (id: string, role: OrganisationRole | null, inTeam: boolean) => {
    const personId = parseId<PersonId>(id);
    await people.createPerson({ id: personId, name: id, email: `${id}@elm.test`, theme: "system", passwordHash: "hash", nowMs: NOW });
    if (role !== null) await people.setMembership({ personId, organisationId: elm, role }, NOW);
    if (inTeam) await people.addTeamMember(maths, personId, NOW);
    return personId;
  };
  const find = async (change: Partial<LessonSearch> = {}) => {
    const all = { personId: aisha, teamId: null, text: "", yearGroup: null, criterionCode: null, archived: false, skip: 0, take: 50 };
    const found = await lessons.searchLessons({ ...all, ...change });
    return found.lessons.map(({ id }) => id);
  };
  return { stores, people, lessons, join, find };
}

it("[ST5] a lesson and the first update of its document are made together", async () => {
  const { stores, lessons } = await world();
  const made = lesson("a", { criterionCodes: ["3F-2", "3F-1"], archivedAtMs: NOW });
  await lessons.createLesson(made, SEED);
  expect(await lessons.findLesson(made.id)).toEqual(made);
  expect((await stores.log.load("lesson/a")).updates).toEqual([SEED]);
  expect(await stores.log.writersSince("lesson/a", 0)).toEqual([]);
});

it("of many lessons, those of one organisation are found, however many are asked for", async () => {
  const { people, lessons } = await world();
  const oak = parseId<OrganisationId>("oak");
  const oakMaths = parseId<TeamId>("oak-maths");
  await people.createOrganisation({ id: oak, name: "Oak", kind: "school" }, NOW);
  await people.createTeam({ id: oakMaths, organisationId: oak, name: "Maths" }, NOW);
  for (const id of ["a", "b"]) await lessons.createLesson(lesson(id), SEED);
  await lessons.createLesson(lesson("c", { organisationId: oak, teamId: oakMaths }), SEED);
  const asked = [lessonId("a"), ...Array.from({ length: 1_200 }, (_, at) => lessonId(`nobody-${at}`)), lessonId("b"), lessonId("c")];
  expect((await lessons.findLessonsOf(elm, asked)).map(({ id }) => id).sort()).toEqual(["a", "b"]);
  expect(await lessons.findLessonsOf(oak, [lessonId("c")])).toEqual([lesson("c", { organisationId: oak, teamId: oakMaths })]);
  expect(await lessons.findLessonsOf(oak, [])).toEqual([]);
});

it("[ST5] a lesson that cannot be made seeds nothing", async () => {
  const { stores, lessons } = await world();
  await lessons.createLesson(lesson("a"), SEED);
  await expect(lessons.createLesson(lesson("a"), SEED)).rejects.toMatchObject({ code: "conflict" });
  await expect(lessons.createLesson(lesson("b", { teamId: parseId<TeamId>("nowhere") }), SEED)).rejects.toMatchObject({ code: "not-found" });
  expect((await stores.log.load("lesson/a")).updates).toHaveLength(1);
  expect((await stores.log.load("lesson/b")).updates).toHaveLength(0);
  expect(await lessons.findLesson(lessonId("b"))).toBeNull();
});

it("[ST11] search finds only what the person may open", async () => {
  const { people, lessons, join, find } = await world();
  await lessons.createLesson(lesson("a"), SEED);
  await people.createTeam({ id: parseId<TeamId>("art"), organisationId: elm, name: "Art" }, NOW);
  await lessons.createLesson(lesson("b", { teamId: parseId<TeamId>("art"), updatedAtMs: NOW + 1 }), SEED);
  const reader = await join("olu", null, false);
  await lessons.setGrant(lessonId("a"), reader, "reader", NOW);
  expect(await find()).toEqual(["a"]);
  expect(await find({ personId: reader })).toEqual(["a"]);
  expect(await find({ personId: await join("priya", "knowledgeable-other", true) })).toEqual(["a"]);
  // An office alone opens nothing (PO2), nor does a team without a membership.
  expect(await find({ personId: await join("esther", "head", true) })).toEqual([]);
  expect(await find({ personId: await join("gwen", "teacher", false) })).toEqual([]);
  expect(await find({ personId: await join("stray", null, true) })).toEqual([]);
});

it("[ST11] every word is looked for in title, criterion codes and year, without case", async () => {
  const { lessons, find } = await world();
  await lessons.createLesson(lesson("a", { title: "Unit FRACTIONS of a whole", criterionCodes: ["3F-1"] }), SEED);
  await lessons.createLesson(lesson("b", { title: "Élan and équations", yearGroup: "Year 5" }), SEED);
  expect(await find({ text: "fractions unit" })).toEqual(["a"]);
  expect(await find({ text: "  3f-1 WHOLE " })).toEqual(["a"]);
  expect(await find({ text: "ÉQUATIONS" })).toEqual(["b"]);
  expect(await find({ text: "year 5" })).toEqual(["b"]);
  expect(await find({ text: "fractions élan" })).toEqual([]);
});

it("[ST11] percent, underline and backslash are letters like others", async () => {
  const { lessons, find } = await world();
  await lessons.createLesson(lesson("a", { title: "50% of a number" }), SEED);
  await lessons.createLesson(lesson("b", { title: "50 apples, a_b, c\\d" }), SEED);
  expect(await find({ text: "50%" })).toEqual(["a"]);
  expect(await find({ text: "%" })).toEqual(["a"]);
  expect(await find({ text: "a_b" })).toEqual(["b"]);
  expect(await find({ text: "_" })).toEqual(["b"]);
  expect(await find({ text: "c\\d" })).toEqual(["b"]);
  expect(await find({ text: "' OR 1=1 --" })).toEqual([]);
});

it("[ST11] team, year, criterion and archive narrow the search; a criterion is a whole code", async () => {
  const { people, lessons, find } = await world();
  const art = parseId<TeamId>("art");
  await people.createTeam({ id: art, organisationId: elm, name: "Art" }, NOW);
  await people.addTeamMember(art, aisha, NOW);
  await lessons.createLesson(lesson("a", { criterionCodes: ["3F-1"] }), SEED);
  await lessons.createLesson(lesson("b", { criterionCodes: ["3F-10"], yearGroup: "Year 5" }), SEED);
  await lessons.createLesson(lesson("c", { teamId: art, archivedAtMs: NOW }), SEED);
  for (const criterionCode of ["3F-1", "3f-1"]) expect(await find({ criterionCode })).toEqual(["a"]);
  expect(await find({ yearGroup: "Year 5" })).toEqual(["b"]);
  await lessons.createLesson(lesson("mixed", { yearGroup: "3, 13" }), SEED);
  expect(await find({ yearGroup: "3" })).toEqual(["mixed"]);
  expect(await find({ yearGroup: "13" })).toEqual(["mixed"]);
  expect(await find({ yearGroup: "1" })).toEqual([]);
  expect(await find({ teamId: art })).toEqual([]);
  expect(await find({ teamId: art, archived: true })).toEqual(["c"]);
  await lessons.setArchived(lessonId("c"), null);
  expect(await find({ teamId: art })).toEqual(["c"]);
  await expect(lessons.setArchived(lessonId("none"), NOW)).rejects.toMatchObject({ code: "not-found" });
});

it("[ST11] newest change first, in pages, with the whole count", async () => {
  const { lessons } = await world();
  for (const n of [3, 1, 5, 2, 4]) await lessons.createLesson(lesson(`l${n}`, { updatedAtMs: NOW + n }), SEED);
  const search = { personId: aisha, teamId: null, text: "", yearGroup: null, criterionCode: null, archived: false };
  const page = await lessons.searchLessons({ ...search, skip: 2, take: 2 });
  expect(page.lessons.map(({ id }) => id)).toEqual(["l3", "l2"]);
  expect(page.total).toBe(5);
  expect(await lessons.searchLessons({ ...search, skip: 10, take: 2 })).toEqual({ lessons: [], total: 5 });
});

it("[ST11] new facts are found, old ones are not, and updatedAtMs never goes back", async () => {
  const { lessons, find } = await world();
  await lessons.createLesson(lesson("a", { title: "Old", criterionCodes: ["1AS-1", "1AS-2"] }), SEED);
  const facts = { title: "New", yearGroup: "Year 4", durationMinutes: 45, criterionCodes: ["4F-2", "1AS-1", "4F-2"] };
  await lessons.setFacts(lessonId("a"), facts, NOW + 10);
  await lessons.setFacts(lessonId("a"), facts, NOW + 5);
  const after = { ...facts, criterionCodes: ["4F-2", "1AS-1"], updatedAtMs: NOW + 10 };
  expect(await lessons.findLesson(lessonId("a"))).toEqual({ ...lesson("a"), ...after });
  expect(await find({ text: "old" })).toEqual([]);
  expect(await find({ criterionCode: "1AS-2" })).toEqual([]);
  expect(await find({ text: "new 4f-2" })).toEqual(["a"]);
  await expect(lessons.setFacts(lessonId("none"), facts, NOW)).rejects.toMatchObject({ code: "not-found" });
});

it("ids of all lessons come in pages, in order", async () => {
  const { lessons } = await world();
  for (const id of ["c", "a", "b"]) await lessons.createLesson(lesson(id), SEED);
  expect(await lessons.listLessonIds(null, 2)).toEqual(["a", "b"]);
  expect(await lessons.listLessonIds(lessonId("b"), 2)).toEqual(["c"]);
});

it("[ST11] lessons that were written in after their facts were projected are told, and when", async () => {
  const { stores, lessons } = await world();
  for (const id of ["a", "b", "c"]) await lessons.createLesson(lesson(id), SEED);
  const write = (id: string, atMs: number) => stores.log.append([{ document: `lesson/${id}`, update: SEED, personId: aisha, atMs }]);
  await write("a", NOW + 5);
  await write("b", NOW - 5);
  await write("c", NOW + 9);
  expect(await lessons.listBehind(null, 10)).toEqual(["a", "c"]);
  expect(await lessons.listBehind(lessonId("a"), 10)).toEqual(["c"]);
  expect([await lessons.findWrittenAt(lessonId("c")), await lessons.findWrittenAt(lessonId("none"))]).toEqual([NOW + 9, null]);
  await lessons.setFacts(lessonId("a"), lesson("a"), NOW + 5);
  expect(await lessons.listBehind(null, 10)).toEqual(["c"]);
});

it("a grant is given, changed and taken back, and the standing tells all of it", async () => {
  const { lessons, join } = await world();
  await lessons.createLesson(lesson("a"), SEED);
  const olu = await join("olu", "guest", false);
  const standing = { organisationRole: "guest", inTeam: false, granted: null, archived: false };
  expect(await lessons.findStanding(lessonId("a"), olu)).toEqual(standing);
  await lessons.setGrant(lessonId("a"), olu, "reader", NOW);
  await lessons.setGrant(lessonId("a"), olu, "commenter", NOW);
  await lessons.setArchived(lessonId("a"), NOW);
  expect(await lessons.findStanding(lessonId("a"), olu)).toEqual({ ...standing, granted: "commenter", archived: true });
  expect(await lessons.listGrants(lessonId("a"))).toEqual([{ id: olu, name: "olu", email: "olu@elm.test", theme: "system", role: "commenter" }]);
  await lessons.setGrant(lessonId("a"), olu, null, NOW);
  await lessons.setGrant(lessonId("a"), olu, null, NOW);
  expect(await lessons.findGrant(lessonId("a"), olu)).toBeNull();
  const own = { organisationRole: "admin", inTeam: true, granted: null, archived: true };
  expect(await lessons.findStanding(lessonId("a"), aisha)).toEqual(own);
  expect(await lessons.findStanding(lessonId("none"), aisha)).toBeNull();
});
