/** Start a lesson: blank, from a stage template, or as a copy of another (`?from=ID`). */
import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { LIMITS } from "#core/limits";
import { yearWords } from "#core/model/year-words";
import { YEAR_GROUPS } from "../../components/lesson-list/year-groups.ts";
import { PageErrors, pageTitle } from "../../components/shell/page-errors.tsx";
import { Page } from "../../components/shell/page.tsx";
import { ButtonLink } from "../../components/ui/button.tsx";
import { Empty } from "../../components/ui/empty.tsx";
import { RadioCards, SelectField, TextField } from "../../components/ui/field.tsx";
import { PostForm, SubmitButton } from "../../components/ui/form.tsx";
import { attempt, guarded, readFields } from "../../requests.server.ts";
import { TEMPLATE_CARDS } from "./stage-templates.tsx";
import { readStart } from "./start.ts";

export const meta: MetaFunction = ({ error }) => pageTitle("New lesson", error);

export const loader = guarded(async ({ request, context }: LoaderFunctionArgs) => {
  const { services } = context;
  await services.requireViewer();
  const params = new URL(request.url).searchParams;
  const from = params.get("from");
  const [teams, source] = await Promise.all([services.teams.list(), from === null ? null : services.lessons.get(from)]);
  return {
    teams,
    team: params.get("team") ?? source?.teamId ?? null,
    source: source && { id: source.id, title: source.title, yearGroup: source.yearGroup, durationMinutes: source.durationMinutes },
  };
});

export const action = guarded(async ({ request, context }: ActionFunctionArgs) => {
  const values = await readFields(request, ["teamId", "title", "yearGroup", "durationMinutes", "start"]);
  return attempt({ name: "new-lesson", values }, async () => {
    const { start, ...rest } = values;
    const lesson = await context.services.lessons.create({ ...rest, start: readStart(start) });
    throw redirect(`/lessons/${lesson.id}`);
  });
});

export default function NewLesson() {
  const { teams, team, source } = useLoaderData<typeof loader>();
  const trouble = useActionData<typeof action>();
  if (teams.length === 0) {
    return (
      <Page width="narrow">
        <h1>New lesson</h1>
        <Empty action={<ButtonLink to="/">Go home</ButtonLink>}>
          A lesson belongs to a team, and you are in none yet. Ask your maths lead to add you to one.
        </Empty>
      </Page>
    );
  }
  const copy = source === null ? [] : [{ value: `copy:${source.id}`, label: "Copy", about: `All of “${source.title}”, as it is now.` }];
  const blank = { value: "blank", label: "Blank", about: "A title, a key point and one empty stage." };
  const start = source === null ? "template:ping-pong" : `copy:${source.id}`;
  return (
    <Page width="narrow">
      <header>
        <div>
          <h1>{source === null ? "New lesson" : "Copy a lesson"}</h1>
          <p>You can change all of this later. About a minute.</p>
        </div>
      </header>
      <section aria-label="The lesson">
        <PostForm name="new-lesson" trouble={trouble} className="form wide">
          <TextField
            name="title"
            label="Title"
            hint="What it is about, in a few words. For example “One equal part: naming unit fractions”."
            defaultValue={source === null ? "" : `${source.title} (copy)`.slice(0, LIMITS.maxTitleLength)}
            maxLength={LIMITS.maxTitleLength}
            autoComplete="off"
            required
          />
          <SelectField
            name="teamId"
            label="Team"
            hint="Its members write in the lesson together."
            defaultValue={teams.some((one) => one.id === team) ? (team ?? "") : (teams[0]?.id ?? "")}
            options={teams.map((one) => ({ value: one.id, label: `${one.name}, ${one.organisationName}` }))}
          />
          <div className="pair">
            <SelectField
              name="yearGroup"
              label="Year"
              defaultValue={source?.yearGroup ?? "3"}
              options={[
                ...YEAR_GROUPS.map((year) => ({ value: year, label: yearWords(year) })),
                ...(source !== null && !(YEAR_GROUPS as readonly string[]).includes(source.yearGroup)
                  ? [{ value: source.yearGroup, label: yearWords(source.yearGroup) || "No year yet" }]
                  : []),
              ]}
            />
            <TextField name="durationMinutes" label="Minutes" inputMode="numeric" defaultValue={String(source?.durationMinutes ?? 50)} required />
          </div>
          <RadioCards name="start" legend="Start from" chosen={start} cards={[...copy, ...TEMPLATE_CARDS, blank]} />
          <SubmitButton look="main" big>
            {source === null ? "Start the lesson" : "Copy the lesson"}
          </SubmitButton>
        </PostForm>
      </section>
    </Page>
  );
}

export { PageErrors as ErrorBoundary };
