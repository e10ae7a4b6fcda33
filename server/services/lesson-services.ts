/** Lessons: finding, making, opening, archiving. Their versions are in ./version-services.ts. */
import { z } from "zod";
import { AppError } from "#core/errors";
import { isId, makeId, type LessonId, type TeamId } from "#core/ids";
import { LIMITS } from "#core/limits";
import { yearGroupFact } from "#core/model/lesson-facts";
import { copyLessonSeed, makeLessonSeed, readLesson, seedFromContent } from "#core/model/lesson-model";
import { can, lessonPermissions, teamRoles } from "#core/policy/policy";
import { lessonDocument } from "#core/protocol/document-name";
import { STAGE_TEMPLATES } from "#core/schema/kinds";
import { readFacts } from "#server/jobs/projection";
import type { Team } from "#server/stores/contract";
import type { LessonServices } from "../../app/services.ts";
import { badInput, lineOf, parseForm } from "./form-input.ts";
import type { LessonAccess } from "./lesson-access.ts";
import { listLessons, presentLesson } from "./lesson-list.ts";
import type { ServiceParts } from "./service-parts.ts";
import { roleIn, type SignedIn, type ViewerSession } from "./viewer.ts";

type ListServices = Omit<LessonServices, "listVersions" | "readVersion" | "nameVersion" | "putBackVersion" | "exportLesson">;

const MAX_MINUTES = 600;
const MAX_YEAR_LENGTH = 40;
const MAX_PAGE = 100_000;

const yearField = z
  .string({ error: "Choose a year group." })
  .trim()
  .max(MAX_YEAR_LENGTH, "Write the year group in a few characters, like 3 or 3, 4.");
const minutesSentence = `Enter the minutes as a whole number, 1 to ${MAX_MINUTES}.`;
const isMinutes = (text: string): boolean => /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_MINUTES;
const minutesField = z.string({ error: minutesSentence }).trim().refine(isMinutes, minutesSentence).transform(Number);

const teamField = z.string({ error: "Choose a team." }).min(1, "Choose a team.");
const titleField = lineOf({ missing: "Give the lesson a title. You can change it at any time.", maxLength: LIMITS.maxTitleLength });
const blankForm = z.object({ teamId: teamField, title: titleField, yearGroup: yearField, durationMinutes: minutesField });
/** A copy keeps what is left empty. */
const copyForm = z.object({
  teamId: teamField,
  title: titleField,
  yearGroup: yearField,
  durationMinutes: z.union([z.literal("").transform(() => null), minutesField], { error: minutesSentence }),
});
const startForm = z.discriminatedUnion(
  "from",
  [
    z.object({ from: z.literal("blank") }),
    z.object({
      from: z.literal("template"),
      template: z.string().refine((name) => Object.hasOwn(STAGE_TEMPLATES, name), "Choose one of the templates."),
    }),
    z.object({ from: z.literal("copy"), lessonId: z.string() }),
  ],
  { error: "Choose how the lesson begins." },
);

/** Makes the lesson services of one request. */
export function makeLessonServices(parts: ServiceParts, session: ViewerSession, openLesson: LessonAccess): ListServices {
  const { stores, clock, hub, logger, random } = parts;
  const newBlockId = (): string => makeId(random);

  const getTeamToFill = async (viewer: SignedIn, teamId: string): Promise<Team> => {
    const team = isId(teamId) ? await stores.people.findTeam(teamId as TeamId) : null;
    if (team === null) throw badInput({ teamId: "Choose one of your teams." });
    const inTeam = (await stores.people.listTeams(viewer.person.id)).some(({ id }) => id === team.id);
    if (!can(teamRoles({ organisationRole: roleIn(viewer, team.organisationId), inTeam }), "lesson.create")) {
      throw new AppError("forbidden", { message: "Only teachers in this team can begin a lesson in it." });
    }
    return team;
  };

  /** First state of a new lesson. Rule SC6: the server writes first content. */
  const makeSeed = async (input: unknown, start: z.output<typeof startForm>): Promise<{ teamId: string; seed: () => Promise<Uint8Array> }> => {
    if (start.from !== "copy") {
      const { teamId, ...form } = parseForm(blankForm, input);
      return { teamId, seed: async () => makeLessonSeed({ ...form, start, makeId: newBlockId }) };
    }
    const { teamId, title, yearGroup, durationMinutes } = parseForm(copyForm, input);
    const { lesson } = await openLesson(start.lessonId, "lesson.copy");
    const seed = async (): Promise<Uint8Array> => {
      const copy = readLesson(copyLessonSeed(await hub.read(lessonDocument(lesson.id)), { title, makeId: newBlockId }));
      const year = yearGroupFact(yearGroup);
      return seedFromContent({
        content: copy.content,
        facts: { ...copy.facts, ...(year === null ? {} : { yearGroup: year }), ...(durationMinutes === null ? {} : { durationMinutes }) },
      });
    };
    return { teamId, seed };
  };

  const setArchived = async (id: string, archivedAtMs: number | null): Promise<void> => {
    const { lesson, viewer } = await openLesson(id, "lesson.archive");
    if ((lesson.archivedAtMs === null) === (archivedAtMs === null)) return;
    await stores.lessons.setArchived(lesson.id, archivedAtMs);
    logger.info({ lessonId: lesson.id, by: viewer.person.id, archived: archivedAtMs !== null }, "lesson archived or taken out");
    await hub.recheck({ document: lessonDocument(lesson.id) });
  };

  return {
    search: async (query) => {
      const viewer = await session.require();
      const find = async (page: number) =>
        stores.lessons.searchLessons({
          personId: viewer.person.id,
          teamId: null,
          text: query.text.trim().slice(0, LIMITS.maxTitleLength),
          yearGroup: emptyIsNull(query.yearGroup),
          criterionCode: emptyIsNull(query.criterionCode),
          archived: query.archived,
          skip: (page - 1) * LIMITS.pageSize,
          take: LIMITS.pageSize,
        });
      const wanted = Number.isSafeInteger(query.page) ? Math.min(Math.max(query.page, 1), MAX_PAGE) : 1;
      const first = await find(wanted);
      const pages = Math.max(1, Math.ceil(first.total / LIMITS.pageSize));
      const page = Math.min(wanted, pages);
      // A page past the end, e.g. of an old bookmark, shows the last one.
      const { lessons, total } = page === wanted ? first : await find(page);
      return { lessons: (await listLessons(stores, viewer, lessons)).map(({ summary }) => summary), total, page, pages };
    },

    create: async (input) => {
      const viewer = await session.require();
      const { start } = parseForm(z.object({ start: startForm }), { start: input.start });
      const { teamId, seed } = await makeSeed(input, start);
      const team = await getTeamToFill(viewer, teamId);
      const state = await seed();
      const id = makeId<LessonId>(random);
      const nowMs = clock.nowMs();
      await stores.lessons.createLesson(
        {
          id,
          teamId: team.id,
          organisationId: team.organisationId,
          createdById: viewer.person.id,
          createdAtMs: nowMs,
          updatedAtMs: nowMs,
          archivedAtMs: null,
          ...readFacts(state),
        },
        state,
      );
      logger.info({ lessonId: id, teamId: team.id, by: viewer.person.id, from: start.from }, "lesson made");
      return { id };
    },

    get: async (id) => {
      const { lesson, roles, archived } = await openLesson(id, "lesson.read");
      const [organisation, team, numbers] = await Promise.all([
        stores.people.findOrganisation(lesson.organisationId),
        stores.people.findTeam(lesson.teamId),
        stores.versions.latestNumbers([lesson.id]),
      ]);
      return {
        ...presentLesson(lesson, { roles, teamName: team?.name ?? "", latestVersion: numbers.get(lesson.id) ?? null }),
        organisationName: organisation?.name ?? "",
        teamId: lesson.teamId,
        roles,
        permissions: lessonPermissions({ roles, archived }, [
          "lesson.write",
          "lesson.comment",
          "lesson.read-versions",
          "lesson.name-version",
          "lesson.put-back-version",
          "lesson.share",
          "lesson.archive",
          "lesson.copy",
          "lesson.export",
        ]),
        document: lessonDocument(lesson.id),
      };
    },
    read: async (id) => {
      const { lesson } = await openLesson(id, "lesson.read");
      return readLesson(await hub.read(lessonDocument(lesson.id)));
    },
    archive: async (id) => setArchived(id, clock.nowMs()),
    unarchive: async (id) => setArchived(id, null),
  };
}

const emptyIsNull = (text: string | null): string | null => (text === null || text.trim() === "" ? null : text.trim());
