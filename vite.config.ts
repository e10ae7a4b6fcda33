import { vitePlugin as remix } from "@remix-run/dev";
import { defineConfig } from "vite";
import remixConfig from "./remix.config.js";

export default defineConfig({
  plugins: [remix(remixConfig)],
  // Found at once in development: a package that is found late makes Vite load React a second time, and the page breaks.
  optimizeDeps: { entries: ["app/entry.client.tsx", "app/root.tsx", "app/routes/**/route.tsx", "app/editor/**/!(*.test).ts"] },
  // 2016 laptops and tablets: no syntax newer than their last browser.
  build: { target: "es2022", sourcemap: false, chunkSizeWarningLimit: 900 },
});
