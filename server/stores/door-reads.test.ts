import { expect, it, onTestFinished } from "vitest";
import { parseId, type LessonId, type PersonId, type SessionId } from "#core/ids";
import { openTestStores } from "../../tests/support/stores.ts";
import { seedDemo } from "../../prisma/seed/index.ts";
import { systemClock } from "../observe/clock.ts";

const random = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));

it("[ST22] [ST12] the door sees a session, its end and a change of standing as soon as they are committed", async () => {
  const { stores, dispose } = await openTestStores();
  onTestFinished(dispose);
  await seedDemo({ stores, hashPassword: async () => "no password", clock: systemClock, random });
  const aisha = await stores.people.findPersonByEmail("aisha@demo.bansho.test");
  if (aisha === null) throw new Error("the demo has no Aisha");
  const lessonId = parseId<LessonId>("demo-y3-unit-fractions");
  const sessionId = parseId<SessionId>("session-1");
  const session = { id: sessionId, personId: aisha.id, createdAtMs: 1, lastSeenAtMs: 2, expiresAtMs: 1_000, device: "a laptop" };
  expect(await stores.people.isSessionOpen(sessionId, aisha.id, 10)).toBe(false);
  await stores.people.createSession({ ...session, tokenHash: "hash" });
  expect(await stores.people.findSession("hash", 10)).toEqual(session);
  expect(await stores.people.isSessionOpen(sessionId, aisha.id, 10)).toBe(true);
  expect(await stores.people.isSessionOpen(sessionId, parseId<PersonId>("somebody"), 10)).toBe(false);
  expect([await stores.people.findSession("hash", 1_000), await stores.people.isSessionOpen(sessionId, aisha.id, 1_000)]).toEqual([null, false]);
  await stores.people.endSession(sessionId, aisha.id);
  expect(await stores.people.findSession("hash", 10)).toBeNull();

  const standing = await stores.lessons.findStanding(lessonId, aisha.id);
  expect(standing).toMatchObject({ organisationRole: "teacher", inTeam: true, granted: null, archived: false });
  const lesson = await stores.lessons.findLesson(lessonId);
  if (lesson === null) throw new Error("the demo has no such lesson");
  await stores.people.removeTeamMember(lesson.teamId, aisha.id);
  await stores.lessons.setGrant(lessonId, aisha.id, "reader", 5);
  await stores.lessons.setArchived(lessonId, 7);
  expect(await stores.lessons.findStanding(lessonId, aisha.id)).toMatchObject({ inTeam: false, granted: "reader", archived: true });
  expect(await stores.lessons.findStanding(parseId<LessonId>("none"), aisha.id)).toBeNull();
});
