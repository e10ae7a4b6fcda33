/**
 * Names of documents on the sync server. A name decides who may read and write, so it is parsed once, at the door.
 */
import { isId, type LessonId } from "../ids.ts";
import { LIMITS } from "../limits.ts";

export type DocumentName = { readonly kind: "lesson"; readonly lessonId: LessonId };

/**
 * Parse a document name as it stands after `/sync/`, already percent-decoded.
 * @returns null for a name that no document can have. Kinds of later releases (`research-lesson/…`, `cycle/…`) are added here.
 */
export function parseDocumentName(name: string): DocumentName | null {
  if (name.length > LIMITS.maxDocumentNameLength) return null;
  const [kind, id, ...rest] = name.split("/");
  if (kind === "lesson" && isId(id) && rest.length === 0) return { kind: "lesson", lessonId: id as LessonId };
  return null;
}

/** The document in which a lesson is written. */
export const lessonDocument = (id: LessonId): string => `lesson/${id}`;
