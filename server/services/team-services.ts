/** Teams: who co-plans, and their lessons. */
import { AppError } from "#core/errors";
import { isId, type PersonId, type TeamId } from "#core/ids";
import { can, permissionsFor, teamRoles, type Action, type Role } from "#core/policy/policy";
import type { Team } from "#server/stores/contract";
import type { MemberView, TeamServices, TeamSummary } from "../../app/services.ts";
import { listLessons } from "./lesson-list.ts";
import type { ServiceParts } from "./service-parts.ts";
import { roleIn, type SignedIn, type ViewerSession } from "./viewer.ts";

/** A team's page shows this many lessons; the list of lessons has them all. */
const LESSONS_SHOWN = 200;

type Entered = { readonly viewer: SignedIn; readonly team: Team; readonly roles: readonly Role[] };

/** Makes the team services of one request. */
export function makeTeamServices(parts: ServiceParts, session: ViewerSession): TeamServices {
  const { stores, clock, hub, logger } = parts;

  /** The team, for somebody who may do this with it. */
  const enter = async (id: string, action: Action): Promise<Entered> => {
    const viewer = await session.require();
    const team = isId(id) ? await stores.people.findTeam(id as TeamId) : null;
    if (team === null) throw new AppError("not-found", { message: "There is no such team." });
    const inTeam = (await stores.people.listTeams(viewer.person.id)).some((own) => own.id === team.id);
    const roles = teamRoles({ organisationRole: roleIn(viewer, team.organisationId), inTeam });
    if (!can(roles, action)) throw new AppError("forbidden", { message: "This team is open to its members. Ask one of them, or your maths lead." });
    return { viewer, team, roles };
  };

  return {
    list: async () => listTeams(parts, await session.require()),
    get: async (id) => {
      const { viewer, team, roles } = await enter(id, "team.read");
      const permissions = permissionsFor(roles, ["team.change-members", "lesson.create", "organisation.invite"]);
      const showEmails = can(roles, "organisation.list-members");
      const present = (member: MemberView): MemberView => ({
        id: member.id,
        name: member.name,
        email: showEmails ? member.email : "",
        role: member.role,
      });
      const [organisation, members, everybody, found] = await Promise.all([
        stores.people.findOrganisation(team.organisationId),
        stores.people.listTeamMembers(team.id),
        permissions["team.change-members"] ? stores.people.listMembers(team.organisationId) : [],
        stores.lessons.searchLessons({
          personId: viewer.person.id,
          teamId: team.id,
          text: "",
          yearGroup: null,
          criterionCode: null,
          archived: false,
          skip: 0,
          take: LESSONS_SHOWN,
        }),
      ]);
      const inTeam = new Set(members.map((member) => member.id));
      const lessons = await listLessons(stores, viewer, found.lessons);
      return {
        id: team.id,
        name: team.name,
        organisationId: team.organisationId,
        organisationName: organisation?.name ?? "",
        members: members.map(present),
        candidates: everybody.filter((person) => !inTeam.has(person.id)).map(present),
        lessons: lessons.map(({ summary }) => summary),
        permissions,
      };
    },
    addMember: async (teamId, personId) => {
      const { viewer, team } = await enter(teamId, "team.change-members");
      const role = isId(personId) ? await stores.people.findRole(personId as PersonId, team.organisationId) : null;
      if (role === null) throw new AppError("not-found", { message: "Only people of the organisation can be in its teams. Invite them first." });
      await stores.people.addTeamMember(team.id, personId as PersonId, clock.nowMs());
      logger.info({ teamId: team.id, by: viewer.person.id, personId }, "team member added");
      await hub.recheck({ personId: personId as PersonId });
    },
    removeMember: async (teamId, personId) => {
      const { viewer, team } = await enter(teamId, "team.change-members");
      if (!isId(personId)) throw new AppError("not-found", { message: "This person is not in the team." });
      await stores.people.removeTeamMember(team.id, personId as PersonId);
      logger.info({ teamId: team.id, by: viewer.person.id, personId }, "team member removed");
      await hub.recheck({ personId: personId as PersonId });
    },
  };
}

/** The viewer's own teams, as lists show them. */
export async function listTeams(parts: Pick<ServiceParts, "stores">, viewer: SignedIn): Promise<readonly TeamSummary[]> {
  const teams = await parts.stores.people.listTeams(viewer.person.id);
  return teams.flatMap((team) => {
    const organisation = viewer.organisations.find(({ id }) => id === team.organisationId);
    return organisation === undefined ? [] : [{ id: team.id, name: team.name, organisationName: organisation.name }];
  });
}
