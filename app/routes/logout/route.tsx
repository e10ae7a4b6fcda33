/** Sign out by POST: the session ends and the browser forgets all it kept for us. GET only asks. */
import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { PageErrors, pageTitle } from "../../components/shell/page-errors.tsx";
import { Sheet } from "../../components/shell/page.tsx";
import { SignOutForm } from "../../components/shell/sign-out-form.tsx";
import { Button, ButtonLink } from "../../components/ui/button.tsx";
import { guarded } from "../../requests.server.ts";

export const meta: MetaFunction = ({ error }) => pageTitle("Sign out", error);

export const loader = guarded(async ({ context }: LoaderFunctionArgs) => {
  const viewer = await context.services.viewer();
  if (viewer === null) throw redirect("/login");
  return { name: viewer.name };
});

export const action = guarded(async ({ context }: ActionFunctionArgs) => {
  const { cookie } = await context.services.signOut();
  return redirect("/login", { headers: { "Set-Cookie": cookie, "Clear-Site-Data": '"cache", "cookies", "storage"' } });
});

export default function Logout() {
  const { name } = useLoaderData<typeof loader>();
  return (
    <Sheet>
      <h1>Sign out, {name}?</h1>
      <p className="text">This device then forgets your lessons. What was saved stays with Bansho.</p>
      <SignOutForm className="actions">
        <Button type="submit" look="main" big>
          Sign out
        </Button>
        <ButtonLink to="/" big>
          Stay signed in
        </ButtonLink>
      </SignOutForm>
    </Sheet>
  );
}

export { PageErrors as ErrorBoundary };
