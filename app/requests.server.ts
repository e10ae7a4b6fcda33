/**
 * What every loader and action does around its one service call: read a form within a limit, and turn expected trouble into an answer.
 *
 * Always true: "not-signed-in" becomes the sign-in page (and back again), wrong input becomes 400 with the typed words kept, everything
 * else an error page in plain words. A password is never sent back. Anything that is no AppError is reported and becomes a plain 500.
 * Left to others: deciding who may (services), checking the Origin of unsafe methods (server/http).
 */
import { data, redirect } from "@remix-run/node";
import { AppError, ERROR_KINDS, isAppError } from "#core/errors";
import { LIMITS } from "#core/limits";
import type { RequestContext } from "./services.ts";

type Asked = { readonly request: Request; readonly context: RequestContext };

/** What an error page needs; the body of every thrown answer. */
export type PageTrouble = { readonly message: string; readonly requestId: string };

/** A form that was not accepted, as its page gets it back. */
export type FormTrouble = {
  readonly kind: "trouble";
  /** Which form of the page. */
  readonly form: string;
  /** About the form as a whole; null when each sentence has its field. */
  readonly message: string | null;
  /** Field name → sentence. */
  readonly errors: Readonly<Record<string, string>>;
  /** What was typed, without passwords. */
  readonly values: Readonly<Record<string, string>>;
  /** The first wrong field in the order of the form; null when only `message` speaks. */
  readonly first: string | null;
};

/** Field names whose values never go back to the browser. */
const SECRET_FIELDS: readonly string[] = ["password", "current", "next"];

/**
 * Wrap a loader or an action, so that expected trouble becomes an answer. Responses and redirects that it throws pass through.
 * @throws a redirect to /login for "not-signed-in"; otherwise an answer with the error's status and a `PageTrouble` body
 */
export function guarded<Args extends Asked, Answer>(run: (args: Args) => Promise<Answer>): (args: Args) => Promise<Answer> {
  return async (args) => {
    try {
      return await run(args);
    } catch (error) {
      throw toResponse(error, args);
    }
  };
}

/**
 * Try what a form asks for. Wrong input, a conflict and too many tries are answered on the form itself; the rest goes on to the error page.
 * `values` in the order of the form: the first wrong field gets the focus. `formErrorAt`: the field that shows what is said about the whole form.
 */
export async function attempt<Answer>(
  form: { readonly name: string; readonly values: Readonly<Record<string, string>>; readonly formErrorAt?: string },
  act: () => Promise<Answer>,
): Promise<Answer | ReturnType<typeof data<FormTrouble>>> {
  try {
    return await act();
  } catch (error) {
    if (!isAppError(error) || !["bad-input", "conflict", "too-many", "too-large"].includes(error.code)) throw error;
    const { form: formMessage, ...others } = error.fields;
    const errors: Record<string, string> = { ...others };
    let message = formMessage ?? (Object.keys(errors).length === 0 ? error.message : null);
    if (message !== null && error.code === "bad-input" && form.formErrorAt !== undefined) {
      errors[form.formErrorAt] = message;
      message = null;
    }
    // A sentence for a field that this form does not have must not get lost.
    const stray = Object.keys(errors).filter((name) => !(name in form.values));
    if (stray.length > 0) message = [message, ...stray.map((name) => errors[name])].filter((words) => words != null).join(" ");
    const trouble: FormTrouble = {
      kind: "trouble",
      form: form.name,
      message,
      errors,
      values: Object.fromEntries(Object.entries(form.values).filter(([name]) => !SECRET_FIELDS.includes(name))),
      first: Object.keys(form.values).find((name) => name in errors) ?? null,
    };
    return data(trouble, { status: ERROR_KINDS[error.code].status });
  }
}

/**
 * Read the wanted fields of a posted form; one that is missing is the empty string, one that came twice counts once. Spaces around are cut,
 * except in passwords. Files are not taken.
 * @throws AppError "too-large" past LIMITS.maxFormBytes, "bad-input" for a body that is no form
 */
export async function readFields<const Name extends string>(request: Request, names: readonly Name[]): Promise<Record<Name, string>> {
  const type = request.headers.get("Content-Type") ?? "";
  if (!type.startsWith("application/x-www-form-urlencoded") && !type.startsWith("multipart/form-data")) {
    throw new AppError("bad-input", { message: "This address takes a form, and something else was sent." });
  }
  const body = await readWithin(request, LIMITS.maxFormBytes);
  let form: FormData;
  try {
    form = await new Response(body, { headers: { "Content-Type": type } }).formData();
  } catch (cause) {
    throw new AppError("bad-input", { message: "The form arrived in pieces. Send it again.", cause });
  }
  const read = (name: Name): string => {
    const value = form.get(name);
    if (typeof value !== "string") return "";
    return SECRET_FIELDS.includes(name) ? value : value.trim();
  };
  return Object.fromEntries(names.map((name) => [name, read(name)])) as Record<Name, string>;
}

/** Where to go after signing in: an address of ours, or home. Never another site, never back to signing in or out. */
export function safeThen(then: string | null): string {
  if (then === null || !/^\/(?![/\\])/.test(then)) return "/";
  const base = "http://here.invalid";
  if (!URL.canParse(then, base)) return "/";
  const address = new URL(then, base);
  // Dots are gone only now: "/.//evil.example" has become "//evil.example", which is another site.
  if (address.origin !== base || address.pathname.startsWith("//") || /^\/(login|logout)(\/|$)/.test(address.pathname)) return "/";
  return address.pathname + address.search;
}

/** The id in a route's address. @throws AppError "not-found" when the pattern gave none */
export function pathParam(value: string | undefined): string {
  if (value === undefined || value === "") throw new AppError("not-found", { message: "There is nothing at this address." });
  return value;
}

/** A posted `intent` that the page does not know. */
export function unknownIntent(): AppError {
  return new AppError("bad-input", { message: "This page does not know what was asked. Open it again and try once more." });
}

async function readWithin(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => new AppError("too-large", { message: "That is more text than a form here can take. Shorten it and send it again." });
  if (Number(request.headers.get("Content-Length") ?? 0) > maxBytes) throw tooLarge();
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    size += step.value.byteLength;
    if (size > maxBytes) {
      await reader.cancel();
      throw tooLarge();
    }
    chunks.push(step.value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

/** The thrown answer for anything that a loader or an action threw. */
function toResponse(error: unknown, { request, context }: Asked): unknown {
  if (error instanceof Response || isDataWithInit(error)) return error;
  if (isAppError(error)) {
    if (error.code === "not-signed-in") {
      const { pathname, search } = new URL(request.url);
      return redirect(`/login?then=${encodeURIComponent(pathname + search)}`);
    }
    if (ERROR_KINDS[error.code].report) context.report(error);
    return trouble(ERROR_KINDS[error.code].status, { message: error.message, requestId: context.requestId });
  }
  context.report(error);
  return trouble(500, { message: "", requestId: context.requestId });
}

const trouble = (status: number, body: PageTrouble): Response => Response.json(body, { status });

/** `data(…)` that was thrown: Remix's own way to answer with a status. */
function isDataWithInit(error: unknown): boolean {
  return typeof error === "object" && error !== null && "type" in error && error.type === "DataWithResponseInit";
}
