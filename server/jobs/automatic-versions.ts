/**
 * When the last person leaves a lesson that was changed, keep it as a draft version nobody had to name (JB2).
 * A failure is tried again with growing waits and is loud; what is still not kept then is kept when people next leave, since the
 * writers after the newest version say so.
 */
import type { LessonId } from "#core/ids";
import { parseDocumentName } from "#core/protocol/document-name";
import { SECOND_MS, type Clock, type Timer } from "#core/time";
import type { Log } from "#server/observe/log";
import type { DocumentSource } from "./document-source.ts";
import type { VersionKeeper } from "./version-keeper.ts";

const WAITS_MS = [1, 5, 30, 120].map((seconds) => seconds * SECOND_MS);

/** Starts listening. `close` takes in nothing new and resolves when what is under way is done. */
export function startAutomaticVersions(options: { hub: DocumentSource; keeper: VersionKeeper; clock: Clock; logger: Log }): {
  readonly close: () => Promise<void>;
} {
  const { hub, keeper, clock, logger } = options;
  const running = new Set<Promise<void>>();
  const waiting = new Set<Timer>();

  const keep = async (lessonId: LessonId, document: string): Promise<void> => {
    const atMs = clock.nowMs();
    const state = await hub.read(document);
    if (await keeper.isLatest(lessonId, state)) return;
    const number = await keeper.keep({ lessonId, state, atMs, kind: "draft", title: "When everybody had left", note: "", authorId: null });
    logger.info({ lessonId, number }, "automatic version kept");
  };
  const attempt = async (lessonId: LessonId, document: string, tries: number): Promise<void> => {
    try {
      await keep(lessonId, document);
    } catch (err) {
      const waitMs = WAITS_MS[tries];
      logger.error({ err, lessonId, tries, waitMs: waitMs ?? null }, "automatic version failed");
      if (waitMs === undefined || closed) return;
      const timer = clock.setTimer(waitMs, () => {
        waiting.delete(timer);
        track(attempt(lessonId, document, tries + 1));
      });
      waiting.add(timer);
    }
  };
  const track = (work: Promise<void>): void => {
    running.add(work);
    // `attempt` never rejects; the set only serves `close`.
    void work.finally(() => running.delete(work));
  };
  const consider = async (lessonId: LessonId, document: string, changed: boolean): Promise<void> => {
    // Also without changes in this sitting: the process may have been killed at the end of the one before.
    const worth = changed || (await keeper.hasNewWriters(lessonId).catch(() => true));
    if (worth) await attempt(lessonId, document, 0);
  };

  let closed = false;
  const stopListening = hub.onEmptied(({ document, changed }) => {
    const name = parseDocumentName(document);
    if (name?.kind === "lesson") track(consider(name.lessonId, document, changed));
  });
  return {
    close: async () => {
      closed = true;
      stopListening();
      for (const timer of waiting) timer.cancel();
      while (running.size > 0) await Promise.all(running);
    },
  };
}
