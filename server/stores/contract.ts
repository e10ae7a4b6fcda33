/**
 * What the rest of the server may ask of the stores: the only file of `stores/` that others import (with the composition root).
 * Everything here is plain data; Prisma types and database rows do not leave. Rules ST1 … in ./SPEC.md; one contract suite runs on
 * every implementation.
 */
import type { InvitationId, LessonId, OrganisationId, PersonId, SessionId, TeamId, VersionId } from "#core/ids";
import type { LessonRole, OrganisationRole } from "#core/policy/policy";

// ---------------------------------------------------------------- document log (the hot path)

/** One update as it came from a client. */
export type LogEntry = {
  readonly document: string;
  /** Yjs update, v1 encoding. */
  readonly update: Uint8Array;
  /** Who sent it; null for the server itself. */
  readonly personId: PersonId | null;
  readonly atMs: number;
  /** When several people's updates were merged into one: the others, and when. */
  readonly others?: readonly { readonly personId: PersonId; readonly atMs: number }[];
};

/** A document as it is on disk: the last compacted snapshot and the updates after it, oldest first. Both empty for a document that never was. */
export type StoredDocument = {
  /** v1 update; null when nothing was compacted yet. */
  readonly snapshot: Uint8Array | null;
  readonly updates: readonly Uint8Array[];
  /** Number of the last log row in `updates` or folded into `snapshot`; 0 when there is none. Pass it to `compact`. */
  readonly throughSeq: number;
};

export type DocumentLog = {
  /** Commit these entries in one transaction, durably (an fsync), in order. Rejects when nothing was written. Rule ST2. */
  readonly append: (entries: readonly LogEntry[]) => Promise<void>;
  readonly load: (document: string) => Promise<StoredDocument>;
  /** Replace snapshot and all rows up to `throughSeq` by one snapshot, in one transaction. Rows after it stay. Rule ST3. */
  readonly compact: (document: string, snapshot: Uint8Array, throughSeq: number) => Promise<void>;
  /** Bind a Yjs client id to the person who first used it in this document. Answers who that is. Rule ST4. */
  readonly claimClientId: (document: string, clientId: number, personId: PersonId) => Promise<PersonId>;
  /** People who wrote in the document after `sinceMs`, first writer first. */
  readonly writersSince: (document: string, sinceMs: number) => Promise<readonly PersonId[]>;
  readonly close: () => Promise<void>;
};

// ---------------------------------------------------------------- people

export type OrganisationKind = "school" | "trust" | "hub";
export type Organisation = { readonly id: OrganisationId; readonly name: string; readonly kind: OrganisationKind };
export type Theme = "system" | "light" | "dark";
export type Person = { readonly id: PersonId; readonly name: string; readonly email: string; readonly theme: Theme };
export type Membership = { readonly personId: PersonId; readonly organisationId: OrganisationId; readonly role: OrganisationRole };
export type Team = { readonly id: TeamId; readonly organisationId: OrganisationId; readonly name: string };

export type SessionRow = {
  readonly id: SessionId;
  readonly personId: PersonId;
  readonly createdAtMs: number;
  readonly lastSeenAtMs: number;
  readonly expiresAtMs: number;
  readonly device: string;
};
export type InvitationRow = {
  readonly id: InvitationId;
  readonly organisationId: OrganisationId;
  readonly teamId: TeamId | null;
  readonly role: OrganisationRole;
  readonly createdById: PersonId;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly usedAtMs: number | null;
};
export type ResetRow = { readonly personId: PersonId; readonly expiresAtMs: number; readonly usedAtMs: number | null };

/** Tokens are stored as their SHA-256 (hex) only; the caller hashes. */
export type TokenHash = string;

export type PeopleStore = {
  readonly countPeople: () => Promise<number>;
  readonly findPerson: (id: PersonId) => Promise<Person | null>;
  readonly listPeople: (ids: readonly PersonId[]) => Promise<readonly Person[]>;
  /** E-mail addresses compare without case; stored trimmed and lower-cased by the caller. */
  readonly findPersonByEmail: (email: string) => Promise<(Person & { readonly passwordHash: string }) | null>;
  readonly findPasswordHash: (id: PersonId) => Promise<string | null>;
  /** First person of an empty installation: organisation, person, admin membership and first team, in one transaction. Throws AppError "conflict" when there already is a person. */
  readonly createFirstPerson: (input: {
    organisation: Organisation;
    person: Person & { passwordHash: string };
    team: Team;
    nowMs: number;
  }) => Promise<void>;
  /** Throws AppError "conflict" when the e-mail is taken. */
  readonly createPerson: (input: Person & { passwordHash: string; nowMs: number }) => Promise<void>;
  readonly updatePerson: (id: PersonId, change: { name?: string; theme?: Theme; passwordHash?: string }) => Promise<void>;

  readonly createOrganisation: (organisation: Organisation, nowMs: number) => Promise<void>;
  readonly listOrganisations: (personId: PersonId) => Promise<readonly (Organisation & { readonly role: OrganisationRole })[]>;
  readonly findOrganisation: (id: OrganisationId) => Promise<Organisation | null>;
  readonly listMembers: (organisationId: OrganisationId) => Promise<readonly (Person & { readonly role: OrganisationRole })[]>;
  readonly findRole: (personId: PersonId, organisationId: OrganisationId) => Promise<OrganisationRole | null>;
  /** Adds the membership or changes its role. */
  readonly setMembership: (membership: Membership, nowMs: number) => Promise<void>;
  /** Also leaves the organisation's teams and loses what was granted there, in one transaction. */
  readonly removeMembership: (personId: PersonId, organisationId: OrganisationId) => Promise<void>;

  readonly createTeam: (team: Team, nowMs: number) => Promise<void>;
  readonly findTeam: (id: TeamId) => Promise<Team | null>;
  /** Teams the person is a member of, by name. */
  readonly listTeams: (personId: PersonId) => Promise<readonly Team[]>;
  readonly listTeamsOf: (organisationId: OrganisationId) => Promise<readonly Team[]>;
  readonly listTeamMembers: (teamId: TeamId) => Promise<readonly (Person & { readonly role: OrganisationRole })[]>;
  readonly addTeamMember: (teamId: TeamId, personId: PersonId, nowMs: number) => Promise<void>;
  readonly removeTeamMember: (teamId: TeamId, personId: PersonId) => Promise<void>;

  readonly createSession: (session: SessionRow & { tokenHash: TokenHash }) => Promise<void>;
  /** Null when there is none or it has expired at `nowMs`. */
  readonly findSession: (tokenHash: TokenHash, nowMs: number) => Promise<SessionRow | null>;
  /** Is this session the person's, and not expired at `nowMs`? */
  readonly isSessionOpen: (id: SessionId, personId: PersonId, nowMs: number) => Promise<boolean>;
  readonly touchSession: (id: SessionId, seen: { lastSeenAtMs: number; expiresAtMs: number }) => Promise<void>;
  readonly listSessions: (personId: PersonId, nowMs: number) => Promise<readonly SessionRow[]>;
  /** Ownership is in the `where`: ending somebody else's session does nothing. Answers whether one ended. */
  readonly endSession: (id: SessionId, personId: PersonId) => Promise<boolean>;
  readonly endAllSessions: (personId: PersonId, except: SessionId | null) => Promise<number>;
  readonly deleteExpired: (nowMs: number) => Promise<void>;

  readonly createInvitation: (invitation: InvitationRow & { tokenHash: TokenHash }) => Promise<void>;
  readonly findInvitation: (tokenHash: TokenHash) => Promise<InvitationRow | null>;
  readonly listInvitations: (organisationId: OrganisationId, nowMs: number) => Promise<readonly InvitationRow[]>;
  readonly deleteInvitation: (id: InvitationId, organisationId: OrganisationId) => Promise<boolean>;
  /** Use the invitation up once and join: membership and team in one transaction. False when it was used or has expired meanwhile (single use under race, ST6). */
  readonly acceptInvitation: (
    tokenHash: TokenHash,
    personId: PersonId,
    nowMs: number,
    newPerson: (Person & { passwordHash: string }) | null,
  ) => Promise<boolean>;

  readonly createReset: (reset: {
    tokenHash: TokenHash;
    personId: PersonId;
    createdById: PersonId;
    createdAtMs: number;
    expiresAtMs: number;
  }) => Promise<void>;
  readonly findReset: (tokenHash: TokenHash) => Promise<ResetRow | null>;
  /** Sets the password, uses the reset up and ends all sessions, in one transaction. False when it was used or has expired meanwhile. */
  readonly useReset: (tokenHash: TokenHash, passwordHash: string, nowMs: number) => Promise<PersonId | null>;
};

/** Counts tries in a window, kept in the database. */
export type RateLimit = {
  /** Take one try. Answers null when it may go on, or how long to wait in ms. */
  readonly take: (key: string) => Promise<number | null>;
  /** Give one try back: it turned out to be a good one, and only bad ones count (sixty teachers behind one school address sign in at half past eight). */
  readonly giveBack: (key: string) => Promise<void>;
  readonly reset: (key: string) => Promise<void>;
};
export type RateLimits = { readonly make: (options: { name: string; tries: number; windowMs: number }) => RateLimit };

// ---------------------------------------------------------------- lessons

/** What the list shows and search finds: a projection of the document. */
export type LessonFacts = {
  readonly title: string;
  readonly yearGroup: string;
  readonly durationMinutes: number;
  readonly criterionCodes: readonly string[];
};
export type LessonRow = LessonFacts & {
  readonly id: LessonId;
  readonly teamId: TeamId;
  readonly organisationId: OrganisationId;
  readonly createdById: PersonId;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly archivedAtMs: number | null;
};

export type LessonSearch = {
  readonly personId: PersonId;
  /** Only lessons of this team; null for all. */
  readonly teamId: TeamId | null;
  readonly text: string;
  readonly yearGroup: string | null;
  readonly criterionCode: string | null;
  readonly archived: boolean;
  readonly skip: number;
  readonly take: number;
};

export type LessonStore = {
  /** The lesson and the first state of its document, in one transaction: content is seeded once, by the server. Rule ST5. */
  readonly createLesson: (lesson: LessonRow, seed: Uint8Array) => Promise<void>;
  readonly findLesson: (id: LessonId) => Promise<LessonRow | null>;
  /** Those of these lessons that belong to the organisation, in any order. */
  readonly findLessonsOf: (organisationId: OrganisationId, ids: readonly LessonId[]) => Promise<readonly LessonRow[]>;
  /** Lessons the person may open (team member or granted), newest change first. `text` is found in title or criterion codes, without case. */
  readonly searchLessons: (search: LessonSearch) => Promise<{ readonly lessons: readonly LessonRow[]; readonly total: number }>;
  /** Ids of all lessons, in order of id, after `after`: pages for rebuilding projections. */
  readonly listLessonIds: (after: LessonId | null, take: number) => Promise<readonly LessonId[]>;
  /** The same for lessons in whose document somebody wrote after `updatedAtMs`: their facts may be behind. */
  readonly listBehind: (after: LessonId | null, take: number) => Promise<readonly LessonId[]>;
  /** When somebody last wrote in the lesson's document; null when nobody has. */
  readonly findWrittenAt: (id: LessonId) => Promise<number | null>;
  readonly setArchived: (id: LessonId, archivedAtMs: number | null) => Promise<void>;
  /** Write the projection. `updatedAtMs` never goes back. */
  readonly setFacts: (id: LessonId, facts: LessonFacts, updatedAtMs: number) => Promise<void>;
  readonly findGrant: (lessonId: LessonId, personId: PersonId) => Promise<LessonRole | null>;
  readonly setGrant: (lessonId: LessonId, personId: PersonId, role: LessonRole | null, nowMs: number) => Promise<void>;
  readonly listGrants: (lessonId: LessonId) => Promise<readonly (Person & { readonly role: LessonRole })[]>;
  /** All that decides what one person is to one lesson, in one read; null when there is no such lesson. */
  readonly findStanding: (
    lessonId: LessonId,
    personId: PersonId,
  ) => Promise<{
    readonly organisationRole: OrganisationRole | null;
    readonly inTeam: boolean;
    readonly granted: LessonRole | null;
    readonly archived: boolean;
  } | null>;
};

// ---------------------------------------------------------------- versions

export const VERSION_KINDS = ["draft", "as-planned", "as-taught", "refined", "published"] as const;
export type VersionKind = (typeof VERSION_KINDS)[number];

export type VersionRow = {
  readonly id: VersionId;
  readonly lessonId: LessonId;
  readonly number: number;
  readonly kind: VersionKind;
  readonly title: string;
  readonly note: string;
  /** Made by the product (last person left, before a put-back), not named by a person. */
  readonly automatic: boolean;
  readonly authorId: PersonId | null;
  readonly contributorIds: readonly PersonId[];
  readonly createdAtMs: number;
  /** Schema version of `content`. */
  readonly schemaVersion: number;
};

export type VersionStore = {
  /** Gives the next number of that lesson, in the same transaction. Versions are immutable: there is no update. Rule ST7. */
  readonly createVersion: (version: Omit<VersionRow, "number">, body: { state: Uint8Array; content: string }) => Promise<number>;
  readonly listVersions: (lessonId: LessonId) => Promise<readonly VersionRow[]>;
  readonly findVersion: (lessonId: LessonId, number: number) => Promise<(VersionRow & { readonly content: string }) | null>;
  /** The full encoded state (Yjs v2 update, as it was given). */
  readonly findVersionState: (lessonId: LessonId, number: number) => Promise<Uint8Array | null>;
  /** The number of the newest version of each lesson, in one read; a lesson without versions is not in the map. */
  readonly latestNumbers: (lessonIds: readonly LessonId[]) => Promise<ReadonlyMap<LessonId, number>>;
  readonly findLatest: (lessonId: LessonId) => Promise<(VersionRow & { readonly content: string }) | null>;
};

// ---------------------------------------------------------------- looking after it

/** What the database takes on disk, and what the document log holds. */
export type StorageFacts = {
  readonly databaseBytes: number;
  /** The write-ahead log beside the database: the newest changes, folded in from time to time. */
  readonly logBytes: number;
  readonly documents: number;
  /** Updates after the last snapshot of each document. */
  readonly updates: number;
};

/** What is remembered of a backup. */
export type BackupRecord = {
  readonly path: string;
  readonly bytes: number;
  /** Everything acknowledged before this moment is in it. */
  readonly atMs: number;
  readonly documents: number;
  readonly damagedDocuments: number;
};

/** The last backup: none was made; what was made, and whether the file is still where it was put; or nobody can tell. */
export type LastBackup =
  | { readonly state: "none" }
  | { readonly state: "made"; readonly record: BackupRecord; readonly isStillThere: boolean }
  | { readonly state: "unreadable" };

// ---------------------------------------------------------------- all of it

export type Stores = {
  readonly log: DocumentLog;
  readonly people: PeopleStore;
  readonly lessons: LessonStore;
  readonly versions: VersionStore;
  readonly rateLimits: RateLimits;
  /** Rejects when the database cannot be reached or its migrations are not applied. For /readyz. */
  readonly check: () => Promise<void>;
  readonly readStorage: () => Promise<StorageFacts>;
  readonly readLastBackup: () => Promise<LastBackup>;
  readonly close: () => Promise<void>;
};
