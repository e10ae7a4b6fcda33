/**
 * All that a route may ask of the server: types only. The server makes these for one request and hands them over as
 * `context.services`, already bound to the person who asks. Only plain data passes (JSON values, Uint8Array).
 *
 * Every method decides permission itself (policy) and throws `AppError`: "not-signed-in", "forbidden", "not-found",
 * "bad-input" (with `fields` for a form), "conflict", "gone", "too-many".
 */
import type { LessonRole, OrganisationRole, Permissions } from "#core/policy/policy";

export type ThemeChoice = "system" | "light" | "dark";
export type OrganisationKind = "school" | "trust" | "hub";

/** The person who asks. */
export type Viewer = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly theme: ThemeChoice;
  readonly organisations: readonly { readonly id: string; readonly name: string; readonly kind: OrganisationKind; readonly role: OrganisationRole }[];
};

export type PersonView = { readonly id: string; readonly name: string };
export type MemberView = PersonView & { readonly email: string; readonly role: OrganisationRole };
export type TeamSummary = { readonly id: string; readonly name: string; readonly organisationName: string };

export type LessonSummary = {
  readonly id: string;
  readonly title: string;
  readonly yearGroup: string;
  readonly durationMinutes: number;
  readonly criterionCodes: readonly string[];
  readonly teamName: string;
  readonly updatedAtMs: number;
  readonly archived: boolean;
  readonly latestVersion: number | null;
  readonly can: Permissions<"lesson.write" | "lesson.archive" | "lesson.copy">;
};

export type LessonView = LessonSummary & {
  readonly organisationName: string;
  readonly teamId: string;
  readonly roles: readonly LessonRole[];
  readonly permissions: Permissions<
    | "lesson.write"
    | "lesson.comment"
    | "lesson.read-versions"
    | "lesson.name-version"
    | "lesson.put-back-version"
    | "lesson.share"
    | "lesson.archive"
    | "lesson.copy"
    | "lesson.export"
  >;
  /** Name of its document on the sync server. */
  readonly document: string;
};

export type VersionKind = "draft" | "as-planned" | "as-taught" | "refined" | "published";
export type VersionView = {
  readonly number: number;
  readonly kind: VersionKind;
  readonly title: string;
  readonly note: string;
  readonly automatic: boolean;
  readonly author: PersonView | null;
  readonly contributors: readonly PersonView[];
  readonly createdAtMs: number;
};

/** A lesson as plain data: `content` is ProseMirror JSON (unknown nodes kept), `facts` the plain values of the facts map. */
export type LessonContent = { readonly schemaVersion: number; readonly content: unknown; readonly facts: Readonly<Record<string, unknown>> };

/** A lesson as a file to download. */
export type LessonFile = { readonly fileName: string; readonly mediaType: string; readonly text: string };

/** What the session cookie needs; the route writes the header. */
export type SessionGrant = { readonly cookie: string };

export type AccountServices = {
  /** Null when nobody is signed in. Never throws for that. */
  readonly viewer: () => Promise<Viewer | null>;
  /** Throws "not-signed-in". */
  readonly requireViewer: () => Promise<Viewer>;
  /** Same answer and same time for an unknown e-mail and a wrong password: "bad-input" with fields.form. "too-many" when limited. */
  readonly signIn: (input: { email: string; password: string }) => Promise<SessionGrant>;
  /** Answers the header value that clears the cookie. */
  readonly signOut: () => Promise<SessionGrant>;
  readonly listSessions: () => Promise<
    readonly {
      readonly id: string;
      readonly device: string;
      readonly createdAtMs: number;
      readonly lastSeenAtMs: number;
      readonly current: boolean;
    }[]
  >;
  readonly endSession: (id: string) => Promise<void>;
  /** Ends all but this one; answers how many. */
  readonly endOtherSessions: () => Promise<number>;
  readonly changeProfile: (input: { name: string; theme: string }) => Promise<void>;
  readonly changePassword: (input: { current: string; next: string }) => Promise<void>;

  /** May /setup be used with this token? "not-found" when it may not (somebody is here already, or the token is wrong). */
  readonly checkSetup: (token: string) => Promise<void>;
  readonly setUp: (
    token: string,
    input: { organisationName: string; organisationKind: string; teamName: string; name: string; email: string; password: string },
  ) => Promise<SessionGrant>;

  /** "gone" when it was used or has expired, "not-found" when it never was. */
  readonly readInvitation: (token: string) => Promise<{
    readonly organisationName: string;
    readonly teamName: string | null;
    readonly role: OrganisationRole;
    readonly invitedBy: string;
    readonly expiresAtMs: number;
  }>;
  /** As somebody new: an account is made. */
  readonly acceptInvitationAsNew: (token: string, input: { name: string; email: string; password: string }) => Promise<SessionGrant>;
  /** As the person signed in. */
  readonly acceptInvitation: (token: string) => Promise<void>;

  /** Whose reset this is (the name only). "gone" / "not-found" as above. */
  readonly readReset: (token: string) => Promise<{ readonly name: string }>;
  readonly resetPassword: (token: string, input: { password: string }) => Promise<SessionGrant>;
};

export type OrganisationServices = {
  readonly get: (id: string) => Promise<{
    readonly id: string;
    readonly name: string;
    readonly kind: OrganisationKind;
    readonly members: readonly MemberView[];
    readonly teams: readonly { readonly id: string; readonly name: string }[];
    readonly invitations: readonly {
      readonly id: string;
      readonly role: OrganisationRole;
      readonly teamName: string | null;
      readonly createdAtMs: number;
      readonly expiresAtMs: number;
    }[];
    readonly permissions: Permissions<
      | "organisation.list-members"
      | "organisation.invite"
      | "organisation.change-role"
      | "organisation.remove-member"
      | "organisation.reset-password"
      | "organisation.create-team"
      | "organisation.operate"
    >;
  }>;
  /** Answers the whole address of the link, shown once. */
  readonly invite: (
    organisationId: string,
    input: { role: string; teamId: string | null },
  ) => Promise<{ readonly link: string; readonly expiresAtMs: number }>;
  readonly withdrawInvitation: (organisationId: string, invitationId: string) => Promise<void>;
  readonly changeRole: (organisationId: string, personId: string, role: string) => Promise<void>;
  readonly removeMember: (organisationId: string, personId: string) => Promise<void>;
  readonly createResetLink: (organisationId: string, personId: string) => Promise<{ readonly link: string; readonly expiresAtMs: number }>;
  readonly createTeam: (organisationId: string, input: { name: string }) => Promise<{ readonly id: string }>;
};

/** A lesson that somebody is in, or that needs a look though nobody is. */
export type OpenLessonView = {
  readonly id: string;
  /** Null when the viewer may not open the lesson: then only its team is told. */
  readonly title: string | null;
  readonly teamName: string;
  readonly people: number;
  readonly bytes: number;
  /** Edits that are not on disk yet. */
  readonly waitingEdits: number;
  /** Something stored of it cannot be read. */
  readonly damaged: boolean;
};

export type OperationServices = {
  /** How the installation does, for administrators. Lessons are those of this organisation; all other figures are of the whole installation. */
  readonly read: (organisationId: string) => Promise<{
    readonly organisation: { readonly id: string; readonly name: string };
    readonly readAtMs: number;
    /** Those that need a look first, then those with most people; at most fifty. */
    readonly openLessons: readonly OpenLessonView[];
    readonly openLessonsTotal: number;
    readonly health: {
      readonly databaseAnswers: boolean;
      readonly startedAtMs: number;
      readonly waitingEdits: number;
      /** Age of the oldest edit that waits; 0 when none does. */
      readonly oldestWaitingMs: number;
    };
    readonly storage: { readonly databaseBytes: number; readonly logBytes: number; readonly documents: number; readonly updates: number };
    readonly backup:
      | { readonly state: "none" }
      | { readonly state: "unreadable" }
      | {
          readonly state: "made";
          readonly atMs: number;
          readonly bytes: number;
          readonly documents: number;
          readonly damagedDocuments: number;
          readonly isStillThere: boolean;
        };
  }>;
};

export type TeamServices = {
  readonly list: () => Promise<readonly TeamSummary[]>;
  readonly get: (id: string) => Promise<{
    readonly id: string;
    readonly name: string;
    readonly organisationId: string;
    readonly organisationName: string;
    readonly members: readonly MemberView[];
    /** People of the organisation who could be added; empty when the viewer may not. */
    readonly candidates: readonly MemberView[];
    readonly lessons: readonly LessonSummary[];
    readonly permissions: Permissions<"team.change-members" | "lesson.create" | "organisation.invite">;
  }>;
  readonly addMember: (teamId: string, personId: string) => Promise<void>;
  readonly removeMember: (teamId: string, personId: string) => Promise<void>;
};

export type NewLesson = {
  readonly teamId: string;
  readonly title: string;
  readonly yearGroup: string;
  readonly durationMinutes: string;
  readonly start:
    | { readonly from: "blank" }
    | { readonly from: "template"; readonly template: string }
    | { readonly from: "copy"; readonly lessonId: string };
};

export type LessonServices = {
  readonly search: (query: {
    text: string;
    yearGroup: string | null;
    criterionCode: string | null;
    archived: boolean;
    page: number;
  }) => Promise<{ readonly lessons: readonly LessonSummary[]; readonly total: number; readonly page: number; readonly pages: number }>;
  readonly create: (input: NewLesson) => Promise<{ readonly id: string }>;
  readonly get: (id: string) => Promise<LessonView>;
  /** The lesson as it stands now, from the log. For read, print and export. */
  readonly read: (id: string) => Promise<LessonContent>;
  /** `format`: `json` (what Bansho reads again) or `md`; another is "not-found". `version` null: as it stands now. */
  readonly exportLesson: (id: string, wanted: { format: string; version: number | null }) => Promise<LessonFile>;
  readonly archive: (id: string) => Promise<void>;
  readonly unarchive: (id: string) => Promise<void>;
  readonly listVersions: (id: string) => Promise<readonly VersionView[]>;
  readonly readVersion: (id: string, number: number) => Promise<VersionView & LessonContent>;
  readonly nameVersion: (id: string, input: { kind: string; title: string; note: string }) => Promise<{ readonly number: number }>;
  /** A forward edit; open editors keep what they type. Answers the automatic version made just before. */
  readonly putBackVersion: (id: string, number: number) => Promise<{ readonly savedAs: number }>;
};

/** One thing to do next, for home. */
export type NextAction = { readonly title: string; readonly words: string; readonly href: string; readonly label: string };

export type HomeServices = {
  readonly home: () => Promise<{
    readonly next: NextAction | null;
    readonly lessons: readonly LessonSummary[];
    readonly teams: readonly TeamSummary[];
  }>;
};

export type Services = AccountServices & {
  readonly organisations: OrganisationServices;
  readonly operations: OperationServices;
  readonly teams: TeamServices;
  readonly lessons: LessonServices;
  readonly home: HomeServices;
};

/** What every loader and action gets as `context`. */
export type RequestContext = {
  readonly services: Services;
  /** For the content security policy. */
  readonly nonce: string;
  /** Demo mode says so on every page. */
  readonly demo: boolean;
  /** Short id of this request, shown on error pages and kept in the log. */
  readonly requestId: string;
  /** Tell operators about a bug (anything thrown that is no AppError): into the log, with the request's id. Never throws. */
  readonly report: (error: unknown) => void;
};
