/**
 * Limits on guessing passwords: so many wrong tries for one account and for one address in a window. A right password gives its
 * tries back, so a whole school behind one address can sign in at half past eight. Kept in the database by the stores.
 */
import { createHash } from "node:crypto";
import { isIPv6 } from "node:net";
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
      // The address first: one that is past its limit neither uses up other people's tries nor fills the database with counters.
      const waitMs = (await perAddress.take(keyOf(networkOf(address)))) ?? (await perAccount.take(keyOf(account)));
      if (waitMs !== null) throw tooMany(waitMs);
    },
    succeed: async (account, address) => {
      await Promise.all([perAccount.reset(keyOf(account)), perAddress.giveBack(keyOf(networkOf(address)))]);
    },
  };
}

/** What one customer of a network has: an IPv4 address, or 64 bits of IPv6 (of which everybody at home has 2^64). */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || isIPv6(address) === false) return mapped ?? address;
  const [head = "", tail] = (address.split("%")[0] ?? "").toLowerCase().split("::");
  const parts = (text: string | undefined): string[] => (text === undefined || text === "" ? [] : text.split(":"));
  const front = parts(head);
  const missing = tail === undefined ? 0 : 8 - front.length - parts(tail).length;
  const whole = [...front, ...Array.from({ length: Math.max(0, missing) }, () => "0"), ...parts(tail)];
  return `${whole
    .slice(0, 4)
    .map((part) => part.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}

function tooMany(waitMs: number): AppError {
  const minutes = Math.max(1, Math.ceil(waitMs / MINUTE_MS));
  const message = `Too many tries. Wait ${minutes === 1 ? "a minute" : `${minutes} minutes`}, then try again.`;
  return new AppError("too-many", { message, fields: { form: message } });
}
