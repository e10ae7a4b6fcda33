/**
 * The service worker: keeps the page's own files, and answers the address of a lesson with the offline page when the server cannot be reached.
 *
 * Always true: it never answers with somebody's data. Pages and loaders come from the network or not at all; only built files (named by
 * their content) and the offline page are kept. The list of files is put in after the build (`self.__WB_MANIFEST`).
 */

type ManifestEntry = { readonly url: string; readonly revision: string | null };
/** What a service worker's global has beyond a page's; TypeScript's DOM library knows it only in a library of its own. */
type WorkerScope = {
  readonly __WB_MANIFEST: readonly ManifestEntry[];
  readonly location: Location;
  readonly clients: { readonly claim: () => Promise<void> };
  readonly skipWaiting: () => Promise<void>;
  readonly addEventListener: (type: string, listener: (event: WorkerEvent) => void) => void;
};
type WorkerEvent = Event & {
  readonly request: Request;
  readonly waitUntil: (work: Promise<unknown>) => void;
  readonly respondWith: (answer: Promise<Response>) => void;
};

const scope = self as unknown as WorkerScope;
const PREFIX = "bansho-files-";
const OFFLINE_PAGE = "/offline";
// workbox-build looks for exactly this expression.
const manifest = (self as unknown as WorkerScope).__WB_MANIFEST;
const CACHE = `${PREFIX}${fingerprint(manifest)}`;

scope.addEventListener("install", (event) => event.waitUntil(install()));
scope.addEventListener("activate", (event) => event.waitUntil(activate()));
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  if (url.origin !== scope.location.origin) return;
  if (request.mode === "navigate") event.respondWith(navigate(request, url));
  else if (manifest.some((entry) => entry.url === url.pathname || `/${entry.url}` === url.pathname)) event.respondWith(fromCache(request));
});

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(manifest.map((entry) => (entry.url.startsWith("/") ? entry.url : `/${entry.url}`)));
  // Without cookies: the page in the cache belongs to nobody.
  const page = await fetch(OFFLINE_PAGE, { credentials: "omit" });
  if (page.ok) await cache.put(OFFLINE_PAGE, page);
  await scope.skipWaiting();
}

async function activate(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
  await scope.clients.claim();
}

async function fromCache(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

async function navigate(request: Request, url: URL): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const page = await caches.match(OFFLINE_PAGE);
    if (page === undefined) throw error;
    if (url.pathname === OFFLINE_PAGE) return page;
    // A redirect, not the page itself: served at another address its routes would not match, and it would reload for ever.
    const lesson = /^\/lessons\/([A-Za-z0-9_-]{1,64})(?:\/.*)?$/.exec(url.pathname)?.[1];
    return Response.redirect(lesson === undefined || lesson === "new" ? OFFLINE_PAGE : `${OFFLINE_PAGE}?lesson=${lesson}`, 302);
  }
}

/** A name for the list of files: another list, another cache. */
function fingerprint(entries: readonly ManifestEntry[]): string {
  let hash = 7;
  for (const letter of JSON.stringify(entries)) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return hash.toString(36);
}
