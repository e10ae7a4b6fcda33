/** Sign in with e-mail and password, then go on where you wanted to (`?then=`). */
import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { PageErrors, pageTitle } from "../../components/shell/page-errors.tsx";
import { Sheet } from "../../components/shell/page.tsx";
import { PasswordField, TextField } from "../../components/ui/field.tsx";
import { PostForm, SubmitButton } from "../../components/ui/form.tsx";
import { attempt, guarded, readFields, safeThen } from "../../requests.server.ts";

export const meta: MetaFunction = ({ error }) => pageTitle("Sign in", error);

export const loader = guarded(async ({ request, context }: LoaderFunctionArgs) => {
  const then = safeThen(new URL(request.url).searchParams.get("then"));
  if ((await context.services.viewer()) !== null) throw redirect(then);
  return { wanted: then !== "/" };
});

export const action = guarded(async ({ request, context }: ActionFunctionArgs) => {
  const values = await readFields(request, ["email", "password"]);
  const then = safeThen(new URL(request.url).searchParams.get("then"));
  return attempt({ name: "login", values, formErrorAt: "password" }, async () => {
    const { cookie } = await context.services.signIn(values);
    throw redirect(then, { headers: { "Set-Cookie": cookie } });
  });
});

export default function Login() {
  const { wanted } = useLoaderData<typeof loader>();
  const trouble = useActionData<typeof action>();
  return (
    <Sheet
      after={<p>No account, or no way in? A maths lead or administrator at your school can send you a link to join or to choose a new password.</p>}
    >
      <h1>Sign in</h1>
      {wanted && <p className="soft">Then we take you to the page you asked for.</p>}
      <PostForm name="login" trouble={trouble} reloadDocument>
        <TextField name="email" label="E-mail" type="email" autoComplete="username" autoCapitalize="none" spellCheck={false} required />
        <PasswordField name="password" label="Password" autoComplete="current-password" />
        <SubmitButton look="main" big>
          Sign in
        </SubmitButton>
      </PostForm>
    </Sheet>
  );
}

export { PageErrors as ErrorBoundary };
