/** My account: name, theme, password, and where I am signed in. */
import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData, useSearchParams } from "@remix-run/react";
import { LIMITS } from "#core/limits";
import { PageErrors, pageTitle } from "../../components/shell/page-errors.tsx";
import { Page } from "../../components/shell/page.tsx";
import { SignOutForm } from "../../components/shell/sign-out-form.tsx";
import { Button } from "../../components/ui/button.tsx";
import { PasswordField, RadioCards, TextField } from "../../components/ui/field.tsx";
import { PostForm, SubmitButton } from "../../components/ui/form.tsx";
import { Note } from "../../components/ui/note.tsx";
import { attempt, guarded, readFields, unknownIntent } from "../../requests.server.ts";
import { Sessions } from "./sessions.tsx";

export const meta: MetaFunction = ({ error }) => pageTitle("Your account", error);

export const loader = guarded(async ({ context }: LoaderFunctionArgs) => {
  const { id, name, email, theme } = await context.services.requireViewer();
  return { viewer: { id, name, email, theme }, sessions: await context.services.listSessions() };
});

export const action = guarded(async ({ request, context }: ActionFunctionArgs) => {
  const { services } = context;
  const { intent, sessionId, ...values } = await readFields(request, ["intent", "sessionId", "name", "theme", "current", "next"]);
  return attempt({ name: intent, values }, async () => {
    switch (intent) {
      case "profile":
        await services.changeProfile({ name: values.name, theme: values.theme });
        throw redirect("/account?done=profile");
      case "password":
        await services.changePassword({ current: values.current, next: values.next });
        throw redirect("/account?done=password#password");
      case "end-session":
        await services.endSession(sessionId);
        throw redirect("/account?done=session#sessions");
      case "end-other-sessions":
        await services.endOtherSessions();
        throw redirect("/account?done=sessions#sessions");
      default:
        throw unknownIntent();
    }
  });
});

const THEMES = [
  { value: "system", label: "As my device" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

export default function Account() {
  const { viewer, sessions } = useLoaderData<typeof loader>();
  const trouble = useActionData<typeof action>();
  const [params] = useSearchParams();
  const done = trouble === undefined ? params.get("done") : null;
  return (
    <Page width="narrow" userId={viewer.id}>
      <header>
        <div>
          <h1>Your account</h1>
          <p>You sign in as {viewer.email}.</p>
        </div>
      </header>

      <section aria-labelledby="profile">
        <h2 id="profile">Name and looks</h2>
        {done === "profile" && <Note>Saved.</Note>}
        <PostForm name="profile" trouble={trouble} className="form wide">
          <TextField name="name" label="Your name" autoComplete="name" defaultValue={viewer.name} maxLength={LIMITS.maxNameLength} required />
          <RadioCards name="theme" legend="Light or dark" chosen={viewer.theme} cards={THEMES} />
          <SubmitButton>Save name and looks</SubmitButton>
        </PostForm>
      </section>

      <section aria-labelledby="password">
        <h2 id="password">Password</h2>
        {done === "password" && <Note>Your password is changed. Everywhere else you are signed out.</Note>}
        {/* The name helps a password manager to keep the right account. */}
        <PostForm name="password" trouble={trouble} key={done ?? "open"}>
          <input type="hidden" name="username" autoComplete="username" value={viewer.email} />
          <PasswordField name="current" label="Your password now" autoComplete="current-password" />
          <PasswordField
            name="next"
            label="New password"
            hint={`At least ${LIMITS.minPasswordLength} characters. A few words in a row are easy to remember and hard to guess.`}
            autoComplete="new-password"
          />
          <SubmitButton>Change password</SubmitButton>
        </PostForm>
      </section>

      <section aria-labelledby="sessions">
        <h2 id="sessions">Where you are signed in</h2>
        {done === "session" && <Note>That session has ended.</Note>}
        {done === "sessions" && <Note>You are signed in on this device only.</Note>}
        <Sessions sessions={sessions} />
      </section>

      <section aria-labelledby="leave">
        <h2 id="leave">Sign out</h2>
        <p className="sub">This device then forgets your lessons. What was saved stays with Bansho.</p>
        <SignOutForm className="actions after-rows">
          <Button type="submit">Sign out</Button>
        </SignOutForm>
      </section>
    </Page>
  );
}

export { PageErrors as ErrorBoundary };
