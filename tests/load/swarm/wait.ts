/** Waiting in the clients' process. */

/** Resolves after so many milliseconds. */
export const pass = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Resolves as soon as the condition holds, looked at every few milliseconds. @returns whether it did in time */
export async function holdsWithin(timeoutMs: number, condition: () => boolean, everyMs = 10): Promise<boolean> {
  const untilMs = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > untilMs) return false;
    await pass(everyMs);
  }
  return true;
}
