/** The document around every page: language, theme, fonts, skip link, demo banner, toasts. Knows who is signed in. */
import type { LinksFunction, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Links, Meta, Outlet, Scripts, ScrollRestoration } from "@remix-run/react";
import type { ReactNode } from "react";
import andika from "@fontsource/andika/files/andika-latin-400-normal.woff2?url";
import atkinson from "@fontsource-variable/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-wght-normal.woff2?url";
import favicon from "./assets/favicon.svg?url&no-inline";
import { PageErrors, pageTitle } from "./components/shell/page-errors.tsx";
import { usePageFacts } from "./components/shell/page-facts.ts";
import { useShell, type ShellData } from "./components/shell/shell-data.ts";
import { Toasts } from "./components/ui/toast.tsx";
import { guarded } from "./requests.server.ts";
import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/ui.css";
import "./styles/shell.css";
import "./styles/pages.css";
import "./styles/print.css";

export const links: LinksFunction = () => [
  { rel: "icon", href: favicon, type: "image/svg+xml" },
  { rel: "preload", href: atkinson, as: "font", type: "font/woff2", crossOrigin: "anonymous" },
  { rel: "preload", href: andika, as: "font", type: "font/woff2", crossOrigin: "anonymous" },
];

export const meta: MetaFunction = ({ error }) => pageTitle("Bansho", error);

export const loader = guarded(async ({ context }: LoaderFunctionArgs): Promise<ShellData> => {
  const viewer = await context.services.viewer();
  return {
    viewer: viewer && {
      id: viewer.id,
      name: viewer.name,
      email: viewer.email,
      organisations: viewer.organisations.map(({ id, name }) => ({ id, name })),
    },
    theme: viewer?.theme ?? "system",
    demo: context.demo,
  };
});

export function Layout({ children }: { readonly children: ReactNode }) {
  const shell = useShell();
  const { nonce, requestId } = usePageFacts();
  return (
    <html lang="en-GB" data-theme={shell?.theme ?? "system"} data-request-id={requestId}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="#FDFCF8" />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#172620" />
        <Meta />
        <Links />
      </head>
      <body>
        <a className="skip" href="#main">
          Skip to the page
        </a>
        {shell?.demo === true && (
          <aside className="demo" aria-label="Demo">
            <b>Demo:</b> everything here is made up. No real pupils.
          </aside>
        )}
        <Toasts>{children}</Toasts>
        <ScrollRestoration {...(nonce === undefined ? {} : { nonce })} />
        <Scripts {...(nonce === undefined ? {} : { nonce })} />
      </body>
    </html>
  );
}

export default function Root() {
  return <Outlet />;
}

export { PageErrors as ErrorBoundary };
