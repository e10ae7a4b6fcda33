/** Counts and durations as people say them. */

const figures = new Intl.NumberFormat("en-GB");

/** @returns e.g. `12,345` */
export const grouped = (count: number): string => figures.format(count);

/** @returns e.g. `1 person`, `12 people` */
export const counted = (count: number, one: string, many: string): string => `${grouped(count)} ${count === 1 ? one : many}`;

/** @returns e.g. `less than a second`, `8 seconds`, `3 minutes`, `2 hours` */
export function agoWords(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 1) return "less than a second";
  if (seconds < 120) return counted(seconds, "second", "seconds");
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? counted(minutes, "minute", "minutes") : counted(Math.floor(minutes / 60), "hour", "hours");
}
