import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    pool: "forks",
    maxWorkers: 2,
    // End-to-end tests are Playwright's (*.spec.ts); everything else stands beside its code or in tests/.
    include: ["app/**/*.test.{ts,tsx}", "server/**/*.test.ts", "prisma/**/*.test.ts", "tests/**/*.test.ts"],
    testTimeout: 30_000,
  },
});
