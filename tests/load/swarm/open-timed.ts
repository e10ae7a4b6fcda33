/** How long a document takes from connecting until all of it is there. */
import { LoadClient, type Address } from "./client.ts";
import * as Y from "yjs";
import { Coverage } from "./read-whole.ts";
import { holdsWithin, pass } from "./wait.ts";

export type OpenTimedInput = { readonly address: Address; readonly document: string; readonly state: Uint8Array; readonly warmTimes: number };
export type OpenTimedResult = { readonly coldMs: number; readonly isFirstWhole: boolean; readonly warmMs: number };

/** Open once on a server that has just started, then again and again while somebody has it open. */
export async function openTimed({ address, document, state, warmTimes }: OpenTimedInput): Promise<OpenTimedResult> {
  const wanted = Y.decodeStateVector(Y.encodeStateVectorFromUpdate(state));
  const cold = await openOne(address, document, { wanted, number: 0 });
  const warm: number[] = [];
  for (let number = 1; number <= warmTimes; number += 1) {
    const opened = await openOne(address, document, { wanted, number });
    warm.push(opened.ms);
    opened.client.close();
    await pass(50);
  }
  cold.client.close();
  warm.sort((one, other) => one - other);
  return { coldMs: cold.ms, isFirstWhole: cold.isFirstWhole, warmMs: warm[Math.floor(warm.length / 2)] ?? NaN };
}

async function openOne(
  address: Address,
  document: string,
  { wanted, number }: { wanted: ReadonlyMap<number, number>; number: number },
): Promise<{ client: LoadClient; ms: number; isFirstWhole: boolean }> {
  // Noted as they come and read afterwards, so that reading them is not part of the time.
  const arrivals: { readonly atMs: number; readonly update: Uint8Array }[] = [];
  let syncedAtMs = Infinity;
  const fromMs = performance.now();
  const client = new LoadClient({
    address,
    document,
    number,
    clientId: 700_000 + number,
    hidden: true,
    keeps: false,
    onUpdate: (update) => arrivals.push({ atMs: performance.now(), update: Uint8Array.from(update) }),
    onSynced: () => {
      syncedAtMs = performance.now();
    },
  });
  const coverage = new Coverage();
  let read = 0;
  let wholeAtMs = Infinity;
  await holdsWithin(60_000, () => {
    for (; read < arrivals.length && wholeAtMs === Infinity; read += 1) {
      const arrival = arrivals[read];
      if (arrival === undefined) break;
      coverage.take(arrival.update);
      if (coverage.covers(wanted)) wholeAtMs = arrival.atMs;
    }
    return wholeAtMs !== Infinity && syncedAtMs !== Infinity;
  });
  if (wholeAtMs === Infinity) {
    const bytes = arrivals.reduce((sum, { update }) => sum + update.length, 0);
    throw new Error(`${document} never became whole: ${arrivals.length} updates of ${bytes} bytes came, with ${coverage.gaps} gaps`);
  }
  return { client, ms: wholeAtMs - fromMs, isFirstWhole: wholeAtMs <= syncedAtMs };
}
