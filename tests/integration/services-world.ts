/**
 * A small world of people around the real services, the real hub and the real stores (SQLite), with a clock that tests move.
 *
 * Elm Lane Primary: dana (admin), carys (maths lead), aisha and ben (teachers) and priya (knowledgeable other) in the team Year 3;
 * esther (head) and hana (guest) in no team. Oak Field Primary: gwen (teacher) with its admin ola. Riverside Maths Hub: farah (hub lead).
 * olu belongs to no organisation and reads one lesson by name.
 */
import { randomBytes } from "node:crypto";
import { makeId, type LessonId, type OrganisationId, type PersonId, type TeamId } from "#core/ids";
import type { OrganisationRole } from "#core/policy/policy";
import type { CloseReason } from "#core/protocol/close-codes";
import { DAY_MS, type Clock } from "#core/time";
import type { Services } from "../../app/services.ts";
import { hashPassword } from "../../server/auth/passwords.ts";
import { sessionCookieName } from "../../server/auth/session-cookie.ts";
import { startJobs, type Jobs } from "../../server/jobs/start-jobs.ts";
import { makeLog } from "../../server/observe/log.ts";
import { makeDocumentAccess, type DocumentAccess } from "../../server/services/document-access.ts";
import { makeServices } from "../../server/services/make-services.ts";
import type { ServiceDeps, ServiceRequest } from "../../server/services/service-parts.ts";
import type { Stores } from "../../server/stores/contract.ts";
import { makeHub, type Hub } from "../../server/sync/hub.ts";
import { openTestStores } from "../support/stores.ts";

export const PASSWORD = "four apples make pie";
export const SETUP_TOKEN = "the-token-that-was-printed-at-start";

const SCHOOL_PEOPLE = ["dana", "carys", "aisha", "ben", "priya", "esther", "hana", "gwen", "ola", "farah", "olu"] as const;
export type Name = (typeof SCHOOL_PEOPLE)[number];
export const NAMES: readonly Name[] = SCHOOL_PEOPLE;

/** Somebody's browser: keeps the cookie it is given, and asks with it. */
export type Browser = {
  /** Services of one request with the cookie the browser has now. */
  readonly ask: () => Services;
  /** The `Cookie` header the browser would send. */
  readonly cookieHeader: () => string | undefined;
  /** Take a `Set-Cookie` value. */
  readonly take: (setCookie: { readonly cookie: string }) => void;
  readonly renewed: () => number;
};

export type TestClock = Clock & {
  /** Move on, running timers in order. */
  readonly advance: (ms: number) => void;
};

export type World = {
  readonly stores: Stores;
  readonly hub: Hub;
  readonly access: DocumentAccess;
  readonly clock: TestClock;
  readonly jobs: Jobs;
  readonly elm: OrganisationId;
  readonly oak: OrganisationId;
  readonly year3: TeamId;
  readonly id: (name: Name) => PersonId;
  readonly email: (name: Name) => string;
  /** A browser that nobody is signed in on. */
  readonly newBrowser: (more?: Partial<ServiceRequest>) => Browser;
  /** A browser this person has signed in on. */
  readonly signedIn: (name: Name) => Promise<Browser>;
  /** Services for somebody who is signed in, one request. */
  readonly as: (name: Name) => Promise<Services>;
  /** A lesson of Year 3, made by aisha. */
  readonly newLesson: (title?: string) => Promise<LessonId>;
  /** Let time pass until this is so. */
  readonly until: (isSo: () => Promise<boolean> | boolean) => Promise<void>;
  /** Open a socket's session from this browser, or from a new one; `closed` collects why the server closed it, `frames` what it was sent. */
  readonly connect: (
    from: Name | Browser,
    document: string,
  ) => Promise<{ readonly leave: () => void; readonly closed: CloseReason[]; readonly frames: Uint8Array[] }>;
  /** Services of one request that reach the hub through this wrapper. */
  readonly through: (browser: Browser, wrap: (hub: Hub) => ServiceDeps["hub"]) => Services;
  readonly dispose: () => Promise<void>;
};

/** Makes an empty installation: nobody is in it. */
export async function emptyWorld(): Promise<World> {
  return build(false);
}

/** Makes the world above. */
export async function world(): Promise<World> {
  return build(true);
}

const passwordHash = hashPassword(PASSWORD);
/** Long before the real time: limits on tries go by the wall clock, and sweeping at this time must find none of them expired. */
const START_MS = Date.UTC(2025, 0, 20, 9, 0);

async function build(peopled: boolean): Promise<World> {
  const clock = makeTestClock(START_MS);
  const logger = makeLog({ level: "silent" });
  const { stores, dispose } = await openTestStores();
  const random = (count: number): Uint8Array => randomBytes(count);
  const access = makeDocumentAccess({ stores, clock, secureCookies: false });
  const hub = makeHub({ log: stores.log, clock: withoutShortWaits(clock), logger, authorise: access.authorise });
  const jobs = startJobs({ stores, hub, clock, logger, random });
  const deps: ServiceDeps = {
    stores,
    hub,
    clock,
    logger,
    random,
    publicUrl: () => "http://bansho.test",
    secureCookies: false,
    setupToken: () => SETUP_TOKEN,
  };
  const servicesFor = makeServices(deps);

  const ids = new Map(NAMES.map((name) => [name, makeId<PersonId>(random)]));
  const id = (name: Name): PersonId => ids.get(name) as PersonId;
  const email = (name: Name): string => `${name}@demo.bansho.test`;
  const elm = makeId<OrganisationId>(random);
  const oak = makeId<OrganisationId>(random);
  const year3 = makeId<TeamId>(random);

  const newBrowser = (more: Partial<ServiceRequest> = {}): Browser => {
    let cookie: string | undefined;
    let renewed = 0;
    const take = (setCookie: { readonly cookie: string }): void => {
      const [pair = ""] = setCookie.cookie.split(";");
      cookie = pair.endsWith("=") ? undefined : pair;
    };
    const renewCookie = (setCookie: string): void => {
      renewed += 1;
      take({ cookie: setCookie });
    };
    return {
      ask: () =>
        servicesFor({
          cookieHeader: cookie,
          address: "192.0.2.1",
          userAgent: "Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Safari/537.36",
          renewCookie,
          ...more,
        }),
      cookieHeader: () => cookie,
      take,
      renewed: () => renewed,
    };
  };
  const signedIn = async (name: Name): Promise<Browser> => {
    const browser = newBrowser();
    browser.take(await browser.ask().signIn({ email: email(name), password: PASSWORD }));
    return browser;
  };
  const until: World["until"] = async (isSo) => {
    for (let turn = 0; turn < 3_000; turn++) {
      if (await isSo()) return;
      clock.advance(50);
      await new Promise((next) => setImmediate(next));
    }
    throw new Error("It never came to be.");
  };
  const connect: World["connect"] = async (from, document) => {
    const browser = typeof from === "string" ? await signedIn(from) : from;
    const person = await access.authenticate(browser.cookieHeader());
    if (person === null) throw new Error("Nobody is signed in on this browser");
    const closed: CloseReason[] = [];
    const frames: Uint8Array[] = [];
    const session = hub.connect({
      document,
      person,
      mayWrite: true,
      wantsAck: true,
      send: (sent) => void frames.push(...sent),
      close: (reason) => void closed.push(reason),
      bufferedBytes: () => 0,
    });
    return { leave: session.end, closed, frames };
  };

  const self: World = {
    stores,
    hub,
    access,
    clock,
    jobs,
    elm,
    oak,
    year3,
    id,
    email,
    newBrowser,
    signedIn,
    as: async (name) => (await signedIn(name)).ask(),
    newLesson: async (title = "One equal part") => {
      const aisha = await self.as("aisha");
      const lesson = await aisha.lessons.create({
        teamId: year3,
        title,
        yearGroup: "3",
        durationMinutes: "50",
        start: { from: "template", template: "mm-six-part" },
      });
      return lesson.id as LessonId;
    },
    until,
    connect,
    through: (browser, wrap) =>
      makeServices({ ...deps, hub: wrap(hub) })({ cookieHeader: browser.cookieHeader(), address: "192.0.2.1", userAgent: undefined }),
    dispose: async () => {
      await jobs.close();
      await hub.close();
      await dispose();
    },
  };
  if (peopled) await people(self, await passwordHash);
  return self;
}

async function people(w: World, hash: string): Promise<void> {
  const { people: store } = w.stores;
  const nowMs = w.clock.nowMs() - 30 * DAY_MS;
  const hubId = makeId<OrganisationId>((count) => randomBytes(count));
  for (const name of NAMES) {
    await store.createPerson({
      id: w.id(name),
      name: name[0]?.toUpperCase() + name.slice(1),
      email: w.email(name),
      theme: "system",
      passwordHash: hash,
      nowMs,
    });
  }
  await store.createOrganisation({ id: w.elm, name: "Elm Lane Primary", kind: "school" }, nowMs);
  await store.createOrganisation({ id: w.oak, name: "Oak Field Primary", kind: "school" }, nowMs);
  await store.createOrganisation({ id: hubId, name: "Riverside Maths Hub", kind: "hub" }, nowMs);
  const join = async (name: Name, organisationId: OrganisationId, role: OrganisationRole): Promise<void> =>
    store.setMembership({ personId: w.id(name), organisationId, role }, nowMs);
  await join("dana", w.elm, "admin");
  await join("carys", w.elm, "maths-lead");
  await join("aisha", w.elm, "teacher");
  await join("ben", w.elm, "teacher");
  await join("priya", w.elm, "knowledgeable-other");
  await join("esther", w.elm, "head");
  await join("hana", w.elm, "guest");
  await join("gwen", w.oak, "teacher");
  await join("ola", w.oak, "admin");
  await join("farah", hubId, "hub-lead");
  await join("priya", hubId, "knowledgeable-other");
  await store.createTeam({ id: w.year3, organisationId: w.elm, name: "Year 3" }, nowMs);
  for (const name of ["carys", "aisha", "ben", "priya"] as const) await store.addTeamMember(w.year3, w.id(name), nowMs);
}

/** The token in a browser's cookie. */
export const tokenOf = (browser: Browser): string => browser.cookieHeader()?.slice(sessionCookieName(false).length + 1) ?? "";

/** The last part of a link. */
export const tokenIn = (link: string): string => link.slice(link.lastIndexOf("/") + 1);

/** Waits of a few milliseconds (group commit) happen at the next turn, so that an edit is durable without a test moving the clock. */
function withoutShortWaits(clock: Clock): Clock {
  return {
    nowMs: clock.nowMs,
    setTimer: (afterMs, run) => {
      if (afterMs > 50) return clock.setTimer(afterMs, run);
      const immediate = setImmediate(run);
      return { cancel: () => clearImmediate(immediate) };
    },
  };
}

function makeTestClock(startMs: number): TestClock {
  let nowMs = startMs;
  let order = 0;
  const timers = new Map<number, { readonly atMs: number; readonly run: () => void }>();
  return {
    nowMs: () => nowMs,
    setTimer: (afterMs, run) => {
      const key = ++order;
      timers.set(key, { atMs: nowMs + afterMs, run });
      return { cancel: () => void timers.delete(key) };
    },
    advance: (ms) => {
      const untilMs = nowMs + ms;
      for (;;) {
        const due = [...timers].filter(([, timer]) => timer.atMs <= untilMs).toSorted(([a, left], [b, right]) => left.atMs - right.atMs || a - b)[0];
        if (due === undefined) break;
        const [key, timer] = due;
        timers.delete(key);
        nowMs = Math.max(nowMs, timer.atMs);
        timer.run();
      }
      nowMs = untilMs;
    },
  };
}
