/** What strangers send to addresses, and what of it the log may keep. Against the real server. */
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postForm, signInByForm } from "../support/form.ts";
import { startServer, type RunningServer } from "../support/server.ts";

let server: RunningServer;
let carys = "";

beforeAll(async () => {
  server = await startServer({ demo: true, env: { LOG_LEVEL: "debug" } });
  carys = await signInByForm(server.url, "carys");
}, 60_000);
afterAll(() => server.dispose());

const get = async (path: string, cookie = carys): Promise<Response> =>
  fetch(`${server.url}${path}`, { headers: { Cookie: cookie }, redirect: "manual" });

/** Lines of the log, without the words that are printed for people at start. */
const logLines = (): string[] =>
  server
    .output()
    .split("\n")
    .filter((line) => line.startsWith("{"));

/** Send bytes as they are; answers the first line that comes back. */
const sendRaw = async (request: string): Promise<string> =>
  new Promise((done, fail) => {
    const socket = connect(Number(new URL(server.url).port), "localhost", () => socket.write(request));
    socket.once("data", (data) => {
      done(data.toString().split("\r\n")[0] ?? "");
      socket.destroy();
    });
    socket.once("error", fail);
  });

test.each(["/%", "/%ff", "/lessons/%c0%ae", "/%00", "//evil.test", `/${"a".repeat(8_000)}`])(
  "an address that nothing has (%s) is the asker's fault",
  async (path) => {
    const answer = await get(path);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  },
);

test("a form for a page that takes none is the asker's fault", async () => {
  for (const path of ["/lessons/demo-y3-unit-fractions", "/lessons/demo-y3-unit-fractions/versions/1"])
    expect([path, (await postForm(server.url, path, { a: "b" }, carys)).status]).toEqual([path, 405]);
});

test("the way to ask for data before single fetch is closed", async () => {
  for (const path of ["/account?_data=root", "/account?x=1&%5Fdata=routes%2Faccount%2Froute"]) expect((await get(path)).status).toBe(404);
});

test("a body whose size is not said, or too large, is refused before it is read", async () => {
  const head = `POST /account HTTP/1.1\r\nHost: localhost\r\nOrigin: ${server.url}\r\n`;
  expect(await sendRaw(`${head}Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n`)).toBe("HTTP/1.1 411 Length Required");
  expect(await sendRaw(`${head}Content-Length: 99999999\r\n\r\nabc`)).toBe("HTTP/1.1 413 Payload Too Large");
});

test("signing in leads to no other site, whatever `then` says", async () => {
  for (const then of ["/.//evil.test", "//evil.test", "/\\evil.test", "https:evil.test", "/lessons/..//evil.test"]) {
    const answer = await get(`/login?then=${encodeURIComponent(then)}`);
    expect([then, new URL(answer.headers.get("Location") ?? "", server.url).origin]).toEqual([then, server.url]);
  }
});

test("who has no right learns nothing from data requests, for whichever route they ask", async () => {
  const gwen = await signInByForm(server.url, "gwen");
  for (const cookie of ["", gwen]) {
    for (const page of ["", "/read", "/versions", "/versions/1"]) {
      for (const routes of ["", "?_routes=root", "?_routes=routes%2Flessons.%24id.design%2Froute", "?_routes=__proto__"]) {
        const body = await (await get(`/lessons/demo-y3-unit-fractions${page}.data${routes}`, cookie)).text();
        expect(body).not.toMatch(/lines are hidden|Aisha Rahman/);
      }
    }
  }
});

describe("the log", () => {
  test("keeps no one-time link, however its address is written or wrong", async () => {
    const organisation = /\/organisations\/([a-z0-9]+)/.exec(await (await get("/")).text())?.[0] ?? "";
    expect(organisation).not.toBe("");
    const made = await (await postForm(server.url, organisation, { intent: "invite", role: "teacher" }, carys)).text();
    const token = /\/invite\/([\w-]{43})/.exec(made)?.[1] ?? "";
    expect(token).toHaveLength(43);
    for (const path of [`/invite/${token}`, `/INVITE/${token}`, `//invite/${token}`, `/invite/${token}.data`, `/reset/${token}`, `/x/${token}`])
      await get(path);
    await get(`/invite/${token}/%`);
    await get(`/invite/${token}?_data=nothing`);
    await get(`/invite/${token}.data?_routes=nothing`);
    await postForm(server.url, `/invite/${token}/more`, { a: "b" }, carys);
    await postForm(server.url, `/invite/${token}`, { intent: "join-as-new", name: "New", email: "new@secret.example", password: "short" });
    expect(logLines().length).toBeGreaterThan(10);
    expect(logLines().filter((line) => line.includes(token))).toEqual([]);
  });

  test("keeps no e-mail addresses, names, titles or passwords, and calls nothing of all this an error of ours", () => {
    expect(logLines().filter((line) => /demo\.bansho\.test|secret\.example|Carys|lines are hidden|demo-bansho-2026/.test(line))).toEqual([]);
    expect(logLines().filter((line) => line.includes('"level":50'))).toEqual([]);
  });
});
