/** Which parts of the wire's parsers have run: V8's own block counts, asked of the process itself. */
import { Session } from "node:inspector/promises";

export type Coverage = {
  /** Take in what has run since the last time. Answers whether some of it had never run before. */
  readonly look: () => Promise<boolean>;
  /** By file: how many of the bytes of its functions have run, of how many; and where the others are. */
  readonly report: () => readonly { readonly file: string; readonly covered: number; readonly total: number; readonly missing: readonly string[] }[];
  readonly stop: () => void;
};

type FileCoverage = { readonly covered: Uint8Array; readonly isCode: Uint8Array; source: string };

/** @param files how the addresses of the scripts to watch end */
export async function watchCoverage(files: RegExp, readSource: (url: string) => string): Promise<Coverage> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  const seen = new Map<string, FileCoverage>();

  const look = async (): Promise<boolean> => {
    let isNew = false;
    const { result } = await session.post("Profiler.takePreciseCoverage");
    for (const script of result) {
      if (!files.test(script.url)) continue;
      let file = seen.get(script.url);
      if (file === undefined) {
        const source = readSource(script.url);
        file = { covered: new Uint8Array(source.length), isCode: new Uint8Array(source.length), source };
        seen.set(script.url, file);
      }
      // Inner ranges come after outer ones and say it better.
      const ran = new Uint8Array(file.covered.length);
      for (const { ranges, functionName } of script.functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
          if (functionName !== "") file.isCode.fill(1, startOffset, endOffset);
        }
      }
      for (let at = 0; at < ran.length; at++) {
        if (ran[at] === 1 && file.covered[at] === 0) {
          file.covered[at] = 1;
          isNew = true;
        }
      }
    }
    return isNew;
  };

  const report: Coverage["report"] = () =>
    [...seen].map(([url, { covered, isCode, source }]) => {
      let [total, done] = [0, 0];
      const missing = new Set<string>();
      for (let at = 0; at < isCode.length; at++) {
        if (isCode[at] !== 1) continue;
        total += 1;
        if (covered[at] === 1) done += 1;
        else if (source[at]?.trim() !== "") missing.add(String(source.slice(0, at).split("\n").length));
      }
      return { file: url.slice(url.lastIndexOf("/") + 1), covered: done, total, missing: [...missing] };
    });

  return { look, report, stop: () => session.disconnect() };
}
