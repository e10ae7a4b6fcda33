/** What the operator's tools have in common: the settings of the server, and plain words when something cannot be done. */
import { randomBytes } from "node:crypto";
import { isAppError } from "#core/errors";
import { ConfigError, parseConfig, type Config } from "../config.ts";

/** The settings that the server has, with `--demo` those of the demo. */
export const readSettings = (options: { readonly demo: boolean }): Config =>
  parseConfig(process.env, options.demo ? ["--demo"] : [], (count) => randomBytes(count));

/** Parse a whole number from 1. @throws ConfigError */
export function parseCountOption(name: string, got: string | undefined): number | null {
  if (got === undefined) return null;
  if (!/^[1-9]\d{0,5}$/.test(got)) throw new ConfigError(name, got, "a whole number from 1 to 999999");
  return Number(got);
}

/** Some names, and how many more there are: a line that can be read. */
export function nameSome(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(", ");
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}

/**
 * Run a tool and end with its exit code, or with 1 and a sentence when it could not do what was asked.
 * @param tool answers the exit code
 */
export async function runTool(tool: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await tool();
  } catch (error) {
    // Foreseen trouble is a sentence; a bug shows where it is.
    const isSentence = isAppError(error) || error instanceof ConfigError || isFileTrouble(error) || isWrongOption(error);
    console.error(isSentence ? error.message : error);
    process.exitCode = 1;
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");

/** The disk is full, the folder may not be written: Node's own sentence names the file. */
const isFileTrouble = (error: unknown): error is Error =>
  ["ENOSPC", "EEXIST", "EACCES", "EPERM", "EROFS", "ENOTDIR", "SQLITE_FULL", "SQLITE_BUSY", "SQLITE_READONLY"].includes(codeOf(error));
const isWrongOption = (error: unknown): error is Error => codeOf(error).startsWith("ERR_PARSE_ARGS");
