/** A line for work that is dear: a few at once, so many waiting, and whoever comes after them is told to come back. */
import { AppError } from "#core/errors";

/**
 * Makes a line.
 * @returns runs what it is given when its turn comes. Throws AppError "too-many" when `maxWaiting` wait already
 */
export function makeWaitingLine(options: { readonly atOnce: number; readonly maxWaiting: number }): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let working = 0;
  return async (work) => {
    if (working >= options.atOnce) {
      if (waiting.length >= options.maxWaiting) {
        const message = "Very many people are signing in just now. Wait a moment, then try again.";
        throw new AppError("too-many", { message, fields: { form: message } });
      }
      // Whoever leaves hands over their place.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      working += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) working -= 1;
      else next();
    }
  };
}
