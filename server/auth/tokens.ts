/**
 * One-time and session tokens: 256 random bits for the person, only their SHA-256 for the database. Who reads the database
 * cannot use what is in it.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { RandomBytes } from "#core/ids";
import type { TokenHash } from "#server/stores/contract";

const TOKEN_BYTES = 32;
const TOKEN_PATTERN = /^[A-Za-z0-9_-]{43}$/;

/** A new token: 43 letters, digits, `-` or `_`, fit for an address or a cookie. */
export const makeToken = (random: RandomBytes): string => Buffer.from(random(TOKEN_BYTES)).toString("base64url");

/** True when the text has the shape of a token. Whether it is one, only the store knows. */
export const isToken = (text: string): boolean => TOKEN_PATTERN.test(text);

/** What is stored of a token: SHA-256, hex. A token has 256 random bits, so a slow hash would add nothing. */
export const hashToken = (token: string): TokenHash => createHash("sha256").update(token).digest("hex");

/** Are the two texts the same? Takes as long whatever they are, so that nobody can guess letter by letter. */
export function isSameSecret(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
