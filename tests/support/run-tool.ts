/** Run one of the operator's tools as an operator does: a process of its own, with the server's settings. */
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { cleanEnv } from "./server.ts";

const root = resolve(fileURLToPath(new URL("../..", import.meta.url)));

export type ToolRun = { readonly code: number | null; readonly output: string };

/** @param args the tool's name in server/tools, then what stands behind it */
export async function runTool(args: readonly [string, ...string[]], env: Record<string, string>): Promise<ToolRun> {
  const [name, ...rest] = args;
  const child = spawn(process.execPath, [join(root, "server/tools", `${name}.ts`), ...rest], {
    cwd: root,
    env: cleanEnv(env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const take = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const code = await new Promise<number | null>((done) => child.once("close", (ended) => done(ended)));
  return { code, output };
}
