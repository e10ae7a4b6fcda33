/**
 * Who asks: the session of one request, looked up once and only when somebody wants to know.
 *
 * Always true: a session that ended or expired is nobody; signing in makes a new token and ends the session that came with the request,
 * so a planted cookie is worth nothing; a session in use slides for another 30 days, written at most once an hour.
 */
import { AppError } from "#core/errors";
import { makeId, type OrganisationId, type PersonId, type SessionId } from "#core/ids";
import { LIMITS } from "#core/limits";
import type { OrganisationRole } from "#core/policy/policy";
import { DAY_MS, HOUR_MS, type Clock } from "#core/time";
import { describeDevice } from "#server/auth/device";
import type { SessionCookie } from "#server/auth/session-cookie";
import { hashToken, makeToken } from "#server/auth/tokens";
import type { Organisation, Person, SessionRow, Stores } from "#server/stores/contract";
import type { SessionGrant, Viewer } from "../../app/services.ts";
import type { ServiceParts, ServiceRequest } from "./service-parts.ts";

export const SESSION_MS = LIMITS.sessionDays * DAY_MS;
const TOUCH_AFTER_MS = HOUR_MS;

/** Somebody who is signed in. */
export type SignedIn = {
  readonly session: SessionRow;
  readonly person: Person;
  readonly organisations: readonly (Organisation & { readonly role: OrganisationRole })[];
};

export type ViewerSession = {
  /** Null when nobody is signed in. */
  readonly find: () => Promise<SignedIn | null>;
  /** Throws AppError "not-signed-in". */
  readonly require: () => Promise<SignedIn>;
  /** Sign this person in on this device. The session that came with the request ends. */
  readonly start: (personId: PersonId) => Promise<SessionGrant>;
  /** Sign out on this device. */
  readonly end: () => Promise<SessionGrant>;
  /** What was looked up has changed: look again when asked next. */
  readonly forget: () => void;
};

/** Makes the viewer of one request. */
export function makeViewerSession(parts: ServiceParts, request: ServiceRequest): ViewerSession {
  const { stores, clock, cookie, hub, random } = parts;
  let token = cookie.parse(request.cookieHeader);
  let found: Promise<SignedIn | null> | null = null;

  const lookUp = async (): Promise<SignedIn | null> => {
    if (token === null) return null;
    const live = await findLiveSession({ stores, clock }, token);
    if (live === null) return null;
    if (live.slid) request.renewCookie?.(cookie.serialise(token));
    const organisations = await stores.people.listOrganisations(live.person.id);
    return { session: live.session, person: live.person, organisations };
  };
  const find = async (): Promise<SignedIn | null> => (found ??= lookUp());
  const endCurrent = async (): Promise<void> => {
    const current = await find();
    token = null;
    found = null;
    if (current === null) return;
    await stores.people.endSession(current.session.id, current.person.id);
    await hub.recheck({ personId: current.person.id });
  };

  return {
    find,
    require: async () => {
      const viewer = await find();
      if (viewer === null) throw new AppError("not-signed-in", { message: "Sign in to go on." });
      return viewer;
    },
    start: async (personId) => {
      await endCurrent();
      const nowMs = clock.nowMs();
      const fresh = makeToken(random);
      await stores.people.createSession({
        id: makeId<SessionId>(random),
        personId,
        createdAtMs: nowMs,
        lastSeenAtMs: nowMs,
        expiresAtMs: nowMs + SESSION_MS,
        device: describeDevice(request.userAgent),
        tokenHash: hashToken(fresh),
      });
      token = fresh;
      found = null;
      return { cookie: cookie.serialise(fresh) };
    },
    end: async () => {
      await endCurrent();
      return { cookie: cookie.clear() };
    },
    forget: () => {
      found = null;
    },
  };
}

/**
 * The live session of a token and the person it belongs to; null when there is none. Slides it when it was last seen over an hour ago.
 */
export async function findLiveSession(
  { stores, clock }: { readonly stores: Pick<Stores, "people">; readonly clock: Clock },
  token: string,
): Promise<{ readonly session: SessionRow; readonly person: Person; readonly slid: boolean } | null> {
  const nowMs = clock.nowMs();
  const session = await stores.people.findSession(hashToken(token), nowMs);
  if (session === null) return null;
  const person = await stores.people.findPerson(session.personId);
  if (person === null) return null;
  if (nowMs - session.lastSeenAtMs < TOUCH_AFTER_MS) return { session, person, slid: false };
  const seen = { lastSeenAtMs: nowMs, expiresAtMs: nowMs + SESSION_MS };
  await stores.people.touchSession(session.id, seen);
  return { session: { ...session, ...seen }, person, slid: true };
}

/** The session of a Cookie header, for the socket. */
export const findSessionOfCookie = async (
  parts: { readonly stores: Pick<Stores, "people">; readonly clock: Clock; readonly cookie: SessionCookie },
  cookieHeader: string | undefined,
): Promise<{ readonly session: SessionRow; readonly person: Person } | null> => {
  const token = parts.cookie.parse(cookieHeader);
  return token === null ? null : findLiveSession(parts, token);
};

/** Their role in one organisation; null when they are not in it. */
export const roleIn = (viewer: SignedIn, organisationId: OrganisationId): OrganisationRole | null =>
  viewer.organisations.find((organisation) => organisation.id === organisationId)?.role ?? null;

/** The viewer as pages see them. */
export const presentViewer = ({ person, organisations }: SignedIn): Viewer => ({
  id: person.id,
  name: person.name,
  email: person.email,
  theme: person.theme,
  organisations: organisations.map(({ id, name, kind, role }) => ({ id, name, kind, role })),
});
