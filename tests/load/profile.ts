/**
 * What a profile says: the functions (or files) in which the processor spent its time.
 *
 *   node tests/load/profile.ts FILE.cpuprofile|FOLDER [--top 30] [--by function|file] [--from SECONDS] [--to SECONDS]
 *
 * A folder: every profile in it, one after the other (each thread of the server writes one).
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { root } from "./targets.ts";

type Frame = { readonly functionName: string; readonly url: string; readonly lineNumber: number };
type Profile = {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
};
type Line = { readonly name: string; readonly ms: number; readonly share: number };

/** Self time by function or file, largest first; the share is of the time in which something ran. */
export function selfTimes(profile: Profile, by: "function" | "file", { fromS = 0, toS = Infinity } = {}): readonly Line[] {
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame, by)]));
  const spent = new Map<string, number>();
  let busyUs = 0;
  let atUs = 0;
  for (const [index, node] of profile.samples.entries()) {
    const name = names.get(node) ?? "?";
    const us = Math.max(0, profile.timeDeltas[index] ?? 0);
    atUs += us;
    if (name === "(idle)" || atUs < fromS * 1e6 || atUs > toS * 1e6) continue;
    busyUs += us;
    spent.set(name, (spent.get(name) ?? 0) + us);
  }
  return [...spent].map(([name, us]) => ({ name, ms: us / 1000, share: us / busyUs })).toSorted((one, other) => other.ms - one.ms);
}

function nameOf({ functionName, url, lineNumber }: Frame, by: "function" | "file"): string {
  if (url === "") return functionName === "" ? "(anonymous)" : functionName;
  const file = url.startsWith("file:") ? relative(root, fileURLToPath(url)) : url;
  return by === "file" ? file : `${functionName === "" ? "(anonymous)" : functionName}  ${file}:${lineNumber + 1}`;
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      top: { type: "string", default: "30" },
      by: { type: "string", default: "function" },
      from: { type: "string" },
      to: { type: "string" },
    },
  });
  const [path] = positionals;
  if (path === undefined) throw new Error("Give a .cpuprofile file, or a folder of them.");
  const by = values.by === "file" ? "file" : "function";
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => name.endsWith(".cpuprofile"))
        .map((name) => join(path, name))
    : [path];
  for (const file of files) {
    const profile = JSON.parse(readFileSync(file, "utf8")) as Profile;
    const lines = selfTimes(profile, by, { fromS: Number(values.from ?? 0), toS: Number(values.to ?? Infinity) });
    const busyMs = lines.reduce((sum, line) => sum + line.ms, 0);
    console.log(`\n${file}: ${busyMs.toFixed(0)} ms busy`);
    for (const { name, ms, share } of lines.slice(0, Number(values.top)))
      console.log(`${ms.toFixed(0).padStart(8)} ms ${(share * 100).toFixed(1).padStart(5)} %  ${name}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
