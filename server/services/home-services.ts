/**
 * Home: one next thing to do, then the lessons and teams. The next thing is about the viewer's own work, never about colleagues'.
 */
import type { PersonId } from "#core/ids";
import { readLesson } from "#core/model/lesson-model";
import { fieldText, parseContent } from "#core/model/lesson-node";
import { can, teamRoles } from "#core/policy/policy";
import { lessonDocument } from "#core/protocol/document-name";
import type { Team } from "#server/stores/contract";
import type { HomeServices, NextAction } from "../../app/services.ts";
import { listLessons, type ListedLesson } from "./lesson-list.ts";
import type { ServiceParts } from "./service-parts.ts";
import { listTeams } from "./team-services.ts";
import { roleIn, type SignedIn, type ViewerSession } from "./viewer.ts";

const LESSONS_SHOWN = 12;
/** How many of the newest lessons are asked whether the viewer wrote in them. */
const LESSONS_ASKED = 6;

/** Makes the home services of one request. */
export function makeHomeServices(parts: ServiceParts, session: ViewerSession): HomeServices {
  const { stores, hub, logger } = parts;

  /** The newest lesson that the viewer wrote in; failing that, the newest they may write. */
  const findLastLesson = async (personId: PersonId, lessons: readonly ListedLesson[]): Promise<ListedLesson | null> => {
    const writable = lessons.filter(({ summary }) => summary.can["lesson.write"]);
    for (const lesson of writable.slice(0, LESSONS_ASKED)) {
      if ((await stores.log.writersSince(lessonDocument(lesson.row.id), 0)).includes(personId)) return lesson;
    }
    return writable.find(({ row }) => row.createdById === personId) ?? writable[0] ?? null;
  };
  const lacksKeyPoint = async ({ row }: ListedLesson): Promise<boolean> => {
    try {
      const { content } = readLesson(await hub.read(lessonDocument(row.id)));
      const header = parseContent(content).content?.find((node) => node.type === "header");
      return header !== undefined && fieldText(header, "keyPoint").trim() === "";
    } catch (err) {
      // Home must open when one lesson does not; opening that lesson tells what is wrong.
      logger.error({ err, lessonId: row.id }, "the lesson could not be read for home");
      return false;
    }
  };
  /** A team the viewer is alone in and may invite to. */
  const findLonelyTeam = async (viewer: SignedIn, teams: readonly Team[]): Promise<Team | null> => {
    for (const team of teams) {
      const mayInvite = can(teamRoles({ organisationRole: roleIn(viewer, team.organisationId), inTeam: true }), "organisation.invite");
      if (mayInvite && (await stores.people.listTeamMembers(team.id)).length === 1) return team;
    }
    return null;
  };

  const findNext = async (viewer: SignedIn, lessons: readonly ListedLesson[]): Promise<NextAction | null> => {
    const last = await findLastLesson(viewer.person.id, lessons);
    if (last !== null && (await lacksKeyPoint(last))) return sayKeyPoint(last);
    const teams = await stores.people.listTeams(viewer.person.id);
    const mayCreate = teams.some((team) => can(teamRoles({ organisationRole: roleIn(viewer, team.organisationId), inTeam: true }), "lesson.create"));
    if (last === null && mayCreate) return CREATE_FIRST;
    const lonely = await findLonelyTeam(viewer, teams);
    if (lonely !== null) return inviteColleagues(lonely);
    if (last !== null) return goOn(last);
    const readable = lessons[0];
    return readable === undefined ? null : readOn(readable);
  };

  return {
    home: async () => {
      const viewer = await session.require();
      const found = await stores.lessons.searchLessons({
        personId: viewer.person.id,
        teamId: null,
        text: "",
        yearGroup: null,
        criterionCode: null,
        archived: false,
        skip: 0,
        take: LESSONS_SHOWN,
      });
      const lessons = await listLessons(stores, viewer, found.lessons);
      const [next, teams] = await Promise.all([findNext(viewer, lessons), listTeams(parts, viewer)]);
      return { next, lessons: lessons.map(({ summary }) => summary), teams };
    },
  };
}

const quoted = ({ summary }: ListedLesson): string => `“${summary.title}”`;

const CREATE_FIRST: NextAction = {
  title: "Begin your first lesson",
  words: "Choose a template or an empty page. Your team can write in it with you. About 5 minutes to a first outline.",
  href: "/lessons/new",
  label: "Begin a lesson",
};
const sayKeyPoint = (lesson: ListedLesson): NextAction => ({
  title: `Say the key point of ${quoted(lesson)}`,
  words: "One sentence: what should every pupil understand at the end? The rest of the plan hangs on it. About 5 minutes.",
  href: `/lessons/${lesson.row.id}`,
  label: "Write the key point",
});
const inviteColleagues = (team: Team): NextAction => ({
  title: `Invite a colleague to ${team.name}`,
  words: "You are alone in this team. A link brings a colleague in, and you can write the same lesson at the same time. About 1 minute.",
  href: `/teams/${team.id}`,
  label: "Invite a colleague",
});
const goOn = (lesson: ListedLesson): NextAction => ({
  title: `Go on with ${quoted(lesson)}`,
  words: `It is as you and your team left it, in ${lesson.summary.teamName}. About 10 minutes for one stage.`,
  href: `/lessons/${lesson.row.id}`,
  label: "Open the lesson",
});
const readOn = (lesson: ListedLesson): NextAction => {
  const comments = can(lesson.roles, "lesson.comment");
  return {
    title: `Read ${quoted(lesson)}`,
    words: comments ? "The team would like to know what you think. About 10 minutes." : "It was shared with you to read. About 10 minutes.",
    href: comments ? `/lessons/${lesson.row.id}` : `/lessons/${lesson.row.id}/read`,
    label: "Open the lesson",
  };
};
