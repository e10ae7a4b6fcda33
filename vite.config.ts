import { vitePlugin as remix } from "@remix-run/dev";
import { defineConfig } from "vite";
import remixConfig from "./remix.config.js";

export default defineConfig({
  plugins: [remix(remixConfig)],
  // 2016 laptops and tablets: no syntax newer than their last browser.
  build: { target: "es2022", sourcemap: false, chunkSizeWarningLimit: 900 },
});
