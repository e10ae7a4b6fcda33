/**
 * Makes versions: the one place that turns the state of a document into an immutable row.
 * Always true (JB1): a version holds the full Yjs state (v2) and the same lesson as JSON, made from the same bytes, so it can be read
 * without Yjs and put back without guessing; contributors are everybody who wrote since the version before.
 * Left to others: who may make one (services), numbering (store).
 */
import * as Y from "yjs";
import { makeId, type LessonId, type PersonId, type RandomBytes, type VersionId } from "#core/ids";
import { readLesson } from "#core/model/lesson-model";
import { lessonDocument } from "#core/protocol/document-name";
import type { Stores, VersionKind } from "#server/stores/contract";
import type { DocumentSource } from "./document-source.ts";

export type NewVersion = {
  readonly lessonId: LessonId;
  /** The whole state as a v1 update. */
  readonly state: Uint8Array;
  /** When `state` was read; taken before reading it, so that no writer falls between two versions. */
  readonly atMs: number;
  readonly kind: VersionKind;
  readonly title: string;
  readonly note: string;
  /** Null: made by the product. */
  readonly authorId: PersonId | null;
};

export type VersionKeeper = {
  /** Keep this state as the next version and tell everybody who has the lesson open. Answers its number. Rules JB1, ST7. */
  readonly keep: (version: NewVersion) => Promise<number>;
  /** Does this state (a v1 update) say the same as the newest version? False when there is none. */
  readonly isLatest: (lessonId: LessonId, state: Uint8Array) => Promise<boolean>;
  /** Did anybody write since the newest version, or ever when there is none? Cheap: the document is not read. */
  readonly hasNewWriters: (lessonId: LessonId) => Promise<boolean>;
};

/** Makes the keeper. */
export function makeVersionKeeper(options: {
  stores: Pick<Stores, "log" | "versions">;
  hub: Pick<DocumentSource, "notice">;
  random: RandomBytes;
}): VersionKeeper {
  const { stores, hub, random } = options;
  const latestAtMs = async (lessonId: LessonId): Promise<number> => (await stores.versions.findLatest(lessonId))?.createdAtMs ?? 0;
  return {
    keep: async ({ lessonId, state, atMs, kind, title, note, authorId }) => {
      const document = lessonDocument(lessonId);
      const lesson = readLesson(state);
      const contributorIds = await stores.log.writersSince(document, await latestAtMs(lessonId));
      const number = await stores.versions.createVersion(
        {
          id: makeId<VersionId>(random),
          lessonId,
          kind,
          title,
          note,
          automatic: authorId === null,
          authorId,
          contributorIds,
          createdAtMs: atMs,
          schemaVersion: lesson.schemaVersion,
        },
        { state: toFullState(state), content: canonicalJson(lesson) },
      );
      hub.notice(document, { type: "versions-changed" });
      return number;
    },
    isLatest: async (lessonId, state) => {
      const latest = await stores.versions.findLatest(lessonId);
      return latest !== null && canonicalJson(JSON.parse(latest.content)) === canonicalJson(readLesson(state));
    },
    hasNewWriters: async (lessonId) => (await stores.log.writersSince(lessonDocument(lessonId), await latestAtMs(lessonId))).length > 0,
  };
}

/** The same state as a v2 update of a document that has collected its garbage: smaller, and one format for ever. */
function toFullState(state: Uint8Array): Uint8Array {
  const doc = new Y.Doc();
  try {
    if (state.length > 0) Y.applyUpdate(doc, state);
    return Y.encodeStateAsUpdateV2(doc);
  } finally {
    doc.destroy();
  }
}

/** JSON with the keys of every object in order, so that equal lessons are equal text whatever order Yjs gave them. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  );
