/**
 * What belongs to one answer and not to the data of a route: the nonce for its scripts and the id of the request. The server provides it
 * around the page; the browser reads the same from the page.
 */
import { createContext, useContext } from "react";

export type PageFacts = { readonly nonce: string | undefined; readonly requestId: string };

export const PageFactsContext = createContext<PageFacts>({ nonce: undefined, requestId: "" });
export const usePageFacts = (): PageFacts => useContext(PageFactsContext);
