/** The studio of a lesson: readable as it comes from the server, written in once the editor is there. */
import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { renderLessonHtml } from "#core/exports/html";
import { LessonStudio } from "../../components/lesson/lesson-studio.tsx";
import { summariseLesson } from "../../components/lesson/lesson-summary.ts";
import { PageErrors, pageTitle } from "../../components/shell/page-errors.tsx";
import { guarded, pathParam } from "../../requests.server.ts";
import "../../styles/lesson.css";
import "../../styles/editor.css";

export const meta: MetaFunction<typeof loader> = ({ data, error }) => pageTitle(data?.lesson.title ?? "Lesson", error);

export const loader = guarded(async ({ params, context }: LoaderFunctionArgs) => {
  const { lessons, requireViewer } = context.services;
  const id = pathParam(params["id"]);
  const viewer = await requireViewer();
  const [lesson, content] = await Promise.all([lessons.get(id), lessons.read(id)]);
  const versions = lesson.permissions["lesson.read-versions"] ? await lessons.listVersions(id) : [];
  return {
    lesson,
    viewer: { id: viewer.id, name: viewer.name },
    versions,
    outline: summariseLesson(content.content),
    html: renderLessonHtml(content, { view: "read" }),
  };
});

export default function Design() {
  const { lesson, viewer, versions, outline, html } = useLoaderData<typeof loader>();
  return <LessonStudio key={lesson.id} lesson={lesson} viewer={viewer} versions={versions} outline={outline} html={html} />;
}

export { PageErrors as ErrorBoundary };
