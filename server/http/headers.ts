/**
 * Security headers, and the check of origins that keeps other sites from posting forms in a signed-in person's name.
 * Always true: no inline script runs without this response's nonce; an unsafe method without a matching origin reaches no route.
 */
import type { RequestHandler } from "express";
import helmet from "helmet";
import { LIMITS } from "#core/limits";

/** Sets `res.locals.nonce` and the headers. `dev` allows what hot reload needs. */
export function securityHeaders(options: {
  readonly https: boolean;
  readonly dev: boolean;
  readonly random: (count: number) => Uint8Array;
}): RequestHandler[] {
  const nonceOf = (res: unknown): string => `'nonce-${String((res as { locals: Record<string, unknown> }).locals["nonce"])}'`;
  return [
    (_req, res, next) => {
      res.locals["nonce"] = Buffer.from(options.random(16)).toString("base64");
      next();
    },
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          "default-src": ["'self'"],
          "script-src": ["'self'", (_req, res) => nonceOf(res)],
          // The editor sets style attributes (MathLive will, later); style elements need the nonce.
          "style-src-elem": options.dev ? ["'self'", "'unsafe-inline'"] : ["'self'", (_req, res) => nonceOf(res)],
          "style-src-attr": ["'unsafe-inline'"],
          "img-src": ["'self'", "data:", "blob:"],
          "font-src": ["'self'"],
          "connect-src": ["'self'", ...(options.dev ? ["ws:"] : [])],
          "worker-src": ["'self'"],
          "manifest-src": ["'self'"],
          "object-src": ["'none'"],
          "base-uri": ["'none'"],
          "form-action": ["'self'"],
          "frame-ancestors": ["'none'"],
          ...(options.https ? { "upgrade-insecure-requests": [] } : {}),
        },
      },
      strictTransportSecurity: options.https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
      referrerPolicy: { policy: "same-origin" },
      crossOriginEmbedderPolicy: false,
    }),
    (_req, res, next) => {
      res.setHeader("Permissions-Policy", "camera=(), microphone=(), geolocation=(), browsing-topics=()");
      next();
    },
  ];
}

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuse an unsafe method that does not come from our own pages. Browsers send Origin with every cross-site POST; where an old one sends
 * none, Sec-Fetch-Site or Referer must speak for it. Also refuses bodies that are too large before they are read.
 * @param origins what counts as ours, e.g. `https://bansho.example.org`
 */
export function refuseForeignForms(origins: () => readonly string[]): RequestHandler {
  return (req, res, next) => {
    if (SAFE_METHODS.has(req.method)) {
      next();
      return;
    }
    // A refused body is not read, so the connection cannot be used again.
    const refuse = (status: number): typeof res => res.status(status).setHeader("Connection", "close").type("text/plain");
    if (!isOurs(req.headers, origins())) {
      refuse(403).send("This form was sent from another site, so Bansho did not take it. Open the page again and send it from there.");
      return;
    }
    const length = Number(req.headers["content-length"] ?? (req.headers["transfer-encoding"] === undefined ? 0 : Number.NaN));
    if (!Number.isFinite(length)) {
      refuse(411).send("The size of the form is missing.");
      return;
    }
    if (length > LIMITS.maxFormBytes) {
      refuse(413).send("That is more than Bansho can take in one form.");
      return;
    }
    next();
  };
}

function isOurs(headers: Readonly<Record<string, string | string[] | undefined>>, origins: readonly string[]): boolean {
  const origin = headers["origin"];
  if (typeof origin === "string" && origin !== "null") return origins.includes(origin);
  const site = headers["sec-fetch-site"];
  if (typeof site === "string") return site === "same-origin";
  const referer = headers["referer"];
  return typeof referer === "string" && URL.canParse(referer) && origins.includes(new URL(referer).origin);
}
