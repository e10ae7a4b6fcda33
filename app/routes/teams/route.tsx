/** A team: who plans together, and their lessons. */
import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { Link, useActionData, useLoaderData, useSearchParams } from "@remix-run/react";
import { placePeople } from "#core/who-place";
import { LessonList } from "../../components/lesson-list/lesson-list.tsx";
import { PageErrors, pageTitle } from "../../components/shell/page-errors.tsx";
import { Page } from "../../components/shell/page.tsx";
import { ROLE_WORDS } from "../../components/shell/role-words.ts";
import { Avatar } from "../../components/ui/avatar.tsx";
import { ButtonLink } from "../../components/ui/button.tsx";
import { Confirm } from "../../components/ui/dialog.tsx";
import { Empty } from "../../components/ui/empty.tsx";
import { SelectField } from "../../components/ui/field.tsx";
import { PostForm, SubmitButton } from "../../components/ui/form.tsx";
import { Note } from "../../components/ui/note.tsx";
import { attempt, guarded, pathParam, readFields, unknownIntent } from "../../requests.server.ts";

export const meta: MetaFunction<typeof loader> = ({ data, error }) => pageTitle(data?.name ?? "Team", error);

export const loader = guarded(async ({ params, context }: LoaderFunctionArgs) => context.services.teams.get(pathParam(params["id"])));

export const action = guarded(async ({ request, params, context }: ActionFunctionArgs) => {
  const { teams } = context.services;
  const id = pathParam(params["id"]);
  const { intent, ...values } = await readFields(request, ["intent", "personId"]);
  return attempt({ name: intent, values }, async () => {
    switch (intent) {
      case "add":
        await teams.addMember(id, values.personId);
        throw redirect(`/teams/${id}?done=added`);
      case "remove":
        await teams.removeMember(id, values.personId);
        throw redirect(`/teams/${id}?done=removed`);
      default:
        throw unknownIntent();
    }
  });
});

const DONE: Readonly<Record<string, string>> = {
  added: "They are in the team and can open its lessons.",
  removed: "They are no longer in the team.",
};

export default function Team() {
  const team = useLoaderData<typeof loader>();
  const trouble = useActionData<typeof action>();
  const [params] = useSearchParams();
  const here = `/teams/${team.id}`;
  const mayChange = team.permissions["team.change-members"];
  const places = placePeople(team.members.map((member) => member.id));
  const leaving = mayChange ? team.members.find((member) => member.id === params.get("remove")) : undefined;
  const done = trouble === undefined ? DONE[params.get("done") ?? ""] : undefined;
  return (
    <Page>
      {leaving && (
        <Confirm
          title={`Take ${leaving.name} out of ${team.name}?`}
          stay={`Keep ${leaving.name}`}
          back={here}
          action={
            <PostForm name="remove" action={here} className="">
              <input type="hidden" name="personId" value={leaving.id} />
              <SubmitButton look="danger" big>
                Take {leaving.name} out
              </SubmitButton>
            </PostForm>
          }
        >
          <p>They can no longer open its lessons, unless one is shared with them by name. What they wrote stays.</p>
        </Confirm>
      )}
      <header>
        <div>
          <h1>{team.name}</h1>
          <p>
            <Link to={`/organisations/${team.organisationId}`}>{team.organisationName}</Link>
          </p>
        </div>
        {team.permissions["lesson.create"] && <ButtonLink to={`/lessons/new?team=${team.id}`}>Start a lesson for this team</ButtonLink>}
      </header>
      <div className="two">
        <div>
          <section aria-labelledby="lessons">
            <h2 id="lessons">Lessons</h2>
            {team.lessons.length > 0 ? (
              <LessonList lessons={team.lessons} hideTeam />
            ) : (
              <Empty>No lesson yet. What do pupils find hard to see just now? Start with that.</Empty>
            )}
          </section>
        </div>
        <aside aria-label="People">
          <section aria-labelledby="people">
            <h2 id="people">People</h2>
            {done !== undefined && <Note>{done}</Note>}
            {trouble?.form === "remove" && <Note tone="amber">{trouble.message}</Note>}
            <ul className="rows people">
              {team.members.map((member) => (
                <li key={member.id}>
                  <Avatar name={member.name} place={places.get(member.id) ?? 1} named />
                  <div>
                    <span className="p-name">{member.name}</span>
                    <div className="p-more">{ROLE_WORDS[member.role].label}</div>
                  </div>
                  <div className="p-do">
                    {mayChange && (
                      <ButtonLink look="bare" to={`?remove=${member.id}`} preventScrollReset aria-label={`Take ${member.name} out of the team`}>
                        Take out
                      </ButtonLink>
                    )}
                  </div>
                </li>
              ))}
            </ul>
            {mayChange && team.candidates.length > 0 && (
              <PostForm name="add" trouble={trouble} className="inline-form">
                <SelectField
                  name="personId"
                  label="Add somebody"
                  compact
                  key={team.candidates.length}
                  options={team.candidates.map((person) => ({ value: person.id, label: person.name }))}
                />
                <SubmitButton>Add</SubmitButton>
              </PostForm>
            )}
            {team.permissions["organisation.invite"] && (
              <p className="after-rows">
                Somebody is missing? <Link to={`/organisations/${team.organisationId}?team=${team.id}#invite`}>Invite a colleague</Link>
              </p>
            )}
          </section>
        </aside>
      </div>
    </Page>
  );
}

export { PageErrors as ErrorBoundary };
