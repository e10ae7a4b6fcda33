/**
 * How people come in: the first one by the set-up link, the others by invitation; and back in, by a reset link.
 * Always true: a link works once and for a while; of a link only its hash is kept; an invitation counts only while the person who made
 * it could still make it (PO6).
 */
import { z } from "zod";
import { AppError, isAppError } from "#core/errors";
import { makeId, type OrganisationId, type PersonId, type TeamId } from "#core/ids";
import { LIMITS } from "#core/limits";
import { rolesGivenBy } from "#core/policy/policy";
import { findPasswordFault } from "#server/auth/password-rules";
import { hashPassword } from "#server/auth/passwords";
import { hashToken, isSameSecret, isToken } from "#server/auth/tokens";
import type { InvitationRow, Organisation, Person, ResetRow } from "#server/stores/contract";
import type { AccountServices } from "../../app/services.ts";
import { badInput, emailField, lineOf, nameField, parseForm } from "./form-input.ts";
import type { ServiceParts } from "./service-parts.ts";
import type { ViewerSession } from "./viewer.ts";

type JoiningServices = Pick<
  AccountServices,
  "checkSetup" | "setUp" | "readInvitation" | "acceptInvitationAsNew" | "acceptInvitation" | "readReset" | "resetPassword"
>;

const passwordInput = z.string({ error: "Choose a password." });
const setupForm = z.object({
  organisationName: lineOf({ missing: "Enter the name of your school, trust or hub.", maxLength: LIMITS.maxNameLength }),
  organisationKind: z.enum(["school", "trust", "hub"], { error: "Choose school, trust or hub." }),
  teamName: lineOf({ missing: "Give your first team a name, like Year 3 maths.", maxLength: LIMITS.maxNameLength }),
  name: nameField,
  email: emailField,
  password: passwordInput,
});
const newPersonForm = z.object({ name: nameField, email: emailField, password: passwordInput });
const resetForm = z.object({ password: passwordInput });

const TAKEN = "Somebody has an account with this e-mail address already. If it is you, sign in and open the link again.";

/** Makes the joining services of one request. */
export function makeJoiningServices(parts: ServiceParts, viewer: ViewerSession): JoiningServices {
  const { stores, clock, hub, logger, random } = parts;

  const checkSetup = async (token: string): Promise<void> => {
    const wanted = parts.setupToken();
    const matches = wanted !== null && isSameSecret(token, wanted);
    if (!matches || (await stores.people.countPeople()) > 0) throw setupIsOver();
  };

  const getInvitation = async (token: string): Promise<{ row: InvitationRow; organisation: Organisation; inviter: Person }> => {
    const row = isToken(token) ? await stores.people.findInvitation(hashToken(token)) : null;
    if (row === null) throw new AppError("not-found", { message: "This is not an invitation we know. Check that the whole link was copied." });
    if (row.usedAtMs !== null || row.expiresAtMs <= clock.nowMs()) throw invitationIsOver();
    const [organisation, inviter, inviterRole] = await Promise.all([
      stores.people.findOrganisation(row.organisationId),
      stores.people.findPerson(row.createdById),
      stores.people.findRole(row.createdById, row.organisationId),
    ]);
    if (organisation === null || inviter === null || !rolesGivenBy(inviterRole).includes(row.role)) throw invitationIsOver();
    return { row, organisation, inviter };
  };

  const getReset = async (token: string): Promise<{ row: ResetRow; person: Person }> => {
    const row = isToken(token) ? await stores.people.findReset(hashToken(token)) : null;
    const person = row === null ? null : await stores.people.findPerson(row.personId);
    if (row === null || person === null)
      throw new AppError("not-found", { message: "This is not a reset link we know. Check that the whole link was copied." });
    if (row.usedAtMs !== null || row.expiresAtMs <= clock.nowMs()) throw resetIsOver();
    return { row, person };
  };

  return {
    checkSetup,
    setUp: async (token, input) => {
      await checkSetup(token);
      const form = parseForm(setupForm, input);
      const fault = findPasswordFault(form.password, [form.name, form.email, form.organisationName]);
      if (fault !== null) throw badInput({ password: fault });
      const personId = makeId<PersonId>(random);
      const organisationId = makeId<OrganisationId>(random);
      try {
        await stores.people.createFirstPerson({
          organisation: { id: organisationId, name: form.organisationName, kind: form.organisationKind },
          person: { id: personId, name: form.name, email: form.email, theme: "system", passwordHash: await hashPassword(form.password) },
          team: { id: makeId<TeamId>(random), organisationId, name: form.teamName },
          nowMs: clock.nowMs(),
        });
      } catch (cause) {
        throw isAppError(cause) && cause.code === "conflict" ? setupIsOver(cause) : cause;
      }
      logger.info({ personId, organisationId }, "set up");
      return viewer.start(personId);
    },

    readInvitation: async (token) => {
      const { row, organisation, inviter } = await getInvitation(token);
      const team = row.teamId === null ? null : await stores.people.findTeam(row.teamId);
      return {
        organisationName: organisation.name,
        teamName: team?.name ?? null,
        role: row.role,
        invitedBy: inviter.name,
        expiresAtMs: row.expiresAtMs,
      };
    },
    acceptInvitationAsNew: async (token, input) => {
      const { row, organisation } = await getInvitation(token);
      const form = parseForm(newPersonForm, input);
      const fault = findPasswordFault(form.password, [form.name, form.email, organisation.name]);
      if (fault !== null) throw badInput({ password: fault });
      if ((await stores.people.findPersonByEmail(form.email)) !== null) throw badInput({ email: TAKEN });
      const person = {
        id: makeId<PersonId>(random),
        name: form.name,
        email: form.email,
        theme: "system" as const,
        passwordHash: await hashPassword(form.password),
      };
      try {
        if (!(await stores.people.acceptInvitation(hashToken(token), person.id, clock.nowMs(), person))) throw invitationIsOver();
      } catch (cause) {
        throw isAppError(cause) && cause.code === "conflict" ? badInput({ email: TAKEN }) : cause;
      }
      logger.info({ personId: person.id, organisationId: row.organisationId, role: row.role }, "joined by invitation");
      return viewer.start(person.id);
    },
    acceptInvitation: async (token) => {
      const { person } = await viewer.require();
      const { row, organisation } = await getInvitation(token);
      // Joining again would change the role, perhaps the last admin's; changing roles is another action.
      if ((await stores.people.findRole(person.id, row.organisationId)) !== null) {
        throw new AppError("conflict", {
          message: `You already belong to ${organisation.name}. Nothing was changed, and the invitation can still be used by somebody else.`,
        });
      }
      if (!(await stores.people.acceptInvitation(hashToken(token), person.id, clock.nowMs(), null))) throw invitationIsOver();
      viewer.forget();
      logger.info({ personId: person.id, organisationId: row.organisationId, role: row.role }, "joined by invitation");
      await hub.recheck({ personId: person.id });
    },

    readReset: async (token) => ({ name: (await getReset(token)).person.name }),
    resetPassword: async (token, input) => {
      const { person } = await getReset(token);
      const { password } = parseForm(resetForm, input);
      const organisations = await stores.people.listOrganisations(person.id);
      const fault = findPasswordFault(password, [person.name, person.email, ...organisations.map(({ name }) => name)]);
      if (fault !== null) throw badInput({ password: fault });
      const personId = await stores.people.useReset(hashToken(token), await hashPassword(password), clock.nowMs());
      if (personId === null) throw resetIsOver();
      logger.info({ personId }, "password reset");
      // All sessions have ended with it; sockets follow before the new one begins.
      await hub.recheck({ personId });
      return viewer.start(personId);
    },
  };
}

const setupIsOver = (cause?: unknown): AppError =>
  new AppError("not-found", { message: "Set-up is not open. If Bansho is already set up here, sign in or ask for an invitation.", cause });
const invitationIsOver = (): AppError =>
  new AppError("gone", { message: "This invitation has been used or is no longer open. Ask the person who sent it for a new link." });
const resetIsOver = (): AppError =>
  new AppError("gone", { message: "This reset link has been used or has expired. Ask an administrator of your school for a new one." });
