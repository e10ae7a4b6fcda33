/**
 * `GET /metrics`, for Prometheus. Always true: who comes from elsewhere shows the token; who comes from this machine needs none only while nothing
 * says that a proxy stands in front, because behind a proxy everybody comes from this machine.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import express, { type Request } from "express";
import type { Log } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";

export type MetricsAccess = {
  /** Null: nobody gets in by token. */
  readonly token: string | null;
  /** The settings say that requests pass a proxy. */
  readonly isBehindProxy: boolean;
};

/** Serves the figures to who may have them; to everybody else a plain sentence. */
export function metricsRoute(metrics: Metrics, access: MetricsAccess, logger: Log): express.Router {
  const router = express.Router();
  router.get("/metrics", (req, res) => {
    res.setHeader("Cache-Control", "no-store").type("text/plain");
    if (!mayReadMetrics(req, access)) {
      res.status(403).send("The figures are for this machine itself and for those who have its METRICS_TOKEN.\n");
      return;
    }
    metrics.write().then(
      (text) => res.setHeader("Content-Type", metrics.contentType).end(text),
      (err: unknown) => {
        logger.error({ err }, "the figures could not be read");
        res.status(500).send("The figures could not be read.\n");
      },
    );
  });
  return router;
}

/** What of a request decides. `socket` is the real other end, whatever headers say. */
export type Asker = { readonly headers: Request["headers"]; readonly socket: { readonly remoteAddress?: string | undefined } };

/** May this request have the figures? */
export function mayReadMetrics(req: Asker, { token, isBehindProxy }: MetricsAccess): boolean {
  const given = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? "")?.[1];
  if (given !== undefined) return token !== null && isSame(given, token);
  return !isBehindProxy && !wasForwarded(req.headers) && isLoopback(req.socket.remoteAddress) && isLocalName(req.headers.host);
}

/** In the same time whatever differs, the lengths too. */
function isSame(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

/** A proxy that the settings do not know of betrays itself by these. */
const FORWARDING = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via", "cf-connecting-ip"] as const;
const wasForwarded = (headers: Asker["headers"]): boolean => FORWARDING.some((name) => headers[name] !== undefined);

/** Is this an address of this machine only? */
function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
  return plain === "::1" || (isIP(plain) === 4 && plain.startsWith("127."));
}

/** A page of another site whose name was made to point here asks under that name. */
function isLocalName(host: string | undefined): boolean {
  const name = (host ?? "").replace(/:\d+$/, "");
  return name === "localhost" || name === "[::1]" || isLoopback(name);
}
