import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { expect, test } from "vitest";
import { refuseForeignForms, securityHeaders } from "./headers.ts";

/** A server with only the middleware, on a free port; `ask` sends one request. */
async function listen(origins: readonly string[]): Promise<{ ask: (init?: RequestInit) => Promise<Response>; close: () => Promise<void> }> {
  const app = express();
  app.use(...securityHeaders({ https: true, dev: false, random: (count) => new Uint8Array(count).fill(3) }));
  app.use(refuseForeignForms(() => origins));
  app.all("*", (_req, res) => res.send("taken"));
  const server: Server = createServer(app);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", () => done()));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    ask: (init) => fetch(url, init),
    close: () => new Promise((done) => server.close(() => done())),
  };
}

const OURS = "https://bansho.example.org";

test("a form from our own pages is taken", async () => {
  const { ask, close } = await listen([OURS]);
  expect((await ask({ method: "POST", headers: { Origin: OURS } })).status).toBe(200);
  await close();
});

test.each([
  ["another site", { Origin: "https://evil.example" }],
  ["a sandboxed frame", { Origin: "null" }],
  ["a look-alike", { Origin: "https://bansho.example.org.evil.example" }],
  ["no origin at all", {}],
  ["no origin and a foreign referer", { Referer: "https://evil.example/" }],
])("an unsafe method from %s is refused in plain words", async (_who, headers) => {
  const { ask, close } = await listen([OURS]);
  for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
    const answer = await ask({ method, headers });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("another site");
  }
  await close();
});

test("an old browser that sends only a referer of ours is believed", async () => {
  const { ask, close } = await listen([OURS]);
  expect((await ask({ method: "POST", headers: { Referer: `${OURS}/login` } })).status).toBe(200);
  await close();
});

test("a form that is too large is refused before it is read", async () => {
  const { ask, close } = await listen([OURS]);
  expect((await ask({ method: "POST", headers: { Origin: OURS }, body: "x".repeat(300 * 1024) })).status).toBe(413);
  await close();
});

test("scripts need this answer's nonce, and nobody may frame us", async () => {
  const { ask, close } = await listen([OURS]);
  const headers = (await ask()).headers;
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy).toContain("script-src 'self' 'nonce-");
  expect(policy).not.toContain("'unsafe-inline';script");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(headers.get("strict-transport-security")).toContain("max-age=");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  await close();
});
