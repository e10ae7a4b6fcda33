/**
 * Signing in and out, my sessions, my profile, my password.
 * Always true: whether an e-mail address has an account here cannot be found out by signing in, neither from the answer nor from its time.
 */
import { z } from "zod";
import { isId, type SessionId } from "#core/ids";
import { findPasswordFault } from "#server/auth/password-rules";
import { hashPassword, verifyPassword } from "#server/auth/passwords";
import type { AccountServices } from "../../app/services.ts";
import { badInput, emailField, nameField, parseForm, passwordField } from "./form-input.ts";
import type { ServiceParts, ServiceRequest } from "./service-parts.ts";
import { presentViewer, type ViewerSession } from "./viewer.ts";

type SignInServices = Pick<
  AccountServices,
  "viewer" | "requireViewer" | "signIn" | "signOut" | "listSessions" | "endSession" | "endOtherSessions" | "changeProfile" | "changePassword"
>;

const signInForm = z.object({ email: emailField, password: passwordField("Enter your password.") });
const profileForm = z.object({
  name: nameField,
  theme: z.enum(["system", "light", "dark"], { error: "Choose light, dark, or as your device." }),
});
const passwordForm = z.object({ current: passwordField("Enter the password you have now."), next: z.string({ error: "Choose a password." }) });

/** Makes the account services of one request. */
export function makeAccountServices(parts: ServiceParts, viewer: ViewerSession, request: ServiceRequest): SignInServices {
  const { stores, clock, hub, limits, logger } = parts;
  return {
    viewer: async () => {
      const found = await viewer.find();
      return found === null ? null : presentViewer(found);
    },
    requireViewer: async () => presentViewer(await viewer.require()),

    signIn: async (input) => {
      const { email, password } = parseForm(signInForm, input);
      await limits.take(email, request.address);
      const person = await stores.people.findPersonByEmail(email);
      const right = await verifyPassword(person?.passwordHash ?? null, password);
      if (person === null || !right) {
        logger.info({ personId: person?.id ?? null }, "sign-in refused");
        throw badInput({ form: "That e-mail address and password do not belong together. Check both and try again." });
      }
      await limits.succeed(email, request.address);
      logger.info({ personId: person.id }, "signed in");
      return viewer.start(person.id);
    },
    signOut: async () => viewer.end(),

    listSessions: async () => {
      const { person, session: current } = await viewer.require();
      const sessions = await stores.people.listSessions(person.id, clock.nowMs());
      return sessions
        .map(({ id, device, createdAtMs, lastSeenAtMs }) => ({ id, device, createdAtMs, lastSeenAtMs, current: id === current.id }))
        .toSorted((a, b) => Number(b.current) - Number(a.current) || b.lastSeenAtMs - a.lastSeenAtMs);
    },
    endSession: async (id) => {
      const { person, session } = await viewer.require();
      // One that has ended already is what was wanted.
      if (!isId(id)) return;
      await stores.people.endSession(id as SessionId, person.id);
      if (id === session.id) viewer.forget();
      await hub.recheck({ personId: person.id });
    },
    endOtherSessions: async () => {
      const { person, session } = await viewer.require();
      const ended = await stores.people.endAllSessions(person.id, session.id);
      await hub.recheck({ personId: person.id });
      return ended;
    },

    changeProfile: async (input) => {
      const { person } = await viewer.require();
      const { name, theme } = parseForm(profileForm, input);
      await stores.people.updatePerson(person.id, { name, theme });
      viewer.forget();
    },
    changePassword: async (input) => {
      const { person, session, organisations } = await viewer.require();
      const { current, next } = parseForm(passwordForm, input);
      const fault = findPasswordFault(next, [person.name, person.email, ...organisations.map(({ name }) => name)]);
      if (fault !== null) throw badInput({ next: fault });
      // A stolen session must not be able to try passwords for ever.
      const account = `change ${person.id}`;
      await limits.take(account, request.address);
      if (!(await verifyPassword(await stores.people.findPasswordHash(person.id), current))) {
        throw badInput({ current: "This is not the password you have now." });
      }
      await limits.succeed(account, request.address);
      await stores.people.updatePerson(person.id, { passwordHash: await hashPassword(next) });
      await stores.people.endAllSessions(person.id, session.id);
      logger.info({ personId: person.id }, "password changed");
      await hub.recheck({ personId: person.id });
    },
  };
}
