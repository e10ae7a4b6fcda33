/** The lessons I may open: search, archive with a way back, pages. Archiving is a POST here, wherever it is asked for. */
import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { Form, Link, useActionData, useLoaderData, useNavigate, useSearchParams } from "@remix-run/react";
import { Archive, Undo2 } from "lucide-react";
import { LessonList } from "../../components/lesson-list/lesson-list.tsx";
import { yearWords } from "#core/model/year-words";
import { YEAR_GROUPS } from "../../components/lesson-list/year-groups.ts";
import { PageErrors, pageTitle } from "../../components/shell/page-errors.tsx";
import { Page } from "../../components/shell/page.tsx";
import { Button, ButtonLink } from "../../components/ui/button.tsx";
import { Empty } from "../../components/ui/empty.tsx";
import { SelectField, TextField } from "../../components/ui/field.tsx";
import { PostForm, SubmitButton } from "../../components/ui/form.tsx";
import { Note } from "../../components/ui/note.tsx";
import { TabLinks } from "../../components/ui/tabs.tsx";
import { UndoToast } from "../../components/ui/toast.tsx";
import { attempt, guarded, readFields, unknownIntent } from "../../requests.server.ts";
import { listAddress, readQuery, type LessonsQuery } from "./query.ts";

export const meta: MetaFunction = ({ error }) => pageTitle("Lessons", error);

export const loader = guarded(async ({ request, context }: LoaderFunctionArgs) => {
  const { lessons } = context.services;
  await context.services.requireViewer();
  const params = new URL(request.url).searchParams;
  const query = readQuery(params);
  const found = await lessons.search({
    text: query.text,
    yearGroup: query.year === "" ? null : query.year,
    criterionCode: query.code === "" ? null : query.code,
    archived: query.archived,
    page: query.page,
  });
  const moved = params.get("moved");
  return { query, found, moved: moved === null ? null : presentMoved(await lessons.get(moved)) };
});

export const action = guarded(async ({ request, context }: ActionFunctionArgs) => {
  const { lessons } = context.services;
  const query = readQuery(new URL(request.url).searchParams);
  const { intent, lessonId } = await readFields(request, ["intent", "lessonId"]);
  return attempt({ name: intent, values: {} }, async () => {
    if (intent === "archive") await lessons.archive(lessonId);
    else if (intent === "unarchive") await lessons.unarchive(lessonId);
    else throw unknownIntent();
    throw redirect(listAddress(query, { moved: lessonId }));
  });
});

/** What the message about a lesson that was just put away, or back, has to know. */
const presentMoved = ({ id, title, archived, can }: { id: string; title: string; archived: boolean; can: { "lesson.archive": boolean } }) =>
  can["lesson.archive"] ? { id, title, archived } : null;

export default function Lessons() {
  const { query, found, moved } = useLoaderData<typeof loader>();
  const trouble = useActionData<typeof action>();
  const here = listAddress(query);
  return (
    <Page>
      <header>
        <div>
          <h1>Lessons</h1>
          <p>All that you may open, newest change first.</p>
        </div>
      </header>
      <Search key={here} query={query} />
      <div className="list-head">
        <TabLinks
          label="Which lessons"
          tabs={[
            { to: listAddress({ ...query, archived: false, page: 1 }), label: "In use", here: !query.archived },
            { to: listAddress({ ...query, archived: true, page: 1 }), label: "Archived", here: query.archived },
          ]}
        />
        <output className="small quiet">
          {found.total === 1 ? "1 lesson" : `${found.total} lessons`}
          {isFiltered(query) && " found"}
        </output>
      </div>
      {trouble && <Note tone="amber">{trouble.message}</Note>}
      {found.lessons.length > 0 ? (
        <LessonList
          lessons={found.lessons}
          actions={(lesson) => (
            <>
              {lesson.can["lesson.copy"] && (
                <ButtonLink look="bare" to={`/lessons/new?from=${lesson.id}`} aria-label={`Copy ${lesson.title}`}>
                  Copy
                </ButtonLink>
              )}
              {lesson.can["lesson.archive"] && (
                <PostForm name={lesson.archived ? "unarchive" : "archive"} action={here} className="">
                  <input type="hidden" name="lessonId" value={lesson.id} />
                  <SubmitButton
                    look="bare"
                    icon={lesson.archived ? Undo2 : Archive}
                    aria-label={lesson.archived ? `Put back ${lesson.title}` : `Archive ${lesson.title}`}
                  >
                    {lesson.archived ? "Put back" : "Archive"}
                  </SubmitButton>
                </PostForm>
              )}
            </>
          )}
        />
      ) : (
        <NothingFound query={query} />
      )}
      {found.pages > 1 && (
        <nav className="pages" aria-label="Pages">
          {found.page > 1 && <ButtonLink to={listAddress({ ...query, page: found.page - 1 })}>Newer</ButtonLink>}
          <span className="num">
            Page {found.page} of {found.pages}
          </span>
          {found.page < found.pages && <ButtonLink to={listAddress({ ...query, page: found.page + 1 })}>Older</ButtonLink>}
        </nav>
      )}
      {moved && <Moved key={`${moved.id}-${String(moved.archived)}`} lesson={moved} here={here} />}
    </Page>
  );
}

function Search({ query }: { readonly query: LessonsQuery }) {
  return (
    <search aria-label="Lessons">
      <Form method="get" className="search">
        {query.archived && <input type="hidden" name="archived" value="1" />}
        <TextField name="q" label="Words of the title" compact type="search" defaultValue={query.text} autoComplete="off" />
        <SelectField
          name="year"
          label="Year"
          compact
          defaultValue={query.year}
          options={[{ value: "", label: "Every year" }, ...YEAR_GROUPS.map((year) => ({ value: year, label: yearWords(year) }))]}
        />
        <TextField name="code" label="Criterion, such as 3F-1" compact defaultValue={query.code} autoComplete="off" autoCapitalize="characters" />
        <div className="actions">
          <Button type="submit">Search</Button>
          {isFiltered(query) && (
            <ButtonLink look="bare" to={listAddress({ text: "", year: "", code: "", archived: query.archived, page: 1 })}>
              Clear
            </ButtonLink>
          )}
        </div>
      </Form>
    </search>
  );
}

const isFiltered = (query: LessonsQuery): boolean => query.text !== "" || query.year !== "" || query.code !== "";

function NothingFound({ query }: { readonly query: LessonsQuery }) {
  if (isFiltered(query)) {
    return (
      <Empty
        action={<ButtonLink to={listAddress({ text: "", year: "", code: "", archived: query.archived, page: 1 })}>Show every lesson</ButtonLink>}
      >
        No lesson fits. Try a single word of its title, or leave the year open.
      </Empty>
    );
  }
  if (query.archived) {
    return <Empty>Nothing is archived. A lesson that you archive leaves the list and waits here.</Empty>;
  }
  return (
    <Empty action={<ButtonLink to="/lessons/new">Start a lesson</ButtonLink>}>
      No lesson yet. What do pupils find hard to see just now? Start with that.
    </Empty>
  );
}

function Moved({
  lesson,
  here,
}: {
  readonly lesson: { readonly id: string; readonly title: string; readonly archived: boolean };
  readonly here: string;
}) {
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const stillAsked = params.get("moved") === lesson.id;
  return (
    <UndoToast
      words={lesson.archived ? `“${lesson.title}” is archived` : `“${lesson.title}” is back in use`}
      onGone={() => {
        if (stillAsked) navigate(here, { replace: true, preventScrollReset: true });
      }}
    >
      <PostForm name={lesson.archived ? "unarchive" : "archive"} action={here} className="">
        <input type="hidden" name="lessonId" value={lesson.id} />
        <SubmitButton>Undo</SubmitButton>
      </PostForm>
      {!lesson.archived && <Link to={`/lessons/${lesson.id}`}>Open</Link>}
    </UndoToast>
  );
}

export { PageErrors as ErrorBoundary };
