/**
 * The only reader of the environment. Parsed once at start; a wrong value is a sentence that names the variable, what it got and
 * what it wants. The README lists the same variables; a test keeps the two in step.
 */
import { mkdirSync, readFileSync, writeFileSync, chmodSync, existsSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import type { LogLevel } from "./observe/log.ts";

export type Config = {
  /** Port to listen on; 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  /** Absolute path of the folder that holds all that must be backed up. */
  readonly dataDir: string;
  /** `file:` and an absolute path. */
  readonly databaseUrl: string;
  /** Where people reach the product, without a slash at the end; null: http://localhost:<port>. */
  readonly publicUrl: string | null;
  /** Secret of the installation, at least 32 characters. One-time links of the installation are derived from it. */
  readonly sessionSecret: string;
  readonly logLevel: LogLevel;
  /** How many proxies in front set X-Forwarded-For; 0: none is believed. */
  readonly trustedProxies: number;
  /** What opens `/metrics` from elsewhere; null: nothing does. */
  readonly metricsToken: string | null;
  readonly demo: boolean;
  readonly dev: boolean;
  /** Whoever started it holds its standard input open; when that ends, so does the server. */
  readonly supervised: boolean;
  /** The user themselves said NODE_ENV=production. */
  readonly production: boolean;
};

/** Every variable: what it is for, as the README says it. */
export const SETTINGS = {
  PORT: "Port to listen on. Default 3000.",
  HOST: "Address to listen on. Default 127.0.0.1 (this machine only); 0.0.0.0 for all.",
  DATA_DIR: "Folder for the database and the secret. Default ./data (./data/demo with --demo).",
  DATABASE_URL: "file: and the path of the SQLite file. Default: bansho.db in DATA_DIR.",
  PUBLIC_URL:
    "Where people reach Bansho, e.g. https://bansho.example.org. Default http://localhost:PORT. Links, cookies and the check of origins follow it.",
  SESSION_SECRET: "At least 32 characters. Default: made at first start and kept in DATA_DIR, readable only by you.",
  LOG_LEVEL: "debug, info, warn, error or silent. Default info.",
  TRUSTED_PROXIES: "How many proxies stand in front and set X-Forwarded-For. Default 0.",
  METRICS_TOKEN: "At least 16 letters, digits or signs. Opens /metrics from other machines and behind a proxy. Default: none.",
} as const;

/** A setting that cannot be used. The message is a sentence for the operator. */
export class ConfigError extends Error {
  constructor(name: string, got: string | undefined, wants: string) {
    super(`${name} is ${got === undefined ? "not set" : JSON.stringify(got)}, but must be ${wants}.`);
    this.name = "ConfigError";
  }
}

const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error", "silent"];

/**
 * Parse the environment and the command line; makes DATA_DIR and the secret when they are not there.
 * @param env the environment
 * @param args words after the script's name: `--demo`, `--dev`, and `--supervised` from the start script
 * @param random gives random bytes for a new secret
 * @throws ConfigError
 */
export function parseConfig(
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
  random: (count: number) => Uint8Array,
): Config {
  for (const word of args)
    if (!["--demo", "--dev", "--supervised"].includes(word)) throw new ConfigError("The command line", word, "--demo, --dev or nothing");
  const demo = args.includes("--demo");
  const port = parsePort(env["PORT"]);
  const dataDir = resolve(present(env["DATA_DIR"]) ?? (demo ? "data/demo" : "data"));
  const publicUrl = parsePublicUrl(env["PUBLIC_URL"]);
  const databaseUrl = parseDatabaseUrl(env["DATABASE_URL"], dataDir);
  const logLevel = LOG_LEVELS.find((level) => level === (present(env["LOG_LEVEL"]) ?? "info"));
  if (logLevel === undefined) throw new ConfigError("LOG_LEVEL", env["LOG_LEVEL"], "debug, info, warn, error or silent");
  const trustedProxies = parseCount("TRUSTED_PROXIES", env["TRUSTED_PROXIES"], 0, 10);
  makeDataDir(dataDir, env["DATA_DIR"]);
  return {
    port,
    host: present(env["HOST"]) ?? "127.0.0.1",
    dataDir,
    databaseUrl,
    publicUrl,
    sessionSecret: readSecret(env["SESSION_SECRET"], dataDir, random),
    logLevel,
    trustedProxies,
    metricsToken: parseMetricsToken(env["METRICS_TOKEN"]),
    demo,
    dev: args.includes("--dev"),
    supervised: args.includes("--supervised"),
    production: env["NODE_ENV"] === "production",
  };
}

const LOCAL_NAMES = ["localhost", "127.0.0.1", "[::1]", "::1"];

/**
 * Do the settings say that people come through a proxy? It is counted, or it speaks https for us (we speak http only), or people use another name than
 * that of the only address we listen on.
 */
export function isBehindProxy({ trustedProxies, publicUrl, host }: Pick<Config, "trustedProxies" | "publicUrl" | "host">): boolean {
  if (trustedProxies > 0) return true;
  if (publicUrl === null) return false;
  const url = new URL(publicUrl);
  return url.protocol === "https:" || (LOCAL_NAMES.includes(host) && !LOCAL_NAMES.includes(url.hostname));
}

const present = (value: string | undefined): string | undefined => (value === undefined || value.trim() === "" ? undefined : value.trim());

function parseCount(name: string, got: string | undefined, fallback: number, most: number): number {
  const value = present(got);
  if (value === undefined) return fallback;
  if (!/^\d{1,6}$/.test(value) || Number(value) > most) throw new ConfigError(name, got, `a whole number from 0 to ${most}`);
  return Number(value);
}

/** The sentence about a wrong one does not repeat it: it is a secret. */
function parseMetricsToken(got: string | undefined): string | null {
  const token = present(got);
  if (token === undefined) return null;
  if (!/^[\x21-\x7e]{16,}$/.test(token)) throw new ConfigError("METRICS_TOKEN", `${token.length} characters`, "at least 16 letters, digits or signs");
  return token;
}

const parsePort = (got: string | undefined): number => parseCount("PORT", got, 3000, 65_535);

function parsePublicUrl(got: string | undefined): string | null {
  const value = present(got);
  if (value === undefined) return null;
  const wants = "an address such as https://bansho.example.org, with no path";
  if (!URL.canParse(value)) throw new ConfigError("PUBLIC_URL", got, wants);
  const url = new URL(value);
  if (!["http:", "https:"].includes(url.protocol) || url.pathname !== "/" || url.search !== "" || url.hash !== "" || url.username !== "")
    throw new ConfigError("PUBLIC_URL", got, wants);
  return url.origin;
}

function parseDatabaseUrl(got: string | undefined, dataDir: string): string {
  const value = present(got);
  if (value === undefined) return `file:${join(dataDir, "bansho.db")}`;
  const path = value.replace(/^file:(\/\/(?=\/))?/, "");
  if (!value.startsWith("file:") || path === "" || path.includes("?"))
    throw new ConfigError("DATABASE_URL", got, "file: and the path of a SQLite file");
  return `file:${isAbsolute(path) ? path : resolve(path)}`;
}

function makeDataDir(dataDir: string, got: string | undefined): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o750 });
  } catch (cause) {
    const error = new ConfigError("DATA_DIR", got ?? dataDir, "a folder that can be made and written");
    error.cause = cause;
    throw error;
  }
}

function readSecret(got: string | undefined, dataDir: string, random: (count: number) => Uint8Array): string {
  const wants = "at least 32 characters (leave it out and one is made and kept in DATA_DIR)";
  const given = present(got);
  if (given !== undefined) {
    if (given.length < 32) throw new ConfigError("SESSION_SECRET", `${given.length} characters`, wants);
    return given;
  }
  const path = join(dataDir, "session-secret");
  if (!existsSync(path)) writeFileSync(path, Buffer.from(random(32)).toString("base64url"), { mode: 0o600, flag: "wx" });
  chmodSync(path, 0o600);
  const kept = readFileSync(path, "utf8").trim();
  if (kept.length < 32) throw new ConfigError(`SESSION_SECRET in ${path}`, `${kept.length} characters`, wants);
  return kept;
}
