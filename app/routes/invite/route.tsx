/** An invitation: join as the one who is signed in, or make an account. The link works once. */
import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import { LIMITS } from "#core/limits";
import { PageErrors, pageTitle } from "../../components/shell/page-errors.tsx";
import { Sheet } from "../../components/shell/page.tsx";
import { SignOutForm } from "../../components/shell/sign-out-form.tsx";
import { ROLE_WORDS } from "../../components/shell/role-words.ts";
import { Button } from "../../components/ui/button.tsx";
import { PasswordField, TextField } from "../../components/ui/field.tsx";
import { PostForm, SubmitButton } from "../../components/ui/form.tsx";
import { Time } from "../../components/ui/time.tsx";
import { attempt, guarded, pathParam, readFields, unknownIntent } from "../../requests.server.ts";

export const meta: MetaFunction<typeof loader> = ({ data, error }) =>
  pageTitle(data == null ? "Invitation" : `Join ${data.invitation.organisationName}`, error);

export const loader = guarded(async ({ params, context }: LoaderFunctionArgs) => {
  const token = pathParam(params["token"]);
  const [invitation, viewer] = await Promise.all([context.services.readInvitation(token), context.services.viewer()]);
  return { token, invitation, viewerName: viewer?.name ?? null };
});

export const action = guarded(async ({ request, params, context }: ActionFunctionArgs) => {
  const token = pathParam(params["token"]);
  const { intent, ...values } = await readFields(request, ["intent", "name", "email", "password"]);
  return attempt({ name: intent, values }, async () => {
    if (intent === "join") {
      await context.services.acceptInvitation(token);
      throw redirect("/");
    }
    if (intent !== "join-as-new") throw unknownIntent();
    const { cookie } = await context.services.acceptInvitationAsNew(token, values);
    throw redirect("/", { headers: { "Set-Cookie": cookie } });
  });
});

export default function Invite() {
  const { token, invitation, viewerName } = useLoaderData<typeof loader>();
  const trouble = useActionData<typeof action>();
  const role = ROLE_WORDS[invitation.role];
  return (
    <Sheet>
      <h1>Join {invitation.organisationName}</h1>
      <p className="text">
        {invitation.invitedBy} invites you as <b>{role.label.toLowerCase()}</b>
        {invitation.teamName === null ? "" : <> to plan with {invitation.teamName}</>}. {role.about}
      </p>
      <p className="small quiet">
        The link works once, until <Time atMs={invitation.expiresAtMs} />.
      </p>
      {viewerName === null ? (
        <>
          <PostForm name="join-as-new" trouble={trouble} reloadDocument>
            <TextField
              name="name"
              label="Your name"
              hint="As your colleagues know you."
              autoComplete="name"
              maxLength={LIMITS.maxNameLength}
              required
            />
            <TextField
              name="email"
              label="E-mail"
              hint="You sign in with it."
              type="email"
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={LIMITS.maxEmailLength}
              required
            />
            <PasswordField
              name="password"
              label="Password"
              hint={`At least ${LIMITS.minPasswordLength} characters. A few words in a row are easy to remember and hard to guess.`}
              autoComplete="new-password"
            />
            <SubmitButton look="main" big>
              Make my account and join
            </SubmitButton>
          </PostForm>
          <p>
            Have an account already? <Link to={`/login?then=${encodeURIComponent(`/invite/${token}`)}`}>Sign in and join</Link>
          </p>
        </>
      ) : (
        <>
          <PostForm name="join" trouble={trouble}>
            <SubmitButton look="main" big>
              Join as {viewerName}
            </SubmitButton>
          </PostForm>
          <SignOutForm>
            <p className="row">
              Not {viewerName}?
              <Button type="submit" look="bare">
                Sign out
              </Button>
            </p>
          </SignOutForm>
        </>
      )}
    </Sheet>
  );
}

export { PageErrors as ErrorBoundary };
