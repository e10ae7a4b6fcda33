/** An organisation: its people and their roles, its teams, and how to bring somebody in. */
import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData, useSearchParams } from "@remix-run/react";
import { PageErrors, pageTitle } from "../../components/shell/page-errors.tsx";
import { Page } from "../../components/shell/page.tsx";
import { KIND_WORDS } from "../../components/shell/role-words.ts";
import { ButtonLink } from "../../components/ui/button.tsx";
import { Confirm } from "../../components/ui/dialog.tsx";
import { PostForm, SubmitButton } from "../../components/ui/form.tsx";
import { Note } from "../../components/ui/note.tsx";
import { attempt, guarded, pathParam, readFields, unknownIntent } from "../../requests.server.ts";
import { Invitations } from "./invitations.tsx";
import { Members } from "./members.tsx";
import { Teams } from "./teams.tsx";

export const meta: MetaFunction<typeof loader> = ({ data, error }) => pageTitle(data?.organisation.name ?? "Organisation", error);

export const loader = guarded(async ({ params, context }: LoaderFunctionArgs) => {
  const viewer = await context.services.requireViewer();
  return { viewerId: viewer.id, organisation: await context.services.organisations.get(pathParam(params["id"])) };
});

export const action = guarded(async ({ request, params, context }: ActionFunctionArgs) => {
  const { organisations } = context.services;
  const id = pathParam(params["id"]);
  const fields = await readFields(request, ["intent", "personId", "invitationId", "name", "role", "teamId"]);
  const { intent, personId, invitationId, ...values } = fields;
  const back = (done: string): Response => redirect(`/organisations/${id}?done=${done}`);
  // Each row of people is a form of its own.
  const name = intent === "change-role" ? `change-role-${personId}` : intent;
  return attempt({ name, values }, async () => {
    switch (intent) {
      case "invite": {
        const made = await organisations.invite(id, { role: values.role, teamId: values.teamId === "" ? null : values.teamId });
        return { kind: "invited" as const, ...made };
      }
      case "reset-link":
        return { kind: "reset" as const, personId, ...(await organisations.createResetLink(id, personId)) };
      case "withdraw":
        await organisations.withdrawInvitation(id, invitationId);
        throw back("withdrawn");
      case "change-role":
        await organisations.changeRole(id, personId, values.role);
        throw back("role");
      case "remove":
        await organisations.removeMember(id, personId);
        throw back("removed");
      case "create-team": {
        const team = await organisations.createTeam(id, { name: values.name });
        throw redirect(`/teams/${team.id}`);
      }
      default:
        throw unknownIntent();
    }
  });
});

const DONE: Readonly<Record<string, string>> = {
  role: "The role is changed.",
  removed: "They are no longer a member, and their sessions see nothing of this organisation.",
  withdrawn: "That invitation no longer works.",
};

export default function Organisation() {
  const { organisation, viewerId } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const [params] = useSearchParams();
  const done = answer === undefined ? DONE[params.get("done") ?? ""] : undefined;
  const here = `/organisations/${organisation.id}`;
  const leaving = organisation.members.find((member) => member.id === params.get("remove"));
  const trouble = answer?.kind === "trouble" ? answer : undefined;
  const { permissions } = organisation;
  return (
    <Page>
      {leaving && permissions["organisation.remove-member"] && (
        <Confirm
          title={`Remove ${leaving.name}?`}
          stay={`Keep ${leaving.name}`}
          back={here}
          action={
            <PostForm name="remove" action={here} className="">
              <input type="hidden" name="personId" value={leaving.id} />
              <SubmitButton look="danger" big>
                Remove {leaving.name}
              </SubmitButton>
            </PostForm>
          }
        >
          <p>
            They leave {organisation.name} and its teams, and can open none of its lessons. What they wrote stays, with their name. You can invite
            them again.
          </p>
        </Confirm>
      )}
      <header>
        <div>
          <h1>{organisation.name}</h1>
          <p>{KIND_WORDS[organisation.kind].label}</p>
        </div>
        {permissions["organisation.operate"] && <ButtonLink to={`${here}/operations`}>See how Bansho runs</ButtonLink>}
      </header>
      {done !== undefined && (
        <section>
          <Note>{done}</Note>
        </section>
      )}
      {trouble && (trouble.form === "withdraw" || trouble.form === "remove" || trouble.form === "reset-link") && (
        <section>
          <Note tone="amber">{trouble.message}</Note>
        </section>
      )}
      <div className="two">
        <div>
          <section aria-labelledby="people">
            <h2 id="people">People</h2>
            {permissions["organisation.list-members"] ? (
              <Members
                members={organisation.members}
                viewerId={viewerId}
                permissions={permissions}
                trouble={trouble}
                resetLink={answer?.kind === "reset" ? answer : undefined}
              />
            ) : (
              <p className="sub">Who else is here is seen by the staff.</p>
            )}
          </section>
        </div>
        <aside aria-label="Teams and invitations">
          <Teams teams={organisation.teams} mayCreate={permissions["organisation.create-team"]} trouble={trouble} />
          {permissions["organisation.invite"] && (
            <Invitations
              invitations={organisation.invitations}
              teams={organisation.teams}
              preferredTeam={params.get("team")}
              trouble={trouble}
              made={answer?.kind === "invited" ? answer : undefined}
            />
          )}
        </aside>
      </div>
    </Page>
  );
}

export { PageErrors as ErrorBoundary };
