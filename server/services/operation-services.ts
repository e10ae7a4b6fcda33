/**
 * How the installation does, for administrators: what is open, whether all is saved, what is kept, the last backup. Rule PO11.
 * Always true: a lesson of another organisation is not in it, and no title that the viewer may not read.
 */
import type { LessonId } from "#core/ids";
import { canOnLesson, lessonRoles } from "#core/policy/policy";
import { parseDocumentName } from "#core/protocol/document-name";
import type { LastBackup, LessonRow } from "#server/stores/contract";
import type { RoomStats } from "#server/sync/hub";
import type { OpenLessonView, OperationServices } from "../../app/services.ts";
import type { OrganisationAccess, OpenOrganisation } from "./organisation-access.ts";
import type { ServiceParts } from "./service-parts.ts";

/** More are not looked at one by one on a page. */
const MOST_SHOWN = 50;

/** Makes the operation services of one request. */
export function makeOperationServices(parts: ServiceParts, enter: OrganisationAccess): OperationServices {
  const { stores, hub, clock, logger, startedAtMs } = parts;

  const databaseAnswers = async (): Promise<boolean> => {
    try {
      await stores.check();
      return true;
    } catch (err) {
      logger.warn({ err }, "the database does not answer");
      return false;
    }
  };

  const listOpen = async ({ viewer, organisation, role }: OpenOrganisation) => {
    const rooms = new Map(
      hub
        .listRooms()
        .filter((room) => room.people > 0 || urgency(room) > 0)
        .flatMap((room) => roomOfLesson(room)),
    );
    const lessons = await stores.lessons.findLessonsOf(organisation.id, [...rooms.keys()]);
    const found = lessons.flatMap((lesson) => {
      const room = rooms.get(lesson.id);
      return room === undefined ? [] : [{ lesson, room }];
    });
    const shown = found
      .toSorted((left, right) => urgency(right.room) - urgency(left.room) || right.room.people - left.room.people)
      .slice(0, MOST_SHOWN);
    const [teams, own] = await Promise.all([stores.people.listTeamsOf(organisation.id), stores.people.listTeams(viewer.person.id)]);
    const teamNames = new Map(teams.map((team) => [team.id, team.name]));
    const inTeams = new Set(own.map((team) => team.id));
    const mayRead = async (lesson: LessonRow): Promise<boolean> => {
      const granted = await stores.lessons.findGrant(lesson.id, viewer.person.id);
      const roles = lessonRoles({ organisationRole: role, inTeam: inTeams.has(lesson.teamId), granted });
      return canOnLesson({ roles, archived: lesson.archivedAtMs !== null }, "lesson.read");
    };
    const views = shown.map(async ({ lesson, room }): Promise<OpenLessonView> => {
      const { people, bytes, unsavedUpdates, damaged } = room;
      const title = (await mayRead(lesson)) ? lesson.title : null;
      return { id: lesson.id, title, teamName: teamNames.get(lesson.teamId) ?? "", people, bytes, waitingEdits: unsavedUpdates, damaged };
    });
    return { openLessons: await Promise.all(views), openLessonsTotal: found.length };
  };

  return {
    read: async (organisationId) => {
      const opened = await enter(organisationId, "organisation.operate");
      const [open, answers, storage, backup] = await Promise.all([
        listOpen(opened),
        databaseAnswers(),
        stores.readStorage(),
        stores.readLastBackup(),
      ]);
      const { queuedUpdates, oldestUnsavedMs } = hub.stats();
      return {
        organisation: { id: opened.organisation.id, name: opened.organisation.name },
        readAtMs: clock.nowMs(),
        ...open,
        health: { databaseAnswers: answers, startedAtMs, waitingEdits: queuedUpdates, oldestWaitingMs: oldestUnsavedMs },
        storage,
        backup: presentBackup(backup),
      };
    },
  };
}

function roomOfLesson(room: RoomStats): [LessonId, RoomStats][] {
  const name = parseDocumentName(room.document);
  return name === null ? [] : [[name.lessonId, room]];
}

/** What needs a look comes first. A room that nobody is in and that needs none is only kept in memory for a while: it is not open. */
const urgency = (room: RoomStats): number => (room.damaged ? 2 : 0) + (room.unsavedUpdates > 0 ? 1 : 0);

/** Without where it lies on the server's disk. */
function presentBackup(backup: LastBackup): Awaited<ReturnType<OperationServices["read"]>>["backup"] {
  if (backup.state !== "made") return { state: backup.state };
  const { atMs, bytes, documents, damagedDocuments } = backup.record;
  return { state: "made", atMs, bytes, documents, damagedDocuments, isStillThere: backup.isStillThere };
}
