/** A lesson to read: made by the server, needs no script. */
import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { renderLessonHtml } from "#core/exports/html";
import { LessonBar } from "../../components/lesson/lesson-bar.tsx";
import { PageErrors, pageTitle } from "../../components/shell/page-errors.tsx";
import { guarded, pathParam } from "../../requests.server.ts";
import "../../styles/lesson.css";
import "../../styles/editor.css";

export const meta: MetaFunction<typeof loader> = ({ data, error }) => pageTitle(data?.lesson.title ?? "Lesson", error);

export const loader = guarded(async ({ params, context }: LoaderFunctionArgs) => {
  const { lessons, requireViewer } = context.services;
  const id = pathParam(params["id"]);
  await requireViewer();
  const [lesson, content] = await Promise.all([lessons.get(id), lessons.read(id)]);
  return { lesson, html: renderLessonHtml(content, { view: "read" }) };
});

export default function Read() {
  const { lesson, html } = useLoaderData<typeof loader>();
  return (
    <>
      <LessonBar lesson={lesson} view="read" />
      <main id="main" tabIndex={-1} className="reading">
        <div className="lesson-sheet" dangerouslySetInnerHTML={{ __html: html }} />
      </main>
    </>
  );
}

export { PageErrors as ErrorBoundary };
