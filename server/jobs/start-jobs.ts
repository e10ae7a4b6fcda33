/**
 * Work that nobody waits for: automatic versions, projections, and sweeping out what has expired. Rules JB1 to JB4 in ./SPEC.md.
 */
import type { RandomBytes } from "#core/ids";
import { DAY_MS, type Clock, type Timer } from "#core/time";
import type { Log } from "#server/observe/log";
import type { Stores } from "#server/stores/contract";
import { startAutomaticVersions } from "./automatic-versions.ts";
import type { DocumentSource } from "./document-source.ts";
import { startProjection } from "./projection.ts";
import { makeVersionKeeper } from "./version-keeper.ts";

export type Jobs = {
  /** Finish what is under way, write what waits, and stop. Call it while the hub and the stores still answer. */
  readonly close: () => Promise<void>;
  /** Make every lesson's list facts anew from its document. Answers how many. */
  readonly rebuildProjections: () => Promise<number>;
  /** The same for those that were written in after their facts were. */
  readonly catchUpProjections: () => Promise<number>;
};

/** Starts all jobs. */
export function startJobs(options: { stores: Stores; hub: DocumentSource; clock: Clock; logger: Log; random: RandomBytes }): Jobs {
  const { stores, hub, clock, logger, random } = options;
  const keeper = makeVersionKeeper({ stores, hub, random });
  const versions = startAutomaticVersions({ hub, keeper, clock, logger });
  const projection = startProjection({ stores, hub, clock, logger });
  const sweep = startSweep({ stores, clock, logger });
  return {
    close: async () => {
      await sweep.close();
      await versions.close();
      await projection.close();
    },
    rebuildProjections: projection.rebuild,
    catchUpProjections: projection.catchUp,
  };
}

/** Deletes expired sessions, invitations and resets, at the start and then daily (JB4). They count for nothing before that already. */
function startSweep(options: { stores: Pick<Stores, "people">; clock: Clock; logger: Log }): { readonly close: () => Promise<void> } {
  const { stores, clock, logger } = options;
  let closed = false;
  let timer: Timer | null = null;
  let running: Promise<void> = Promise.resolve();
  const sweep = (): void => {
    running = stores.people.deleteExpired(clock.nowMs()).catch((err: unknown) => logger.error({ err }, "sweeping expired rows failed"));
    if (!closed) timer = clock.setTimer(DAY_MS, sweep);
  };
  sweep();
  return {
    close: async () => {
      closed = true;
      timer?.cancel();
      await running;
    },
  };
}
