import { mkdtemp } from "node:fs/promises";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { postForm, sessionCookie, signInByForm } from "../support/form.ts";
import { cleanEnv, startServer } from "../support/server.ts";

/** Run server/main.ts, or another script, until it ends; answers its code and words. */
async function runToEnd(
  env: Record<string, string>,
  args: string[] = [],
  script = "server/main.ts",
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [script, ...args], { env: cleanEnv(env), stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.once("exit", done));
  return { code, output };
}

test("an empty installation prints a one-time link; the first person sets up, and the link is used up", async () => {
  const server = await startServer();
  try {
    expect(server.setupLink).toMatch(/\/setup\?token=[\w-]{20,}$/);
    const path = (server.setupLink ?? "").slice(server.url.length);
    expect((await fetch(`${server.url}${path}`)).status).toBe(200);
    expect((await fetch(`${server.url}/setup?token=wrong`)).status).toBe(404);
    const made = await postForm(server.url, path, {
      organisationName: "Elm Lane Primary",
      organisationKind: "school",
      teamName: "Year 3",
      name: "Aisha Rahman",
      email: "Aisha@Example.org ",
      password: "seven birds by the playground",
    });
    expect(made.status).toBe(302);
    const cookie = sessionCookie(made);
    expect(made.headers.getSetCookie().join()).toMatch(/HttpOnly; .*SameSite=Lax/i);
    const account = await fetch(`${server.url}/account`, { headers: { Cookie: cookie } });
    expect(await account.text()).toMatch(/<main[^>]*data-user-id="[\w-]+"/);
    expect((await fetch(`${server.url}${path}`)).status).toBe(404);
    await server.stop();
    await server.start();
    expect(server.setupLink).toBeNull();
    expect(await signInByForm(server.url, "aisha@example.org", "seven birds by the playground")).toContain("bansho_session=");
  } finally {
    await server.dispose();
  }
});

test("health says that the process lives, readiness that the database can be used, and SIGTERM ends it with 0 within ten seconds", async () => {
  const server = await startServer();
  try {
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect(await server.stop("SIGTERM")).toBe(0);
  } finally {
    await server.dispose();
  }
});

test("a wrong setting ends the start with one sentence and code 1", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "bansho-test-"));
  const { code, output } = await runToEnd({ DATA_DIR: dataDir, PORT: "eighty" });
  expect(code).toBe(1);
  expect(output.trim()).toBe('Bansho cannot start. PORT is "eighty", but must be a whole number from 0 to 65535.');
});

test("the demo refuses a database in which other people live", async () => {
  const server = await startServer();
  try {
    const path = (server.setupLink ?? "").slice(server.url.length);
    await postForm(server.url, path, {
      organisationName: "Real School",
      organisationKind: "school",
      teamName: "Year 3",
      name: "Real Person",
      email: "real@example.org",
      password: "seven birds by the playground",
    });
    await server.stop();
    const { code, output } = await runToEnd({ DATA_DIR: server.dataDir, PORT: "0", NODE_ENV: "production", LOG_LEVEL: "silent" }, ["--demo"]);
    expect(code).toBe(1);
    expect(output).toContain("it already holds other people");
  } finally {
    await server.dispose();
  }
});

test("a form from another site is refused, and pages carry the policy that stops foreign scripts", async () => {
  const server = await startServer({ demo: true });
  try {
    const foreign = await fetch(`${server.url}/login`, {
      method: "POST",
      headers: { Origin: "https://evil.example" },
      body: new URLSearchParams({ email: "aisha@demo.bansho.test" }),
    });
    expect(foreign.status).toBe(403);
    const page = await fetch(`${server.url}/login`);
    const nonce = /'nonce-([^']+)'/.exec(page.headers.get("content-security-policy") ?? "")?.[1];
    const html = await page.text();
    expect(nonce).toBeTruthy();
    for (const script of html.match(/<script\b[^>]*>/g) ?? []) expect(script).toContain(`nonce="${nonce}"`);
    expect(html).toMatch(/[Dd]emo/);
  } finally {
    await server.dispose();
  }
});

test("a second school sees nothing of the first, by any address", async () => {
  const server = await startServer({ demo: true });
  try {
    const cookie = await signInByForm(server.url, "gwen");
    for (const path of ["", "/read", "/versions", "/versions/1"]) {
      const answer = await fetch(`${server.url}/lessons/demo-y3-unit-fractions${path}`, { headers: { Cookie: cookie }, redirect: "manual" });
      expect([403, 404], path).toContain(answer.status);
      expect(await answer.text()).not.toContain("lines are hidden");
    }
    const list = await (await fetch(`${server.url}/lessons`, { headers: { Cookie: cookie } })).text();
    expect(list).not.toContain("lines are hidden");
  } finally {
    await server.dispose();
  }
});

test("[ST16] a second server on the same database waits, says so, and does not start", { timeout: 60_000 }, async () => {
  const server = await startServer({ demo: true });
  try {
    const { code, output } = await runToEnd({ DATA_DIR: server.dataDir, PORT: "0" }, ["--demo"]);
    expect(output).toMatch(
      /Another Bansho still uses this database; waiting for it to end …\n[^]*Bansho cannot start\. Another Bansho is using this database\.\n$/,
    );
    expect(code).toBe(1);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  } finally {
    await server.dispose();
  }
});

test("the operator makes a link for a new password while the server runs; it works once", async () => {
  const server = await startServer({ demo: true });
  try {
    const env = { DATA_DIR: server.dataDir, PUBLIC_URL: server.url };
    const made = await runToEnd(env, ["Priya@demo.bansho.test", "--demo"], "server/tools/reset-link.ts");
    expect(made.output).toMatch(/With this link Dr Priya Nair chooses a new password\. It works once, for 24 hours:\n/);
    expect(made.code).toBe(0);
    const path = /\/reset\/[\w-]{43}/.exec(made.output)?.[0] ?? "";
    expect((await postForm(server.url, path, { password: "seven birds by the playground" })).status).toBe(302);
    expect((await fetch(`${server.url}${path}`)).status).toBe(410);
    expect(await signInByForm(server.url, "priya", "seven birds by the playground")).toContain("bansho_session=");
    const nobody = await runToEnd(env, ["nobody@demo.bansho.test"], "server/tools/reset-link.ts");
    expect(nobody).toEqual({ code: 1, output: "Nobody here has the e-mail address nobody@demo.bansho.test.\n" });
  } finally {
    await server.dispose();
  }
});
