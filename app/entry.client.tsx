/** Brings the page to life, and registers the service worker once the page has loaded. */
import { RemixBrowser } from "@remix-run/react";
import { startTransition, StrictMode } from "react";
import { hydrateRoot } from "react-dom/client";
import { PageFactsContext } from "./components/shell/page-facts.ts";

declare global {
  // Read by get-nonce, through which Radix adds its few style elements under our content security policy.
  var __webpack_nonce__: string | undefined;
}

const nonce = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce;
globalThis.__webpack_nonce__ = nonce;
const facts = { nonce, requestId: document.documentElement.dataset["requestId"] ?? "" };

startTransition(() => {
  hydrateRoot(
    document,
    <StrictMode>
      <PageFactsContext.Provider value={facts}>
        <RemixBrowser />
      </PageFactsContext.Provider>
    </StrictMode>,
  );
});

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  // Without a worker all works but opening a lesson with no network: not worth a word to anybody.
  const register = (): void => void navigator.serviceWorker.register("/service-worker.js").catch(() => undefined);
  if (document.readyState === "complete") register();
  else window.addEventListener("load", register, { once: true });
}
