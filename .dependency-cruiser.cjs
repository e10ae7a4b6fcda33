/**
 * Import direction. One row a layer: who it is, and what else in this repo it may import.
 * A layer may always import itself. Anything not listed is refused.
 * Tried with dependency-cruiser 17.4.3.
 */
const CORE = "app/core/";
const SERVICES_TYPE = "app/services\\.ts$";
const STORE_CONTRACT = "server/stores/contract\\.ts$";

const layers = [
  // name            files                                   may also import
  ["core", "app/core/", []],
  ["editor", "app/editor/", [CORE]],
  ["components", "app/components/", [CORE, "app/editor/", "app/styles/", "app/assets/"]],
  ["services-type", SERVICES_TYPE, [CORE]],
  ["request-help", "app/[^/]+\\.server\\.ts$", [CORE, SERVICES_TYPE]],
  ["routes", "app/(routes/|root\\.|entry\\.)", [CORE, "app/components/", "app/styles/", "app/assets/", SERVICES_TYPE, "app/[^/]+\\.server\\.ts$"]],

  ["observe", "server/(observe/|config\\.ts$)", [CORE]],
  ["stores", "server/stores/", [CORE, "server/observe/"]],
  ["sync", "server/sync/", [CORE, STORE_CONTRACT, "server/observe/"]],
  ["auth", "server/auth/", [CORE, STORE_CONTRACT, "server/observe/"]],
  ["exports", "server/exports/", [CORE, "server/observe/"]],
  ["jobs", "server/jobs/", [CORE, STORE_CONTRACT, "server/observe/"]],
  ["services", "server/services/", [CORE, SERVICES_TYPE, STORE_CONTRACT, "server/(observe|auth|jobs|exports)/", "server/sync/hub\\.ts$"]],
  ["workers", "server/workers/", [CORE, STORE_CONTRACT, "server/(observe|jobs|exports|services)/"]],
  ["http", "server/http/", [CORE, SERVICES_TYPE, "server/(observe|auth)/", "server/config\\.ts$", "server/sync/(hub|ws-adapter)\\.ts$"]],
];

const inRepo = "^(app|server|prisma|tests)/";
const layerRules = layers.map(([name, files, may]) => ({
  name: `layer-${name}`,
  comment: `${name} may import only itself and: ${may.join(", ") || "nothing else"}. See ARCHITECTURE.md.`,
  severity: "error",
  from: { path: `^${files}`, pathNot: "\\.test\\.tsx?$" },
  to: { path: inRepo, pathNot: [`^${files}`, ...may.map((p) => `^${p}`)] },
}));

/** Third-party packages that belong to one place. */
const onlyIn = (name, packages, where) => ({
  name: `only-${name}`,
  severity: "error",
  comment: `${name} is used only in ${where}.`,
  from: { path: "^(app|server)/", pathNot: [`^(${where})`, "\\.test\\.tsx?$"] },
  to: { path: `^node_modules/(${packages})/` },
});

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: "core-is-pure",
      severity: "error",
      comment: "app/core runs in a browser, in Node and in a test with nothing set up: these packages only, no Node built-ins.",
      from: { path: `^${CORE}`, pathNot: "\\.test\\.ts$" },
      to: { pathNot: [`^${CORE}`, "^node_modules/(yjs|lib0|y-protocols|y-prosemirror|prosemirror-(model|transform)|zod)/"] },
    },
    {
      name: "editor-is-not-react",
      severity: "error",
      comment: "The editor is plain ProseMirror; React wraps it in app/components.",
      from: { path: "^app/editor/" },
      to: { path: "^node_modules/(react|react-dom|react-router[^/]*|@remix-run)/" },
    },
    {
      name: "browser-never-imports-server-code",
      severity: "error",
      comment: "Remix's classic compiler turns such an import into undefined without a word.",
      from: { path: "^app/(core|editor|components)/" },
      to: { path: "\\.server\\.tsx?$" },
    },
    {
      name: "routes-by-area",
      severity: "error",
      comment:
        "Routes of different areas (first word of the folder name) do not import each other; shared parts move to components. By area because '$id' in a folder name is not safe inside a pattern.",
      from: { path: "^app/routes/([A-Za-z_-]+)" },
      to: { path: "^app/routes/", pathNot: "^app/routes/$1[./$]" },
    },
    onlyIn("prisma", "@prisma|\\.prisma", "server/stores/"),
    onlyIn("ws", "ws", "server/sync/ws-adapter\\.ts"),
    onlyIn("prometheus", "prom-client", "server/observe/metrics\\.ts"),
    onlyIn("express", "express|@remix-run/express", "server/http/"),
    { name: "no-circular", severity: "error", from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } } },
    { name: "no-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "product-never-imports-tests",
      severity: "error",
      from: { path: "^(app|server)/", pathNot: "\\.test\\.tsx?$" },
      to: { path: "^tests/|\\.test\\.tsx?$" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // The peers of the load suite are packages of their own, installed when they are wanted.
    exclude: { path: "^(build|public/build|server/stores/generated|tests/load/peers)" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".js", ".json"],
    },
  },
};
