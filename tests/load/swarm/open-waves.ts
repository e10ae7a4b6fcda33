/** Many documents open at once, then others, then none: what the server's memory does. */
import { residentBytes } from "../process-stats.ts";
import { LoadClient, type Address } from "./client.ts";
import { SEED_CLIENT } from "./lesson-content.ts";
import { holdsWithin, pass } from "./wait.ts";
import * as Y from "yjs";

export type OpenWavesInput = {
  readonly address: Address;
  readonly serverPid: number;
  /** Two waves, each with half of them. */
  readonly documents: readonly string[];
  /** Clocks of the seed client in each document. */
  readonly clocks: readonly number[];
  readonly betweenMs: number;
  readonly afterMs: number;
};
export type OpenWavesResult = {
  readonly kibPerDocument: number;
  readonly secondWaveRatio: number;
  readonly givenBackPercent: number;
  readonly baseMib: number;
  readonly trouble: string | null;
};

const AT_ONCE = 40;
const SETTLE_MS = 5_000;

export async function openWaves(input: OpenWavesInput): Promise<OpenWavesResult> {
  const { documents, serverPid } = input;
  const half = Math.floor(documents.length / 2);
  const base = residentBytes(serverPid);
  const first = await openWave(input, 0, half);
  const second = await openWave(input, half, half * 2);
  const peak = Math.max(first.bytes, second.bytes);
  let least = second.bytes;
  const enough = base + (peak - base) * 0.1;
  await holdsWithin(input.afterMs, () => (least = Math.min(least, residentBytes(serverPid))) <= enough, 1_000);
  return {
    kibPerDocument: (first.bytes - base) / half / 1024,
    secondWaveRatio: (second.bytes - base) / (first.bytes - base),
    givenBackPercent: ((peak - least) / (peak - base)) * 100,
    baseMib: base / 1024 ** 2,
    trouble: first.trouble ?? second.trouble,
  };
}

async function openWave(input: OpenWavesInput, from: number, to: number): Promise<{ bytes: number; trouble: string | null }> {
  const clients: LoadClient[] = [];
  for (let next = from; next < to; next += AT_ONCE) {
    const some = input.documents
      .slice(next, Math.min(to, next + AT_ONCE))
      .map((document, index) => new LoadClient({ address: input.address, document, number: next + index, clientId: 800_000, hidden: true }));
    clients.push(...some);
    if (!(await holdsWithin(60_000, () => some.every((client) => client.isSynced)))) throw new Error("documents did not open");
  }
  await pass(SETTLE_MS);
  const bytes = residentBytes(input.serverPid);
  let whole = 0;
  for (const [index, client] of clients.entries())
    if (!client.isEnded && Y.getState(client.makeDoc().store, SEED_CLIENT) === input.clocks[from + index]) whole += 1;
  for (const client of clients) client.close();
  await pass(from === 0 ? input.betweenMs : 0);
  return { bytes, trouble: whole === clients.length ? null : `${clients.length - whole} of ${clients.length} documents were not whole` };
}
