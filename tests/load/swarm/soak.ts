/** People come to thousands of documents, type a little and go, for as long as it takes to see whether anything only grows. */
import { openFiles, residentBytes } from "../process-stats.ts";
import { LoadClient, type Address } from "./client.ts";
import { makeRandom } from "./lesson-content.ts";
import { holdsWithin, pass } from "./wait.ts";

export type SoakInput = {
  readonly address: Address;
  readonly serverPid: number;
  readonly documents: readonly string[];
  readonly durationMs: number;
  readonly seats: number;
  /** Left alone for so long in the end, so that rooms are unloaded and logs compacted. */
  readonly afterMs: number;
};
export type Sample = { readonly atMs: number; readonly bytes: number; readonly files: number };
export type SoakResult = {
  readonly samples: Sample[];
  readonly visits: number;
  readonly failedVisits: number;
  readonly firstFailure: string | null;
  readonly keys: number;
  readonly filesBefore: number;
  readonly filesAfter: number;
  /** For each document, client ids and the clocks that must be stored. */
  readonly typed: Map<string, Map<number, number>>;
};

const SAMPLE_MS = 2_000;
const KEY_MS = 60;

export async function runSoak(input: SoakInput): Promise<SoakResult> {
  const { serverPid, documents } = input;
  const random = makeRandom(11);
  const typed: SoakResult["typed"] = new Map();
  const samples: Sample[] = [];
  const totals = { visits: 0, failedVisits: 0, keys: 0 };
  let firstFailure: string | null = null;
  const filesBefore = openFiles(serverPid);
  const fromMs = performance.now();
  const untilMs = fromMs + input.durationMs;
  const sampling = setInterval(
    () => samples.push({ atMs: performance.now() - fromMs, bytes: residentBytes(serverPid), files: openFiles(serverPid) }),
    SAMPLE_MS,
  );
  let number = 0;

  const visit = async (): Promise<void> => {
    number += 1;
    const mine = number;
    // One visit in five goes to one of the documents where something is going on.
    const among = random() < 0.2 ? Math.min(40, documents.length) : documents.length;
    const document = documents[Math.floor(random() * among)] ?? "";
    const client = new LoadClient({ address: input.address, document, number: mine, clientId: 10_000_000 + mine, keeps: false });
    if (!(await holdsWithin(20_000, () => client.isSynced || client.isEnded, 20)) || client.isEnded) throw new Error(`${document} did not open`);
    const keys = 5 + Math.floor(random() * 20);
    for (let key = 0; key < keys && !client.isEnded; key += 1) {
      client.type();
      client.moveCursor();
      await pass(KEY_MS);
    }
    const acknowledges = input.address.dialect !== "y-websocket";
    if (acknowledges && !(await holdsWithin(20_000, () => client.acknowledged >= client.sent || client.isEnded, 20)))
      throw new Error(`${document} was not saved`);
    if (client.isEnded) throw new Error(`${document} was closed`);
    const clocks = typed.get(document) ?? new Map<number, number>();
    typed.set(document, clocks.set(client.options.clientId, client.typed));
    totals.keys += keys;
    client.close();
  };
  const seat = async (): Promise<void> => {
    await pass(random() * 2_000);
    while (performance.now() < untilMs) {
      totals.visits += 1;
      try {
        await visit();
      } catch (error) {
        totals.failedVisits += 1;
        firstFailure ??= error instanceof Error ? error.message : String(error);
      }
      await pass(random() * 600);
    }
  };
  await Promise.all(Array.from({ length: input.seats }, seat));
  await pass(input.afterMs);
  clearInterval(sampling);
  return { samples, ...totals, firstFailure, filesBefore, filesAfter: openFiles(serverPid), typed };
}
