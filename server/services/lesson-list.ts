/**
 * Lessons as lists show them. A page of fifty costs a few reads, not fifty: standing follows from the viewer's organisations and teams,
 * and only lessons outside both are asked for their grant.
 */
import type { LessonId, PersonId, TeamId } from "#core/ids";
import { lessonPermissions, lessonRoles, can, type LessonRole } from "#core/policy/policy";
import type { LessonRow, Stores, Team } from "#server/stores/contract";
import type { LessonSummary } from "../../app/services.ts";
import { roleIn, type SignedIn } from "./viewer.ts";

const UNTITLED = "Untitled lesson";

/** A lesson with what the viewer is to it. */
export type ListedLesson = { readonly row: LessonRow; readonly roles: readonly LessonRole[]; readonly summary: LessonSummary };

/** Present rows that the viewer may open; rows they may not open are left out. */
export async function listLessons(
  stores: Pick<Stores, "people" | "lessons" | "versions">,
  viewer: SignedIn,
  rows: readonly LessonRow[],
): Promise<readonly ListedLesson[]> {
  const ownTeams = await stores.people.listTeams(viewer.person.id);
  const inTeam = new Set(ownTeams.map(({ id }) => id));
  const [grants, numbers, teams] = await Promise.all([
    findGrants(
      stores,
      viewer.person.id,
      rows.filter((row) => !inTeam.has(row.teamId) || roleIn(viewer, row.organisationId) === null),
    ),
    stores.versions.latestNumbers(rows.map(({ id }) => id)),
    findTeams(stores, ownTeams, rows),
  ]);
  return rows.flatMap((row) => {
    const granted = grants.get(row.id) ?? null;
    const roles = lessonRoles({ organisationRole: roleIn(viewer, row.organisationId), inTeam: inTeam.has(row.teamId), granted });
    if (!can(roles, "lesson.read")) return [];
    return [
      { row, roles, summary: presentLesson(row, { roles, teamName: teams.get(row.teamId)?.name ?? "", latestVersion: numbers.get(row.id) ?? null }) },
    ];
  });
}

/** One row for a list. Who may not read versions is not told that there are any. */
export function presentLesson(
  row: LessonRow,
  more: { readonly roles: readonly LessonRole[]; readonly teamName: string; readonly latestVersion: number | null },
): LessonSummary {
  const archived = row.archivedAtMs !== null;
  return {
    id: row.id,
    title: row.title === "" ? UNTITLED : row.title,
    yearGroup: row.yearGroup,
    durationMinutes: row.durationMinutes,
    criterionCodes: row.criterionCodes,
    teamName: more.teamName,
    updatedAtMs: row.updatedAtMs,
    archived,
    latestVersion: can(more.roles, "lesson.read-versions") ? more.latestVersion : null,
    can: lessonPermissions({ roles: more.roles, archived }, ["lesson.write", "lesson.archive", "lesson.copy"]),
  };
}

async function findGrants(
  stores: Pick<Stores, "lessons">,
  personId: PersonId,
  rows: readonly LessonRow[],
): Promise<ReadonlyMap<LessonId, LessonRole | null>> {
  return new Map(await Promise.all(rows.map(async ({ id }) => [id, await stores.lessons.findGrant(id, personId)] as const)));
}

async function findTeams(stores: Pick<Stores, "people">, known: readonly Team[], rows: readonly LessonRow[]): Promise<ReadonlyMap<TeamId, Team>> {
  const teams = new Map(known.map((team) => [team.id, team]));
  const missing = [...new Set(rows.map(({ teamId }) => teamId))].filter((id) => !teams.has(id));
  for (const team of await Promise.all(missing.map(async (id) => stores.people.findTeam(id)))) if (team !== null) teams.set(team.id, team);
  return teams;
}
