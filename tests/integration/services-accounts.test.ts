/** Signing in, sessions, passwords, set-up, invitations and reset links, through the real services and stores. */
import { describe, expect, it } from "vitest";
import { isAppError } from "#core/errors";
import { LIMITS } from "#core/limits";
import { ORGANISATION_ROLES } from "#core/policy/policy";
import { DAY_MS, HOUR_MS } from "#core/time";
import { PASSWORD, SETUP_TOKEN, emptyWorld, tokenIn, tokenOf, world, type World } from "./services-world.ts";

/** The code and fields of what a promise is refused with. */
async function refusal(work: Promise<unknown>): Promise<{ code: string; fields: Readonly<Record<string, string>>; message: string }> {
  try {
    await work;
  } catch (error) {
    if (isAppError(error)) return { code: error.code, fields: error.fields, message: error.message };
    throw error;
  }
  throw new Error("It was not refused.");
}

/** Run with a world and put it away. */
const withWorld =
  (run: (w: World) => Promise<void>, make = world) =>
  async () => {
    const w = await make();
    try {
      await run(w);
    } finally {
      await w.dispose();
    }
  };

describe("signing in", () => {
  it(
    "[SV5] makes a session whose token is stored only as a hash",
    withWorld(async (w) => {
      const browser = await w.signedIn("aisha");
      expect(await browser.ask().viewer()).toEqual({
        id: w.id("aisha"),
        name: "Aisha",
        email: "aisha@demo.bansho.test",
        theme: "system",
        organisations: [{ id: w.elm, name: "Elm Lane Primary", kind: "school", role: "teacher" }],
      });
      expect(await w.stores.people.findSession(tokenOf(browser), w.clock.nowMs())).toBeNull();
    }),
  );

  it(
    "[SV2] answers a wrong password and an unknown e-mail alike, and works as long on both",
    withWorld(async (w) => {
      const timed = async (email: string): Promise<{ answer: unknown; tookMs: number }> => {
        const startMs = performance.now();
        const answer = await refusal(w.newBrowser().ask().signIn({ email, password: "not the password at all" }));
        return { answer, tookMs: performance.now() - startMs };
      };
      await timed("warm-up@demo.bansho.test");
      const known = [await timed(w.email("aisha")), await timed(w.email("aisha")), await timed(w.email("aisha"))];
      const unknown = [await timed("nobody@demo.bansho.test"), await timed("nobody@demo.bansho.test"), await timed("nobody@demo.bansho.test")];
      expect(unknown[0]?.answer).toEqual(known[0]?.answer);
      expect(known[0]?.answer).toMatchObject({
        code: "bad-input",
        fields: { form: "That e-mail address and password do not belong together. Check both and try again." },
      });
      const fastest = (runs: readonly { tookMs: number }[]): number => Math.min(...runs.map(({ tookMs }) => tookMs));
      // Argon2 takes some 20 ms, all else one or two; an answer without it would be ten times faster.
      expect(fastest(unknown)).toBeGreaterThan(fastest(known) / 3);
    }),
  );

  it(
    "takes e-mail addresses in any case, and says which field is missing",
    withWorld(async (w) => {
      await w.newBrowser().ask().signIn({ email: "  AISHA@demo.Bansho.test ", password: PASSWORD });
      expect((await refusal(w.newBrowser().ask().signIn({ email: "aisha", password: "" }))).fields).toEqual({
        email: "Enter a whole e-mail address, like name@school.org.uk.",
        password: "Enter your password.",
      });
    }),
  );

  it(
    "[SV3] gives a new token and ends the session that came with the request, so that a planted cookie is worth nothing",
    withWorld(async (w) => {
      const attacker = await w.signedIn("ben");
      const victim = w.newBrowser();
      victim.take({ cookie: attacker.cookieHeader() ?? "" });
      victim.take(await victim.ask().signIn({ email: w.email("aisha"), password: PASSWORD }));
      expect(victim.cookieHeader()).not.toBe(attacker.cookieHeader());
      expect(await attacker.ask().viewer()).toBeNull();
      expect((await victim.ask().requireViewer()).name).toBe("Aisha");
    }),
  );

  it(
    "[SV2] stops after ten wrong tries for one account, the right password too, whether it exists or not",
    withWorld(async (w) => {
      for (const email of [w.email("aisha"), "nobody@demo.bansho.test"]) {
        for (let i = 0; i < LIMITS.signInTriesPerAccount; i++)
          expect((await refusal(w.newBrowser().ask().signIn({ email, password: "wrong" }))).code).toBe("bad-input");
        const stopped = await refusal(w.newBrowser().ask().signIn({ email, password: PASSWORD }));
        expect(stopped.code).toBe("too-many");
        expect(stopped.fields["form"]).toMatch(/^Too many tries\. Wait \d+ minutes?, then try again\.$/);
      }
      await w.signedIn("ben");
    }),
  );

  it(
    "[SV2] stops many tries at once as well",
    withWorld(async (w) => {
      const tries = Array.from({ length: 25 }, async () =>
        refusal(
          w
            .newBrowser()
            .ask()
            .signIn({ email: w.email("aisha"), password: "wrong" }),
        ),
      );
      const codes = (await Promise.all(tries)).map(({ code }) => code);
      expect(codes.filter((code) => code === "bad-input")).toHaveLength(LIMITS.signInTriesPerAccount);
    }),
  );

  it(
    "[SV2] stops an address that tries many accounts, but not a whole school that signs in from one",
    withWorld(async (w) => {
      for (let i = 0; i < LIMITS.signInTriesPerAddress + 5; i++) await w.signedIn("aisha");
      const spray = w.newBrowser({ address: "192.0.2.66" });
      for (let i = 0; i < LIMITS.signInTriesPerAddress; i++)
        await refusal(spray.ask().signIn({ email: `guess${i}@demo.bansho.test`, password: "wrong" }));
      for (let i = 0; i <= LIMITS.signInTriesPerAccount; i++)
        expect((await refusal(spray.ask().signIn({ email: w.email("ben"), password: PASSWORD }))).code).toBe("too-many");
      // Whoever is stopped cannot lock others out by going on.
      await w.signedIn("ben");
    }),
  );
});

describe("a session", () => {
  it(
    "[SV3] slides for thirty days, is written at most once an hour, and renews the browser's cookie with it",
    withWorld(async (w) => {
      const browser = await w.signedIn("aisha");
      w.clock.advance(59 * 60_000);
      await browser.ask().requireViewer();
      expect(browser.renewed()).toBe(0);
      for (let day = 0; day < 3; day++) {
        w.clock.advance(29 * DAY_MS);
        await browser.ask().requireViewer();
      }
      expect(browser.renewed()).toBe(3);
      w.clock.advance(30 * DAY_MS + 1);
      expect(await browser.ask().viewer()).toBeNull();
      expect((await refusal(browser.ask().requireViewer())).code).toBe("not-signed-in");
    }),
  );

  it(
    "is looked up once for a request, however many services ask",
    withWorld(async (w) => {
      const browser = await w.signedIn("aisha");
      w.clock.advance(2 * HOUR_MS);
      const services = browser.ask();
      await Promise.all([services.viewer(), services.requireViewer(), services.teams.list(), services.home.home()]);
      expect(browser.renewed()).toBe(1);
    }),
  );

  it(
    "ends on signing out, and its cookie is cleared",
    withWorld(async (w) => {
      const browser = await w.signedIn("aisha");
      const kept = browser.cookieHeader() ?? "";
      const grant = await browser.ask().signOut();
      expect(grant.cookie).toMatch(/^bansho_session=; .*Max-Age=0/);
      const copy = w.newBrowser();
      copy.take({ cookie: kept });
      expect(await copy.ask().viewer()).toBeNull();
    }),
  );

  it(
    "is listed with its device, this one first, and can be ended from another",
    withWorld(async (w) => {
      const laptop = await w.signedIn("aisha");
      const phone = w.newBrowser({ userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) Version/17.1 Safari/604.1" });
      w.clock.advance(1_000);
      phone.take(await phone.ask().signIn({ email: w.email("aisha"), password: PASSWORD }));
      const listed = await laptop.ask().listSessions();
      expect(listed.map(({ device, current }) => [device, current])).toEqual([
        ["Chrome on Windows", true],
        ["Safari on an iPhone", false],
      ]);
      await laptop.ask().endSession(listed[1]?.id ?? "");
      expect(await phone.ask().viewer()).toBeNull();
      expect(await laptop.ask().viewer()).not.toBeNull();
    }),
  );

  it(
    "of somebody else cannot be ended",
    withWorld(async (w) => {
      const [aisha, ben] = [await w.signedIn("aisha"), await w.signedIn("ben")];
      const [session] = await aisha.ask().listSessions();
      await ben.ask().endSession(session?.id ?? "");
      expect(await aisha.ask().viewer()).not.toBeNull();
    }),
  );

  it(
    "stays when all others are ended",
    withWorld(async (w) => {
      const [here, there, elsewhere] = [await w.signedIn("aisha"), await w.signedIn("aisha"), await w.signedIn("aisha")];
      expect(await here.ask().endOtherSessions()).toBe(2);
      expect(await here.ask().viewer()).not.toBeNull();
      expect(await there.ask().viewer()).toBeNull();
      expect(await elsewhere.ask().viewer()).toBeNull();
    }),
  );
});

describe("the account", () => {
  it(
    "changes its name and colours",
    withWorld(async (w) => {
      const aisha = await w.signedIn("aisha");
      await aisha.ask().changeProfile({ name: "  Aisha\u202e  Rahman ", theme: "dark" });
      expect(await aisha.ask().viewer()).toMatchObject({ name: "Aisha Rahman", theme: "dark" });
      expect((await refusal(aisha.ask().changeProfile({ name: " ", theme: "pink" }))).fields).toEqual({
        name: "Enter your name.",
        theme: "Choose light, dark, or as your device.",
      });
    }),
  );

  it(
    "[SV4] changes its password with the old one, which ends all other sessions",
    withWorld(async (w) => {
      const [here, there] = [await w.signedIn("aisha"), await w.signedIn("aisha")];
      expect((await refusal(here.ask().changePassword({ current: "wrong", next: "seven green kites flying" }))).fields).toEqual({
        current: "This is not the password you have now.",
      });
      expect(Object.keys((await refusal(here.ask().changePassword({ current: PASSWORD, next: "short" }))).fields)).toEqual(["next"]);
      expect((await refusal(here.ask().changePassword({ current: PASSWORD, next: "elmlaneprimary1" }))).fields["next"]).toMatch(/school/);
      await here.ask().changePassword({ current: PASSWORD, next: "seven green kites flying" });
      expect(await there.ask().viewer()).toBeNull();
      expect(await here.ask().viewer()).not.toBeNull();
      expect((await refusal(w.signedIn("aisha"))).code).toBe("bad-input");
      await w
        .newBrowser()
        .ask()
        .signIn({ email: w.email("aisha"), password: "seven green kites flying" });
    }),
  );

  it(
    "cannot have its password tried for ever from a stolen session",
    withWorld(async (w) => {
      const thief = await w.signedIn("aisha");
      for (let i = 0; i < LIMITS.signInTriesPerAccount; i++)
        await refusal(thief.ask().changePassword({ current: `guess ${i}`, next: "seven green kites flying" }));
      expect((await refusal(thief.ask().changePassword({ current: PASSWORD, next: "seven green kites flying" }))).code).toBe("too-many");
    }),
  );
});

describe("set-up", () => {
  const form = {
    organisationName: "Elm Lane Primary",
    organisationKind: "school",
    teamName: "Year 3",
    name: "Dana",
    email: "dana@elm.example",
    password: "seven green kites flying",
  };

  it(
    "makes the first organisation, admin and team, and signs the person in",
    withWorld(async (w) => {
      const browser = w.newBrowser();
      await browser.ask().checkSetup(SETUP_TOKEN);
      browser.take(await browser.ask().setUp(SETUP_TOKEN, form));
      const viewer = await browser.ask().requireViewer();
      expect(viewer).toMatchObject({ name: "Dana", organisations: [{ name: "Elm Lane Primary", role: "admin" }] });
      const [team] = await browser.ask().teams.list();
      expect(team).toMatchObject({ name: "Year 3", organisationName: "Elm Lane Primary" });
      await browser.ask().lessons.create({ teamId: team?.id ?? "", title: "First", yearGroup: "3", durationMinutes: "60", start: { from: "blank" } });
    }, emptyWorld),
  );

  it(
    "[SV5] is open only with the token, and only while nobody is here",
    withWorld(async (w) => {
      const browser = w.newBrowser();
      expect((await refusal(browser.ask().checkSetup("wrong"))).code).toBe("not-found");
      expect((await refusal(browser.ask().setUp("wrong", form))).code).toBe("not-found");
      const both = await Promise.allSettled([
        w.newBrowser().ask().setUp(SETUP_TOKEN, form),
        w
          .newBrowser()
          .ask()
          .setUp(SETUP_TOKEN, { ...form, email: "eve@elm.example" }),
      ]);
      expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
      expect(await w.stores.people.countPeople()).toBe(1);
      expect((await refusal(browser.ask().checkSetup(SETUP_TOKEN))).code).toBe("not-found");
    }, emptyWorld),
  );

  it(
    "[SV8] says beside each field what is wrong",
    withWorld(async (w) => {
      const wrong = await refusal(
        w
          .newBrowser()
          .ask()
          .setUp(SETUP_TOKEN, { organisationName: "", organisationKind: "castle", teamName: " ", name: "", email: "x", password: "" }),
      );
      expect(Object.keys(wrong.fields).toSorted()).toEqual(["email", "name", "organisationKind", "organisationName", "teamName"]);
      expect(
        (
          await refusal(
            w
              .newBrowser()
              .ask()
              .setUp(SETUP_TOKEN, { ...form, password: "elmlane2027!" }),
          )
        ).fields["password"],
      ).toMatch(/school/);
    }, emptyWorld),
  );
});

describe("an invitation", () => {
  const newcomer = { name: "Nia", email: "nia@elm.example", password: "seven green kites flying" };

  it(
    "brings somebody new into the organisation and the team, signed in",
    withWorld(async (w) => {
      const { link, expiresAtMs } = await (await w.as("carys")).organisations.invite(w.elm, { role: "teacher", teamId: w.year3 });
      expect(link).toMatch(/^http:\/\/bansho\.test\/invite\/[\w-]{43}$/);
      expect(expiresAtMs).toBe(w.clock.nowMs() + 14 * DAY_MS);
      const browser = w.newBrowser();
      expect(await browser.ask().readInvitation(tokenIn(link))).toEqual({
        organisationName: "Elm Lane Primary",
        teamName: "Year 3",
        role: "teacher",
        invitedBy: "Carys",
        expiresAtMs,
      });
      browser.take(await browser.ask().acceptInvitationAsNew(tokenIn(link), newcomer));
      expect((await browser.ask().teams.list()).map(({ name }) => name)).toEqual(["Year 3"]);
      expect((await refusal(browser.ask().readInvitation(tokenIn(link)))).code).toBe("gone");
      expect(
        (
          await refusal(
            w
              .newBrowser()
              .ask()
              .acceptInvitationAsNew(tokenIn(link), { ...newcomer, email: "two@elm.example" }),
          )
        ).code,
      ).toBe("gone");
    }),
  );

  it(
    "[SV5] is used once, also when five try at the same moment",
    withWorld(async (w) => {
      const { link } = await (await w.as("dana")).organisations.invite(w.elm, { role: "admin", teamId: null });
      const before = await w.stores.people.countPeople();
      const tries = await Promise.allSettled(
        Array.from({ length: 5 }, async (_, i) =>
          w
            .newBrowser()
            .ask()
            .acceptInvitationAsNew(tokenIn(link), { ...newcomer, email: `nia${i}@elm.example` }),
        ),
      );
      expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(await w.stores.people.countPeople()).toBe(before + 1);
    }),
  );

  it(
    "brings in somebody who has an account",
    withWorld(async (w) => {
      const { link } = await (await w.as("dana")).organisations.invite(w.elm, { role: "guest", teamId: null });
      const gwen = await w.signedIn("gwen");
      expect((await refusal(w.newBrowser().ask().acceptInvitation(tokenIn(link)))).code).toBe("not-signed-in");
      await gwen.ask().acceptInvitation(tokenIn(link));
      expect((await gwen.ask().requireViewer()).organisations.map(({ name, role }) => [name, role])).toContainEqual(["Elm Lane Primary", "guest"]);
    }),
  );

  it(
    "does not change the role of somebody who belongs already, and stays open",
    withWorld(async (w) => {
      const { link } = await (await w.as("dana")).organisations.invite(w.elm, { role: "guest", teamId: null });
      expect((await refusal((await w.as("dana")).acceptInvitation(tokenIn(link)))).code).toBe("conflict");
      expect(await w.stores.people.findRole(w.id("dana"), w.elm)).toBe("admin");
      await w.newBrowser().ask().readInvitation(tokenIn(link));
    }),
  );

  it(
    "asks somebody whose e-mail is known to sign in, and keeps the invitation open",
    withWorld(async (w) => {
      const { link } = await (await w.as("dana")).organisations.invite(w.elm, { role: "guest", teamId: null });
      const taken = await refusal(
        w
          .newBrowser()
          .ask()
          .acceptInvitationAsNew(tokenIn(link), { ...newcomer, email: "GWEN@demo.bansho.test" }),
      );
      expect(taken.fields["email"]).toMatch(/sign in/);
      await w.newBrowser().ask().readInvitation(tokenIn(link));
    }),
  );

  it(
    "expires after fourteen days, can be withdrawn, and is unknown when it never was",
    withWorld(async (w) => {
      const carys = await w.signedIn("carys");
      const first = await carys.ask().organisations.invite(w.elm, { role: "teacher", teamId: null });
      w.clock.advance(14 * DAY_MS);
      expect((await refusal(w.newBrowser().ask().readInvitation(tokenIn(first.link)))).code).toBe("gone");
      const second = await carys.ask().organisations.invite(w.elm, { role: "teacher", teamId: null });
      const { invitations } = await carys.ask().organisations.get(w.elm);
      expect(invitations).toHaveLength(1);
      await carys.ask().organisations.withdrawInvitation(w.elm, invitations[0]?.id ?? "");
      expect((await refusal(w.newBrowser().ask().readInvitation(tokenIn(second.link)))).code).toBe("not-found");
      expect((await refusal(w.newBrowser().ask().readInvitation("never-was"))).code).toBe("not-found");
    }),
  );

  it(
    "[PO6] gives no role the inviter may not give",
    withWorld(async (w) => {
      const carys = await w.as("carys");
      const given: string[] = [];
      for (const role of ORGANISATION_ROLES) {
        await carys.organisations.invite(w.elm, { role, teamId: null }).then(
          () => given.push(role),
          (error: unknown) => expect(isAppError(error) && error.fields["role"]).toBeTruthy(),
        );
      }
      expect(given).toEqual(["maths-lead", "teacher", "knowledgeable-other", "guest"]);
      expect((await refusal(carys.organisations.invite(w.elm, { role: "king", teamId: null }))).fields).toEqual({ role: "Choose a role." });
    }),
  );

  it(
    "[PO6] counts only while the person who made it could still make it",
    withWorld(async (w) => {
      const { link } = await (await w.as("carys")).organisations.invite(w.elm, { role: "maths-lead", teamId: null });
      await (await w.as("dana")).organisations.removeMember(w.elm, w.id("carys"));
      expect((await refusal(w.newBrowser().ask().readInvitation(tokenIn(link)))).code).toBe("gone");
      expect((await refusal(w.newBrowser().ask().acceptInvitationAsNew(tokenIn(link), newcomer))).code).toBe("gone");
    }),
  );

  it(
    "is not into another organisation's team",
    withWorld(async (w) => {
      expect((await refusal((await w.as("ola")).organisations.invite(w.oak, { role: "teacher", teamId: w.year3 }))).fields).toEqual({
        teamId: "Choose one of the organisation’s teams.",
      });
    }),
  );
});

describe("a reset link", () => {
  it(
    "[SV4][SV5] sets a new password once, ends all sessions and signs in",
    withWorld(async (w) => {
      const old = await w.signedIn("aisha");
      const { link, expiresAtMs } = await (await w.as("dana")).organisations.createResetLink(w.elm, w.id("aisha"));
      expect(expiresAtMs).toBe(w.clock.nowMs() + 24 * HOUR_MS);
      const browser = w.newBrowser();
      expect(await browser.ask().readReset(tokenIn(link))).toEqual({ name: "Aisha" });
      expect((await refusal(browser.ask().resetPassword(tokenIn(link), { password: "aisha-elmlane" }))).fields["password"]).toMatch(
        /close to your name/,
      );
      browser.take(await browser.ask().resetPassword(tokenIn(link), { password: "seven green kites flying" }));
      expect((await browser.ask().requireViewer()).name).toBe("Aisha");
      expect(await old.ask().viewer()).toBeNull();
      expect((await refusal(w.newBrowser().ask().resetPassword(tokenIn(link), { password: "nine blue boats sailing" }))).code).toBe("gone");
      expect((await refusal(w.signedIn("aisha"))).code).toBe("bad-input");
    }),
  );

  it(
    "[SV5] is used once, also when two try at the same moment",
    withWorld(async (w) => {
      const { link } = await (await w.as("dana")).organisations.createResetLink(w.elm, w.id("aisha"));
      const both = await Promise.allSettled(
        [1, 2].map(async (i) =>
          w
            .newBrowser()
            .ask()
            .resetPassword(tokenIn(link), { password: `seven green kites ${i} flying` }),
        ),
      );
      expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    }),
  );

  it(
    "expires after a day",
    withWorld(async (w) => {
      const { link } = await (await w.as("dana")).organisations.createResetLink(w.elm, w.id("aisha"));
      w.clock.advance(24 * HOUR_MS);
      expect((await refusal(w.newBrowser().ask().readReset(tokenIn(link)))).code).toBe("gone");
      expect((await refusal(w.newBrowser().ask().readReset("never-was"))).code).toBe("not-found");
    }),
  );

  it(
    "[PO8] is not given for somebody whose account opens another organisation too",
    withWorld(async (w) => {
      const refused = await refusal((await w.as("dana")).organisations.createResetLink(w.elm, w.id("priya")));
      expect(refused).toMatchObject({ code: "conflict", message: expect.stringContaining("Riverside Maths Hub") as string });
      expect((await refusal((await w.as("dana")).organisations.createResetLink(w.elm, w.id("gwen")))).code).toBe("not-found");
    }),
  );
});
