/**
 * The HTTP side: health, static files, pages (Remix), and the hand-over of socket upgrades to the sync server.
 * Knows nothing of lessons or people; it makes one `Services` for each request and passes it to the routes.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import compression from "compression";
import express, { type Express, type Request, type RequestHandler, type Response } from "express";
import { createRequestHandler } from "@remix-run/express";
import type { ServerBuild } from "@remix-run/node";
import { HOUR_MS, SECOND_MS, type Clock } from "#core/time";
import type { Services } from "../../app/services.ts";
import type { Log } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import { refuseForeignForms, securityHeaders } from "./headers.ts";
import { metricsRoute, type MetricsAccess } from "./metrics-route.ts";

/** Where the pages come from: a finished build, or Vite while developing. */
export type Pages = {
  readonly build: ServerBuild | (() => Promise<ServerBuild>);
  /** Serves what the pages need in the browser. */
  readonly assets: RequestHandler;
};

export type HttpOptions = {
  readonly demo: boolean;
  readonly dev: boolean;
  readonly trustedProxies: number;
  readonly publicOrigins: () => readonly string[];
  readonly https: boolean;
  readonly random: (count: number) => Uint8Array;
  readonly clock: Clock;
  readonly logger: Log;
  /** Rejects when the database cannot be used. */
  readonly checkReady: () => Promise<void>;
  readonly metrics: Metrics;
  readonly metricsAccess: MetricsAccess;
  readonly servicesFor: (request: {
    cookieHeader: string | undefined;
    address: string;
    userAgent: string | undefined;
    renewCookie: (cookie: string) => void;
  }) => Services;
  readonly handleUpgrade: (req: IncomingMessage, socket: Duplex, head: Buffer) => void;
};

/** Makes the server without listening. The pages are mounted later, since Vite wants the server first. */
export function makeHttpServer(options: HttpOptions): { readonly server: Server; readonly mount: (pages: Pages) => void } {
  const app = express();
  app.disable("x-powered-by");
  app.set("trust proxy", options.trustedProxies);
  // Pages read their own addresses.
  app.set("query parser", false);
  app.use(healthRoutes(options.checkReady, options.logger));
  app.use(metricsRoute(options.metrics, options.metricsAccess, options.logger));
  const server = createServer(app);
  // A phone on bad Wi-Fi is slow, a client that never ends its headers is not a phone.
  server.headersTimeout = 20 * SECOND_MS;
  server.requestTimeout = 60 * SECOND_MS;
  server.on("upgrade", (req, socket, head) => {
    // In development Vite's own socket shares the event.
    if (req.url?.startsWith("/sync/") === true) options.handleUpgrade(req, socket, head);
    else if (!options.dev) socket.destroy();
  });
  return { server, mount: (pages) => mountPages(app, pages, options) };
}

function healthRoutes(checkReady: () => Promise<void>, logger: Log): express.Router {
  const router = express.Router();
  router.get("/healthz", (_req, res) => {
    res.setHeader("Cache-Control", "no-store").type("text/plain").send("ok\n");
  });
  router.get("/readyz", (_req, res) => {
    res.setHeader("Cache-Control", "no-store").type("text/plain");
    checkReady().then(
      () => res.send("ready\n"),
      (err: unknown) => {
        logger.warn({ err }, "not ready");
        res.status(503).send("The database cannot be used at the moment.\n");
      },
    );
  });
  return router;
}

function mountPages(app: Express, pages: Pages, options: HttpOptions): void {
  app.use(requestLog(options));
  app.use(...securityHeaders(options));
  app.use(compression());
  app.use(pages.assets);
  app.use(refuseForeignForms(options.publicOrigins));
  const handler = createRequestHandler({
    build: pages.build,
    mode: options.dev ? "development" : "production",
    getLoadContext: (req, res) => ({
      services: options.servicesFor({
        cookieHeader: req.headers.cookie,
        address: req.ip ?? "unknown",
        userAgent: req.headers["user-agent"],
        renewCookie: (cookie) => {
          if (!res.headersSent) res.append("Set-Cookie", cookie);
        },
      }),
      nonce: String(res.locals["nonce"]),
      demo: options.demo,
      requestId: String(res.locals["requestId"]),
      report: (err) => reportPage(err, String(res.locals["requestId"]), options.logger),
    }),
  });
  // Pages are personal: nothing between here and the browser may keep them.
  app.use((_req, res, next) => {
    res.setHeader("Cache-Control", "private, no-cache");
    next();
  });
  app.use(refuseOldDataRequests);
  app.all("*", handler);
  app.use((err: unknown, _req: Request, res: Response, _next: (err?: unknown) => void) => {
    const status = clientFault(err);
    if (status === null) options.logger.error({ err, requestId: res.locals["requestId"] }, "request failed");
    if (res.headersSent) res.destroy();
    else if (status !== null) res.status(status).type("text/plain").send("Bansho does not understand this address.");
    else
      res
        .status(500)
        .type("text/plain")
        .send(`Something went wrong on our side. What you wrote is safe. Please try again; if it lasts, quote ${String(res.locals["requestId"])}.`);
  });
}

/** Before single fetch Remix had another way to ask for data, and still answers it, loudly. Our pages do not use it. */
const refuseOldDataRequests: RequestHandler = (req, res, next) => {
  const [, query = ""] = req.originalUrl.split("?", 2);
  if (new URLSearchParams(query).has("_data")) res.status(404).type("text/plain").send("There is nothing at this address.");
  else next();
};

/** What went wrong in a page. Faults of the asker (an address or a method that no page has) are no errors of ours, and name addresses that may hold tokens. */
function reportPage(err: unknown, requestId: string, logger: Log): void {
  const status = clientFault(err);
  if (status === null) logger.error({ err, requestId }, "a page failed");
  else logger.debug({ status, requestId }, "a page was asked for what it cannot do");
}

/** What proxies write down for a client that left before the answer. */
const GONE_AWAY = 499;

/** The status of an error of express or Remix that says 400 to 499; null for all others, AppErrors too. */
function clientFault(err: unknown): number | null {
  // The browser left in the middle of its own request.
  if (err instanceof Error && "code" in err && err.code === "ECONNRESET") return GONE_AWAY;
  if (typeof err !== "object" || err === null || !("status" in err) || typeof err.status !== "number") return null;
  return err.status >= 400 && err.status < 500 ? err.status : null;
}

/** A request's path as the log may know it: no one-time tokens, however they are written. */
export const loggedPath = (path: string): string => path.replace(/^(\/+(?:invite|reset))\/.*/i, "$1/…").replaceAll(/[\w%-]{40,}/g, "…");

/** One line a request, without query strings: they may carry one-time tokens. */
function requestLog(options: Pick<HttpOptions, "random" | "clock" | "logger">): RequestHandler {
  return (req, res, next) => {
    const startMs = options.clock.nowMs();
    const requestId = Buffer.from(options.random(4)).toString("hex");
    res.locals["requestId"] = requestId;
    res.on("finish", () => {
      if (req.path.startsWith("/assets/")) return;
      options.logger.debug(
        { requestId, method: req.method, path: loggedPath(req.path), status: res.statusCode, ms: options.clock.nowMs() - startMs },
        "request",
      );
    });
    next();
  };
}

/** The finished build's files: hashed names may be kept for a year, the rest for an hour, the service worker never. */
export function staticFiles(folder: string): RequestHandler {
  return express.static(folder, {
    index: false,
    setHeaders: (res, path) => {
      if (path.includes("/assets/") || path.includes("\\assets\\")) res.setHeader("Cache-Control", "public, max-age=31536000, immutable");
      else if (path.endsWith("service-worker.js")) res.setHeader("Cache-Control", "no-cache");
      else res.setHeader("Cache-Control", `public, max-age=${HOUR_MS / SECOND_MS}`);
    },
  });
}
