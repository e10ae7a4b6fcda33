/**
 * Limits on guessing passwords: so many wrong tries for one account and for one address in a window. A right password gives its
 * tries back, so a whole school behind one address can sign in at half past eight. Kept in the database by the stores.
 */
import { createHash } from "node:crypto";
import { AppError } from "#core/errors";
import { LIMITS } from "#core/limits";
import { MINUTE_MS } from "#core/time";
import type { RateLimits } from "#server/stores/contract";

export type SignInLimits = {
  /**
   * Take one try before the password is looked at, so that many at once cannot slip through.
   * @param account anything that names the account, e.g. its e-mail; kept only as a hash
   * @throws AppError "too-many" with the minutes to wait
   */
  readonly take: (account: string, address: string) => Promise<void>;
  /** The password was right: the account starts afresh, the address gets its try back. */
  readonly succeed: (account: string, address: string) => Promise<void>;
};

/** Makes the limits on the stores' counters. */
export function makeSignInLimits(rateLimits: RateLimits): SignInLimits {
  const windowMs = LIMITS.signInWindowMinutes * MINUTE_MS;
  const perAccount = rateLimits.make({ name: "sign-in-account", tries: LIMITS.signInTriesPerAccount, windowMs });
  const perAddress = rateLimits.make({ name: "sign-in-address", tries: LIMITS.signInTriesPerAddress, windowMs });
  const keyOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);
  return {
    take: async (account, address) => {
      const waits = await Promise.all([perAccount.take(keyOf(account)), perAddress.take(keyOf(address))]);
      const waitMs = Math.max(...waits.map((wait) => wait ?? 0));
      if (waitMs > 0) throw tooMany(waitMs);
    },
    succeed: async (account, address) => {
      await Promise.all([perAccount.reset(keyOf(account)), perAddress.giveBack(keyOf(address))]);
    },
  };
}

function tooMany(waitMs: number): AppError {
  const minutes = Math.max(1, Math.ceil(waitMs / MINUTE_MS));
  const message = `Too many tries. Wait ${minutes === 1 ? "a minute" : `${minutes} minutes`}, then try again.`;
  return new AppError("too-many", { message, fields: { form: message } });
}
