/**
 * A lock between processes: an exclusive transaction on a small database of its own. It ends with the process whatever happens to it, and the
 * file may be deleted when nothing runs.
 */
import Database from "better-sqlite3";
import { systemClock } from "../../observe/clock.ts";

const TRY_AGAIN_MS = 100;

/**
 * Hold the lock of this file; makes the file. The wait does not block the thread, since the holder may be this very process.
 * @param options.onWait called once when somebody else holds it
 * @returns how to let go; null when somebody else kept it for `patienceMs`
 */
export async function holdFileLock(
  path: string,
  options: { readonly patienceMs: number; readonly onWait?: () => void },
): Promise<(() => void) | null> {
  const lock = new Database(path, { timeout: 0 });
  const untilMs = systemClock.nowMs() + options.patienceMs;
  for (let tries = 0; ; tries++) {
    try {
      lock.exec("BEGIN EXCLUSIVE");
      return () => lock.close();
    } catch (error) {
      const busy = error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY");
      if (!busy || systemClock.nowMs() >= untilMs) {
        lock.close();
        if (!busy) throw error;
        return null;
      }
    }
    if (tries === 0) options.onWait?.();
    await new Promise<void>((resolve) => systemClock.setTimer(TRY_AGAIN_MS, resolve));
  }
}
