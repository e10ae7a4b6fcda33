/**
 * An ordered end: each step has a name and runs after the one before it, and all of them together have a limit.
 * Always true: the process ends within the limit, with code 0 when it was asked to end and every step finished.
 */
import type { Clock } from "#core/time";
import type { Log } from "./log.ts";

export type ShutdownStep = { readonly name: string; readonly run: () => Promise<void> | void };

/** Why the process ends. `fault`: nobody asked for it, so the code is 1 and whoever watches starts it again. */
export type Ending = { readonly why: string; readonly fault?: boolean };

/**
 * Makes the function that ends the process; calling it twice is calling it once.
 * @param limitMs past this the process ends with code 1, and the log says which step was not done
 */
export function makeShutdown(options: {
  steps: readonly ShutdownStep[];
  limitMs: number;
  clock: Clock;
  logger: Log;
  exit: (code: number) => void;
}): (ending: Ending) => Promise<void> {
  const { steps, limitMs, clock, logger, exit } = options;
  let ended: Promise<void> | null = null;
  const end = async ({ why, fault = false }: Ending): Promise<void> => {
    logger.info({ why }, "ending");
    let at = "";
    const limit = clock.setTimer(limitMs, () => {
      logger.error({ step: at, limitMs }, "ending took too long");
      exit(1);
    });
    let failed = fault;
    for (const step of steps) {
      at = step.name;
      try {
        await step.run();
      } catch (err) {
        failed = true;
        logger.error({ err, step: step.name }, "a step of ending failed");
      }
    }
    limit.cancel();
    logger.info({}, "ended");
    exit(failed ? 1 : 0);
  };
  return (ending) => (ended ??= end(ending));
}
