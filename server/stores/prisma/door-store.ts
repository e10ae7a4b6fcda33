/** How people come in: sessions, invitations and password resets. Only hashes of tokens are here. Rules ST6, ST12. */
import { parseId, type PersonId } from "#core/ids";
import { DAY_MS } from "#core/time";
import type { PeopleStore } from "../contract.ts";
import type { Database } from "./client.ts";
import { INVITATION_COLUMNS, RESET_COLUMNS, SESSION_COLUMNS, toDate, toInvitation, toReset, toSession } from "./rows.ts";

export type DoorStore = Pick<
  PeopleStore,
  | "createSession"
  | "touchSession"
  | "listSessions"
  | "endSession"
  | "endAllSessions"
  | "deleteExpired"
  | "createInvitation"
  | "findInvitation"
  | "listInvitations"
  | "deleteInvitation"
  | "acceptInvitation"
  | "createReset"
  | "findReset"
  | "useReset"
>;

/** Links that have expired are kept so long, to tell who still follows one that it is gone and not that it never was. */
const KEEP_LINKS_MS = 90 * DAY_MS;

/** Not used, and not expired at that moment. */
const stillOpen = (nowMs: number) => ({ usedAtMs: null, expiresAtMs: { gt: BigInt(nowMs) } });

export function makeDoorStore(database: Database): DoorStore {
  return {
    createSession: async ({ createdAtMs, lastSeenAtMs, expiresAtMs, ...session }) => {
      await database.session.create({
        data: { ...session, createdAtMs: BigInt(createdAtMs), lastSeenAtMs: BigInt(lastSeenAtMs), expiresAtMs: BigInt(expiresAtMs) },
        select: { id: true },
      });
    },

    touchSession: async (id, { lastSeenAtMs, expiresAtMs }) => {
      // Many: a session that ended meanwhile stays ended, without a word.
      await database.session.updateMany({ where: { id }, data: { lastSeenAtMs: BigInt(lastSeenAtMs), expiresAtMs: BigInt(expiresAtMs) } });
    },

    listSessions: async (personId, nowMs) => {
      const rows = await database.session.findMany({
        where: { personId, expiresAtMs: { gt: BigInt(nowMs) } },
        orderBy: [{ lastSeenAtMs: "desc" }, { id: "asc" }],
        select: SESSION_COLUMNS,
      });
      return rows.map(toSession);
    },

    endSession: async (id, personId) => (await database.session.deleteMany({ where: { id, personId } })).count > 0,

    endAllSessions: async (personId, except) =>
      (await database.session.deleteMany({ where: { personId, ...(except === null ? {} : { id: { not: except } }) } })).count,

    deleteExpired: async (nowMs) => {
      const linksBefore = { expiresAtMs: { lte: BigInt(nowMs - KEEP_LINKS_MS) } };
      await database.$transaction([
        database.session.deleteMany({ where: { expiresAtMs: { lte: BigInt(nowMs) } } }),
        database.invitation.deleteMany({ where: linksBefore }),
        database.passwordReset.deleteMany({ where: linksBefore }),
        database.rateLimit.deleteMany({ where: { expire: { lte: toDate(nowMs) } } }),
      ]);
    },

    createInvitation: async ({ createdAtMs, expiresAtMs, usedAtMs, ...invitation }) => {
      await database.invitation.create({
        data: {
          ...invitation,
          createdAtMs: BigInt(createdAtMs),
          expiresAtMs: BigInt(expiresAtMs),
          usedAtMs: usedAtMs === null ? null : BigInt(usedAtMs),
        },
        select: { id: true },
      });
    },

    findInvitation: async (tokenHash) => {
      const row = await database.invitation.findUnique({ where: { tokenHash }, select: INVITATION_COLUMNS });
      return row === null ? null : toInvitation(row);
    },

    listInvitations: async (organisationId, nowMs) => {
      const rows = await database.invitation.findMany({
        where: { organisationId, ...stillOpen(nowMs) },
        orderBy: [{ createdAtMs: "desc" }, { id: "asc" }],
        select: INVITATION_COLUMNS,
      });
      return rows.map(toInvitation);
    },

    deleteInvitation: async (id, organisationId) => (await database.invitation.deleteMany({ where: { id, organisationId } })).count > 0,

    acceptInvitation: async (tokenHash, personId, nowMs, newPerson) => {
      const createdAtMs = BigInt(nowMs);
      return database.$transaction(async (tx) => {
        const { count } = await tx.invitation.updateMany({ where: { tokenHash, ...stillOpen(nowMs) }, data: { usedAtMs: createdAtMs } });
        if (count === 0) return false;
        const { organisationId, teamId, role } = await tx.invitation.findUniqueOrThrow({
          where: { tokenHash },
          select: { organisationId: true, teamId: true, role: true },
        });
        if (newPerson !== null) await tx.person.create({ data: { ...newPerson, createdAtMs }, select: { id: true } });
        // Who is a member already keeps their role: a link neither raises nor lowers it.
        await tx.membership.upsert({
          where: { organisationId_personId: { organisationId, personId } },
          create: { organisationId, personId, role, createdAtMs },
          update: {},
          select: { role: true },
        });
        if (teamId !== null) {
          await tx.teamMember.upsert({
            where: { teamId_personId: { teamId, personId } },
            create: { teamId, personId, createdAtMs },
            update: {},
            select: { teamId: true },
          });
        }
        return true;
      });
    },

    createReset: async ({ createdAtMs, expiresAtMs, ...reset }) => {
      await database.passwordReset.create({
        data: { ...reset, createdAtMs: BigInt(createdAtMs), expiresAtMs: BigInt(expiresAtMs) },
        select: { personId: true },
      });
    },

    findReset: async (tokenHash) => {
      const row = await database.passwordReset.findUnique({ where: { tokenHash }, select: RESET_COLUMNS });
      return row === null ? null : toReset(row);
    },

    useReset: async (tokenHash, passwordHash, nowMs) => {
      const usedAtMs = BigInt(nowMs);
      return database.$transaction(async (tx) => {
        const { count } = await tx.passwordReset.updateMany({ where: { tokenHash, ...stillOpen(nowMs) }, data: { usedAtMs } });
        if (count === 0) return null;
        const { personId } = await tx.passwordReset.findUniqueOrThrow({ where: { tokenHash }, select: { personId: true } });
        await tx.person.update({ where: { id: personId }, data: { passwordHash }, select: { id: true } });
        await tx.session.deleteMany({ where: { personId } });
        // Other links to the same account end with this one.
        await tx.passwordReset.updateMany({ where: { personId, usedAtMs: null }, data: { usedAtMs } });
        return parseId<PersonId>(personId);
      });
    },
  };
}
