/**
 * Posts forms as a browser without JavaScript would: for tests that need a session but no page.
 */
import { DEMO_PASSWORD } from "./demo.ts";

/** POST a form from the product's own origin, without following the answer's redirect. */
export async function postForm(url: string, path: string, fields: Record<string, string>, cookie = ""): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: "POST",
    redirect: "manual",
    headers: { Origin: url, "Content-Type": "application/x-www-form-urlencoded", ...(cookie === "" ? {} : { Cookie: cookie }) },
    body: new URLSearchParams(fields).toString(),
  });
}

/** `name=value` of the session cookie that an answer sets. Throws when it sets none. */
export function sessionCookie(answer: Response): string {
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0] ?? "")
    .find((pair) => pair.includes("bansho_session=") && !pair.endsWith("="));
  if (cookie === undefined) throw new Error(`No session cookie in the answer (status ${answer.status})`);
  return cookie;
}

/** Sign in somebody of the demo world; answers the Cookie header to send. */
export async function signInByForm(url: string, who: string, password = DEMO_PASSWORD): Promise<string> {
  return sessionCookie(await postForm(url, "/login", { email: who.includes("@") ? who : `${who}@demo.bansho.test`, password }));
}
