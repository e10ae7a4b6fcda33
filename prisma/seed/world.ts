/**
 * Verbs that build a world of people, teams and lessons on real stores, as the product itself would have left it. Shared by the demo,
 * the load world and tests. Say only what matters; the rest is filled in.
 */
import * as Y from "yjs";
import { makeId } from "#core/ids";
import type { LessonId, OrganisationId, PersonId, RandomBytes, SessionId, TeamId } from "#core/ids";
import { LIMITS } from "#core/limits";
import { factsForList, putBack, readLesson, seedFromContent } from "#core/model/lesson-model";
import type { LessonData } from "#core/model/lesson-model";
import type { LessonRole, OrganisationRole } from "#core/policy/policy";
import { lessonDocument } from "#core/protocol/document-name";
import { DAY_MS } from "#core/time";
import type { Clock } from "#core/time";
import { hashToken, makeToken } from "#server/auth/tokens";
import { makeVersionKeeper } from "#server/jobs/version-keeper";
import type { Organisation, OrganisationKind, Person, Stores, Team, VersionKind } from "#server/stores/contract";

/** What every verb needs. */
export type WorldParts = { readonly stores: Stores; readonly clock: Clock; readonly random: RandomBytes };

/** An organisation. */
export async function makeOrganisation(
  parts: WorldParts,
  input: { name: string; kind?: OrganisationKind; id?: OrganisationId },
): Promise<Organisation> {
  const organisation: Organisation = { id: input.id ?? makeId<OrganisationId>(parts.random), name: input.name, kind: input.kind ?? "school" };
  await parts.stores.people.createOrganisation(organisation, parts.clock.nowMs());
  return organisation;
}

/**
 * An account, a member of the organisations that are named.
 * @param input.passwordHash as `hashPassword` gives it; make it once for many people, it is slow on purpose
 */
export async function makePerson(
  parts: WorldParts,
  input: { name: string; email: string; passwordHash: string; roles?: readonly (readonly [Organisation, OrganisationRole])[]; id?: PersonId },
): Promise<Person> {
  const nowMs = parts.clock.nowMs();
  const person: Person = {
    id: input.id ?? makeId<PersonId>(parts.random),
    name: input.name,
    email: input.email.trim().toLowerCase(),
    theme: "system",
  };
  await parts.stores.people.createPerson({ ...person, passwordHash: input.passwordHash, nowMs });
  for (const [organisation, role] of input.roles ?? []) {
    await parts.stores.people.setMembership({ personId: person.id, organisationId: organisation.id, role }, nowMs);
  }
  return person;
}

/** A team and who is in it. Everybody in it must be a member of the organisation already. */
export async function makeTeam(
  parts: WorldParts,
  input: { organisation: Organisation; name: string; members: readonly Person[]; id?: TeamId },
): Promise<Team> {
  const team: Team = { id: input.id ?? makeId<TeamId>(parts.random), organisationId: input.organisation.id, name: input.name };
  await parts.stores.people.createTeam(team, parts.clock.nowMs());
  for (const member of input.members) await parts.stores.people.addTeamMember(team.id, member.id, parts.clock.nowMs());
  return team;
}

/** A session of somebody, as signing in would make it. @returns the token for the session cookie */
export async function makeSession(parts: WorldParts, person: Pick<Person, "id">): Promise<string> {
  const token = makeToken(parts.random);
  const nowMs = parts.clock.nowMs();
  await parts.stores.people.createSession({
    id: makeId<SessionId>(parts.random),
    personId: person.id,
    createdAtMs: nowMs,
    lastSeenAtMs: nowMs,
    expiresAtMs: nowMs + LIMITS.sessionDays * DAY_MS,
    device: "Load test",
    tokenHash: hashToken(token),
  });
  return token;
}

/** A lesson under construction: each verb is one act of one person at one time. */
export type LessonInWork = {
  readonly id: LessonId;
  readonly document: string;
  /** Somebody changes it into this; only what differs is written, and credited to them. */
  readonly write: (person: Person, atMs: number, lesson: LessonData) => Promise<void>;
  /** Somebody names a version of what stands there. */
  readonly nameVersion: (person: Person, atMs: number, version: { kind: VersionKind; title: string; note?: string }) => Promise<void>;
  readonly share: (person: Person, role: LessonRole) => Promise<void>;
};

/** A lesson of a team, seeded by the server as SC6 says. */
export async function makeLesson(
  parts: WorldParts,
  input: { team: Team; createdBy: Person; lesson: LessonData; id?: LessonId; createdAtMs?: number },
): Promise<LessonInWork> {
  const { stores, random } = parts;
  const id = input.id ?? makeId<LessonId>(random);
  const document = lessonDocument(id);
  const createdAtMs = input.createdAtMs ?? parts.clock.nowMs();
  const seed = seedFromContent(input.lesson);
  const keeper = makeVersionKeeper({ stores, hub: { notice: () => undefined }, random });
  let state = seed;
  await stores.lessons.createLesson(
    {
      ...factsForList(input.lesson),
      id,
      teamId: input.team.id,
      organisationId: input.team.organisationId,
      createdById: input.createdBy.id,
      createdAtMs,
      updatedAtMs: createdAtMs,
      archivedAtMs: null,
    },
    seed,
  );
  return {
    id,
    document,
    write: async (person, atMs, lesson) => {
      const change = writeInto(state, lesson);
      state = change.state;
      await stores.log.claimClientId(document, change.clientId, person.id);
      await stores.log.append([{ document, update: change.update, personId: person.id, atMs }]);
      await stores.lessons.setFacts(id, factsForList(readLesson(state)), atMs);
    },
    nameVersion: async (person, atMs, version) => {
      await keeper.keep({ lessonId: id, state, atMs, note: "", ...version, authorId: person.id });
    },
    share: async (person, role) => stores.lessons.setGrant(id, person.id, role, parts.clock.nowMs()),
  };
}

function writeInto(state: Uint8Array, lesson: LessonData): { state: Uint8Array; update: Uint8Array; clientId: number } {
  const doc = new Y.Doc();
  try {
    Y.applyUpdate(doc, state);
    const before = Y.encodeStateVector(doc);
    putBack(doc, lesson);
    return { state: Y.encodeStateAsUpdate(doc), update: Y.encodeStateAsUpdate(doc, before), clientId: doc.clientID };
  } finally {
    doc.destroy();
  }
}
