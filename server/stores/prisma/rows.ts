/**
 * From rows to core types, at the edge: ids get their brand, times become numbers, and words of a closed list are checked. A word that
 * the list does not hold throws (ZodError): better a loud page than a permission guessed. Rule ST10.
 */
import { z } from "zod";
import {
  parseId,
  type InvitationId,
  type LessonId,
  type OrganisationId,
  type PersonId,
  type SessionId,
  type TeamId,
  type VersionId,
} from "#core/ids";
import { LESSON_ROLES, ORGANISATION_ROLES } from "#core/policy/policy";
import {
  VERSION_KINDS,
  type InvitationRow,
  type LessonRow,
  type Organisation,
  type Person,
  type SessionRow,
  type Team,
  type VersionRow,
} from "../contract.ts";

const organisationKind = z.enum(["school", "trust", "hub"]);
const theme = z.enum(["system", "light", "dark"]);
const organisationRole = z.enum(ORGANISATION_ROLES);
const lessonRole = z.enum(LESSON_ROLES);
const versionKind = z.enum(VERSION_KINDS);

export const parseOrganisationRole = (value: string) => organisationRole.parse(value);
export const parseLessonRole = (value: string) => lessonRole.parse(value);

/** A time of the database as a number of ms; exact until the year 287396. */
export const toMs = (value: bigint): number => Number(value);
const toMsOrNull = (value: bigint | null): number | null => (value === null ? null : Number(value));

/** The one table that keeps a date is the rate limiter's, whose library wants it so. */
export const toDate = (ms: number) => z.coerce.date().parse(ms);

/** Bytes of the database as a plain view, whatever class the driver gave them. */
export const toBytes = (value: Uint8Array): Uint8Array => new Uint8Array(value.buffer, value.byteOffset, value.byteLength);

export const ORGANISATION_COLUMNS = { id: true, name: true, kind: true } as const;
export const toOrganisation = (row: { id: string; name: string; kind: string }): Organisation => ({
  id: parseId<OrganisationId>(row.id),
  name: row.name,
  kind: organisationKind.parse(row.kind),
});

export const PERSON_COLUMNS = { id: true, name: true, email: true, theme: true } as const;
export const toPerson = (row: { id: string; name: string; email: string; theme: string }): Person => ({
  id: parseId<PersonId>(row.id),
  name: row.name,
  email: row.email,
  theme: theme.parse(row.theme),
});

export const TEAM_COLUMNS = { id: true, organisationId: true, name: true } as const;
export const toTeam = (row: { id: string; organisationId: string; name: string }): Team => ({
  id: parseId<TeamId>(row.id),
  organisationId: parseId<OrganisationId>(row.organisationId),
  name: row.name,
});

export const SESSION_COLUMNS = { id: true, personId: true, createdAtMs: true, lastSeenAtMs: true, expiresAtMs: true, device: true } as const;
export const toSession = (row: {
  id: string;
  personId: string;
  createdAtMs: bigint;
  lastSeenAtMs: bigint;
  expiresAtMs: bigint;
  device: string;
}): SessionRow => ({
  id: parseId<SessionId>(row.id),
  personId: parseId<PersonId>(row.personId),
  createdAtMs: toMs(row.createdAtMs),
  lastSeenAtMs: toMs(row.lastSeenAtMs),
  expiresAtMs: toMs(row.expiresAtMs),
  device: row.device,
});

export const INVITATION_COLUMNS = {
  id: true,
  organisationId: true,
  teamId: true,
  role: true,
  createdById: true,
  createdAtMs: true,
  expiresAtMs: true,
  usedAtMs: true,
} as const;
export const toInvitation = (row: {
  id: string;
  organisationId: string;
  teamId: string | null;
  role: string;
  createdById: string;
  createdAtMs: bigint;
  expiresAtMs: bigint;
  usedAtMs: bigint | null;
}): InvitationRow => ({
  id: parseId<InvitationId>(row.id),
  organisationId: parseId<OrganisationId>(row.organisationId),
  teamId: row.teamId === null ? null : parseId<TeamId>(row.teamId),
  role: parseOrganisationRole(row.role),
  createdById: parseId<PersonId>(row.createdById),
  createdAtMs: toMs(row.createdAtMs),
  expiresAtMs: toMs(row.expiresAtMs),
  usedAtMs: toMsOrNull(row.usedAtMs),
});

export const RESET_COLUMNS = { personId: true, expiresAtMs: true, usedAtMs: true } as const;
export const toReset = (row: { personId: string; expiresAtMs: bigint; usedAtMs: bigint | null }) => ({
  personId: parseId<PersonId>(row.personId),
  expiresAtMs: toMs(row.expiresAtMs),
  usedAtMs: toMsOrNull(row.usedAtMs),
});

export const LESSON_COLUMNS = {
  id: true,
  teamId: true,
  organisationId: true,
  createdById: true,
  createdAtMs: true,
  updatedAtMs: true,
  archivedAtMs: true,
  title: true,
  yearGroup: true,
  durationMinutes: true,
  criteria: { select: { code: true }, orderBy: { position: "asc" } },
} as const;
export const toLesson = (row: {
  id: string;
  teamId: string;
  organisationId: string;
  createdById: string;
  createdAtMs: bigint;
  updatedAtMs: bigint;
  archivedAtMs: bigint | null;
  title: string;
  yearGroup: string;
  durationMinutes: number;
  criteria: readonly { code: string }[];
}): LessonRow => ({
  id: parseId<LessonId>(row.id),
  teamId: parseId<TeamId>(row.teamId),
  organisationId: parseId<OrganisationId>(row.organisationId),
  createdById: parseId<PersonId>(row.createdById),
  createdAtMs: toMs(row.createdAtMs),
  updatedAtMs: toMs(row.updatedAtMs),
  archivedAtMs: toMsOrNull(row.archivedAtMs),
  title: row.title,
  yearGroup: row.yearGroup,
  durationMinutes: row.durationMinutes,
  criterionCodes: row.criteria.map(({ code }) => code),
});

export const VERSION_COLUMNS = {
  id: true,
  lessonId: true,
  number: true,
  kind: true,
  title: true,
  note: true,
  automatic: true,
  authorId: true,
  createdAtMs: true,
  schemaVersion: true,
  contributors: { select: { personId: true }, orderBy: { position: "asc" } },
} as const;
export const toVersion = (row: {
  id: string;
  lessonId: string;
  number: number;
  kind: string;
  title: string;
  note: string;
  automatic: boolean;
  authorId: string | null;
  createdAtMs: bigint;
  schemaVersion: number;
  contributors: readonly { personId: string }[];
}): VersionRow => ({
  id: parseId<VersionId>(row.id),
  lessonId: parseId<LessonId>(row.lessonId),
  number: row.number,
  kind: versionKind.parse(row.kind),
  title: row.title,
  note: row.note,
  automatic: row.automatic,
  authorId: row.authorId === null ? null : parseId<PersonId>(row.authorId),
  contributorIds: row.contributors.map(({ personId }) => parseId<PersonId>(personId)),
  createdAtMs: toMs(row.createdAtMs),
  schemaVersion: row.schemaVersion,
});
