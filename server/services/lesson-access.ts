/** The way to one lesson: nobody gets its row without the policy's yes. Rules PO1 to PO5, PO10. */
import { AppError } from "#core/errors";
import { isId, type LessonId } from "#core/ids";
import { canOnLesson, lessonRoles, type LessonAction, type LessonRole } from "#core/policy/policy";
import type { LessonRow, Stores } from "#server/stores/contract";
import type { SignedIn, ViewerSession } from "./viewer.ts";

export type OpenLesson = { readonly viewer: SignedIn; readonly lesson: LessonRow; readonly roles: readonly LessonRole[]; readonly archived: boolean };

/** Opens a lesson for one action. Throws AppError "not-signed-in", "not-found" or "forbidden"; the last two do not tell its title. */
export type LessonAccess = (id: string, action: LessonAction) => Promise<OpenLesson>;

/** Makes the way for one request. */
export function makeLessonAccess(stores: Pick<Stores, "lessons">, session: ViewerSession): LessonAccess {
  return async (id, action) => {
    const viewer = await session.require();
    const lessonId = isId(id) ? (id as LessonId) : null;
    const [lesson, standing] =
      lessonId === null
        ? [null, null]
        : await Promise.all([stores.lessons.findLesson(lessonId), stores.lessons.findStanding(lessonId, viewer.person.id)]);
    if (lesson === null || standing === null) throw new AppError("not-found", { message: "There is no such lesson." });
    const roles = lessonRoles(standing);
    if (!canOnLesson({ roles, archived: standing.archived }, action))
      throw new AppError("forbidden", { message: whyNot(roles, standing.archived, action) });
    return { viewer, lesson, roles, archived: standing.archived };
  };
}

function whyNot(roles: readonly LessonRole[], archived: boolean, action: LessonAction): string {
  if (roles.length === 0) return "This lesson is open to its team and the people they invite. Ask a colleague in the team.";
  if (archived && canOnLesson({ roles, archived: false }, action)) return "This lesson is archived. Take it out of the archive first.";
  return "You may open this lesson, but this is for the people who design it.";
}
