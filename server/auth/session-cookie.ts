/**
 * The session cookie. HttpOnly (no script reads it), SameSite=Lax (other sites' forms do not carry it), and under https Secure
 * with the `__Host-` prefix, so that no neighbouring host can set it.
 */
import { LIMITS } from "#core/limits";
import { DAY_MS, SECOND_MS } from "#core/time";
import { isToken } from "./tokens.ts";

export type SessionCookie = {
  readonly name: string;
  /** `Set-Cookie` value that gives the browser this token. */
  readonly serialise: (token: string) => string;
  /** `Set-Cookie` value that takes it away. */
  readonly clear: () => string;
  /** The token in a `Cookie` header; null when there is none that looks like one. */
  readonly parse: (cookieHeader: string | undefined) => string | null;
};

const MAX_AGE_SECONDS = (LIMITS.sessionDays * DAY_MS) / SECOND_MS;

/** The cookie's name. `secure`: people reach the product by https. */
export const sessionCookieName = (secure: boolean): string => (secure ? "__Host-bansho_session" : "bansho_session");

/** Makes the reader and writer of the cookie. `secure`: people reach the product by https. */
export function makeSessionCookie(options: { readonly secure: boolean }): SessionCookie {
  const name = sessionCookieName(options.secure);
  const attributes = `Path=/; HttpOnly; SameSite=Lax${options.secure ? "; Secure" : ""}`;
  return {
    name,
    serialise: (token) => `${name}=${token}; ${attributes}; Max-Age=${MAX_AGE_SECONDS}`,
    clear: () => `${name}=; ${attributes}; Max-Age=0`,
    parse: (cookieHeader) => findToken(name, cookieHeader),
  };
}

function findToken(name: string, cookieHeader: string | undefined): string | null {
  for (const pair of (cookieHeader ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at < 0 || pair.slice(0, at).trim() !== name) continue;
    const value = pair.slice(at + 1).trim();
    if (isToken(value)) return value;
  }
  return null;
}
