/**
 * The closed list of expected trouble. Anything else that is thrown is a bug.
 * Each code fixes the HTTP status, the websocket close code, whether trying again can help, and whether operators are told.
 */

type ErrorKind = {
  readonly status: number;
  readonly closeCode: number;
  readonly retry: boolean;
  readonly report: boolean;
};

export const ERROR_KINDS = {
  "bad-input": { status: 400, closeCode: 4400, retry: false, report: false },
  "not-signed-in": { status: 401, closeCode: 4401, retry: false, report: false },
  forbidden: { status: 403, closeCode: 4403, retry: false, report: false },
  "not-found": { status: 404, closeCode: 4404, retry: false, report: false },
  conflict: { status: 409, closeCode: 4409, retry: false, report: false },
  gone: { status: 410, closeCode: 4410, retry: false, report: false },
  "too-large": { status: 413, closeCode: 4413, retry: false, report: false },
  "too-many": { status: 429, closeCode: 4429, retry: true, report: false },
  unavailable: { status: 503, closeCode: 1013, retry: true, report: true },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

/**
 * Trouble that was foreseen. `message` is for the person, in plain words; details belong in the log through `cause`.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  /** For "bad-input": which form field is wrong, and the sentence to put beside it. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, options: { message: string; fields?: Record<string, string>; cause?: unknown }) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.fields = options.fields ?? {};
  }
}

/** True for an AppError, also one made by another copy of this module (the Remix bundle holds its own). */
export function isAppError(error: unknown): error is AppError {
  return error instanceof Error && error.name === "AppError" && "code" in error && String(error.code) in ERROR_KINDS;
}

/** Stop on what cannot be. The sentence says which promise was broken. */
export function assert(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Error(`Broken promise: ${sentence}`);
}
