/**
 * Generates the Prisma client from prisma/schema.prisma into server/stores/generated, when the schema or Prisma has changed since.
 *
 * Needs no package but Prisma itself, and no network: Prisma's command line wants a schema engine binary to be there, though
 * `generate` never runs it, so it is shown an executable that exists.
 * `--force` generates whatever is there.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const SCHEMA = join(ROOT, "prisma", "schema.prisma");
const OUTPUT = join(ROOT, "server", "stores", "generated");
const STAMP = join(OUTPUT, "made-from.txt");

/** What the client is made from: the schema and Prisma's version. */
function fingerprint() {
  const { version } = JSON.parse(readFileSync(join(ROOT, "node_modules", "prisma", "package.json"), "utf8"));
  return createHash("sha256").update(version).update("\0").update(readFileSync(SCHEMA)).digest("hex");
}

/** True when the generated client is that of the schema as it stands. */
export function isGenerated() {
  return existsSync(join(OUTPUT, "client.ts")) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === fingerprint();
}

/**
 * Generate the client.
 * @throws Error with Prisma's own words when it fails
 */
export function generateClient() {
  const cli = join(ROOT, "node_modules", "prisma", "build", "index.js");
  const done = spawnSync(process.execPath, [cli, "generate"], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: "1", PRISMA_HIDE_UPDATE_MESSAGE: "1" },
  });
  if (done.error) throw done.error;
  if (done.status !== 0) throw new Error(`prisma generate failed:\n${done.stdout}\n${done.stderr}`);
  writeFileSync(STAMP, fingerprint());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--force") || !isGenerated()) generateClient();
}
