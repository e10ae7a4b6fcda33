/** The administrator's page: who may see it, and what it tells of whom. */
import { rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { LessonId } from "#core/ids";
import { lessonDocument } from "#core/protocol/document-name";
import { makeBackup } from "../../server/stores/backup.ts";
import { databasePath } from "../../server/stores/sqlite/database-path.ts";
import type { RoomStats } from "../../server/sync/hub.ts";
import { NAMES, world, type World } from "./services-world.ts";

async function newWorld(): Promise<World> {
  const w = await world();
  onTestFinished(w.dispose);
  return w;
}

const roomOf = (lessonId: string, more: Partial<RoomStats> = {}): RoomStats => ({
  document: lessonDocument(lessonId as LessonId),
  people: 1,
  connections: 1,
  bytes: 20_000,
  updatesSinceSnapshot: 1,
  unsavedUpdates: 0,
  damaged: false,
  ...more,
});

test("[PO11] administrators of the organisation see how it runs, and nobody else does", async () => {
  const w = await newWorld();
  for (const name of NAMES.filter((other) => other !== "dana")) {
    const { operations } = await w.as(name);
    await expect(operations.read(w.elm), name).rejects.toMatchObject({ code: "forbidden" });
  }
  const { operations } = await w.as("dana");
  expect((await operations.read(w.elm)).organisation).toEqual({ id: w.elm, name: "Elm Lane Primary" });
  await expect(operations.read(w.oak)).rejects.toMatchObject({ code: "forbidden" });
  await expect(operations.read("nowhere")).rejects.toMatchObject({ code: "not-found" });
  await expect(w.newBrowser().ask().operations.read(w.elm)).rejects.toMatchObject({ code: "not-signed-in" });
});

test("[PO11] the lessons that are open are those of this organisation, with who is in them", async () => {
  const w = await newWorld();
  const elmLesson = await w.newLesson("Sharing a bar");
  const ola = await w.as("ola");
  const team = await ola.organisations.createTeam(w.oak, { name: "Oak maths" });
  const oakLesson = await ola.lessons.create({
    teamId: team.id,
    title: "Nobody at Elm Lane knows of this",
    yearGroup: "3",
    durationMinutes: "50",
    start: { from: "blank" },
  });
  await w.connect("aisha", lessonDocument(elmLesson));
  await w.connect("ben", lessonDocument(elmLesson));
  await w.connect("ola", lessonDocument(oakLesson.id as LessonId));
  await w.until(() => w.hub.listRooms().length === 2);
  const seen = await (await w.as("dana")).operations.read(w.elm);
  expect(seen.openLessonsTotal).toBe(1);
  expect(seen.openLessons).toMatchObject([{ id: elmLesson, teamName: "Year 3", people: 2, waitingEdits: 0, damaged: false }]);
  expect(seen.openLessons[0]?.bytes).toBeGreaterThan(100);
  expect(JSON.stringify(seen)).not.toContain("Nobody at Elm Lane");
  expect(JSON.stringify(seen)).not.toContain(oakLesson.id);
  const atOak = await (await w.as("ola")).operations.read(w.oak);
  expect(atOak.openLessons).toMatchObject([{ id: oakLesson.id, title: "Nobody at Elm Lane knows of this", teamName: "Oak maths", people: 1 }]);
});

test("[PO10] [PO11] a lesson that the administrator may not open keeps its title to itself", async () => {
  const w = await newWorld();
  const lesson = await w.newLesson("A title for the team");
  await w.connect("aisha", lessonDocument(lesson));
  await w.until(() => w.hub.listRooms().length === 1);
  const titles = async (): Promise<(string | null)[]> => (await (await w.as("dana")).operations.read(w.elm)).openLessons.map(({ title }) => title);
  expect(await titles()).toEqual([null]);
  await w.stores.lessons.setGrant(lesson, w.id("dana"), "reader", w.clock.nowMs());
  expect(await titles()).toEqual(["A title for the team"]);
  await w.stores.lessons.setGrant(lesson, w.id("dana"), null, w.clock.nowMs());
  await w.stores.people.addTeamMember(w.year3, w.id("dana"), w.clock.nowMs());
  expect(await titles()).toEqual(["A title for the team"]);
});

test("what needs a look comes first, then the fullest; fifty are shown, and all are counted", async () => {
  const w = await newWorld();
  const ids = [await w.newLesson("Quiet"), await w.newLesson("Full"), await w.newLesson("Waiting"), await w.newLesson("Damaged")] as const;
  const rooms = [
    roomOf(ids[0]),
    roomOf(await w.newLesson("Left a moment ago"), { people: 0, connections: 0 }),
    roomOf(ids[1], { people: 30 }),
    roomOf(ids[2], { unsavedUpdates: 12 }),
    roomOf(ids[3], { damaged: true, people: 0 }),
    roomOf("a-lesson-that-is-gone"),
  ];
  const browser = await w.signedIn("dana");
  const stats = { rooms: 5, people: 32, connections: 33, queuedUpdates: 12, queuedBytes: 900, oldestUnsavedMs: 8_000 };
  const seen = await w.through(browser, (hub) => ({ ...hub, listRooms: () => rooms, stats: () => stats })).operations.read(w.elm);
  expect(seen.openLessons.map(({ id }) => id)).toEqual([ids[3], ids[2], ids[1], ids[0]]);
  expect(seen.openLessons[1]).toMatchObject({ waitingEdits: 12 });
  expect(seen.health).toMatchObject({ databaseAnswers: true, waitingEdits: 12, oldestWaitingMs: 8_000 });

  const many: string[] = [];
  for (let count = 0; count < 52; count++) many.push(await w.newLesson(`Lesson ${count}`));
  const crowded = await w.through(browser, (hub) => ({ ...hub, listRooms: () => many.map((id) => roomOf(id)) })).operations.read(w.elm);
  expect([crowded.openLessons.length, crowded.openLessonsTotal]).toEqual([50, 52]);
});

test("what is kept, and the last backup: none, made, gone, unreadable; never where it lies", async () => {
  const w = await newWorld();
  const path = databasePath(w.databaseUrl);
  await w.newLesson("Kept");
  const read = async () => (await w.as("dana")).operations.read(w.elm);
  const first = await read();
  expect(first.backup).toEqual({ state: "none" });
  expect(first.storage).toMatchObject({ documents: 1, updates: 1 });
  expect(first.storage.databaseBytes + first.storage.logBytes).toBeGreaterThan(10_000);

  const made = await makeBackup({ databaseUrl: w.databaseUrl, folder: join(dirname(path), "backups"), keep: null, clock: w.clock });
  const backup = { state: "made", atMs: made.atMs, bytes: made.bytes, documents: 1, damagedDocuments: 0, isStillThere: true };
  const second = await read();
  expect(second.backup).toEqual(backup);
  expect(JSON.stringify(second)).not.toContain(dirname(path));
  await rm(made.path);
  expect((await read()).backup).toEqual({ ...backup, isStillThere: false });
  await writeFile(`${path}.last-backup.json`, "no json");
  expect((await read()).backup).toEqual({ state: "unreadable" });
});
