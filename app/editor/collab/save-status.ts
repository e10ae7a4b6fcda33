/**
 * What the person is told about their words: a state machine fed with what happens on the socket and on the device.
 *
 * Always true: "saved" means that everything this browser knows is durable on the server, counted by its own acknowledgements.
 * A new connection starts from nothing: until the answer to the server's first question (step 2, which carries all that was
 * written without it) is acknowledged, nothing is called saved.
 * Left to others: counting messages (./connect-lesson.ts), showing (components/lesson/save-status.tsx).
 */
import { CLOSE_CODES } from "#core/protocol/close-codes";
import { SECOND_MS, type Clock, type Timer } from "#core/time";

export type SaveState = "saved" | "saving" | "kept" | "not-saved" | "read-only" | "gone";

/** `words` is empty while a save is younger than a second. `retryInMs`: when a lost connection is tried again; null when it is not lost. */
export type SaveView = { readonly state: SaveState; readonly words: string; readonly retryInMs: number | null };

/** A save is mentioned when it takes longer than this. */
export const QUIET_MS = SECOND_MS;
/** Unacknowledged for longer than this is no longer called saving. */
export const PATIENCE_MS = 10 * SECOND_MS;

export type SaveStatus = {
  readonly view: () => SaveView;
  /** Called when what `view` answers has changed. Answers how to stop. */
  readonly subscribe: (listener: () => void) => () => void;
  /** A socket opened; counts start again. */
  readonly connected: () => void;
  /** The socket is gone; the next try comes in `retryInMs`. */
  readonly disconnected: (retryInMs: number) => void;
  /** The document changed here. */
  readonly changed: () => void;
  /** One counted message (step 2 or update) left on this connection. */
  readonly sent: (message: "step-2" | "update") => void;
  /** The first `count` counted messages of this connection are durable. */
  readonly acknowledged: (count: number) => void;
  /** This device cannot keep the document. */
  readonly deviceFailed: () => void;
  /** May this person write? `false` after `true` is said in other words, and so is `needsRepair`: then nobody may. */
  readonly setWriter: (canWrite: boolean, needsRepair?: boolean) => void;
  /** The server closed the socket for good. */
  readonly closed: (code: number) => void;
  readonly close: () => void;
};

type Link =
  | { readonly state: "open"; readonly sinceMs: number; readonly sentAtMs: readonly number[]; readonly acked: number; readonly answered: boolean }
  | { readonly state: "lost"; readonly sinceMs: number; readonly retryAtMs: number | null };

/** Make the machine. `canWrite` is what the page was told; see `setWriter`. */
export function makeSaveStatus(clock: Clock, options: { readonly canWrite: boolean }): SaveStatus {
  let link: Link = { state: "lost", sinceMs: clock.nowMs(), retryAtMs: null };
  /** When the oldest change that may be only here was made; null when there is none. */
  let unsavedSinceMs: number | null = null;
  let deviceWorks = true;
  let canWrite = options.canWrite;
  let wasWriter = options.canWrite;
  let needsRepair = false;
  let closedWith: number | null = null;
  let timer: Timer | null = null;
  let shown = view();
  const listeners = new Set<() => void>();

  function view(): SaveView {
    const nowMs = clock.nowMs();
    if (closedWith !== null) return { state: "gone", words: wordsForClose(closedWith, unsavedSinceMs !== null), retryInMs: null };
    if (!canWrite) return { state: "read-only", words: wordsForReading(), retryInMs: null };
    if (link.state === "open") {
      if (isAllAcknowledged(link)) return { state: "saved", words: "Saved", retryInMs: null };
      const ageMs = nowMs - oldestWaiting(link);
      if (ageMs < QUIET_MS) return { state: "saving", words: "", retryInMs: null };
      if (ageMs < PATIENCE_MS) return { state: "saving", words: "Saving…", retryInMs: null };
      return { state: "not-saved", words: "Not saved: we keep trying", retryInMs: null };
    }
    const retryInMs = link.retryAtMs === null ? null : Math.max(0, link.retryAtMs - nowMs);
    if (nowMs - link.sinceMs < QUIET_MS && unsavedSinceMs === null) return { state: "saving", words: "", retryInMs };
    if (!deviceWorks) return { state: "not-saved", words: "Not saved: we keep trying", retryInMs };
    return { state: "kept", words: "Kept on this device", retryInMs };
  }

  function wordsForReading(): string {
    if (needsRepair) return "Needs repair: it can be read, not changed";
    return wasWriter ? "No longer yours to edit" : "You can read this lesson";
  }

  function refresh(): void {
    timer?.cancel();
    timer = null;
    const next = view();
    const waitMs = nextChangeInMs();
    if (waitMs !== null) timer = clock.setTimer(waitMs, refresh);
    const same = next.state === shown.state && next.words === shown.words && (next.retryInMs === null) === (shown.retryInMs === null);
    const retried = link.state === "lost" && next.retryInMs !== null && shown.retryInMs !== null && next.retryInMs > shown.retryInMs;
    shown = next;
    if (!same || retried) for (const listener of listeners) listener();
  }

  /** When time alone changes the answer. */
  function nextChangeInMs(): number | null {
    if (closedWith !== null || !canWrite) return null;
    const nowMs = clock.nowMs();
    if (link.state === "lost") {
      const dueMs = link.sinceMs + QUIET_MS - nowMs;
      return dueMs > 0 ? dueMs : null;
    }
    if (isAllAcknowledged(link)) return null;
    const ageMs = nowMs - oldestWaiting(link);
    if (ageMs < QUIET_MS) return QUIET_MS - ageMs;
    return ageMs < PATIENCE_MS ? PATIENCE_MS - ageMs : null;
  }

  return {
    view,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    connected: () => {
      link = { state: "open", sinceMs: clock.nowMs(), sentAtMs: [], acked: 0, answered: false };
      refresh();
    },
    disconnected: (retryInMs) => {
      const nowMs = clock.nowMs();
      if (link.state === "open" && !isAllAcknowledged(link)) unsavedSinceMs ??= link.sentAtMs[0] ?? null;
      link = { state: "lost", sinceMs: link.state === "lost" ? link.sinceMs : nowMs, retryAtMs: nowMs + retryInMs };
      refresh();
    },
    changed: () => {
      unsavedSinceMs ??= clock.nowMs();
      refresh();
    },
    sent: (message) => {
      if (link.state !== "open") return;
      link = { ...link, sentAtMs: [...link.sentAtMs, clock.nowMs()], answered: link.answered || message === "step-2" };
      refresh();
    },
    acknowledged: (count) => {
      if (link.state !== "open") return;
      // Times of what is acknowledged are dropped, so the list stays as short as what is under way. Nothing that was not sent counts.
      const more = Math.min(Math.max(0, count - link.acked), link.sentAtMs.length);
      link = { ...link, sentAtMs: link.sentAtMs.slice(more), acked: link.acked + more };
      if (isAllAcknowledged(link)) unsavedSinceMs = null;
      refresh();
    },
    deviceFailed: () => {
      deviceWorks = false;
      refresh();
    },
    setWriter: (next, isDamaged = false) => {
      wasWriter ||= next;
      canWrite = next;
      needsRepair = isDamaged;
      refresh();
    },
    closed: (code) => {
      closedWith = code;
      refresh();
    },
    close: () => {
      timer?.cancel();
      timer = null;
      listeners.clear();
    },
  };
}

type OpenLink = Extract<Link, { state: "open" }>;
/** `sentAtMs` holds only what is not acknowledged. */
const isAllAcknowledged = (link: OpenLink): boolean => link.answered && link.sentAtMs.length === 0;
const oldestWaiting = (link: OpenLink): number => link.sentAtMs[0] ?? link.sinceMs;

/** The words of a final close, and what became of words that had not arrived. */
function wordsForClose(code: number, unsaved: boolean): string {
  const reason = Object.values(CLOSE_CODES).find((candidate) => candidate.code === code);
  const words = code === 4410 ? "This lesson is gone." : code === 1009 ? CLOSE_CODES.tooLarge.words : (reason?.words ?? "The connection was closed.");
  return unsaved ? `${words} Your last words are kept on this device.` : words;
}
