/**
 * Versions of a lesson: naming, reading, putting back. A version never changes; putting one back is a forward edit that others' typing
 * survives, and what stood there just before is itself kept as a version, so nothing is ever lost by it.
 */
import { z } from "zod";
import * as Y from "yjs";
import { AppError } from "#core/errors";
import type { LessonId, PersonId } from "#core/ids";
import { LIMITS } from "#core/limits";
import { putBack } from "#core/model/lesson-model";
import { lessonDocument } from "#core/protocol/document-name";
import { VERSION_KINDS, type VersionRow } from "#server/stores/contract";
import type { LessonContent, LessonServices, VersionView } from "../../app/services.ts";
import { lineOf, linesUpTo, parseForm } from "./form-input.ts";
import type { LessonAccess } from "./lesson-access.ts";
import type { ServiceParts } from "./service-parts.ts";

type VersionServices = Pick<LessonServices, "listVersions" | "readVersion" | "nameVersion" | "putBackVersion">;

const versionForm = z.object({
  kind: z.enum(VERSION_KINDS, { error: "Choose what kind of version this is." }),
  title: lineOf({ missing: "Give the version a name, like “As planned, lesson 1”.", maxLength: LIMITS.maxVersionTitleLength }),
  note: linesUpTo(LIMITS.maxVersionNoteLength),
});

/** `content` of a stored version; written by this product, so anything else is damage. */
const storedContent = z.object({ schemaVersion: z.number(), content: z.unknown(), facts: z.record(z.string(), z.unknown()) });

/** Makes the version services of one request. */
export function makeVersionServices(parts: ServiceParts, openLesson: LessonAccess): VersionServices {
  const { stores, clock, hub, keeper, logger } = parts;

  const present = async (rows: readonly VersionRow[]): Promise<readonly VersionView[]> => {
    const ids = new Set(rows.flatMap((row) => [...row.contributorIds, ...(row.authorId === null ? [] : [row.authorId])]));
    const names = new Map((await stores.people.listPeople([...ids])).map((person) => [person.id, { id: person.id, name: person.name }]));
    const nameOf = (id: PersonId): { id: PersonId; name: string } => names.get(id) ?? { id, name: "Somebody who has left" };
    return rows.map((row) => ({
      number: row.number,
      kind: row.kind,
      title: row.title,
      note: row.note,
      automatic: row.automatic,
      author: row.authorId === null ? null : nameOf(row.authorId),
      contributors: row.contributorIds.map(nameOf),
      createdAtMs: row.createdAtMs,
    }));
  };
  const getVersion = async (lessonId: LessonId, number: number): Promise<VersionRow & LessonContent> => {
    const row = Number.isSafeInteger(number) && number > 0 ? await stores.versions.findVersion(lessonId, number) : null;
    if (row === null) throw new AppError("not-found", { message: "This lesson has no such version." });
    const stored: unknown = JSON.parse(row.content);
    return { ...row, ...storedContent.parse(stored) };
  };

  return {
    listVersions: async (id) => {
      const { lesson } = await openLesson(id, "lesson.read-versions");
      const views = await present(await stores.versions.listVersions(lesson.id));
      return views.toSorted((a, b) => b.number - a.number);
    },
    readVersion: async (id, number) => {
      const { lesson } = await openLesson(id, "lesson.read-versions");
      const version = await getVersion(lesson.id, number);
      const [view] = await present([version]);
      if (view === undefined) throw new Error("Broken promise: one row is presented as one view");
      return { ...view, schemaVersion: version.schemaVersion, content: version.content, facts: version.facts };
    },
    nameVersion: async (id, input) => {
      const { lesson, viewer } = await openLesson(id, "lesson.name-version");
      const form = parseForm(versionForm, input);
      const atMs = clock.nowMs();
      const state = await hub.read(lessonDocument(lesson.id));
      const number = await keeper.keep({ lessonId: lesson.id, state, atMs, ...form, authorId: viewer.person.id });
      logger.info({ lessonId: lesson.id, number, by: viewer.person.id }, "version named");
      return { number };
    },
    putBackVersion: async (id, number) => {
      const { lesson, viewer } = await openLesson(id, "lesson.put-back-version");
      const version = await getVersion(lesson.id, number);
      const document = lessonDocument(lesson.id);
      const keepBefore = async (state: Uint8Array, atMs: number): Promise<number> =>
        keeper.keep({ lessonId: lesson.id, state, atMs, kind: "draft", title: `Before putting version ${number} back`, note: "", authorId: null });

      const atMs = clock.nowMs();
      let savedAs = await keepBefore(await hub.read(document), atMs);
      let before: Uint8Array | null = null;
      await hub.edit(document, {
        personId: viewer.person.id,
        change: (doc, beingWritten) => {
          before = Y.encodeStateAsUpdate(doc);
          putBack(doc, version, beingWritten);
        },
      });
      // Words that came in between the two are under the edit, not in the version before it: keep them too.
      if (before !== null && !(await keeper.isLatest(lesson.id, before))) savedAs = await keepBefore(before, atMs);
      logger.info({ lessonId: lesson.id, number, savedAs, by: viewer.person.id }, "version put back");
      return { savedAs };
    },
  };
}
