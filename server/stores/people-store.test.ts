/** What the people store keeps: ST6, ST12, ST15. */
import { expect, it, onTestFinished } from "vitest";
import Database from "better-sqlite3";
import { parseId, type InvitationId, type LessonId, type OrganisationId, type PersonId, type SessionId, type TeamId } from "#core/ids";
import { DAY_MS } from "#core/time";
import { openTestStores } from "../../tests/support/stores.ts";
import type { InvitationRow, Organisation, Person, Team } from "./contract.ts";

const NOW = 1_800_000_000_000;
const organisationId = (id: string) => parseId<OrganisationId>(id);
const personId = (id: string) => parseId<PersonId>(id);
const teamId = (id: string) => parseId<TeamId>(id);

const organisation = (id: string, name = id): Organisation => ({ id: organisationId(id), name, kind: "school" });
const person = (id: string, name = id): Person => ({ id: personId(id), name, email: `${id}@elm.test`, theme: "system" });
const team = (id: string, of: string, name = id): Team => ({ id: teamId(id), organisationId: organisationId(of), name });

/** An organisation `elm` with its admin `aisha` and team `maths`. */
async function world() {
  const { stores, databaseUrl, dispose } = await openTestStores();
  onTestFinished(dispose);
  const { people } = stores;
  await people.createFirstPerson({
    organisation: organisation("elm"),
    person: { ...person("aisha"), passwordHash: "hash" },
    team: team("maths", "elm"),
    nowMs: NOW,
  });
  const join = async (id: string, role: "teacher" | "head" = "teacher", name = id) => {
    await people.createPerson({ ...person(id, name), passwordHash: "hash", nowMs: NOW });
    await people.setMembership({ personId: personId(id), organisationId: organisationId("elm"), role }, NOW);
    return personId(id);
  };
  const invite = async (change: Partial<InvitationRow & { tokenHash: string }> = {}) => {
    const invitation = {
      id: parseId<InvitationId>("invitation"),
      tokenHash: "token",
      organisationId: organisationId("elm"),
      teamId: teamId("maths"),
      role: "teacher" as const,
      createdById: personId("aisha"),
      createdAtMs: NOW,
      expiresAtMs: NOW + DAY_MS,
      usedAtMs: null,
      ...change,
    };
    await people.createInvitation(invitation);
    return invitation;
  };
  const signIn = async (id: string, who: string, expiresAtMs = NOW + DAY_MS) => {
    const session = { personId: personId(who), createdAtMs: NOW, lastSeenAtMs: NOW, expiresAtMs, device: "Chromium" };
    await people.createSession({ id: parseId<SessionId>(id), tokenHash: `hash of ${id}`, ...session });
    return parseId<SessionId>(id);
  };
  return { stores, people, databaseUrl, join, invite, signIn };
}

it("[ST6] the first person is an admin in a team of their own, and there is no second first person", async () => {
  const { people } = await world();
  expect(await people.countPeople()).toBe(1);
  expect(await people.listOrganisations(personId("aisha"))).toEqual([{ ...organisation("elm"), role: "admin" }]);
  expect(await people.listTeams(personId("aisha"))).toEqual([team("maths", "elm")]);
  const second = {
    organisation: organisation("oak"),
    person: { ...person("ben"), passwordHash: "hash" },
    team: team("reading", "oak"),
    nowMs: NOW,
  };
  await expect(people.createFirstPerson(second)).rejects.toMatchObject({ code: "conflict" });
  expect(await people.findOrganisation(organisationId("oak"))).toBeNull();
});

it("[ST6] two first persons at once: one is made", async () => {
  const { stores, dispose } = await openTestStores();
  onTestFinished(dispose);
  const tries = ["aisha", "ben"].map((id) =>
    stores.people.createFirstPerson({
      organisation: organisation(`${id}-school`),
      person: { ...person(id), passwordHash: "hash" },
      team: team(`${id}-team`, `${id}-school`),
      nowMs: NOW,
    }),
  );
  const ended = await Promise.allSettled(tries);
  expect(ended.map((each) => each.status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(await stores.people.countPeople()).toBe(1);
});

it("an e-mail address that is taken is a conflict in plain words", async () => {
  const { people } = await world();
  const taken = { ...person("ben"), email: "aisha@elm.test", passwordHash: "hash", nowMs: NOW };
  await expect(people.createPerson(taken)).rejects.toMatchObject({ code: "conflict", message: "This e-mail address is already in use." });
});

it("a person is found by id and e-mail, and changed only in what was given", async () => {
  const { people } = await world();
  await people.updatePerson(personId("aisha"), { theme: "dark" });
  expect(await people.findPerson(personId("aisha"))).toEqual({ ...person("aisha"), theme: "dark" });
  await people.updatePerson(personId("aisha"), { name: "Aisha Khan", passwordHash: "new" });
  expect(await people.findPersonByEmail("aisha@elm.test")).toEqual({ ...person("aisha", "Aisha Khan"), theme: "dark", passwordHash: "new" });
  expect(await people.findPasswordHash(personId("aisha"))).toBe("new");
  expect(await people.findPerson(personId("nobody"))).toBeNull();
  expect(await people.findPersonByEmail("nobody@elm.test")).toBeNull();
  expect(await people.findPasswordHash(personId("nobody"))).toBeNull();
  await expect(people.updatePerson(personId("nobody"), { name: "X" })).rejects.toMatchObject({ code: "not-found" });
});

it("[ST6] a password that was chosen ends the links that lie about, another change does not", async () => {
  const { people } = await world();
  const aisha = personId("aisha");
  await people.createReset({ tokenHash: "open", personId: aisha, createdById: aisha, createdAtMs: NOW, expiresAtMs: NOW + DAY_MS });
  await people.updatePerson(aisha, { theme: "dark" });
  expect(await people.findReset("open")).not.toBeNull();
  await people.updatePerson(aisha, { passwordHash: "chosen" });
  expect(await people.useReset("open", "stolen", NOW)).toBeNull();
  expect(await people.findPasswordHash(aisha)).toBe("chosen");
});

it("members and teams are listed by name, as a person would sort them", async () => {
  const { people, join } = await world();
  await join("carys", "head", "Érin");
  await join("ben", "teacher", "Zoë");
  await people.addTeamMember(teamId("maths"), personId("ben"), NOW);
  await people.addTeamMember(teamId("maths"), personId("ben"), NOW);
  await people.createTeam(team("art", "elm", "art"), NOW);
  const members = await people.listMembers(organisationId("elm"));
  expect(members.map(({ name, role }) => [name, role])).toEqual([
    ["aisha", "admin"],
    ["Érin", "head"],
    ["Zoë", "teacher"],
  ]);
  expect((await people.listTeamsOf(organisationId("elm"))).map(({ name }) => name)).toEqual(["art", "maths"]);
  expect((await people.listTeamMembers(teamId("maths"))).map(({ name, role }) => [name, role])).toEqual([
    ["aisha", "admin"],
    ["Zoë", "teacher"],
  ]);
  await people.removeTeamMember(teamId("maths"), personId("ben"));
  expect(await people.listTeams(personId("ben"))).toEqual([]);
  expect((await people.listPeople([personId("ben"), personId("nobody"), personId("aisha")])).map(({ id }) => id)).toEqual(["aisha", "ben"]);
});

it("somebody who is gone cannot be put in a team", async () => {
  const { people } = await world();
  await expect(people.addTeamMember(teamId("maths"), personId("nobody"), NOW)).rejects.toMatchObject({ code: "not-found" });
});

it("setting a membership again changes the role", async () => {
  const { people, join } = await world();
  const ben = await join("ben");
  await people.setMembership({ personId: ben, organisationId: organisationId("elm"), role: "maths-lead" }, NOW);
  expect(await people.findRole(ben, organisationId("elm"))).toBe("maths-lead");
  expect(await people.findRole(ben, organisationId("oak"))).toBeNull();
});

it("[ST15] who leaves an organisation leaves its teams and loses what was granted there, and only there", async () => {
  const { people, stores, join } = await world();
  const ben = await join("ben");
  await people.createOrganisation(organisation("oak"), NOW);
  await people.createTeam(team("oak-maths", "oak"), NOW);
  await people.setMembership({ personId: ben, organisationId: organisationId("oak"), role: "teacher" }, NOW);
  for (const [lesson, of, school] of [
    ["lesson-elm", "maths", "elm"],
    ["lesson-oak", "oak-maths", "oak"],
  ] as const) {
    await people.addTeamMember(teamId(of), ben, NOW);
    const facts = { title: lesson, yearGroup: "Year 3", durationMinutes: 60, criterionCodes: [] };
    const whose = { id: parseId<LessonId>(lesson), teamId: teamId(of), organisationId: organisationId(school), createdById: personId("aisha") };
    await stores.lessons.createLesson({ ...whose, ...facts, createdAtMs: NOW, updatedAtMs: NOW, archivedAtMs: null }, new Uint8Array([0, 0]));
    await stores.lessons.setGrant(parseId<LessonId>(lesson), ben, "reader", NOW);
  }
  await people.removeMembership(ben, organisationId("elm"));
  const nothing = { organisationRole: null, inTeam: false, granted: null, archived: false };
  expect(await stores.lessons.findStanding(parseId<LessonId>("lesson-elm"), ben)).toEqual(nothing);
  const allOfIt = { organisationRole: "teacher", inTeam: true, granted: "reader", archived: false };
  expect(await stores.lessons.findStanding(parseId<LessonId>("lesson-oak"), ben)).toEqual(allOfIt);
});

it("[ST12] a session is found by its token's hash until it expires, and slides", async () => {
  const { people, signIn } = await world();
  const id = await signIn("s1", "aisha");
  expect(await people.findSession("hash of s1", NOW + DAY_MS - 1)).toMatchObject({ id, personId: "aisha", device: "Chromium" });
  expect(await people.findSession("hash of s1", NOW + DAY_MS)).toBeNull();
  await people.touchSession(id, { lastSeenAtMs: NOW + 5, expiresAtMs: NOW + 2 * DAY_MS });
  expect(await people.findSession("hash of s1", NOW + DAY_MS)).toMatchObject({
    createdAtMs: NOW,
    lastSeenAtMs: NOW + 5,
    expiresAtMs: NOW + 2 * DAY_MS,
  });
  await people.touchSession(parseId<SessionId>("gone"), { lastSeenAtMs: NOW, expiresAtMs: NOW });
});

it("[ST12] a person ends their own sessions, and nobody else's", async () => {
  const { people, join, signIn } = await world();
  await join("ben");
  const [first, second] = [await signIn("s1", "aisha"), await signIn("s2", "aisha")];
  await signIn("s3", "aisha", NOW - 1);
  const bens = await signIn("s4", "ben");
  expect((await people.listSessions(personId("aisha"), NOW)).map(({ id }) => id).toSorted()).toEqual([first, second]);
  expect(await people.endSession(bens, personId("aisha"))).toBe(false);
  expect(await people.endAllSessions(personId("aisha"), first)).toBe(2);
  expect(await people.endSession(first, personId("aisha"))).toBe(true);
  expect(await people.endSession(first, personId("aisha"))).toBe(false);
  expect(await people.findSession("hash of s4", NOW)).not.toBeNull();
  expect(await people.endAllSessions(personId("ben"), null)).toBe(1);
});

it("[ST6] an invitation makes an account, a member and a place in the team, once", async () => {
  const { people, invite } = await world();
  await invite();
  const ben = { ...person("ben"), passwordHash: "hash" };
  expect(await people.acceptInvitation("token", ben.id, NOW, ben)).toBe(true);
  expect(await people.findRole(ben.id, organisationId("elm"))).toBe("teacher");
  expect((await people.listTeams(ben.id)).map(({ id }) => id)).toEqual(["maths"]);
  expect(await people.acceptInvitation("token", personId("aisha"), NOW, null)).toBe(false);
  expect(await people.findInvitation("token")).toMatchObject({ usedAtMs: NOW });
});

it("[ST6] of two who accept one invitation at once, one comes in and the other leaves no trace", async () => {
  const { people, invite } = await world();
  await invite();
  const accepted = await Promise.all(
    ["ben", "carys"].map((id) => people.acceptInvitation("token", personId(id), NOW, { ...person(id), passwordHash: "hash" })),
  );
  expect(accepted.filter(Boolean)).toHaveLength(1);
  expect(await people.countPeople()).toBe(2);
});

it("[ST6] an invitation that fails half-way is not used up", async () => {
  const { people, invite } = await world();
  await invite();
  const taken = { ...person("ben"), email: "aisha@elm.test", passwordHash: "hash" };
  await expect(people.acceptInvitation("token", taken.id, NOW, taken)).rejects.toMatchObject({ code: "conflict" });
  expect(await people.findInvitation("token")).toMatchObject({ usedAtMs: null });
});

it("[ST6] an invitation that has expired, or never was, lets nobody in", async () => {
  const { people, invite, join } = await world();
  const ben = await join("ben");
  await invite({ expiresAtMs: NOW });
  expect(await people.acceptInvitation("token", ben, NOW, null)).toBe(false);
  expect(await people.acceptInvitation("no such token", ben, NOW, null)).toBe(false);
});

it("[ST6] a member who follows an invitation keeps their role and joins the team", async () => {
  const { people, invite } = await world();
  await people.createTeam(team("art", "elm"), NOW);
  await invite({ teamId: teamId("art"), role: "guest" });
  expect(await people.acceptInvitation("token", personId("aisha"), NOW, null)).toBe(true);
  expect(await people.findRole(personId("aisha"), organisationId("elm"))).toBe("admin");
  expect((await people.listTeams(personId("aisha"))).map(({ id }) => id)).toEqual(["art", "maths"]);
});

it("[ST12] open invitations are listed, and withdrawn only by their organisation", async () => {
  const { people, invite } = await world();
  const open = await invite();
  await invite({ id: parseId<InvitationId>("old"), tokenHash: "old", expiresAtMs: NOW });
  await invite({ id: parseId<InvitationId>("used"), tokenHash: "used", usedAtMs: NOW, teamId: null });
  const { tokenHash, ...row } = open;
  expect(await people.listInvitations(organisationId("elm"), NOW)).toEqual([row]);
  expect(await people.deleteInvitation(open.id, organisationId("oak"))).toBe(false);
  expect(await people.deleteInvitation(open.id, organisationId("elm"))).toBe(true);
  expect(await people.findInvitation(tokenHash)).toBeNull();
});

it("[ST6] a reset sets the password once, ends all sessions and the person's other resets", async () => {
  const { people, signIn } = await world();
  const aisha = personId("aisha");
  const reset = { personId: aisha, createdById: aisha, createdAtMs: NOW, expiresAtMs: NOW + DAY_MS };
  await people.createReset({ ...reset, tokenHash: "one" });
  await people.createReset({ ...reset, tokenHash: "two" });
  await people.createReset({ ...reset, tokenHash: "old", expiresAtMs: NOW });
  await signIn("s1", "aisha");
  expect(await people.findReset("one")).toEqual({ personId: aisha, expiresAtMs: NOW + DAY_MS, usedAtMs: null });
  expect(await people.useReset("old", "stolen", NOW)).toBeNull();
  expect(await people.useReset("never", "stolen", NOW)).toBeNull();
  const used = await Promise.all(["new", "newer"].map((hash) => people.useReset("one", hash, NOW)));
  expect(used.filter((each) => each === aisha)).toHaveLength(1);
  expect(await people.useReset("two", "stolen", NOW)).toBeNull();
  expect(await people.findPasswordHash(aisha)).toBe(used[0] === null ? "newer" : "new");
  expect(await people.listSessions(aisha, NOW)).toEqual([]);
  expect(await people.findReset("one")).toMatchObject({ usedAtMs: NOW });
});

it("what has expired is deleted, links only after 90 days", async () => {
  const { people, invite, signIn } = await world();
  const aisha = personId("aisha");
  await signIn("s1", "aisha", NOW);
  await signIn("s2", "aisha", NOW + 1);
  await invite({ expiresAtMs: NOW });
  await people.createReset({ tokenHash: "reset", personId: aisha, createdById: aisha, createdAtMs: NOW, expiresAtMs: NOW });
  await people.deleteExpired(NOW);
  expect(await people.endAllSessions(aisha, null)).toBe(1);
  expect(await people.findInvitation("token")).not.toBeNull();
  expect(await people.findReset("reset")).not.toBeNull();
  await people.deleteExpired(NOW + 90 * DAY_MS);
  expect(await people.findInvitation("token")).toBeNull();
  expect(await people.findReset("reset")).toBeNull();
});

it("[ST10] a role that the policy does not know is loud", async () => {
  const { people, databaseUrl } = await world();
  const database = new Database(databaseUrl.slice("file:".length));
  database.exec(`UPDATE "Membership" SET "role" = 'emperor'`);
  database.close();
  await expect(people.findRole(personId("aisha"), organisationId("elm"))).rejects.toThrow(/Invalid option/);
});
