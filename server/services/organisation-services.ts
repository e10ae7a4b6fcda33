/**
 * Organisations: who is in them, invitations, roles, reset links, teams. Rules PO6 to PO8.
 */
import { z } from "zod";
import { AppError } from "#core/errors";
import { makeId, type InvitationId, type OrganisationId, type PersonId, type TeamId } from "#core/ids";
import { LIMITS } from "#core/limits";
import { ORGANISATION_ROLES, can, permissionsFor, rolesGivenBy, teamRoles, type Action, type OrganisationRole } from "#core/policy/policy";
import { DAY_MS, HOUR_MS } from "#core/time";
import { hashToken, makeToken } from "#server/auth/tokens";
import type { Person } from "#server/stores/contract";
import type { OrganisationServices } from "../../app/services.ts";
import { badInput, lineOf, parseForm } from "./form-input.ts";
import type { OrganisationAccess } from "./organisation-access.ts";
import type { ServiceParts } from "./service-parts.ts";
import { roleIn, type SignedIn, type ViewerSession } from "./viewer.ts";

const ACTIONS = [
  "organisation.list-members",
  "organisation.invite",
  "organisation.change-role",
  "organisation.remove-member",
  "organisation.reset-password",
  "organisation.create-team",
  "organisation.operate",
] as const satisfies readonly Action[];

const roleField = z.enum(ORGANISATION_ROLES, { error: "Choose a role." });
const inviteForm = z.object({ role: roleField, teamId: z.string().nullish() });
const teamForm = z.object({ name: lineOf({ missing: "Give the team a name, like Year 3 maths.", maxLength: LIMITS.maxNameLength }) });

type Member = Person & { readonly role: OrganisationRole };

/** Makes the organisation services of one request. */
export function makeOrganisationServices(parts: ServiceParts, session: ViewerSession, enter: OrganisationAccess): OrganisationServices {
  const { stores, clock, hub, logger, random, publicUrl, oneAtATime } = parts;

  const getMember = async (organisationId: OrganisationId, personId: string): Promise<Member> => {
    const member = (await stores.people.listMembers(organisationId)).find(({ id }) => id === personId);
    if (member === undefined) throw new AppError("not-found", { message: "This person does not belong to the organisation." });
    return member;
  };
  /** Rule PO7: refuse what would leave the organisation without an admin. */
  const keepAnAdmin = async (organisationId: OrganisationId, leaving: Member): Promise<void> => {
    if (leaving.role !== "admin") return;
    const admins = (await stores.people.listMembers(organisationId)).filter(({ role }) => role === "admin");
    if (admins.length <= 1) {
      throw new AppError("conflict", { message: `${leaving.name} is the only administrator here. Make somebody else an administrator first.` });
    }
  };
  /** Rule PO8: a reset link opens the whole account, also in other organisations. */
  const checkMayReset = async (viewer: SignedIn, member: Person): Promise<void> => {
    const others = (await stores.people.listOrganisations(member.id)).filter(({ id }) => !can(rolesOf(viewer, id), "organisation.reset-password"));
    if (others.length > 0) {
      throw new AppError("conflict", {
        message: `${member.name} also belongs to ${others.map(({ name }) => name).join(" and ")}. A new password would open that too, so it cannot be given from here.`,
      });
    }
  };

  return {
    get: async (id) => {
      const { viewer, organisation, role } = await enter(id, "organisation.read");
      const permissions = permissionsFor([role], ACTIONS);
      const nowMs = clock.nowMs();
      const [members, teams, invitations, own] = await Promise.all([
        permissions["organisation.list-members"] ? stores.people.listMembers(organisation.id) : [],
        stores.people.listTeamsOf(organisation.id),
        permissions["organisation.invite"] ? stores.people.listInvitations(organisation.id, nowMs) : [],
        stores.people.listTeams(viewer.person.id),
      ]);
      const mine = new Set(own.map((team) => team.id));
      const nameOf = new Map(teams.map((team) => [team.id, team.name]));
      return {
        id: organisation.id,
        name: organisation.name,
        kind: organisation.kind,
        members: members.map((member) => ({ id: member.id, name: member.name, email: member.email, role: member.role })),
        teams: teams
          .filter((team) => can(teamRoles({ organisationRole: role, inTeam: mine.has(team.id) }), "team.read"))
          .map((team) => ({ id: team.id, name: team.name })),
        invitations: invitations
          .filter((row) => row.usedAtMs === null && row.expiresAtMs > nowMs)
          .map((row) => ({
            id: row.id,
            role: row.role,
            teamName: row.teamId === null ? null : (nameOf.get(row.teamId) ?? null),
            createdAtMs: row.createdAtMs,
            expiresAtMs: row.expiresAtMs,
          })),
        permissions,
      };
    },

    invite: async (organisationId, input) => {
      const { viewer, organisation, role: ownRole } = await enter(organisationId, "organisation.invite");
      const form = parseForm(inviteForm, input);
      if (!rolesGivenBy(ownRole).includes(form.role)) throw badInput({ role: "Only an administrator may give this role." });
      const team = form.teamId === null || form.teamId === undefined || form.teamId === "" ? null : form.teamId;
      if (team !== null && !(await stores.people.listTeamsOf(organisation.id)).some(({ id }) => id === team)) {
        throw badInput({ teamId: "Choose one of the organisation’s teams." });
      }
      const token = makeToken(random);
      const nowMs = clock.nowMs();
      const expiresAtMs = nowMs + LIMITS.invitationDays * DAY_MS;
      await stores.people.createInvitation({
        id: makeId<InvitationId>(random),
        organisationId: organisation.id,
        teamId: team as TeamId | null,
        role: form.role,
        createdById: viewer.person.id,
        createdAtMs: nowMs,
        expiresAtMs,
        usedAtMs: null,
        tokenHash: hashToken(token),
      });
      logger.info({ organisationId: organisation.id, by: viewer.person.id, role: form.role }, "invitation made");
      return { link: `${publicUrl()}/invite/${token}`, expiresAtMs };
    },
    withdrawInvitation: async (organisationId, invitationId) => {
      const { organisation, role } = await enter(organisationId, "organisation.invite");
      const row = (await stores.people.listInvitations(organisation.id, clock.nowMs())).find(({ id }) => id === invitationId);
      // One that was used or withdrawn already is what was wanted.
      if (row === undefined) return;
      if (!rolesGivenBy(role).includes(row.role)) throw new AppError("forbidden", { message: "Only an administrator may withdraw this invitation." });
      await stores.people.deleteInvitation(row.id, organisation.id);
    },

    changeRole: async (organisationId, personId, wanted) => {
      const { viewer, organisation } = await enter(organisationId, "organisation.change-role");
      const { role } = parseForm(z.object({ role: roleField }), { role: wanted });
      await oneAtATime(organisation.id, async () => {
        const member = await getMember(organisation.id, personId);
        if (member.role === role) return;
        await keepAnAdmin(organisation.id, member);
        await stores.people.setMembership({ personId: member.id, organisationId: organisation.id, role }, clock.nowMs());
      });
      session.forget();
      logger.info({ organisationId: organisation.id, by: viewer.person.id, personId, role }, "role changed");
      await hub.recheck({ personId: personId as PersonId });
    },
    removeMember: async (organisationId, personId) => {
      const { viewer, organisation } = await enter(organisationId, "organisation.remove-member");
      await oneAtATime(organisation.id, async () => {
        const member = await getMember(organisation.id, personId);
        await keepAnAdmin(organisation.id, member);
        await stores.people.removeMembership(member.id, organisation.id);
      });
      session.forget();
      logger.info({ organisationId: organisation.id, by: viewer.person.id, personId }, "member removed");
      await hub.recheck({ personId: personId as PersonId });
    },
    createResetLink: async (organisationId, personId) => {
      const { viewer, organisation } = await enter(organisationId, "organisation.reset-password");
      const member = await getMember(organisation.id, personId);
      await checkMayReset(viewer, member);
      const token = makeToken(random);
      const nowMs = clock.nowMs();
      const expiresAtMs = nowMs + LIMITS.resetHours * HOUR_MS;
      await stores.people.createReset({
        tokenHash: hashToken(token),
        personId: member.id,
        createdById: viewer.person.id,
        createdAtMs: nowMs,
        expiresAtMs,
      });
      logger.info({ organisationId: organisation.id, by: viewer.person.id, personId }, "reset link made");
      return { link: `${publicUrl()}/reset/${token}`, expiresAtMs };
    },

    createTeam: async (organisationId, input) => {
      const { viewer, organisation } = await enter(organisationId, "organisation.create-team");
      const { name } = parseForm(teamForm, input);
      const nowMs = clock.nowMs();
      return oneAtATime(organisation.id, async () => {
        const taken = (await stores.people.listTeamsOf(organisation.id)).some((team) => team.name.toLowerCase() === name.toLowerCase());
        if (taken) throw badInput({ name: "There is a team with this name already." });
        const id = makeId<TeamId>(random);
        await stores.people.createTeam({ id, organisationId: organisation.id, name }, nowMs);
        // A team that nobody is in cannot hold a lesson; whoever made it begins it.
        await stores.people.addTeamMember(id, viewer.person.id, nowMs);
        return { id };
      });
    },
  };
}

const rolesOf = (viewer: SignedIn, organisationId: OrganisationId): readonly OrganisationRole[] => {
  const role = roleIn(viewer, organisationId);
  return role === null ? [] : [role];
};
