/**
 * Structured logs: one JSON line an event, with ids but never content, names or e-mail addresses.
 * In development and at a terminal the start script makes them readable.
 */
import { pino, type DestinationStream } from "pino";

type Write = (fields: Record<string, unknown>, message: string) => void;

/** What the rest of the server may do with the log. */
export type Log = { readonly debug: Write; readonly info: Write; readonly warn: Write; readonly error: Write };

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** Makes the log. `err` fields are written with their stack and cause. */
export function makeLog(options: { level: LogLevel; destination?: DestinationStream }): Log {
  const settings = { level: options.level, base: null };
  const logger = options.destination === undefined ? pino(settings) : pino(settings, options.destination);
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}
