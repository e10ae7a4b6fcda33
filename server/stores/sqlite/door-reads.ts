/**
 * What the door asks of everybody who comes: whose session, still open, and what they are to the lesson. By prepared statements, because a
 * whole school may come at once after a restart, and through Prisma each of them would cost some milliseconds of the one thread.
 *
 * Always true: it only reads, on a connection of its own, which in WAL mode never waits and sees what is committed. Rules ST10, ST12.
 */
import Database from "better-sqlite3";
import { AppError } from "#core/errors";
import type { LessonStore, PeopleStore } from "../contract.ts";
import { parseLessonRole, parseOrganisationRole, toPerson, toSession } from "../prisma/rows.ts";

export type DoorReads = Pick<PeopleStore, "findSession" | "findPerson" | "isSessionOpen"> &
  Pick<LessonStore, "findStanding"> & { readonly close: () => void };

type SessionColumns = Parameters<typeof toSession>[0];
type PersonColumns = Parameters<typeof toPerson>[0];
type StandingColumns = { organisationRole: string | null; teamPersonId: string | null; granted: string | null; archivedAtMs: bigint | null };

/** Opens the connection. @param path of a migrated database */
export function openDoorReads(path: string): DoorReads {
  const database = new Database(path, { readonly: true, fileMustExist: true, timeout: 0 });
  database.defaultSafeIntegers(true);
  const session = database.prepare<[string, number], SessionColumns>(
    `SELECT "id", "personId", "createdAtMs", "lastSeenAtMs", "expiresAtMs", "device" FROM "Session" WHERE "tokenHash" = ? AND "expiresAtMs" > ?`,
  );
  const openSession = database.prepare<[string, string, number], { one: bigint }>(
    `SELECT 1 AS "one" FROM "Session" WHERE "id" = ? AND "personId" = ? AND "expiresAtMs" > ?`,
  );
  const person = database.prepare<[string], PersonColumns>(`SELECT "id", "name", "email", "theme" FROM "Person" WHERE "id" = ?`);
  // One statement, so that it is one moment.
  const standing = database.prepare<[string, string, string, string], StandingColumns>(`
    SELECT m."role" AS "organisationRole", t."personId" AS "teamPersonId", g."role" AS "granted", l."archivedAtMs" AS "archivedAtMs"
    FROM "Lesson" l
    LEFT JOIN "Membership" m ON m."organisationId" = l."organisationId" AND m."personId" = ?
    LEFT JOIN "TeamMember" t ON t."teamId" = l."teamId" AND t."personId" = ?
    LEFT JOIN "LessonGrant" g ON g."lessonId" = l."id" AND g."personId" = ?
    WHERE l."id" = ?`);

  return {
    findSession: async (tokenHash, nowMs) => {
      const row = ask(() => session.get(tokenHash, nowMs));
      return row === undefined ? null : toSession(row);
    },
    findPerson: async (id) => {
      const row = ask(() => person.get(id));
      return row === undefined ? null : toPerson(row);
    },
    isSessionOpen: async (id, personId, nowMs) => ask(() => openSession.get(id, personId, nowMs)) !== undefined,
    findStanding: async (lessonId, personId) => {
      const row = ask(() => standing.get(personId, personId, personId, lessonId));
      if (row === undefined) return null;
      return {
        organisationRole: row.organisationRole === null ? null : parseOrganisationRole(row.organisationRole),
        inTeam: row.teamPersonId !== null,
        granted: row.granted === null ? null : parseLessonRole(row.granted),
        archived: row.archivedAtMs !== null,
      };
    },
    close: () => void database.close(),
  };
}

function ask<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new AppError("unavailable", { message: "The server could not reach its store. Please try again.", cause });
  }
}
