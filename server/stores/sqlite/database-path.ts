/** Where a SQLite address points. */
import { isAbsolute } from "node:path";
import { assert } from "#core/errors";

/**
 * @param databaseUrl `file:` and an absolute path; server/config.ts made it so
 * @returns the path
 */
export function databasePath(databaseUrl: string): string {
  assert(databaseUrl.startsWith("file:"), "a SQLite address begins with file:");
  const path = databaseUrl.slice("file:".length);
  assert(isAbsolute(path), "a SQLite address names an absolute path");
  return path;
}
