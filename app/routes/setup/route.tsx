/** The first person of an empty Bansho makes the organisation, the first team and an account; the link is printed at the first start. */
import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { useActionData } from "@remix-run/react";
import { LIMITS } from "#core/limits";
import { PageErrors, pageTitle } from "../../components/shell/page-errors.tsx";
import { Sheet } from "../../components/shell/page.tsx";
import { KIND_WORDS } from "../../components/shell/role-words.ts";
import { PasswordField, RadioCards, TextField } from "../../components/ui/field.tsx";
import { PostForm, SubmitButton } from "../../components/ui/form.tsx";
import { attempt, guarded, readFields } from "../../requests.server.ts";

export const meta: MetaFunction = ({ error }) => pageTitle("Set up Bansho", error);

const tokenOf = (request: Request): string => new URL(request.url).searchParams.get("token") ?? "";

export const loader = guarded(async ({ request, context }: LoaderFunctionArgs) => {
  await context.services.checkSetup(tokenOf(request));
  return null;
});

export const action = guarded(async ({ request, context }: ActionFunctionArgs) => {
  const values = await readFields(request, ["organisationName", "organisationKind", "teamName", "name", "email", "password"]);
  return attempt({ name: "setup", values }, async () => {
    const { cookie } = await context.services.setUp(tokenOf(request), values);
    throw redirect("/", { headers: { "Set-Cookie": cookie } });
  });
});

export default function Setup() {
  const trouble = useActionData<typeof action>();
  return (
    <Sheet>
      <h1>Set up Bansho</h1>
      <p className="soft">You are the first here. About 2 minutes.</p>
      <PostForm name="setup" trouble={trouble} reloadDocument>
        <TextField
          name="organisationName"
          label="Name of your organisation"
          hint="As colleagues know it."
          maxLength={LIMITS.maxNameLength}
          autoComplete="organization"
          required
        />
        <RadioCards
          name="organisationKind"
          legend="What is it?"
          chosen="school"
          list
          cards={Object.entries(KIND_WORDS).map(([value, words]) => ({ value, ...words }))}
        />
        <TextField
          name="teamName"
          label="Name of your first team"
          hint="The people who plan together, for example “Lower Key Stage 2”."
          maxLength={LIMITS.maxNameLength}
          required
        />
        <TextField name="name" label="Your name" autoComplete="name" maxLength={LIMITS.maxNameLength} required />
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
          Set up Bansho
        </SubmitButton>
      </PostForm>
    </Sheet>
  );
}

export { PageErrors as ErrorBoundary };
