import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cleanEnv } from "../support/server.ts";

/** `npm start` on a data folder of its own; everything is built already, so it only starts. */
async function npmStart(): Promise<{ url: string; npm: ReturnType<typeof spawn>; dataDir: string; output: () => string }> {
  const dataDir = await mkdtemp(join(tmpdir(), "bansho-test-"));
  const npm = spawn("npm", ["start"], { env: cleanEnv({ DATA_DIR: dataDir, PORT: "0", LOG_LEVEL: "warn" }), stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const url = await new Promise<string>((done, fail) => {
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
      const ready = /Bansho is ready at (http:\S+)/.exec(output)?.[1];
      if (ready !== undefined) done(ready);
    };
    npm.stdout?.on("data", take);
    npm.stderr?.on("data", take);
    npm.once("exit", () => fail(new Error(`npm start ended:\n${output}`)));
  });
  return { url, npm, dataDir, output: () => output };
}

const isUp = async (url: string): Promise<boolean> =>
  fetch(`${url}/healthz`).then(
    (answer) => answer.ok,
    () => false,
  );

test.each(["SIGTERM", "SIGKILL"] as const)("a server that npm start began does not outlive npm (%s)", { timeout: 60_000 }, async (signal) => {
  const { url, npm, dataDir, output } = await npmStart();
  expect(output()).toContain("Starting the server");
  expect(await isUp(url)).toBe(true);
  npm.kill(signal);
  await expect.poll(async () => isUp(url), { timeout: 10_000 }).toBe(false);
  await rm(dataDir, { recursive: true, force: true });
});
