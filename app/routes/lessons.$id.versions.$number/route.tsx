/** One version of a lesson, to read. Made by the server, needs no script. */
import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { Undo2 } from "lucide-react";
import { AppError } from "#core/errors";
import { renderLessonHtml } from "#core/exports/html";
import { LessonBar } from "../../components/lesson/lesson-bar.tsx";
import { versionLabel, whoWords } from "../../components/lesson/version-words.ts";
import { PageErrors, pageTitle } from "../../components/shell/page-errors.tsx";
import { ButtonLink } from "../../components/ui/button.tsx";
import { Time } from "../../components/ui/time.tsx";
import { guarded, pathParam } from "../../requests.server.ts";
import "../../styles/lesson.css";
import "../../styles/editor.css";

export const meta: MetaFunction<typeof loader> = ({ data, error }) =>
  pageTitle(data == null ? "Version" : `Version ${data.version.number} of ${data.lesson.title}`, error);

export const loader = guarded(async ({ params, context }: LoaderFunctionArgs) => {
  const { lessons, requireViewer } = context.services;
  const id = pathParam(params["id"]);
  const number = Number(pathParam(params["number"]));
  await requireViewer();
  if (!Number.isSafeInteger(number) || number < 1) throw new AppError("not-found", { message: "There is no such version." });
  const [lesson, { content, facts, schemaVersion: _schema, ...version }] = await Promise.all([lessons.get(id), lessons.readVersion(id, number)]);
  return { lesson, version, html: renderLessonHtml({ content, facts }, { view: "version" }) };
});

export default function Version() {
  const { lesson, version, html } = useLoaderData<typeof loader>();
  const who = whoWords(version.author, version.contributors);
  return (
    <>
      <LessonBar lesson={lesson} view="versions" />
      <main id="main" tabIndex={-1} className="reading">
        <div className="version-head">
          <p>
            <b>Version {version.number}</b> {versionLabel(version)}
            {who !== "" && `, ${who}`}, <Time atMs={version.createdAtMs} form="date-time" />
          </p>
          {version.note !== "" && <p className="soft">{version.note}</p>}
          <div className="actions">
            <ButtonLink to={`/lessons/${lesson.id}/versions`}>All versions</ButtonLink>
            {lesson.permissions["lesson.put-back-version"] && (
              <ButtonLink to={`/lessons/${lesson.id}/versions?put-back=${version.number}`} icon={Undo2}>
                Put it back
              </ButtonLink>
            )}
          </div>
        </div>
        <div className="lesson-sheet" dangerouslySetInnerHTML={{ __html: html }} />
      </main>
    </>
  );
}

export { PageErrors as ErrorBoundary };
