/** The compaction thread: takes the parts of one document at a time, answers with its snapshot. Started by ./compactor.ts. */
import { parentPort } from "node:worker_threads";
import { compactUpdates } from "./compact.ts";

export type CompactRequest = { readonly id: number; readonly parts: readonly Uint8Array[] };
export type CompactAnswer = { readonly id: number; readonly snapshot: Uint8Array } | { readonly id: number; readonly trouble: string };

parentPort?.on("message", ({ id, parts }: CompactRequest) => {
  parentPort?.postMessage(answer(id, parts));
});

function answer(id: number, parts: readonly Uint8Array[]): CompactAnswer {
  try {
    return { id, snapshot: compactUpdates(parts) };
  } catch (error) {
    return { id, trouble: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
