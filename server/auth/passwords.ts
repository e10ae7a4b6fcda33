/**
 * Passwords are kept as argon2id (19 MiB, two passes: OWASP's first choice) and never leave this file in any other form.
 * Always true: checking a password takes the same work whether the account exists or not; only a few are worked on at once, so that a crowd
 * at the door takes neither the memory nor the threads that those inside need.
 * Which passwords are accepted is decided in ./password-rules.ts.
 */
import { hash, verify } from "@node-rs/argon2";
import { LIMITS } from "#core/limits";
import { makeWaitingLine } from "./waiting-line.ts";

// Algorithm 2 is argon2id; the library's const enum cannot be imported under isolatedModules.
const OPTIONS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Hash of 32 random bytes that nobody knows, made with the same options: verified against when there is no account. */
const NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$Rm3X4CTRk6L1HuY1M6HlAQ$xur4OtVsr/q6WO3l5aaUSsuqB7vle7GK2tauqXk+81U";

// The same password typed on a Mac and on Windows may be composed differently; NFKC makes them equal (NIST SP 800-63B).
const normalise = (password: string): string => password.normalize("NFKC");

/** Of libuv's four threads two are left for files. */
const inLine = makeWaitingLine({ atOnce: 2, maxWaiting: 200 });

/**
 * The hash to keep, in PHC text form. Costs some 20 ms and 19 MiB in libuv's pool.
 * @throws AppError "too-many" when too many passwords wait to be worked on
 */
export const hashPassword = async (password: string): Promise<string> => inLine(() => hash(normalise(password), OPTIONS));

/**
 * Is this the password of that hash? Does the same work for an unknown account and for an impossibly long try.
 * @param passwordHash null when there is no such account: the answer is false
 * @throws AppError "too-many" when too many passwords wait to be worked on
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  const possible = password.length <= LIMITS.maxPasswordLength * 2;
  const matches = await inLine(() => verify(passwordHash ?? NOBODYS_HASH, possible ? normalise(password) : ""));
  return matches && possible && passwordHash !== null;
}
