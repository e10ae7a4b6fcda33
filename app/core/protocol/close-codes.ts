/**
 * Why the server closes a socket. 4400 to 4499 are final: the stock y-websocket client stops trying.
 * All others mean "come back": the client tries again by itself, with growing waits. Rule WP10.
 *
 * Not in the table: 1009, with which the socket library answers a message longer than `LIMITS.maxFrameBytes` before it is read.
 */
export const CLOSE_CODES = {
  malformed: { code: 4400, words: "That message could not be read." },
  signedOut: { code: 4401, words: "You are signed out. Sign in to go on." },
  forbidden: { code: 4403, words: "This lesson is no longer yours to open." },
  notFound: { code: 4404, words: "There is no such document." },
  reload: { code: 4409, words: "Bansho has been updated. Reload the page to go on." },
  tooLarge: { code: 4413, words: "That change is too large." },
  documentFull: { code: 4413, words: "This document cannot grow any further." },
  /** More messages than any person or script of good will sends. */
  tooMany: { code: 4429, words: "Too many messages at once." },
  /** A place may be free in a moment. */
  tooManyConnections: { code: 4529, words: "Too many people or windows have this open at once." },
  restart: { code: 1012, words: "The server is restarting." },
  tryLater: { code: 1013, words: "The server is busy." },
  broken: { code: 1011, words: "Something went wrong on the server." },
} as const satisfies Record<string, { readonly code: number; readonly words: string }>;

export type CloseReason = keyof typeof CLOSE_CODES;

/** True when trying again cannot help: the client stops and says why. */
export const isFinalClose = (code: number): boolean => code >= 4400 && code < 4500;
