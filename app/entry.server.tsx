/**
 * Renders a page: streamed to browsers, whole to crawlers. The nonce of the content security policy and the request's id come from the
 * server (`context`) and go around the page as facts.
 */
import { PassThrough } from "node:stream";
import { createReadableStreamFromReadable, type ActionFunctionArgs, type EntryContext, type LoaderFunctionArgs } from "@remix-run/node";
import { RemixServer } from "@remix-run/react";
import { isbot } from "isbot";
import { renderToPipeableStream } from "react-dom/server";
import { PageFactsContext } from "./components/shell/page-facts.ts";
import type { RequestContext } from "./services.ts";

declare module "@remix-run/server-runtime" {
  // Loader and action types follow the single fetch that remix.config.js turns on.
  interface Future {
    v3_singleFetch: true;
  }
}

/** A page that is not rendered by then is given up. */
export const streamTimeout = 5_000;

export default function handleRequest(
  ...[request, status, headers, remix, context]: [Request, number, Headers, EntryContext, RequestContext]
): Promise<Response> {
  return new Promise((done, fail) => {
    let shellIsOut = false;
    let finalStatus = status;
    const whole = remix.isSpaMode || isbot(request.headers.get("User-Agent") ?? "");
    const send = (): void => {
      shellIsOut = true;
      const body = new PassThrough();
      headers.set("Content-Type", "text/html; charset=utf-8");
      done(new Response(createReadableStreamFromReadable(body), { headers, status: finalStatus }));
      pipe(body);
    };
    const { pipe, abort } = renderToPipeableStream(
      <PageFactsContext.Provider value={{ nonce: context.nonce, requestId: context.requestId }}>
        <RemixServer context={remix} url={request.url} abortDelay={streamTimeout} nonce={context.nonce} />
      </PageFactsContext.Provider>,
      {
        nonce: context.nonce,
        ...(whole ? { onAllReady: send } : { onShellReady: send }),
        onShellError: fail,
        onError: (error: unknown) => {
          finalStatus = 500;
          // What goes wrong before the shell is out comes back through onShellError and is reported there.
          if (shellIsOut) context.report(error);
        },
      },
    );
    // A second later than the data, so that what was given up is still written into the page.
    setTimeout(abort, streamTimeout + 1_000);
  });
}

/** What no loader or action turned into an answer: a bug. A request that the browser gave up is none. */
export function handleError(error: unknown, { request, context }: LoaderFunctionArgs | ActionFunctionArgs): void {
  if (!request.signal.aborted) context.report(error);
}
