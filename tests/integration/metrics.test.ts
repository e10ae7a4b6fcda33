/** `/metrics` of a real server: who gets the figures, and who a sentence. */
import { expect, test } from "vitest";
import { startServer } from "../support/server.ts";

const TOKEN = "0123456789abcdef";

test("the server's own machine reads the figures; what came through a proxy does not", { timeout: 60_000 }, async () => {
  const server = await startServer();
  try {
    const ask = (headers: Record<string, string> = {}): Promise<Response> => fetch(`${server.url}/metrics`, { headers });
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toContain("text/plain; version=0.0.4");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const text = await answer.text();
    expect(text).toMatch(/^bansho_sync_rooms 0$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d/m);
    for (const headers of [{ "X-Forwarded-For": "192.0.2.1" }, { Authorization: `Bearer ${TOKEN}` }]) {
      const refused = await ask(headers);
      expect(refused.status).toBe(403);
      expect(await refused.text()).toContain("METRICS_TOKEN");
    }
    expect((await fetch(`${server.url}/metrics/more`)).status).toBe(404);
  } finally {
    await server.dispose();
  }
});

test("behind a proxy only the token opens the figures", { timeout: 60_000 }, async () => {
  const server = await startServer({ env: { TRUSTED_PROXIES: "1", METRICS_TOKEN: TOKEN } });
  try {
    const ask = async (headers: Record<string, string>): Promise<number> => (await fetch(`${server.url}/metrics`, { headers })).status;
    expect(await ask({})).toBe(403);
    expect(await ask({ "X-Forwarded-For": "127.0.0.1" })).toBe(403);
    expect(await ask({ Authorization: `Bearer ${TOKEN}0` })).toBe(403);
    expect(await ask({ Authorization: `Bearer ${TOKEN}`, "X-Forwarded-For": "192.0.2.1" })).toBe(200);
  } finally {
    await server.dispose();
  }
});
