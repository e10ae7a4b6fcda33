/**
 * Who may open a document's socket: asked at the upgrade and again whenever something changed (`hub.recheck`). Rules PO2, PO3, PO5, PO9.
 */
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
  /** What they may do with the document. Nothing when it does not exist, or when their session has ended. */
  readonly authorise: Authorise;
};

const SIGNED_OUT = { signedIn: false, mayRead: false, mayWrite: false } as const;
const NOTHING = { signedIn: true, mayRead: false, mayWrite: false } as const;

/** Makes both decisions for the sync server. */
export function makeDocumentAccess(options: { stores: Pick<Stores, "people" | "lessons">; clock: Clock; secureCookies: boolean }): DocumentAccess {
  const { stores, clock } = options;
  const cookie = makeSessionCookie({ secure: options.secureCookies });
  return {
    authenticate: async (cookieHeader) => {
      const live = await findSessionOfCookie({ stores, clock, cookie }, cookieHeader);
      return live === null ? null : { id: live.person.id, name: live.person.name, sessionId: live.session.id };
    },
    authorise: async (person, document) => {
      const name = parseDocumentName(document);
      if (name === null) return NOTHING;
      const [signedIn, standing] = await Promise.all([
        stores.people.isSessionOpen(person.sessionId, person.id, clock.nowMs()),
        stores.lessons.findStanding(name.lessonId, person.id),
      ]);
      if (!signedIn) return SIGNED_OUT;
      if (standing === null) return NOTHING;
      const lesson = { roles: lessonRoles(standing), archived: standing.archived };
      return { signedIn: true, mayRead: canOnLesson(lesson, "lesson.read"), mayWrite: canOnLesson(lesson, "lesson.write") };
    },
  };
}
