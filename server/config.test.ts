import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError, isBehindProxy, parseConfig, SETTINGS } from "./config.ts";

const random = (count: number): Uint8Array => new Uint8Array(count).fill(7);
const freshDir = (): string => mkdtempSync(join(tmpdir(), "bansho-config-"));
const parse = (env: Record<string, string>, args: string[] = []) => parseConfig({ DATA_DIR: freshDir(), ...env }, args, random);

describe("settings", () => {
  test("an empty environment gives the documented defaults", () => {
    const dataDir = freshDir();
    const config = parseConfig({ DATA_DIR: dataDir }, [], random);
    expect(config).toMatchObject({
      port: 3000,
      host: "127.0.0.1",
      publicUrl: null,
      logLevel: "info",
      demo: false,
      dev: false,
      databaseUrl: `file:${join(dataDir, "bansho.db")}`,
    });
  });

  test.each([
    ["PORT", "80x", 'PORT is "80x", but must be a whole number from 0 to 65535.'],
    ["PORT", "70000", 'PORT is "70000", but must be a whole number from 0 to 65535.'],
    ["LOG_LEVEL", "loud", 'LOG_LEVEL is "loud", but must be debug, info, warn, error or silent.'],
    [
      "PUBLIC_URL",
      "bansho.example.org",
      'PUBLIC_URL is "bansho.example.org", but must be an address such as https://bansho.example.org, with no path.',
    ],
    ["PUBLIC_URL", "https://example.org/bansho", "PUBLIC_URL is"],
    ["DATABASE_URL", "postgres://x", "DATABASE_URL is"],
    ["SESSION_SECRET", "short", 'SESSION_SECRET is "5 characters"'],
    ["METRICS_TOKEN", "fifteen-letters", 'METRICS_TOKEN is "15 characters", but must be at least 16 letters, digits or signs.'],
    ["METRICS_TOKEN", "has a space in the middle", 'METRICS_TOKEN is "25 characters"'],
    ["DATA_DIR", "/dev/null/inside", 'DATA_DIR is "/dev/null/inside", but must be a folder that can be made and written.'],
  ])("%s=%s is refused in a sentence that names the variable, what it got and what it wants", (name, value, sentence) => {
    expect(() => parse({ [name]: value })).toThrow(ConfigError);
    expect(() => parse({ [name]: value })).toThrow(sentence);
  });

  test("a secret is made once, kept, and readable only by its owner", () => {
    const dataDir = freshDir();
    const first = parseConfig({ DATA_DIR: dataDir }, [], random);
    const again = parseConfig({ DATA_DIR: dataDir }, [], () => new Uint8Array(32).fill(9));
    expect(again.sessionSecret).toBe(first.sessionSecret);
    expect(readFileSync(join(dataDir, "session-secret"), "utf8")).toBe(first.sessionSecret);
    expect(statSync(join(dataDir, "session-secret")).mode & 0o777).toBe(0o600);
  });

  test("the demo keeps to a folder of its own", () => {
    expect(parse({}, ["--demo"]).demo).toBe(true);
    expect(() => parse({}, ["--dmeo"])).toThrow('The command line is "--dmeo"');
  });

  test("a relative database path is taken from where the server was started", () => {
    expect(parse({ DATABASE_URL: "file:./x.db" }).databaseUrl).toBe(`file:${resolve("x.db")}`);
  });

  test.each([
    [{}, false],
    [{ HOST: "0.0.0.0" }, false],
    [{ HOST: "0.0.0.0", PUBLIC_URL: "http://school-server:3000" }, false],
    [{ PUBLIC_URL: "http://localhost:3000" }, false],
    [{ TRUSTED_PROXIES: "1" }, true],
    [{ PUBLIC_URL: "https://bansho.example.org" }, true],
    [{ HOST: "0.0.0.0", PUBLIC_URL: "https://bansho.example.org" }, true],
    [{ PUBLIC_URL: "http://bansho.example.org" }, true],
  ])("with %o, people coming through a proxy: %s", (env, behind) => {
    expect(isBehindProxy(parse(env as Record<string, string>))).toBe(behind);
  });

  test("the README explains every setting", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    for (const name of Object.keys(SETTINGS)) expect(readme, `README.md does not name ${name}`).toContain(`\`${name}\``);
  });
});
