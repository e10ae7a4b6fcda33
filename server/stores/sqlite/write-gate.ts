/**
 * Lets one writer of this process at a time to the database, in the order in which they came.
 *
 * SQLite has one writer. Without the gate a Prisma statement on the main thread would sleep inside SQLite, and stop every socket,
 * while the log's thread commits; and a transaction left waiting by Prisma would starve the log. Who waits here waits as a promise.
 * Other processes (a backup, a migration) are kept apart by SQLite's own lock and its busy timeout.
 */
export type WriteGate = {
  /** Wait for the turn. Call what comes back once, when done; calling again does nothing. */
  readonly enter: () => Promise<() => void>;
  /** Wait for the turn, do the work, and leave, also when it fails. */
  readonly run: <T>(work: () => Promise<T>) => Promise<T>;
};

/** Makes an open gate. */
export function makeWriteGate(): WriteGate {
  const waiting: (() => void)[] = [];
  let taken = false;

  const leave = () => {
    const next = waiting.shift();
    if (next === undefined) taken = false;
    else next();
  };

  const enter = async () => {
    if (taken) await new Promise<void>((resolve) => waiting.push(resolve));
    taken = true;
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      leave();
    };
  };

  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    const exit = await enter();
    try {
      return await work();
    } finally {
      exit();
    }
  };

  return { enter, run };
}
