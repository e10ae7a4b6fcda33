/** Times as parts of file names. */

const STAMP = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z$/;

/** @returns e.g. `2026-01-31T12-34-56-789Z`: sorts by time, and every file system takes it */
export const stampOf = (atMs: number): string => new Date(atMs).toISOString().replaceAll(/[:.]/g, "-");

/** The stamp of a name that is `before`, a stamp, `after`; null for any other name. */
export function findStamp(name: string, before: string, after: string): string | null {
  if (!name.startsWith(before) || !name.endsWith(after)) return null;
  const stamp = name.slice(before.length, name.length - after.length);
  return STAMP.test(stamp) ? stamp : null;
}
