/**
 * People, organisations and teams. What belongs together is one transaction; ownership is in the `where`. Rule ST6.
 * Sessions, invitations and resets are in ./door-store.ts; together they are the PeopleStore.
 */
import { AppError } from "#core/errors";
import type { PeopleStore } from "../contract.ts";
import type { DoorReads } from "../sqlite/door-reads.ts";
import type { Database } from "./client.ts";
import { makeDoorStore, type DoorStore } from "./door-store.ts";
import { ORGANISATION_COLUMNS, parseOrganisationRole, PERSON_COLUMNS, TEAM_COLUMNS, toOrganisation, toPerson, toTeam } from "./rows.ts";
import { withStoreErrors } from "./store-errors.ts";

/** As a person would sort names; SQLite sorts by code point. */
const byName = (a: { readonly name: string }, b: { readonly name: string }) => a.name.localeCompare(b.name, "en-GB");

/** @param reads what is asked of everybody who comes, by prepared statements */
export const makePeopleStore = (database: Database, reads: DoorReads): PeopleStore => ({
  ...withStoreErrors(makeCircleStore(database)),
  ...withStoreErrors(makeDoorStore(database)),
  findSession: reads.findSession,
  findPerson: reads.findPerson,
  isSessionOpen: reads.isSessionOpen,
});

type CircleStore = Omit<PeopleStore, keyof DoorStore | keyof DoorReads>;

function makeCircleStore(database: Database): CircleStore {
  return {
    countPeople: () => database.person.count(),

    listPeople: async (ids) => {
      const rows = await database.person.findMany({ where: { id: { in: [...ids] } }, select: PERSON_COLUMNS });
      return rows.map(toPerson).toSorted(byName);
    },

    findPersonByEmail: async (email) => {
      const row = await database.person.findUnique({ where: { email }, select: { ...PERSON_COLUMNS, passwordHash: true } });
      return row === null ? null : { ...toPerson(row), passwordHash: row.passwordHash };
    },

    findPasswordHash: async (id) => {
      const row = await database.person.findUnique({ where: { id }, select: { passwordHash: true } });
      return row?.passwordHash ?? null;
    },

    createFirstPerson: async ({ organisation, person, team, nowMs }) => {
      const createdAtMs = BigInt(nowMs);
      await database.$transaction(async (tx) => {
        if ((await tx.person.count()) > 0) throw new AppError("conflict", { message: "Bansho is set up already." });
        await tx.person.create({ data: { ...person, createdAtMs }, select: { id: true } });
        await tx.organisation.create({ data: { ...organisation, createdAtMs }, select: { id: true } });
        await tx.membership.create({
          data: { organisationId: organisation.id, personId: person.id, role: "admin", createdAtMs },
          select: { role: true },
        });
        await tx.team.create({ data: { ...team, createdAtMs }, select: { id: true } });
        await tx.teamMember.create({ data: { teamId: team.id, personId: person.id, createdAtMs }, select: { teamId: true } });
      });
    },

    createPerson: async ({ nowMs, ...person }) => {
      await database.person.create({ data: { ...person, createdAtMs: BigInt(nowMs) }, select: { id: true } });
    },

    updatePerson: async (id, { name, theme, passwordHash }) => {
      const change = database.person.update({
        where: { id },
        data: {
          ...(name === undefined ? {} : { name }),
          ...(theme === undefined ? {} : { theme }),
          ...(passwordHash === undefined ? {} : { passwordHash }),
        },
        select: { id: true },
      });
      // Whoever has just chosen a password needs no link to choose another; one that lies about must not work.
      if (passwordHash === undefined) await change;
      else await database.$transaction([change, database.passwordReset.deleteMany({ where: { personId: id, usedAtMs: null } })]);
    },

    createOrganisation: async (organisation, nowMs) => {
      await database.organisation.create({ data: { ...organisation, createdAtMs: BigInt(nowMs) }, select: { id: true } });
    },

    listOrganisations: async (personId) => {
      const rows = await database.membership.findMany({
        where: { personId },
        select: { role: true, organisation: { select: ORGANISATION_COLUMNS } },
      });
      return rows.map((row) => ({ ...toOrganisation(row.organisation), role: parseOrganisationRole(row.role) })).toSorted(byName);
    },

    findOrganisation: async (id) => {
      const row = await database.organisation.findUnique({ where: { id }, select: ORGANISATION_COLUMNS });
      return row === null ? null : toOrganisation(row);
    },

    listMembers: async (organisationId) => {
      const rows = await database.membership.findMany({ where: { organisationId }, select: { role: true, person: { select: PERSON_COLUMNS } } });
      return rows.map((row) => ({ ...toPerson(row.person), role: parseOrganisationRole(row.role) })).toSorted(byName);
    },

    findRole: async (personId, organisationId) => {
      const row = await database.membership.findUnique({
        where: { organisationId_personId: { organisationId, personId } },
        select: { role: true },
      });
      return row === null ? null : parseOrganisationRole(row.role);
    },

    setMembership: async ({ personId, organisationId, role }, nowMs) => {
      await database.membership.upsert({
        where: { organisationId_personId: { organisationId, personId } },
        create: { organisationId, personId, role, createdAtMs: BigInt(nowMs) },
        update: { role },
        select: { role: true },
      });
    },

    removeMembership: async (personId, organisationId) => {
      await database.$transaction([
        database.membership.deleteMany({ where: { personId, organisationId } }),
        database.teamMember.deleteMany({ where: { personId, team: { organisationId } } }),
        database.lessonGrant.deleteMany({ where: { personId, lesson: { organisationId } } }),
      ]);
    },

    createTeam: async (team, nowMs) => {
      await database.team.create({ data: { ...team, createdAtMs: BigInt(nowMs) }, select: { id: true } });
    },

    findTeam: async (id) => {
      const row = await database.team.findUnique({ where: { id }, select: TEAM_COLUMNS });
      return row === null ? null : toTeam(row);
    },

    listTeams: async (personId) => {
      const rows = await database.team.findMany({ where: { members: { some: { personId } } }, select: TEAM_COLUMNS });
      return rows.map(toTeam).toSorted(byName);
    },

    listTeamsOf: async (organisationId) => {
      const rows = await database.team.findMany({ where: { organisationId }, select: TEAM_COLUMNS });
      return rows.map(toTeam).toSorted(byName);
    },

    listTeamMembers: async (teamId) => {
      const rows = await database.membership.findMany({
        where: { organisation: { teams: { some: { id: teamId } } }, person: { teams: { some: { teamId } } } },
        select: { role: true, person: { select: PERSON_COLUMNS } },
      });
      return rows.map((row) => ({ ...toPerson(row.person), role: parseOrganisationRole(row.role) })).toSorted(byName);
    },

    addTeamMember: async (teamId, personId, nowMs) => {
      await database.teamMember.upsert({
        where: { teamId_personId: { teamId, personId } },
        create: { teamId, personId, createdAtMs: BigInt(nowMs) },
        update: {},
        select: { teamId: true },
      });
    },

    removeTeamMember: async (teamId, personId) => {
      await database.teamMember.deleteMany({ where: { teamId, personId } });
    },
  };
}
