/** What every service stands on: handed in once by the composition root, plus what `makeServices` builds of it once. */
import type { RandomBytes } from "#core/ids";
import type { Clock } from "#core/time";
import type { SessionCookie } from "#server/auth/session-cookie";
import type { SignInLimits } from "#server/auth/sign-in-limits";
import type { VersionKeeper } from "#server/jobs/version-keeper";
import type { Log } from "#server/observe/log";
import type { Stores } from "#server/stores/contract";
import type { Hub } from "#server/sync/hub";

export type ServiceDeps = {
  readonly stores: Stores;
  readonly hub: Pick<Hub, "read" | "edit" | "recheck" | "notice" | "stats" | "listRooms">;
  readonly clock: Clock;
  readonly logger: Log;
  readonly random: RandomBytes;
  /** Where people reach the product, without a slash at the end. */
  readonly publicUrl: () => string;
  /** People reach it by https. */
  readonly secureCookies: boolean;
  /** What `/setup` wants to see; null when set-up is not open. */
  readonly setupToken: () => string | null;
  /** When this process began to serve. */
  readonly startedAtMs: number;
};

export type ServiceParts = ServiceDeps & {
  readonly cookie: SessionCookie;
  readonly limits: SignInLimits;
  readonly keeper: VersionKeeper;
  /** Run what belongs to one key one after the other. */
  readonly oneAtATime: <T>(key: string, run: () => Promise<T>) => Promise<T>;
};

/** One request, as far as services care. */
export type ServiceRequest = {
  readonly cookieHeader: string | undefined;
  /** Where it came from, for limits. */
  readonly address: string;
  readonly userAgent: string | undefined;
  /** Told the `Set-Cookie` value when the session slid, so that the browser keeps the cookie as long as the server keeps the session. */
  readonly renewCookie?: (cookie: string) => void;
};
