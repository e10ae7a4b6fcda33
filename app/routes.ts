/** Every address of the product, in one place. People bookmark these; keep them (ARCHITECTURE.md, "Stable addresses"). */
import { index, route, type RouteConfig } from "@remix-run/route-config";

export default [index("routes/home/route.tsx")] satisfies RouteConfig;
