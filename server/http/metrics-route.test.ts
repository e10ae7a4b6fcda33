import { expect, test } from "vitest";
import { mayReadMetrics, type Asker, type MetricsAccess } from "./metrics-route.ts";

const TOKEN = "a-token-of-enough-letters";
const ask = (remoteAddress: string, headers: Asker["headers"] = {}): Asker => ({
  socket: { remoteAddress },
  headers: { host: "localhost:3000", ...headers },
});
const open: MetricsAccess = { token: null, isBehindProxy: false };
const guarded: MetricsAccess = { token: TOKEN, isBehindProxy: true };

test.each(["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])("%s is this machine and needs no token", (address) => {
  expect(mayReadMetrics(ask(address), open)).toBe(true);
  expect(mayReadMetrics(ask(address), { ...open, token: TOKEN })).toBe(true);
  expect(mayReadMetrics(ask(address), guarded), "behind a proxy everybody seems to come from here").toBe(false);
});

test.each(["192.0.2.1", "10.0.0.1", "::ffff:192.0.2.1", "2001:db8::1", "128.0.0.1", "127.evil.test", ""])("%s is somebody else", (address) => {
  expect(mayReadMetrics(ask(address), open)).toBe(false);
});

test.each([
  ["X-Forwarded-For, as a proxy sets it", { "x-forwarded-for": "192.0.2.1" }],
  ["X-Forwarded-For that claims to be here", { "x-forwarded-for": "127.0.0.1" }],
  ["Forwarded", { forwarded: "for=192.0.2.1" }],
  ["Via", { via: "1.1 proxy" }],
  ["X-Real-IP", { "x-real-ip": "192.0.2.1" }],
  ["another site's name, which points here", { host: "evil.test:3000" }],
  ["no Host", { host: undefined }],
])("with %s, coming from this machine is not enough", (_what, headers) => {
  expect(mayReadMetrics(ask("127.0.0.1", headers), open)).toBe(false);
});

test("no header makes somebody else this machine", () => {
  expect(mayReadMetrics(ask("192.0.2.1", { "x-forwarded-for": "127.0.0.1", "x-real-ip": "::1" }), open)).toBe(false);
});

test("the token opens from anywhere, and only the token", () => {
  const bearer = (authorization: string): boolean => mayReadMetrics(ask("192.0.2.1", { authorization, "x-forwarded-for": "192.0.2.7" }), guarded);
  expect(bearer(`Bearer ${TOKEN}`)).toBe(true);
  expect(bearer(`bearer ${TOKEN}`)).toBe(true);
  for (const wrong of [`Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, "Bearer ", "Bearer null", `Basic ${TOKEN}`, TOKEN])
    expect(bearer(wrong), wrong).toBe(false);
  expect(mayReadMetrics(ask("127.0.0.1", { authorization: "Bearer wrong" }), open), "a wrong token from here is a mistake to be told").toBe(false);
  expect(mayReadMetrics(ask("192.0.2.1", { authorization: "Bearer null" }), open)).toBe(false);
});
