/**
 * Who may do what with open documents: asked at the door, and again for open connections whenever something changed.
 *
 * Always true: answers are acted on in the order of the questions; who was asked about before a change and comes in after it is asked about
 * again. Rules SY11, SY23. Left to others: the decision itself (`authorise`).
 */
import { isAppError } from "#core/errors";
import type { PersonId, SessionId } from "#core/ids";
import type { Log } from "#server/observe/log";
import { makeAskAgain } from "./ask-again.ts";
import type { SessionControl } from "./session.ts";

/** Who a connection speaks for, and the sign-in that it hangs on. The name is the one everybody sees beside the cursor. */
export type HubPerson = { readonly id: PersonId; readonly name: string; readonly sessionId: SessionId };

/** What somebody may do with a document. `signedIn`: the session of that very connection is alive; without it the rest is false. */
export type Rights = { readonly signedIn: boolean; readonly mayRead: boolean; readonly mayWrite: boolean };

/** Decides for one person, their session and a document; supplied by the composition root. */
export type Authorise = (person: Pick<HubPerson, "id" | "sessionId">, document: string) => Promise<Rights>;

/** Rights of somebody who is not connected yet. Release it when they are, or when they do not come. */
export type Admission = {
  readonly rights: Rights;
  /** False when something changed since we asked: the rights may be gone. */
  readonly isCurrent: () => boolean;
  readonly release: () => void;
};

/** Whom a change of rights concerns; both left out: everybody. */
export type Concerned = { readonly document?: string; readonly personId?: PersonId };

export type RightsKeeper = {
  /** Ask what somebody at the door may do; asked again as long as something about them changes meanwhile. Rejects when nobody can answer. Rule SY11. */
  readonly admit: (person: Pick<HubPerson, "id" | "sessionId">, document: string) => Promise<Admission>;
  /**
   * Re-decide every open connection on the document (or of the person, or all): those whose session has ended and those who may not read are
   * closed; lost write becomes read-only. Resolves when that is done. Rule SY11.
   * `routine`: nothing is known to have changed; when nobody can answer, all stays as it is. Rule SY23.
   */
  readonly recheck: (which: Concerned & { routine?: boolean }) => Promise<void>;
};

/** Rights are asked for in groups of this size, so that a full house leaves room for pages. */
const ASK_AT_ONCE = 16;

type RightsOptions = { readonly authorise: Authorise; readonly logger: Log; readonly sessions: Iterable<SessionControl> };

/** @param options.sessions all open connections, as they are at any moment */
export function makeRights({ authorise, logger, sessions }: RightsOptions): RightsKeeper {
  const askAgain = makeAskAgain();
  /** Connections whose rights have changed for certain: they end when nobody can say how. Keys of `keyOf`. */
  const mustKnow = new Set<string>();
  /** Those at the door. */
  const admissions = new Set<{ readonly person: Pick<HubPerson, "id">; readonly document: string; isCurrent: boolean }>();

  const admit: RightsKeeper["admit"] = async (person, document) => {
    const admission = { person, document, isCurrent: false };
    admissions.add(admission);
    const release = () => void admissions.delete(admission);
    try {
      for (;;) {
        admission.isCurrent = true;
        const rights = await authorise(person, document);
        // isCurrent may have become false while we asked.
        if (isStillCurrent(admission)) return { rights, isCurrent: () => admission.isCurrent, release };
      }
    } catch (error) {
      release();
      throw error;
    }
  };

  /** Ask for one sign-in on one document, and act on all its connections. */
  const decide = async (key: string, { person, document }: Pick<SessionControl, "person" | "document">): Promise<void> => {
    const mustBeSure = mustKnow.delete(key);
    const concerned = () => [...sessions].filter((session) => keyOf(session) === key);
    try {
      const { signedIn, mayRead, mayWrite } = await authorise(person, document);
      for (const session of concerned()) {
        if (!signedIn) session.shut("signedOut");
        else if (mayRead) session.setMayWrite(mayWrite);
        else session.shut("forbidden");
      }
    } catch (error) {
      const isGone = isAppError(error) && (error.code === "not-found" || error.code === "gone");
      if (!isGone) logger.error({ err: error, document, personId: person.id }, "permission could not be decided");
      // When nobody can say whether they still may, they may not; they come back and are asked again at the door.
      if (isGone || mustBeSure) for (const session of concerned()) session.shut(isGone ? "notFound" : "tryLater");
    }
  };

  const recheck: RightsKeeper["recheck"] = async ({ routine = false, ...which }) => {
    const isConcerned = (one: { readonly person: Pick<HubPerson, "id">; readonly document: string }): boolean =>
      (which.document === undefined || one.document === which.document) && (which.personId === undefined || one.person.id === which.personId);
    if (!routine) for (const admission of admissions) if (isConcerned(admission)) admission.isCurrent = false;
    const asked = [...Map.groupBy([...sessions].filter(isConcerned), keyOf)];
    if (!routine) for (const [key] of asked) mustKnow.add(key);
    for (let at = 0; at < asked.length; at += ASK_AT_ONCE) {
      const some = asked.slice(at, at + ASK_AT_ONCE);
      await Promise.all(some.map(async ([key, [one]]) => one && askAgain(key, () => decide(key, one))));
    }
  };

  return { admit, recheck };
}

/** Connections of one sign-in on one document share their rights. */
const keyOf = ({ person, document }: Pick<SessionControl, "person" | "document">): string => `${person.sessionId} ${document}`;

const isStillCurrent = (admission: { readonly isCurrent: boolean }): boolean => admission.isCurrent;
