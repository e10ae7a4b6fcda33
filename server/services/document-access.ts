/**
 * Who may open a document's socket: asked at the upgrade and again whenever something changed (`hub.recheck`). Rules PO2, PO3, PO5, PO9.
 */
import type { PersonId } from "#core/ids";
import { canOnLesson, lessonRoles } from "#core/policy/policy";
import { parseDocumentName } from "#core/protocol/document-name";
import type { Clock } from "#core/time";
import { makeSessionCookie } from "#server/auth/session-cookie";
import type { Stores } from "#server/stores/contract";
import type { Authorise, HubPerson } from "#server/sync/hub";
import { findSessionOfCookie } from "./viewer.ts";

export type DocumentAccess = {
  /** The person whose live session this Cookie header carries; null when there is none. */
  readonly authenticate: (cookieHeader: string | undefined) => Promise<HubPerson | null>;
  /** What they may do with the document. Nothing when it does not exist, or when they have no live session any more. */
  readonly authorise: Authorise;
};

const NOTHING = { mayRead: false, mayWrite: false } as const;

/** Makes both decisions for the sync server. */
export function makeDocumentAccess(options: { stores: Pick<Stores, "people" | "lessons">; clock: Clock; secureCookies: boolean }): DocumentAccess {
  const { stores, clock } = options;
  const cookie = makeSessionCookie({ secure: options.secureCookies });
  const isSignedIn = async (personId: PersonId): Promise<boolean> => (await stores.people.listSessions(personId, clock.nowMs())).length > 0;
  return {
    authenticate: async (cookieHeader) => {
      const live = await findSessionOfCookie({ stores, clock, cookie }, cookieHeader);
      return live === null ? null : { id: live.person.id, name: live.person.name };
    },
    authorise: async (personId, document) => {
      const name = parseDocumentName(document);
      if (name === null) return NOTHING;
      const [signedIn, standing] = await Promise.all([isSignedIn(personId), stores.lessons.findStanding(name.lessonId, personId)]);
      if (!signedIn || standing === null) return NOTHING;
      const lesson = { roles: lessonRoles(standing), archived: standing.archived };
      return { mayRead: canOnLesson(lesson, "lesson.read"), mayWrite: canOnLesson(lesson, "lesson.write") };
    },
  };
}
