/** Sizes as people read them. */

const UNITS = ["kB", "MB", "GB", "TB"] as const;

/** @returns e.g. `812 bytes`, `20.5 kB`, `1.2 MB`; thousands, as file managers count */
export function sizeWords(bytes: number): string {
  if (bytes < 1_000) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  let value = bytes;
  let unit = -1;
  // By what would be shown: 999,950 bytes are 1.0 MB, not 1000.0 kB.
  while (unit < UNITS.length - 1 && (unit === -1 || value >= 999.95)) {
    value /= 1_000;
    unit += 1;
  }
  return `${value.toFixed(1)} ${UNITS[unit]}`;
}
