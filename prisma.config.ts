/**
 * For the Prisma command line only (generate, studio, migrate deploy). The server reads its settings in server/config.ts
 * and migrates by itself (server/stores/migrate.ts).
 */
import { defineConfig } from "prisma/config";

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  datasource: { url: process.env["DATABASE_URL"] ?? "file:./data/bansho.db" },
});
