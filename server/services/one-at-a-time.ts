/**
 * A line for each key: what is decided by looking first and writing after (is this the last admin?) must not be decided twice at once.
 * Holds for this process; two processes need a lock in the database.
 */

/** Makes the lines. A line that is empty takes no memory. */
export function makeOneAtATime(): <T>(key: string, run: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>();
  return async (key, run) => {
    const before = tails.get(key) ?? Promise.resolve();
    // Whoever stood before may have failed; that is theirs to tell.
    const mine = before.then(run, run);
    tails.set(key, mine);
    try {
      return await mine;
    } finally {
      if (tails.get(key) === mine) tails.delete(key);
    }
  };
}
