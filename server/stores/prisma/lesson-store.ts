/** Lessons as rows: whose they are, the projection that lists show and search finds, and who was let in by name. Rules ST5, ST11. */
import { parseId, type LessonId } from "#core/ids";
import { LESSON_ROLES, lessonRoles, ORGANISATION_ROLES } from "#core/policy/policy";
import { lessonDocument } from "#core/protocol/document-name";
import type { LessonFacts, LessonRow, LessonSearch, LessonStore } from "../contract.ts";
import { Prisma } from "../generated/client.ts";
import type { DoorReads } from "../sqlite/door-reads.ts";
import type { Database } from "./client.ts";
import { LESSON_COLUMNS, parseLessonRole, PERSON_COLUMNS, toLesson, toMs, toPerson } from "./rows.ts";
import { withStoreErrors } from "./store-errors.ts";

/** Well below what SQLite takes in one statement. */
const IDS_AT_ONCE = 500;
/** Those in the lesson's team who get something from it: the policy's answer, role by role (PO2). */
const ROLES_IN_TEAM = ORGANISATION_ROLES.filter((organisationRole) => lessonRoles({ organisationRole, inTeam: true, granted: null }).length > 0);

/** @param reads what is asked of everybody who comes, by prepared statements */
export function makeLessonStore(database: Database, reads: Pick<DoorReads, "findStanding">): LessonStore {
  return withStoreErrors<LessonStore>({
    createLesson: async (lesson, seed) => {
      const { criterionCodes, createdAtMs, updatedAtMs, archivedAtMs, ...fields } = lesson;
      await database.$transaction(async (tx) => {
        await tx.lesson.create({
          data: {
            ...fields,
            createdAtMs: BigInt(createdAtMs),
            updatedAtMs: BigInt(updatedAtMs),
            archivedAtMs: archivedAtMs === null ? null : BigInt(archivedAtMs),
            searchText: searchTextOf(lesson),
            criteria: { create: criterionRows(criterionCodes) },
          },
          select: { id: true },
        });
        // createMany reads nothing back: seq may be past what Prisma's Int can hold.
        await tx.documentUpdate.createMany({
          data: [{ document: lessonDocument(lesson.id), personId: null, atMs: BigInt(createdAtMs), data: new Uint8Array(seed) }],
        });
      });
    },

    findLesson: async (id) => {
      const row = await database.lesson.findUnique({ where: { id }, select: LESSON_COLUMNS });
      return row === null ? null : toLesson(row);
    },

    searchLessons: async (search) => {
      const found = whereFound(search);
      const [counted] = await database.$queryRaw<{ total: bigint }[]>`SELECT COUNT(*) AS "total" FROM "Lesson" l WHERE ${found}`;
      const ids = await database.$queryRaw<{ id: string }[]>`
        SELECT l."id" FROM "Lesson" l WHERE ${found}
        ORDER BY l."updatedAtMs" DESC, l."id" LIMIT ${search.take} OFFSET ${search.skip}`;
      const rows = await database.lesson.findMany({ where: { id: { in: ids.map(({ id }) => id) } }, select: LESSON_COLUMNS });
      const byId = new Map(rows.map((row) => [row.id, toLesson(row)]));
      return { lessons: ids.flatMap(({ id }) => byId.get(parseId<LessonId>(id)) ?? []), total: Number(counted?.total ?? 0) };
    },

    listLessonIds: async (after, take) => {
      const rows = await database.lesson.findMany({
        where: after === null ? {} : { id: { gt: after } },
        orderBy: { id: "asc" },
        take,
        select: { id: true },
      });
      return rows.map(({ id }) => parseId<LessonId>(id));
    },

    findLessonsOf: async (organisationId, ids) => {
      const found: LessonRow[] = [];
      for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
        const rows = await database.lesson.findMany({
          where: { organisationId, id: { in: ids.slice(from, from + IDS_AT_ONCE) } },
          select: LESSON_COLUMNS,
        });
        found.push(...rows.map(toLesson));
      }
      return found;
    },

    listBehind: async (after, take) => {
      const rows = await database.$queryRaw<{ id: string }[]>`
        SELECT l."id" FROM "Lesson" l
        WHERE l."id" > ${after ?? ""}
          AND EXISTS (SELECT 1 FROM "DocumentWriter" w WHERE w."document" = 'lesson/' || l."id" AND w."lastAtMs" > l."updatedAtMs")
        ORDER BY l."id" LIMIT ${take}`;
      return rows.map(({ id }) => parseId<LessonId>(id));
    },

    findWrittenAt: async (id) => {
      const { _max } = await database.documentWriter.aggregate({ where: { document: lessonDocument(id) }, _max: { lastAtMs: true } });
      return _max.lastAtMs === null ? null : toMs(_max.lastAtMs);
    },

    setArchived: async (id, archivedAtMs) => {
      await database.lesson.update({
        where: { id },
        data: { archivedAtMs: archivedAtMs === null ? null : BigInt(archivedAtMs) },
        select: { id: true },
      });
    },

    setFacts: async (id, facts, updatedAtMs) => {
      const { criterionCodes, ...fields } = facts;
      await database.$transaction(async (tx) => {
        const before = await tx.lesson.findUniqueOrThrow({
          where: { id },
          select: { updatedAtMs: true, criteria: LESSON_COLUMNS.criteria },
        });
        const updatedAt = BigInt(updatedAtMs);
        await tx.lesson.update({
          where: { id },
          data: {
            title: fields.title,
            yearGroup: fields.yearGroup,
            durationMinutes: fields.durationMinutes,
            searchText: searchTextOf(facts),
            updatedAtMs: updatedAt > before.updatedAtMs ? updatedAt : before.updatedAtMs,
          },
          select: { id: true },
        });
        const rows = criterionRows(criterionCodes);
        if (rows.map(({ code }) => code).join("\n") === before.criteria.map(({ code }) => code).join("\n")) return;
        await tx.lessonCriterion.deleteMany({ where: { lessonId: id } });
        await tx.lessonCriterion.createMany({ data: rows.map((row) => ({ ...row, lessonId: id })) });
      });
    },

    findGrant: async (lessonId, personId) => {
      const row = await database.lessonGrant.findUnique({ where: { lessonId_personId: { lessonId, personId } }, select: { role: true } });
      return row === null ? null : parseLessonRole(row.role);
    },

    setGrant: async (lessonId, personId, role, nowMs) => {
      if (role === null) {
        await database.lessonGrant.deleteMany({ where: { lessonId, personId } });
        return;
      }
      await database.lessonGrant.upsert({
        where: { lessonId_personId: { lessonId, personId } },
        create: { lessonId, personId, role, createdAtMs: BigInt(nowMs) },
        update: { role },
        select: { role: true },
      });
    },

    listGrants: async (lessonId) => {
      const rows = await database.lessonGrant.findMany({
        where: { lessonId },
        orderBy: [{ createdAtMs: "asc" }, { personId: "asc" }],
        select: { role: true, person: { select: PERSON_COLUMNS } },
      });
      return rows.map((row) => ({ ...toPerson(row.person), role: parseLessonRole(row.role) }));
    },

    findStanding: reads.findStanding,
  });
}

/** What search looks in. Lower-cased here, since a database lowers only what it knows. */
const searchTextOf = ({ title, criterionCodes, yearGroup }: LessonFacts): string => [title, ...criterionCodes, yearGroup].join("\n").toLowerCase();

const criterionRows = (codes: readonly string[]) => [...new Set(codes)].map((code, position) => ({ code, position }));

/** `%`, `_` and the escape itself stand for themselves in a LIKE pattern. */
const likePattern = (word: string): string => `%${word.replaceAll(/[\\%_]/g, "\\$&")}%`;

/** Ownership, and what was asked for. Every word of the text must be found. */
function whereFound({ personId, teamId, text, yearGroup, criterionCode, archived }: LessonSearch): Prisma.Sql {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return Prisma.join(
    [
      Prisma.sql`(
        EXISTS (
          SELECT 1 FROM "TeamMember" t
          JOIN "Membership" m ON m."personId" = t."personId" AND m."organisationId" = l."organisationId"
          WHERE t."teamId" = l."teamId" AND t."personId" = ${personId} AND m."role" IN (${Prisma.join(ROLES_IN_TEAM)})
        )
        OR EXISTS (
          SELECT 1 FROM "LessonGrant" g
          WHERE g."lessonId" = l."id" AND g."personId" = ${personId} AND g."role" IN (${Prisma.join([...LESSON_ROLES])})
        )
      )`,
      archived ? Prisma.sql`l."archivedAtMs" IS NOT NULL` : Prisma.sql`l."archivedAtMs" IS NULL`,
      ...(teamId === null ? [] : [Prisma.sql`l."teamId" = ${teamId}`]),
      // A mixed class is "3, 4": it is found under either.
      ...(yearGroup === null ? [] : [Prisma.sql`instr(', ' || l."yearGroup" || ',', ', ' || ${yearGroup} || ',') > 0`]),
      ...(criterionCode === null
        ? []
        : [Prisma.sql`EXISTS (SELECT 1 FROM "LessonCriterion" c WHERE c."lessonId" = l."id" AND c."code" = ${criterionCode} COLLATE NOCASE)`]),
      ...words.map((word) => Prisma.sql`l."searchText" LIKE ${likePattern(word)} ESCAPE '\\'`),
    ],
    " AND ",
  );
}
