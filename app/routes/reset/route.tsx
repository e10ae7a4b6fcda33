/** Choose a new password, by a link that an administrator made. It works once and ends all other sessions. */
import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { LIMITS } from "#core/limits";
import { PageErrors, pageTitle } from "../../components/shell/page-errors.tsx";
import { Sheet } from "../../components/shell/page.tsx";
import { PasswordField } from "../../components/ui/field.tsx";
import { PostForm, SubmitButton } from "../../components/ui/form.tsx";
import { attempt, guarded, pathParam, readFields } from "../../requests.server.ts";

export const meta: MetaFunction = ({ error }) => pageTitle("Choose a new password", error);

export const loader = guarded(async ({ params, context }: LoaderFunctionArgs) => context.services.readReset(pathParam(params["token"])));

export const action = guarded(async ({ request, params, context }: ActionFunctionArgs) => {
  const values = await readFields(request, ["password"]);
  return attempt({ name: "reset", values }, async () => {
    const { cookie } = await context.services.resetPassword(pathParam(params["token"]), values);
    throw redirect("/", { headers: { "Set-Cookie": cookie } });
  });
});

export default function Reset() {
  const { name } = useLoaderData<typeof loader>();
  const trouble = useActionData<typeof action>();
  return (
    <Sheet>
      <h1>Choose a new password</h1>
      <p className="text">For {name}. It takes the place of the old one, and ends every session that is open elsewhere.</p>
      <PostForm name="reset" trouble={trouble} reloadDocument>
        <PasswordField
          name="password"
          label="New password"
          hint={`At least ${LIMITS.minPasswordLength} characters. A few words in a row are easy to remember and hard to guess.`}
          autoComplete="new-password"
        />
        <SubmitButton look="main" big>
          Use this password
        </SubmitButton>
      </PostForm>
    </Sheet>
  );
}

export { PageErrors as ErrorBoundary };
