/** What Remix hands to loaders and actions as `context` is our RequestContext. */
import type { RequestContext } from "./services.ts";

declare module "@remix-run/server-runtime" {
  // eslint-style merging: Remix declares AppLoadContext as an empty interface for this purpose.
  interface AppLoadContext extends RequestContext {}
}
