/**
 * Copies what lists show and search finds (title, year, minutes, criteria) from the documents into the lessons' rows (JB3).
 * Always true: idempotent, and the document is the truth; a projection can be thrown away and made again by `rebuild`.
 * Lessons are taken one after the other, so that a busy hour costs little beside the typing itself.
 */
import type { LessonId } from "#core/ids";
import { LIMITS } from "#core/limits";
import { factsForList, readLesson } from "#core/model/lesson-model";
import { lessonDocument, parseDocumentName } from "#core/protocol/document-name";
import { SECOND_MS, type Clock, type Timer } from "#core/time";
import type { Log } from "#server/observe/log";
import type { LessonFacts, Stores } from "#server/stores/contract";
import type { DocumentSource } from "./document-source.ts";

/** Wait until nobody has written for so long … */
const QUIET_MS = 2 * SECOND_MS;
/** … but not longer than this while they keep writing. Reading a lesson costs as much as passing on a thousand keys. */
const MAX_DELAY_MS = 60 * SECOND_MS;
/** After a failure, twice as long each time, up to this. */
const MAX_RETRY_MS = 5 * 60 * SECOND_MS;
const REBUILD_PAGE = 100;

type Waiting = { readonly lessonId: LessonId; readonly firstAtMs: number; lastAtMs: number; readonly timer: Timer };

export type Projection = {
  /** Project all lessons anew, straight from the log. Answers how many. */
  readonly rebuild: () => Promise<number>;
  /** Project the lessons that were written in after they were projected last, as a kill leaves some. Answers how many. */
  readonly catchUp: () => Promise<number>;
  /** Write what is still waiting, then stop. */
  readonly close: () => Promise<void>;
};

/** Starts listening to commits. */
export function startProjection(options: { stores: Pick<Stores, "lessons" | "log">; hub: DocumentSource; clock: Clock; logger: Log }): Projection {
  const { stores, hub, clock, logger } = options;
  const waiting = new Map<string, Waiting>();
  const failures = new Map<string, number>();
  let line: Promise<void> = Promise.resolve();
  let closed = false;

  const project = async (lessonId: LessonId, document: string, atMs: number): Promise<void> => {
    try {
      await stores.lessons.setFacts(lessonId, readFacts(await hub.readParts(document)), atMs);
      failures.delete(document);
    } catch (err) {
      const tries = (failures.get(document) ?? 0) + 1;
      failures.set(document, tries);
      logger.error({ err, lessonId, tries }, "projection failed");
      if (!closed && !waiting.has(document))
        wait(lessonId, document, { firstAtMs: atMs, lastAtMs: atMs }, Math.min(QUIET_MS * 2 ** tries, MAX_RETRY_MS));
    }
  };
  const enqueue = (document: string, { lessonId, lastAtMs }: Waiting): void => {
    waiting.delete(document);
    line = line.then(async () => project(lessonId, document, lastAtMs));
  };
  const wait = (lessonId: LessonId, document: string, span: { firstAtMs: number; lastAtMs: number }, afterMs: number): void => {
    waiting.set(document, { lessonId, ...span, timer: clock.setTimer(afterMs, () => onTimer(document)) });
  };
  const onTimer = (document: string): void => {
    const entry = waiting.get(document);
    if (entry === undefined) return;
    const dueMs = Math.min(entry.lastAtMs + QUIET_MS, entry.firstAtMs + MAX_DELAY_MS);
    const leftMs = dueMs - clock.nowMs();
    if (leftMs > 0) wait(entry.lessonId, document, entry, leftMs);
    else enqueue(document, entry);
  };

  const stopListening = hub.onCommitted(({ document, atMs }) => {
    const entry = waiting.get(document);
    if (entry !== undefined) {
      entry.lastAtMs = Math.max(entry.lastAtMs, atMs);
      return;
    }
    const name = parseDocumentName(document);
    if (name?.kind === "lesson") wait(name.lessonId, document, { firstAtMs: atMs, lastAtMs: atMs }, QUIET_MS);
  });

  const rebuildThose = async (list: (after: LessonId | null, take: number) => Promise<readonly LessonId[]>): Promise<number> => {
    let count = 0;
    for (let after: LessonId | null = null; ;) {
      const ids: readonly LessonId[] = await list(after, REBUILD_PAGE);
      for (const id of ids) {
        if (closed) return count;
        try {
          await rebuildOne(stores, id);
          count += 1;
        } catch (err) {
          // The others still get theirs (JB5).
          logger.error({ err, lessonId: id }, "what lists show of a lesson could not be made anew");
        }
      }
      const last = ids.at(-1);
      if (last === undefined || ids.length < REBUILD_PAGE) break;
      after = last;
    }
    logger.debug({ lessons: count }, "projections rebuilt");
    return count;
  };

  return {
    rebuild: () => rebuildThose(stores.lessons.listLessonIds),
    catchUp: () => rebuildThose(stores.lessons.listBehind),
    close: async () => {
      closed = true;
      stopListening();
      for (const [document, entry] of waiting) {
        entry.timer.cancel();
        enqueue(document, entry);
      }
      await line;
    },
  };
}

/** From the log, not through a room: a rebuild of thousands must not fill memory with rooms. */
async function rebuildOne(stores: Pick<Stores, "lessons" | "log">, id: LessonId): Promise<void> {
  const lesson = await stores.lessons.findLesson(id);
  if (lesson === null) return;
  const stored = await stores.log.load(lessonDocument(id));
  const updates = [...(stored.snapshot === null ? [] : [stored.snapshot]), ...stored.updates];
  if (updates.length === 0) return;
  const writtenAtMs = await stores.lessons.findWrittenAt(id);
  await stores.lessons.setFacts(id, readFacts(updates), Math.max(lesson.updatedAtMs, writtenAtMs ?? 0));
}

/** What the list shows of a state (a v1 update, or several in order), within the limits of a row. */
export function readFacts(state: Uint8Array | readonly Uint8Array[]): LessonFacts {
  const facts = factsForList(readLesson(state));
  return {
    ...facts,
    title: facts.title.slice(0, LIMITS.maxTitleLength),
    yearGroup: facts.yearGroup.slice(0, LIMITS.maxYearGroupLength),
    // A designer's own client can write as many links as it likes; the list shows and finds so many.
    criterionCodes: facts.criterionCodes.filter((code) => code.length <= LIMITS.maxCriterionCodeLength).slice(0, LIMITS.maxCriteria),
  };
}
