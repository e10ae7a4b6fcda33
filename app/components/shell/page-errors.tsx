/**
 * Error pages in words for teachers: what happened, what is safe, what next, and an id in small type. Every route that loads exports this
 * as its ErrorBoundary.
 */
import { isRouteErrorResponse, useLocation, useRouteError } from "@remix-run/react";
import type { ReactNode } from "react";
import { ButtonLink } from "../ui/button.tsx";
import { usePageFacts } from "./page-facts.ts";
import { useShell } from "./shell-data.ts";
import { TopBar } from "./top-bar.tsx";

export function PageErrors() {
  const error = useRouteError();
  return (
    <>
      <TopBar />
      <main id="main" tabIndex={-1} className="page-err">
        <ErrorWords error={error} />
      </main>
    </>
  );
}

/** Only the words, for a screen that keeps its own frame. */
export function ErrorWords({ error }: { readonly error: unknown }) {
  const facts = usePageFacts();
  const shell = useShell();
  const { pathname, search } = useLocation();
  const trouble = readTrouble(error);
  const id = trouble.requestId ?? facts.requestId;
  const viewer = shell?.viewer ?? null;
  const { title, children, again } = wordsFor(trouble, viewer?.name ?? null);
  return (
    <>
      <h1>{title}</h1>
      {children}
      <div className="actions">
        {again && (
          <ButtonLink to={pathname + search} reloadDocument>
            Try again
          </ButtonLink>
        )}
        {viewer ? <ButtonLink to="/lessons">Go to your lessons</ButtonLink> : <ButtonLink to="/">Go to the start</ButtonLink>}
      </div>
      {id !== "" && <p className="id">If it lasts, quote {id} to your maths lead.</p>}
    </>
  );
}

type Trouble = { readonly status: number; readonly message: string | null; readonly requestId: string | null };

function readTrouble(error: unknown): Trouble {
  if (!isRouteErrorResponse(error)) return { status: 500, message: null, requestId: null };
  const body: unknown = error.data;
  const read = (key: "message" | "requestId"): string | null => {
    const value = typeof body === "object" && body !== null ? (body as Record<string, unknown>)[key] : null;
    return typeof value === "string" && value !== "" ? value : null;
  };
  return { status: error.status, message: read("message"), requestId: read("requestId") };
}

type Words = { readonly title: string; readonly children: ReactNode; readonly again: boolean };

function wordsFor({ status, message }: Trouble, viewerName: string | null): Words {
  switch (status) {
    case 403:
      return {
        title: "This is not open to you",
        children: (
          <>
            <p>{message ?? "You may not see this page, or not do what you asked for."}</p>
            <p>
              Nothing was changed.{" "}
              {viewerName === null
                ? "Sign in, and try again."
                : `You are signed in as ${viewerName}. Ask the person who sent you here to add you to the team or to share it with you.`}
            </p>
          </>
        ),
        again: false,
      };
    case 404:
      return {
        title: "There is nothing at this address",
        children: (
          <>
            <p>The link may have lost a piece on its way, or the page was taken away, or it is not shared with you.</p>
            <p>Your lessons are safe: they are in your list.</p>
          </>
        ),
        again: false,
      };
    case 410:
      return {
        title: "This link is no longer good",
        children: (
          <>
            <p>{message ?? "It was used already, or its time has passed."}</p>
            <p>Ask the person who sent it for a new one.</p>
          </>
        ),
        again: false,
      };
    case 429:
      return {
        title: "Too many tries in a short time",
        children: (
          <>
            <p>{message ?? "Wait a few minutes, then try again."}</p>
            <p>Nothing was changed.</p>
          </>
        ),
        again: true,
      };
    case 503:
      return {
        title: "Bansho is not ready",
        children: (
          <>
            <p>{message ?? "It is starting, or its database cannot be reached."}</p>
            <p>What was saved is safe, and what you typed stays on this device. Try again in a minute.</p>
          </>
        ),
        again: true,
      };
    default:
      if (status >= 400 && status < 500) {
        return {
          title: "That did not work",
          children: (
            <>
              <p>{message ?? "Bansho did not understand what was asked."}</p>
              <p>Nothing was changed.</p>
            </>
          ),
          again: false,
        };
      }
      return {
        title: "Something went wrong here",
        children: (
          <>
            <p>It is our fault, not yours, and it has been noted.</p>
            <p>What was saved is safe, and what you typed stays on this device. Try again in a minute.</p>
          </>
        ),
        again: true,
      };
  }
}

/** For a route's `meta`: the title of the page, or of the error that stands in its place. */
export function pageTitle(title: string, error?: unknown): { title: string }[] {
  const said = error === undefined || error === null ? title : wordsFor(readTrouble(error), null).title;
  return [{ title: said === "Bansho" ? said : `${said} · Bansho` }];
}
