/** Turns Prisma's known errors into the expected trouble of #core/errors. Anything else stays what it is: a bug. */
import { AppError } from "#core/errors";
import { Prisma } from "../generated/client.ts";

/** What Prisma calls it: https://www.prisma.io/docs/orm/reference/error-reference */
const UNIQUE = "P2002";
const FOREIGN_KEY = "P2003";
const NO_RECORD = "P2025";
const UNREACHABLE = ["P1001", "P1008", "P2024", "P2028"];
/** Whatever else SQLite says; of that, these are troubles of the machine: no space, no reading, no writing. */
const OTHER = "P2039";
const MACHINE_TROUBLE = /SQLITE_(?:FULL|IOERR|READONLY|CANTOPEN|NOMEM|PROTOCOL)/;

/** True when a row with the same key is there already. */
export const isUniqueViolation = (error: unknown): boolean => error instanceof Prisma.PrismaClientKnownRequestError && error.code === UNIQUE;

/**
 * The same store, whose methods throw AppError for what can be expected: "conflict" (a unique key is taken), "not-found" (a row that
 * should be there is not) and "unavailable" (the database did not answer in time).
 */
export function withStoreErrors<Store extends Readonly<Record<string, (...args: never[]) => Promise<unknown>>>>(store: Store): Store {
  const wrapped = Object.entries(store).map(([name, method]) => [
    name,
    async (...args: never[]) => {
      try {
        return await method(...args);
      } catch (error) {
        throw toAppError(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Store;
}

function toAppError(error: unknown): unknown {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return error;
  if (error.code === UNIQUE) {
    const message = error.meta?.["modelName"] === "Person" ? "This e-mail address is already in use." : "This is there already.";
    return new AppError("conflict", { message, cause: error });
  }
  if (error.code === FOREIGN_KEY || error.code === NO_RECORD) return new AppError("not-found", { message: "This is no longer there.", cause: error });
  if (UNREACHABLE.includes(error.code) || (error.code === OTHER && MACHINE_TROUBLE.test(error.message))) {
    return new AppError("unavailable", { message: "The server could not reach its store. Please try again.", cause: error });
  }
  return error;
}
