/**
 * Build the pages: Remix by Vite, then the service worker that keeps them for the train and the dead Wi-Fi.
 * The worker is made after the Remix build, since it lists the files that came out of it.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { injectManifest } from "workbox-build";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const remix = spawnSync(process.execPath, [join(root, "node_modules/@remix-run/dev/dist/cli.js"), "vite:build"], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, NODE_ENV: "production" },
});
if (remix.status !== 0) process.exit(remix.status ?? 1);

const source = join(root, "app/editor/offline/service-worker.ts");
if (existsSync(source)) {
  await build({
    root,
    configFile: false,
    logLevel: "warn",
    build: {
      outDir: "build/worker",
      emptyOutDir: true,
      target: "es2022",
      lib: { entry: source, formats: ["es"], fileName: () => "service-worker.js" },
    },
  });
  const { count, warnings } = await injectManifest({
    swSrc: join(root, "build/worker/service-worker.js"),
    swDest: join(root, "build/client/service-worker.js"),
    globDirectory: join(root, "build/client"),
    globPatterns: ["assets/**/*.{js,css,woff2,svg}", "*.{svg,ico,png,webmanifest}"],
    // Files with a hash in their name need no second one.
    dontCacheBustURLsMatching: /^assets\//,
    maximumFileSizeToCacheInBytes: 4 * 1024 * 1024,
  });
  for (const warning of warnings) console.warn(warning);
  console.log(`Service worker: ${count} files kept for offline.`);
}
