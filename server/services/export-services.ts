/**
 * A lesson as a file to keep: the lesson JSON that Bansho reads again, or Markdown. Whoever may read a lesson may leave with it;
 * an older version of it needs the right to read versions. Rule SV9.
 */
import { AppError } from "#core/errors";
import { renderLessonJson } from "#core/exports/json";
import { renderLessonMarkdown } from "#core/exports/markdown";
import type { LessonFile, LessonServices } from "../../app/services.ts";
import type { LessonAccess } from "./lesson-access.ts";

type ExportServices = Pick<LessonServices, "exportLesson">;

const FORMATS = {
  json: { mediaType: "application/json; charset=utf-8", render: renderLessonJson },
  md: { mediaType: "text/markdown; charset=utf-8", render: renderLessonMarkdown },
} as const;

/** Makes the export services of one request, on top of what reads lessons and versions. */
export function makeExportServices(reading: Pick<LessonServices, "read" | "readVersion">, openLesson: LessonAccess): ExportServices {
  return {
    exportLesson: async (id, { format, version }): Promise<LessonFile> => {
      const { lesson } = await openLesson(id, "lesson.export");
      if (format !== "json" && format !== "md") throw new AppError("not-found", { message: "Bansho cannot give a lesson in that form." });
      const content = version === null ? await reading.read(id) : await reading.readVersion(id, version);
      const { mediaType, render } = FORMATS[format];
      const name = fileName(lesson.title) || lesson.id;
      return { fileName: `${name}${version === null ? "" : `-version-${version}`}.${format}`, mediaType, text: render(content, lesson.id) };
    },
  };
}

/** A title as a name that every file system takes: letters, digits and dashes. */
function fileName(title: string): string {
  return title
    .normalize("NFKD")
    .replaceAll(/[^A-Za-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 80)
    .toLowerCase();
}
