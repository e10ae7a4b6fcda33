/** Every address of the product, in one place. People bookmark these; keep them (ARCHITECTURE.md, "Stable addresses"). */
import { index, route, type RouteConfig } from "@remix-run/route-config";

export default [
  index("routes/home/route.tsx"),

  // people
  route("login", "routes/login/route.tsx"),
  route("logout", "routes/logout/route.tsx"),
  route("setup", "routes/setup/route.tsx"),
  route("invite/:token", "routes/invite/route.tsx"),
  route("reset/:token", "routes/reset/route.tsx"),
  route("account", "routes/account/route.tsx"),
  route("organisations/:id", "routes/organisations/route.tsx"),
  route("organisations/:id/operations", "routes/organisations.$id.operations/route.tsx"),
  route("teams/:id", "routes/teams/route.tsx"),

  // lessons
  route("lessons", "routes/lessons/route.tsx"),
  route("lessons/new", "routes/lessons.new/route.tsx"),
  route("lessons/:id", "routes/lessons.$id.design/route.tsx"),
  route("lessons/:id/read", "routes/lessons.$id.read/route.tsx"),
  route("lessons/:id/versions", "routes/lessons.$id.versions/route.tsx"),
  route("lessons/:id/versions/:number", "routes/lessons.$id.versions.$number/route.tsx"),
  route("lessons/:id/export/:format", "routes/lessons.$id.export/route.ts"),
  route("offline", "routes/offline/route.tsx"),

  // everything else
  route("*", "routes/not-found/route.tsx"),
] satisfies RouteConfig;
