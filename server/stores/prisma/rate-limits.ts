/**
 * Counts of tries, in the database, so that they outlive a restart and hold for all processes. The library counts and keeps the
 * windows by the wall clock. Rows of windows long past are deleted by PeopleStore.deleteExpired.
 */
import { RateLimiterPrisma, RateLimiterRes } from "rate-limiter-flexible";
import { SECOND_MS } from "#core/time";
import type { RateLimit, RateLimits } from "../contract.ts";
import type { Database } from "./client.ts";
import { withStoreErrors } from "./store-errors.ts";

/** Limits kept in this database. `name` keeps the keys of one limit apart from another's. */
export function makeRateLimits(database: Database): RateLimits {
  return {
    make: ({ name, tries, windowMs }) => {
      const limiter = new RateLimiterPrisma({
        storeClient: database,
        tableName: "rateLimit",
        keyPrefix: name,
        points: tries,
        duration: windowMs / SECOND_MS,
        clearExpiredByTimeout: false,
      });
      return withStoreErrors<RateLimit>({
        take: async (key) => {
          try {
            await limiter.consume(key);
            return null;
          } catch (refusal) {
            if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext);
            throw refusal;
          }
        },
        giveBack: async (key) => {
          // Not the library's `reward`: in a window that has just ended that would begin the next one below nothing.
          await database.rateLimit.updateMany({ where: { key: limiter.getKey(key), points: { gt: 0 } }, data: { points: { decrement: 1 } } });
        },
        reset: async (key) => {
          await limiter.delete(key);
        },
      });
    },
  };
}
