/** Who may do what with teams and lessons, versions, home and the jobs behind them, through the real services, hub and stores. */
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { isAppError } from "#core/errors";
import type { LessonId, PersonId, TeamId } from "#core/ids";
import { lessonFromJson } from "#core/model/lesson-json";
import { readLesson } from "#core/model/lesson-model";
import { fieldText, parseContent } from "#core/model/lesson-node";
import { lessonDocument } from "#core/protocol/document-name";
import { DAY_MS } from "#core/time";
import type { Services } from "../../app/services.ts";
import type { HubPerson } from "../../server/sync/rights.ts";
import { emptyWorld, PASSWORD, world, type Browser, type Name, type World } from "./services-world.ts";

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

/** "ok", or the code something was refused with. */
async function outcome(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return "ok";
  } catch (error) {
    if (isAppError(error)) return error.code;
    throw error;
  }
}

/** Who the socket of this browser would speak for. */
async function personAt(w: World, browser: Browser): Promise<HubPerson> {
  const person = await w.access.authenticate(browser.cookieHeader());
  if (person === null) throw new Error("Nobody is signed in on this browser");
  return person;
}

async function fieldsOf(work: Promise<unknown>): Promise<Readonly<Record<string, string>>> {
  return work.then(
    () => ({}),
    (error: unknown) => (isAppError(error) ? error.fields : { bug: String(error) }),
  );
}

/** Type words at the end of a header line. */
function typeInto(doc: Y.Doc, field: string, words: string): void {
  const isElement = (node: unknown): node is Y.XmlElement => node instanceof Y.XmlElement;
  const header = doc
    .getXmlFragment("content")
    .toArray()
    .filter(isElement)
    .find((node) => node.nodeName === "header");
  const line = header
    ?.toArray()
    .filter(isElement)
    .find((node) => node.nodeName === "line" && node.getAttribute("field") === field);
  if (line === undefined) throw new Error(`The lesson has no line ${field}.`);
  let text = line.toArray().find((node) => node instanceof Y.XmlText);
  if (text === undefined) {
    text = new Y.XmlText();
    line.insert(0, [text]);
  }
  text.insert(text.length, words);
}
const write = async (w: World, lesson: LessonId, name: Name, [field, words]: readonly [string, string]): Promise<void> =>
  w.hub.edit(lessonDocument(lesson), { personId: w.id(name), change: (doc) => typeInto(doc, field, words) });

/** What a header line says. */
function lineIn(content: unknown, field: string): string {
  const header = parseContent(content).content?.find((node) => node.type === "header");
  return header === undefined ? "" : fieldText(header, field);
}
const lineNow = async (w: World, lesson: LessonId, field: string): Promise<string> =>
  lineIn(readLesson(await w.hub.read(lessonDocument(lesson))).content, field);

/** The Y.Doc of a browser that has the lesson open. */
async function openCopy(w: World, lesson: LessonId): Promise<Y.Doc> {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, await w.hub.read(lessonDocument(lesson)));
  return doc;
}

const NEW_LESSON = { title: "Another", yearGroup: "3", durationMinutes: "50", start: { from: "blank" } } as const;

describe("who may do what", () => {
  it(
    "[SV1][PO2][PO3] with a lesson, person by person and method by method",
    withWorld(async (w) => {
      const lesson = await w.newLesson();
      await (await w.as("aisha")).lessons.nameVersion(lesson, { kind: "draft", title: "First", note: "" });
      await w.stores.lessons.setGrant(lesson, w.id("olu"), "reader", w.clock.nowMs());
      const methods: Readonly<Record<string, (services: Services) => Promise<unknown>>> = {
        get: async (s) => s.lessons.get(lesson),
        read: async (s) => s.lessons.read(lesson),
        listVersions: async (s) => s.lessons.listVersions(lesson),
        readVersion: async (s) => s.lessons.readVersion(lesson, 1),
        nameVersion: async (s) => s.lessons.nameVersion(lesson, { kind: "draft", title: "Again", note: "" }),
        putBackVersion: async (s) => s.lessons.putBackVersion(lesson, 1),
        exportNow: async (s) => s.lessons.exportLesson(lesson, { format: "json", version: null }),
        exportVersion: async (s) => s.lessons.exportLesson(lesson, { format: "md", version: 1 }),
        archive: async (s) => s.lessons.archive(lesson),
        unarchive: async (s) => s.lessons.unarchive(lesson),
        create: async (s) => s.lessons.create({ ...NEW_LESSON, teamId: w.year3 }),
        copy: async (s) => s.lessons.create({ ...NEW_LESSON, teamId: w.year3, start: { from: "copy", lessonId: lesson } }),
      };
      const no = "forbidden";
      const all = (code: string): Record<string, string> => Object.fromEntries(Object.keys(methods).map((method) => [method, code]));
      const expected: Readonly<Partial<Record<Name, Record<string, string>>>> = {
        aisha: all("ok"),
        ben: all("ok"),
        carys: all("ok"),
        priya: { ...all(no), get: "ok", read: "ok", listVersions: "ok", readVersion: "ok", exportNow: "ok", exportVersion: "ok" },
        esther: all(no),
        farah: all(no),
        gwen: all(no),
        dana: all(no),
        hana: all(no),
        olu: { ...all(no), get: "ok", read: "ok", exportNow: "ok" },
      };
      for (const [name, row] of Object.entries(expected)) {
        const browser = await w.signedIn(name as Name);
        const actual: Record<string, string> = {};
        for (const [method, call] of Object.entries(methods)) actual[method] = await outcome(async () => call(browser.ask()));
        expect({ name, ...actual }).toEqual({ name, ...row });
      }
      for (const [method, call] of Object.entries(methods))
        expect([method, await outcome(async () => call(w.newBrowser().ask()))]).toEqual([method, "not-signed-in"]);
    }),
  );

  it(
    "[PO2][PO3][PO9] with the lesson's socket",
    withWorld(async (w) => {
      const lesson = await w.newLesson();
      await w.stores.lessons.setGrant(lesson, w.id("olu"), "reader", w.clock.nowMs());
      const expected: Readonly<Partial<Record<Name, string>>> = {
        aisha: "write",
        ben: "write",
        carys: "write",
        priya: "read",
        olu: "read",
        esther: "no",
        farah: "no",
        gwen: "no",
        dana: "no",
        hana: "no",
      };
      const actual: Record<string, string> = {};
      for (const name of Object.keys(expected) as Name[]) {
        const browser = await w.signedIn(name);
        const person = await personAt(w, browser);
        expect(person.id).toBe(w.id(name));
        const { mayRead, mayWrite } = await w.access.authorise(person, lessonDocument(lesson));
        actual[name] = mayWrite ? "write" : mayRead ? "read" : "no";
      }
      expect(actual).toEqual(expected);
      expect(await w.access.authenticate(undefined)).toBeNull();
      expect(await w.access.authenticate("bansho_session=rubbish")).toBeNull();
      for (const document of ["lesson/never-was", "lesson/", "nothing", `lesson/${lesson}/x`])
        expect(await w.access.authorise(await personAt(w, await w.signedIn("aisha")), document)).toEqual({
          signedIn: true,
          mayRead: false,
          mayWrite: false,
        });
    }),
  );

  it(
    "[PO4] with a team and an organisation",
    withWorld(async (w) => {
      let teams = 0;
      const methods: Readonly<Record<string, (services: Services) => Promise<unknown>>> = {
        "team.get": async (s) => s.teams.get(w.year3),
        "team.addMember": async (s) => s.teams.addMember(w.year3, w.id("hana")),
        "team.removeMember": async (s) => s.teams.removeMember(w.year3, w.id("hana")),
        "org.get": async (s) => s.organisations.get(w.elm),
        "org.invite": async (s) => s.organisations.invite(w.elm, { role: "guest", teamId: null }),
        "org.withdraw": async (s) => s.organisations.withdrawInvitation(w.elm, "none"),
        "org.createTeam": async (s) => s.organisations.createTeam(w.elm, { name: `Team ${++teams}` }),
        "org.changeRole": async (s) => s.organisations.changeRole(w.elm, w.id("ben"), "teacher"),
        "org.reset": async (s) => s.organisations.createResetLink(w.elm, w.id("ben")),
        "org.remove": async (s) => s.organisations.removeMember(w.elm, w.id("hana")),
      };
      const x = "ok";
      const _ = "forbidden";
      const table: Readonly<Partial<Record<Name, readonly string[]>>> = {
        carys: [x, x, x, x, x, x, x, _, _, _],
        aisha: [x, _, _, x, _, _, _, _, _, _],
        priya: [x, _, _, x, _, _, _, _, _, _],
        esther: [_, _, _, x, _, _, _, _, _, _],
        hana: [_, _, _, x, _, _, _, _, _, _],
        gwen: [_, _, _, _, _, _, _, _, _, _],
        ola: [_, _, _, _, _, _, _, _, _, _],
        farah: [_, _, _, _, _, _, _, _, _, _],
        olu: [_, _, _, _, _, _, _, _, _, _],
        dana: [x, x, x, x, x, x, x, x, x, x],
      };
      for (const [name, expected] of Object.entries(table)) {
        const browser = await w.signedIn(name as Name);
        const actual: string[] = [];
        for (const call of Object.values(methods)) actual.push(await outcome(async () => call(browser.ask())));
        expect([name, ...actual]).toEqual([name, ...expected]);
      }
      for (const call of [...Object.values(methods), async (s: Services) => s.home.home(), async (s: Services) => s.teams.list()])
        expect(await outcome(async () => call(w.newBrowser().ask()))).toBe("not-signed-in");
    }),
  );

  it(
    '[PO10] is "not found" for what does not exist',
    withWorld(async (w) => {
      const aisha = await w.signedIn("aisha");
      const missing = ["never-was", "", "../x", "a b"];
      for (const id of missing) {
        expect(await outcome(async () => aisha.ask().lessons.get(id))).toBe("not-found");
        expect(await outcome(async () => aisha.ask().teams.get(id))).toBe("not-found");
        expect(await outcome(async () => aisha.ask().organisations.get(id))).toBe("not-found");
      }
      const lesson = await w.newLesson();
      for (const number of [0, 1, -1, 1.5, Number.NaN])
        expect(await outcome(async () => aisha.ask().lessons.readVersion(lesson, number))).toBe("not-found");
    }),
  );

  it(
    "[PO3] lists nothing to those who see nothing, and hides what a role need not know",
    withWorld(async (w) => {
      const lesson = await w.newLesson();
      await (await w.as("aisha")).lessons.nameVersion(lesson, { kind: "draft", title: "First", note: "" });
      await w.stores.lessons.setGrant(lesson, w.id("olu"), "reader", w.clock.nowMs());
      const search = { text: "", yearGroup: null, criterionCode: null, archived: false, page: 1 };
      const seen = async (name: Name): Promise<number> => (await (await w.as(name)).lessons.search(search)).total;
      for (const name of ["esther", "farah", "gwen", "dana", "hana"] as const) expect([name, await seen(name)]).toEqual([name, 0]);
      for (const name of ["aisha", "priya", "olu"] as const) expect([name, await seen(name)]).toEqual([name, 1]);
      expect((await (await w.as("aisha")).lessons.search(search)).lessons[0]).toMatchObject({
        latestVersion: 1,
        teamName: "Year 3",
        can: { "lesson.write": true },
      });
      expect((await (await w.as("olu")).lessons.search(search)).lessons[0]).toMatchObject({
        latestVersion: null,
        can: { "lesson.write": false, "lesson.copy": true },
      });
      expect(await (await w.as("hana")).organisations.get(w.elm)).toMatchObject({ members: [], teams: [], invitations: [] });
      expect((await (await w.as("priya")).teams.get(w.year3)).members.every(({ email }) => email === "")).toBe(true);
      expect((await (await w.as("carys")).teams.get(w.year3)).candidates.map(({ name }) => name).toSorted()).toEqual(["Dana", "Esther", "Hana"]);
      expect((await (await w.as("aisha")).teams.get(w.year3)).candidates).toEqual([]);
    }),
  );
});

describe("losing access", () => {
  const leaving: Readonly<Record<string, (w: World, lesson: LessonId) => Promise<unknown>>> = {
    "removed from the team": async (w) => (await w.as("carys")).teams.removeMember(w.year3, w.id("ben")),
    "removed from the organisation": async (w) => (await w.as("dana")).organisations.removeMember(w.elm, w.id("ben")),
    "made a head": async (w) => (await w.as("dana")).organisations.changeRole(w.elm, w.id("ben"), "head"),
  };
  for (const [how, act] of Object.entries(leaving)) {
    it(
      `[SV6] closes the sockets of somebody who is ${how}, and nobody else's`,
      withWorld(async (w) => {
        const lesson = await w.newLesson();
        const [ben, aisha] = [await w.connect("ben", lessonDocument(lesson)), await w.connect("aisha", lessonDocument(lesson))];
        await w.hub.read(lessonDocument(lesson));
        await act(w, lesson);
        expect(ben.closed).toEqual(["forbidden"]);
        expect(aisha.closed).toEqual([]);
        expect(await outcome(async () => (await w.as("ben")).lessons.get(lesson))).toBe("forbidden");
      }),
    );
  }

  const ending: Readonly<Record<string, (w: World, laptop: Browser, phone: Browser) => Promise<unknown>>> = {
    "signing out there": async (_w, _laptop, phone) => phone.ask().signOut(),
    "ending it from another device": async (_w, laptop, phone) => {
      const kept = (await phone.ask().listSessions()).find(({ current }) => current);
      await laptop.ask().endSession(kept?.id ?? "");
    },
    "ending all others": async (_w, laptop) => laptop.ask().endOtherSessions(),
    "a new password": async (_w, laptop) => laptop.ask().changePassword({ current: PASSWORD, next: "seven green kites flying" }),
    "signing in again there": async (w, _laptop, phone) => phone.ask().signIn({ email: w.email("ben"), password: PASSWORD }),
  };
  for (const [how, act] of Object.entries(ending)) {
    it(
      `[PO9][SV6] closes the sockets of exactly the session that ended, by ${how}`,
      withWorld(async (w) => {
        const document = lessonDocument(await w.newLesson());
        const [laptop, phone] = [await w.signedIn("ben"), await w.signedIn("ben")];
        const [stays, goes] = [await w.connect(laptop, document), await w.connect(phone, document)];
        await w.hub.read(document);
        await act(w, laptop, phone);
        expect([stays.closed, goes.closed]).toEqual([[], ["signedOut"]]);
      }),
    );
  }

  it(
    "[PO9] closes the sockets of all of a person's sessions when their password is reset",
    withWorld(async (w) => {
      const document = lessonDocument(await w.newLesson());
      const [first, second] = [await w.connect("ben", document), await w.connect("ben", document)];
      await w.hub.read(document);
      const { link } = await (await w.as("dana")).organisations.createResetLink(w.elm, w.id("ben"));
      expect([first.closed, second.closed]).toEqual([[], []]);
      await w
        .newBrowser()
        .ask()
        .resetPassword(link.slice(link.lastIndexOf("/") + 1), { password: "seven green kites flying" });
      expect([first.closed, second.closed]).toEqual([["signedOut"], ["signedOut"]]);
    }),
  );

  it(
    "[PO7] never leaves an organisation without an admin, also when two admins take each other's role at once",
    withWorld(async (w) => {
      const dana = await w.signedIn("dana");
      expect(await outcome(async () => dana.ask().organisations.removeMember(w.elm, w.id("dana")))).toBe("conflict");
      expect(await outcome(async () => dana.ask().organisations.changeRole(w.elm, w.id("dana"), "teacher"))).toBe("conflict");
      await dana.ask().organisations.changeRole(w.elm, w.id("ben"), "admin");
      const [danaNow, benNow] = [await w.as("dana"), await w.as("ben")];
      const both = await Promise.all([
        outcome(async () => danaNow.organisations.changeRole(w.elm, w.id("ben"), "teacher")),
        outcome(async () => benNow.organisations.changeRole(w.elm, w.id("dana"), "teacher")),
      ]);
      expect(both.toSorted()).toEqual(["conflict", "ok"]);
      const admins = (await w.stores.people.listMembers(w.elm)).filter(({ role }) => role === "admin");
      expect(admins).toHaveLength(1);
    }),
  );

  it(
    "[PO5] of writing comes with archiving, and ends when the lesson is taken out again",
    withWorld(async (w) => {
      const lesson = await w.newLesson();
      const aisha = await w.signedIn("aisha");
      await aisha.ask().lessons.nameVersion(lesson, { kind: "draft", title: "First", note: "" });
      await aisha.ask().lessons.archive(lesson);
      expect(await w.access.authorise(await personAt(w, aisha), lessonDocument(lesson))).toEqual({ signedIn: true, mayRead: true, mayWrite: false });
      expect((await aisha.ask().lessons.get(lesson)).permissions).toMatchObject({
        "lesson.write": false,
        "lesson.name-version": false,
        "lesson.archive": true,
        "lesson.copy": true,
      });
      expect(await outcome(async () => aisha.ask().lessons.putBackVersion(lesson, 1))).toBe("forbidden");
      expect((await aisha.ask().lessons.search({ text: "", yearGroup: null, criterionCode: null, archived: true, page: 1 })).total).toBe(1);
      await aisha.ask().lessons.unarchive(lesson);
      expect(await w.access.authorise(await personAt(w, aisha), lessonDocument(lesson))).toEqual({ signedIn: true, mayRead: true, mayWrite: true });
    }),
  );
});

describe("a team", () => {
  it(
    "takes only people of its organisation, and is made with its maker in it",
    withWorld(async (w) => {
      const carys = await w.signedIn("carys");
      expect(await outcome(async () => carys.ask().teams.addMember(w.year3, w.id("gwen")))).toBe("not-found");
      const { id } = await carys.ask().organisations.createTeam(w.elm, { name: "Year 4" });
      expect((await carys.ask().teams.get(id)).members.map(({ name }) => name)).toEqual(["Carys"]);
      expect(await fieldsOf(carys.ask().organisations.createTeam(w.elm, { name: "year 4" }))).toEqual({
        name: "There is a team with this name already.",
      });
      await carys.ask().teams.addMember(id, w.id("ben"));
      expect((await (await w.as("ben")).teams.list()).map(({ name }) => name)).toEqual(["Year 3", "Year 4"]);
    }),
  );
});

describe("making a lesson", () => {
  it(
    "from a template writes its stages, sharing out the minutes",
    withWorld(async (w) => {
      const lesson = await w.newLesson("Ten times");
      const aisha = await w.signedIn("aisha");
      expect(await aisha.ask().lessons.get(lesson)).toMatchObject({
        title: "Ten times",
        yearGroup: "3",
        durationMinutes: 50,
        roles: ["designer"],
        document: `lesson/${lesson}`,
        organisationName: "Elm Lane Primary",
      });
      const { content } = await aisha.ask().lessons.read(lesson);
      const stages = (parseContent(content).content ?? []).filter((node) => node.type === "stage");
      expect(stages).toHaveLength(6);
      expect(stages.reduce((sum, stage) => sum + Number(stage.attrs?.["minutes"]), 0)).toBe(50);
    }),
  );

  it(
    "as a copy keeps the words, takes the new title, renews every id, and keeps year and minutes that are left empty",
    withWorld(async (w) => {
      const lesson = await w.newLesson();
      await write(w, lesson, "aisha", ["keyPoint", "Equal parts."]);
      const aisha = await w.signedIn("aisha");
      const { id } = await aisha
        .ask()
        .lessons.create({ teamId: w.year3, title: "Copied", yearGroup: "", durationMinutes: "", start: { from: "copy", lessonId: lesson } });
      const copy = await aisha.ask().lessons.read(id);
      expect(lineIn(copy.content, "keyPoint")).toBe("Equal parts.");
      expect(await aisha.ask().lessons.get(id)).toMatchObject({ title: "Copied", yearGroup: "3", durationMinutes: 50 });
      const idsOf = (content: unknown): string[] => JSON.stringify(content).match(/"id":"[^"]+"/g) ?? [];
      const before = new Set(idsOf((await aisha.ask().lessons.read(lesson)).content));
      expect(idsOf(copy.content).length).toBe(before.size);
      expect(idsOf(copy.content).filter((blockId) => before.has(blockId))).toEqual([]);
      expect(await lineNow(w, lesson, "title")).toBe("One equal part");
    }),
  );

  it(
    "from a lesson one may not open, or in a team one is not in, is refused",
    withWorld(async (w) => {
      const lesson = await w.newLesson();
      const gwen = await w.signedIn("gwen");
      const oakTeam = "oak-team" as TeamId;
      await w.stores.people.createTeam({ id: oakTeam, organisationId: w.oak, name: "Oak" }, w.clock.nowMs());
      await w.stores.people.addTeamMember(oakTeam, w.id("gwen"), w.clock.nowMs());
      expect(
        await outcome(async () => gwen.ask().lessons.create({ ...NEW_LESSON, teamId: oakTeam, start: { from: "copy", lessonId: lesson } })),
      ).toBe("forbidden");
      expect(await outcome(async () => gwen.ask().lessons.create({ ...NEW_LESSON, teamId: w.year3 }))).toBe("forbidden");
      await w.stores.lessons.setGrant(lesson, w.id("gwen"), "reader", w.clock.nowMs());
      expect(
        await outcome(async () => gwen.ask().lessons.create({ ...NEW_LESSON, teamId: oakTeam, start: { from: "copy", lessonId: lesson } })),
      ).toBe("ok");
    }),
  );

  it(
    "[SV8] says beside each field what is wrong",
    withWorld(async (w) => {
      const aisha = await w.signedIn("aisha");
      const create = async (change: object): Promise<Readonly<Record<string, string>>> =>
        fieldsOf(aisha.ask().lessons.create({ ...NEW_LESSON, teamId: w.year3, ...change }));
      expect(await create({ title: " ", durationMinutes: "0", teamId: "" })).toEqual({
        teamId: "Choose a team.",
        title: "Give the lesson a title. You can change it at any time.",
        durationMinutes: "Enter the minutes as a whole number, 1 to 600.",
      });
      expect(await create({ teamId: "no-such-team" })).toEqual({ teamId: "Choose one of your teams." });
      expect(await create({ start: { from: "template", template: "constructor" } })).toEqual({ start: "Choose one of the templates." });
      expect(await create({ durationMinutes: "1e2" })).toEqual({ durationMinutes: "Enter the minutes as a whole number, 1 to 600." });
    }),
  );

  it(
    "is found by title, year and page, however wild the page number",
    withWorld(async (w) => {
      await w.newLesson("Ten times");
      await w.newLesson("One equal part");
      const aisha = await w.signedIn("aisha");
      const find = async (more: object): Promise<{ titles: string[]; page: number }> => {
        const found = await aisha.ask().lessons.search({ text: "", yearGroup: null, criterionCode: null, archived: false, page: 1, ...more });
        return { titles: found.lessons.map(({ title }) => title), page: found.page };
      };
      expect((await find({ text: "equal" })).titles).toEqual(["One equal part"]);
      expect((await find({ yearGroup: "4" })).titles).toEqual([]);
      expect((await find({ yearGroup: "" })).titles).toHaveLength(2);
      for (const page of [-1, 0, 7, Number.NaN, 1e300]) expect(await find({ page })).toMatchObject({ page: 1, titles: { length: 2 } });
    }),
  );
});

describe("a lesson as a file", () => {
  it(
    "[SV9] is the lesson JSON that Bansho reads again, or Markdown, now or as a version; another form is not found",
    withWorld(async (w) => {
      const lesson = await w.newLesson();
      const { lessons } = await w.as("aisha");
      await write(w, lesson, "aisha", ["keyPoint", "Equal parts."]);
      await lessons.nameVersion(lesson, { kind: "draft", title: "First", note: "" });
      await write(w, lesson, "aisha", ["keyPoint", " Always."]);
      const json = await lessons.exportLesson(lesson, { format: "json", version: null });
      expect(json.fileName).toMatch(/^[a-z0-9-]+\.json$/);
      const parsed: unknown = JSON.parse(json.text);
      expect(parsed).toMatchObject({ id: lesson, keyPoint: "Equal parts. Always." });
      const again = lessonFromJson(parsed, { makeId: () => "x".repeat(16) });
      expect(lineIn(again.content, "keyPoint")).toBe("Equal parts. Always.");
      const markdown = await lessons.exportLesson(lesson, { format: "md", version: 1 });
      expect(markdown.fileName).toMatch(/-version-1\.md$/);
      expect(markdown.text).toContain("Equal parts.");
      expect(markdown.text).not.toContain("Always.");
      expect(await outcome(async () => lessons.exportLesson(lesson, { format: "exe", version: null }))).toBe("not-found");
      expect(await outcome(async () => lessons.exportLesson(lesson, { format: "json", version: 99 }))).toBe("not-found");
    }),
  );
});

describe("versions", () => {
  it(
    "[JB1] keep the whole state and the lesson as JSON, with everybody who wrote since the one before",
    withWorld(async (w) => {
      const lesson = await w.newLesson();
      const aisha = await w.signedIn("aisha");
      w.clock.advance(1_000);
      await write(w, lesson, "ben", ["keyPoint", "Equal parts."]);
      await write(w, lesson, "aisha", ["smallStep", "Name one part."]);
      w.clock.advance(1_000);
      expect(await aisha.ask().lessons.nameVersion(lesson, { kind: "as-planned", title: "As planned", note: "Two\r\nlines " })).toEqual({
        number: 1,
      });
      w.clock.advance(1_000);
      await write(w, lesson, "carys", ["keyPoint", " All of them."]);
      w.clock.advance(1_000);
      await aisha.ask().lessons.nameVersion(lesson, { kind: "refined", title: "Refined", note: "" });
      const versions = await aisha.ask().lessons.listVersions(lesson);
      expect(
        versions.map((version) => [
          version.number,
          version.kind,
          version.automatic,
          version.author?.name,
          version.contributors.map(({ name }) => name),
        ]),
      ).toEqual([
        [2, "refined", false, "Aisha", ["Carys"]],
        [1, "as-planned", false, "Aisha", ["Ben", "Aisha"]],
      ]);
      const first = await aisha.ask().lessons.readVersion(lesson, 1);
      expect(first.note).toBe("Two\nlines");
      expect(lineIn(first.content, "keyPoint")).toBe("Equal parts.");
      const doc = new Y.Doc();
      Y.applyUpdateV2(doc, (await w.stores.versions.findVersionState(lesson, 1)) ?? new Uint8Array());
      expect(readLesson(Y.encodeStateAsUpdate(doc)).content).toEqual(first.content);
    }),
  );

  it(
    "need a kind and a name",
    withWorld(async (w) => {
      const lesson = await w.newLesson();
      expect(await fieldsOf((await w.as("aisha")).lessons.nameVersion(lesson, { kind: "final", title: "", note: "x".repeat(2_001) }))).toEqual({
        kind: "Choose what kind of version this is.",
        title: "Give the version a name, like “As planned, lesson 1”.",
        note: "Keep it to 2000 characters.",
      });
    }),
  );

  it(
    "[SV7] are put back as a forward edit: what stood there is kept as a version, and what others type meanwhile survives",
    withWorld(async (w) => {
      const lesson = await w.newLesson();
      const aisha = await w.signedIn("aisha");
      await write(w, lesson, "aisha", ["keyPoint", "Equal parts."]);
      await aisha.ask().lessons.nameVersion(lesson, { kind: "as-planned", title: "As planned", note: "" });
      w.clock.advance(1_000);
      await write(w, lesson, "ben", ["keyPoint", " Whatever their shape."]);
      // Ben goes on typing in his browser, in another line and in the same one, while Aisha puts version 1 back.
      const bens = await openCopy(w, lesson);
      const known = Y.encodeStateVector(bens);
      typeInto(bens, "smallStep", "Typed meanwhile.");
      typeInto(bens, "keyPoint", " And mine.");
      expect(await aisha.ask().lessons.putBackVersion(lesson, 1)).toEqual({ savedAs: 2 });
      expect(await lineNow(w, lesson, "keyPoint")).toBe("Equal parts.");
      await w.hub.edit(lessonDocument(lesson), { personId: w.id("ben"), change: (doc) => Y.applyUpdate(doc, Y.encodeStateAsUpdate(bens, known)) });
      expect(await lineNow(w, lesson, "keyPoint")).toBe("Equal parts. And mine.");
      expect(await lineNow(w, lesson, "smallStep")).toBe("Typed meanwhile.");
      const kept = await aisha.ask().lessons.readVersion(lesson, 2);
      expect(kept).toMatchObject({
        automatic: true,
        author: null,
        kind: "draft",
        title: "Before putting version 1 back",
        contributors: [{ name: "Ben" }],
      });
      expect(lineIn(kept.content, "keyPoint")).toBe("Equal parts. Whatever their shape.");
    }),
  );

  it(
    "[SV7] keep also the words that came between the version and the edit",
    withWorld(async (w) => {
      const lesson = await w.newLesson();
      const aisha = await w.signedIn("aisha");
      await aisha.ask().lessons.nameVersion(lesson, { kind: "draft", title: "Empty", note: "" });
      w.clock.advance(1_000);
      await write(w, lesson, "aisha", ["keyPoint", "Equal parts."]);
      const services = w.through(aisha, (hub) => ({
        ...hub,
        edit: async (document, options) => {
          await write(w, lesson, "ben", ["keyPoint", " At the last moment."]);
          await hub.edit(document, options);
        },
      }));
      const { savedAs } = await services.lessons.putBackVersion(lesson, 1);
      expect(await lineNow(w, lesson, "keyPoint")).toBe("");
      expect(lineIn((await aisha.ask().lessons.readVersion(lesson, savedAs)).content, "keyPoint")).toBe("Equal parts. At the last moment.");
    }),
  );

  it(
    "name people who have left the organisation still",
    withWorld(async (w) => {
      const lesson = await w.newLesson();
      await (await w.as("ben")).lessons.nameVersion(lesson, { kind: "draft", title: "Ben's", note: "" });
      await (await w.as("dana")).organisations.removeMember(w.elm, w.id("ben"));
      expect((await (await w.as("aisha")).lessons.listVersions(lesson))[0]?.author).toEqual({ id: w.id("ben") satisfies PersonId, name: "Ben" });
    }),
  );
});

describe("jobs", () => {
  const versionsOf = async (w: World, lesson: LessonId): Promise<readonly string[]> =>
    (await w.stores.versions.listVersions(lesson)).map(({ title }) => title);

  it(
    "[JB2] keep a version when the last person has left a lesson that was changed, and only then",
    withWorld(async (w) => {
      const lesson = await w.newLesson();
      const document = lessonDocument(lesson);
      const [aisha, ben] = [await w.connect("aisha", document), await w.connect("ben", document)];
      await write(w, lesson, "aisha", ["keyPoint", "Equal parts."]);
      aisha.leave();
      w.clock.advance(10_000);
      expect(await versionsOf(w, lesson)).toEqual([]);
      ben.leave();
      await w.until(async () => (await versionsOf(w, lesson)).length === 1);
      expect((await (await w.as("aisha")).lessons.listVersions(lesson))[0]).toMatchObject({
        number: 1,
        kind: "draft",
        automatic: true,
        author: null,
        title: "When everybody had left",
        contributors: [{ name: "Aisha" }],
      });

      // Looking, or changing something and changing it back, makes no version.
      const visit = await w.connect("aisha", document);
      await write(w, lesson, "aisha", ["keyPoint", "!"]);
      await w.hub.edit(document, { personId: w.id("aisha"), change: (doc) => typeBack(doc) });
      visit.leave();
      w.clock.advance(10_000);
      const last = await w.connect("ben", document);
      await write(w, lesson, "ben", ["smallStep", "One part."]);
      last.leave();
      await w.until(async () => (await versionsOf(w, lesson)).length > 1);
      const [newest] = await (await w.as("aisha")).lessons.listVersions(lesson);
      expect(newest).toMatchObject({ number: 2, contributors: [{ name: "Aisha" }, { name: "Ben" }] });
    }),
  );

  it(
    "[JB2] keep the version that a killed server could not, when people next leave",
    withWorld(async (w) => {
      const lesson = await w.newLesson();
      // Written and durable, but the process that should have noticed the leaving was gone.
      await w.stores.log.append([
        { document: lessonDocument(lesson), update: await updateWith(w, lesson), personId: w.id("aisha"), atMs: w.clock.nowMs() },
      ]);
      w.clock.advance(60_000);
      const visit = await w.connect("ben", lessonDocument(lesson));
      await w.hub.read(lessonDocument(lesson));
      visit.leave();
      await w.until(async () => (await versionsOf(w, lesson)).length > 0);
      expect(await versionsOf(w, lesson)).toEqual(["When everybody had left"]);
    }),
  );

  it(
    "[JB3] show a new title in lists soon after it was typed, and at the latest when the server ends",
    withWorld(async (w) => {
      const lesson = await w.newLesson("Parts");
      const titleInList = async (): Promise<string | undefined> => (await w.stores.lessons.findLesson(lesson))?.title;
      await write(w, lesson, "aisha", ["title", " of 7"]);
      expect(await titleInList()).toBe("Parts");
      await w.until(async () => (await titleInList()) === "Parts of 7");
      await write(w, lesson, "aisha", ["title", " and 8"]);
      await w.jobs.close();
      expect(await titleInList()).toBe("Parts of 7 and 8");
    }),
  );

  it(
    "[JB3] do not wait for ever while people keep writing",
    withWorld(async (w) => {
      const lesson = await w.newLesson("A");
      for (let second = 0; second < 65; second++) {
        await write(w, lesson, "aisha", ["title", "a"]);
        w.clock.advance(1_000);
      }
      const shown = (await w.stores.lessons.findLesson(lesson))?.title ?? "";
      expect(shown.length).toBeGreaterThan(10);
    }),
  );

  it(
    "[JB3] make the list anew from the documents",
    withWorld(async (w) => {
      const lesson = await w.newLesson("Parts of 7");
      const other = await w.newLesson("Ten times");
      const before = await w.stores.lessons.findLesson(lesson);
      await w.stores.lessons.setFacts(lesson, { title: "Wrong", yearGroup: "9", durationMinutes: 1, criterionCodes: ["X"] }, w.clock.nowMs());
      expect(await w.jobs.rebuildProjections()).toBe(2);
      expect(await w.stores.lessons.findLesson(lesson)).toEqual(before);
      expect((await w.stores.lessons.findLesson(other))?.title).toBe("Ten times");
    }),
  );

  it(
    "[JB4] sweep out expired sessions daily",
    withWorld(async (w) => {
      await w.signedIn("aisha");
      const sessions = async (): Promise<number> => (await w.stores.people.listSessions(w.id("aisha"), 0)).length;
      expect(await sessions()).toBe(1);
      w.clock.advance(32 * DAY_MS);
      await w.until(async () => (await sessions()) === 0);
    }),
  );
});

describe("home", () => {
  const next = async (w: World, name: Name): Promise<string | undefined> => (await (await w.as(name)).home.home()).next?.title;

  it(
    "says one next thing, about one's own work",
    withWorld(async (w) => {
      expect(await next(w, "aisha")).toBe("Begin your first lesson");
      expect(await next(w, "priya")).toBeUndefined();
      const lesson = await w.newLesson();
      expect(await next(w, "aisha")).toBe("Say the key point of “One equal part”");
      await write(w, lesson, "aisha", ["keyPoint", "Equal parts."]);
      expect(await next(w, "aisha")).toBe("Go on with “One equal part”");
      expect(await next(w, "priya")).toBe("Read “One equal part”");
      await w.stores.lessons.setGrant(lesson, w.id("olu"), "reader", w.clock.nowMs());
      expect((await (await w.as("olu")).home.home()).next).toMatchObject({
        title: "Read “One equal part”",
        href: `/lessons/${lesson}/read`,
        words: "It was shared with you to read. About 10 minutes.",
      });
      for (const name of ["esther", "farah", "gwen"] as const) expect(await next(w, name)).toBeUndefined();
    }),
  );

  it(
    "goes on with the lesson one wrote in last, not with the one a colleague changed",
    withWorld(async (w) => {
      const mine = await w.newLesson("Mine");
      await write(w, mine, "ben", ["keyPoint", "Equal parts."]);
      w.clock.advance(60_000);
      const theirs = await w.newLesson("Theirs");
      await write(w, theirs, "aisha", ["keyPoint", "Ten times."]);
      expect(await next(w, "ben")).toBe("Go on with “Mine”");
    }),
  );

  it(
    "asks somebody who is alone in the team to invite a colleague",
    withWorld(async (w) => {
      const carys = await w.signedIn("carys");
      for (const name of ["carys", "aisha", "ben", "priya"] as const) await carys.ask().teams.removeMember(w.year3, w.id(name));
      const { id } = await carys.ask().organisations.createTeam(w.elm, { name: "Year 4" });
      const lesson = await carys.ask().lessons.create({ ...NEW_LESSON, teamId: id });
      await write(w, lesson.id as LessonId, "carys", ["keyPoint", "Equal parts."]);
      expect((await carys.ask().home.home()).next).toMatchObject({ title: "Invite a colleague to Year 4", href: `/teams/${id}` });
    }),
  );

  it(
    "is empty, not broken, in an empty installation",
    withWorld(async (w) => {
      expect(await w.newBrowser().ask().viewer()).toBeNull();
      expect(await outcome(async () => w.newBrowser().ask().home.home())).toBe("not-signed-in");
    }, emptyWorld),
  );
});

/** Take the last letter of the key point away. */
function typeBack(doc: Y.Doc): void {
  for (const header of doc.getXmlFragment("content").toArray()) {
    if (!(header instanceof Y.XmlElement) || header.nodeName !== "header") continue;
    for (const line of header.toArray()) {
      if (!(line instanceof Y.XmlElement) || line.getAttribute("field") !== "keyPoint") continue;
      const text = line.get(0);
      if (text instanceof Y.XmlText) text.delete(text.length - 1, 1);
    }
  }
}

/** An update that types into the lesson as it is stored. */
async function updateWith(w: World, lesson: LessonId): Promise<Uint8Array> {
  const stored = await w.stores.log.load(lessonDocument(lesson));
  const doc = new Y.Doc();
  for (const update of stored.updates) Y.applyUpdate(doc, update);
  const known = Y.encodeStateVector(doc);
  typeInto(doc, "keyPoint", "Equal parts.");
  return Y.encodeStateAsUpdate(doc, known);
}
