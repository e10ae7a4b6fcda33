/** Versions of a lesson: list, name one, put one back. All of it works without script. */
import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { AppError } from "#core/errors";
import { LessonBar } from "../../components/lesson/lesson-bar.tsx";
import { VersionFields } from "../../components/lesson/name-version.tsx";
import { VersionList } from "../../components/lesson/version-list.tsx";
import { PageErrors, pageTitle } from "../../components/shell/page-errors.tsx";
import { Confirm } from "../../components/ui/dialog.tsx";
import { PostForm, SubmitButton } from "../../components/ui/form.tsx";
import { Note } from "../../components/ui/note.tsx";
import { attempt, guarded, pathParam, readFields, unknownIntent } from "../../requests.server.ts";
import "../../styles/editor.css";

export const meta: MetaFunction<typeof loader> = ({ data, error }) => pageTitle(`Versions of ${data?.lesson.title ?? "a lesson"}`, error);

export const loader = guarded(async ({ request, params, context }: LoaderFunctionArgs) => {
  const { lessons, requireViewer } = context.services;
  const id = pathParam(params["id"]);
  await requireViewer();
  const [lesson, versions] = await Promise.all([lessons.get(id), lessons.listVersions(id)]);
  const search = new URL(request.url).searchParams;
  const asked = Number(search.get("put-back") ?? Number.NaN);
  const mayPutBack = lesson.permissions["lesson.put-back-version"];
  return {
    lesson,
    versions,
    putBack: mayPutBack && versions.some((version) => version.number === asked) ? asked : null,
    done: search.get("done"),
  };
});

export const action = guarded(async ({ request, params, context }: ActionFunctionArgs) => {
  const { lessons } = context.services;
  const id = pathParam(params["id"]);
  const { intent, stay, number, ...values } = await readFields(request, ["intent", "stay", "number", "kind", "title", "note"]);
  return attempt({ name: intent, values }, async () => {
    if (intent === "name-version") {
      const named = await lessons.nameVersion(id, values);
      if (stay === "1") return { named: named.number };
      throw redirect(`/lessons/${id}/versions?done=named`);
    }
    if (intent === "put-back") {
      const wanted = Number(number);
      if (!Number.isSafeInteger(wanted) || wanted < 1) throw new AppError("not-found", { message: "There is no such version." });
      await lessons.putBackVersion(id, wanted);
      throw redirect(`/lessons/${id}/versions?done=${wanted}`);
    }
    throw unknownIntent();
  });
});

export default function Versions() {
  const { lesson, versions, putBack, done } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const trouble = answer !== undefined && "kind" in answer ? answer : undefined;
  const newest = versions[0]?.number ?? 0;
  const here = `/lessons/${lesson.id}/versions`;
  const named = trouble?.form === "name-version" ? trouble : undefined;
  return (
    <>
      <LessonBar lesson={lesson} view="versions" />
      <main id="main" tabIndex={-1} className="page narrow">
        <header>
          <h1>Versions</h1>
        </header>
        {done !== null && (
          <Note>
            {/^\d+$/.test(done) ? `Version ${done} is back. What was there before is kept as version ${newest}.` : `Kept as version ${newest}.`}
          </Note>
        )}
        <VersionList lessonId={lesson.id} versions={versions} mayPutBack={lesson.permissions["lesson.put-back-version"]} />
        {lesson.permissions["lesson.name-version"] && (
          <section className="name-version" aria-labelledby="name-heading">
            <h2 id="name-heading">Name the lesson as it stands</h2>
            <PostForm name="name-version" trouble={trouble} action={here}>
              <VersionFields prefix="name-version" errors={named?.errors ?? {}} values={named?.values ?? {}} />
              <div className="actions">
                <SubmitButton look="main" big>
                  Name this version
                </SubmitButton>
              </div>
            </PostForm>
          </section>
        )}
      </main>
      {putBack !== null && (
        <Confirm
          title={`Put version ${putBack} back?`}
          back={here}
          stay="Keep the lesson as it is"
          action={
            <PostForm name="put-back" trouble={trouble} action={here} className="bare-form">
              <input type="hidden" name="number" value={putBack} />
              <SubmitButton look="main" big>
                Put version {putBack} back
              </SubmitButton>
            </PostForm>
          }
        >
          <p>The lesson as it is now is kept first, as version {newest + 1}. What people are typing at this moment stays, and so do all versions.</p>
        </Confirm>
      )}
    </>
  );
}

export { PageErrors as ErrorBoundary };
