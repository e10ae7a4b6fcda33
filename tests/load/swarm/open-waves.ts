/** Many documents open at once, then others, then none: what the server's memory does. */
import { residentBytes } from "../process-stats.ts";
import { LoadClient, type Address } from "./client.ts";
import { SEED_CLIENT } from "./lesson-content.ts";
import { Coverage } from "./read-whole.ts";
import { holdsWithin, pass } from "./wait.ts";

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
/** All waiting of one wave for documents to be whole: one server never shows some of them. */
const PATIENCE_MS = 90_000;

export async function openWaves(input: OpenWavesInput): Promise<OpenWavesResult> {
  const { documents, serverPid } = input;
  const half = Math.floor(documents.length / 2);
  await pass(SETTLE_MS);
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

type Guest = { readonly client: LoadClient; readonly isWhole: () => boolean };

/** Somebody who opens a document. Some servers answer before they have loaded, so that being answered is not having it. */
function open(input: OpenWavesInput, number: number): Guest {
  const coverage = new Coverage();
  const wanted = new Map([[SEED_CLIENT, input.clocks[number] ?? 0]]);
  const document = input.documents[number] ?? "";
  const onUpdate = (update: Uint8Array): void => coverage.take(update);
  const client = new LoadClient({ address: input.address, document, number, clientId: 800_000, hidden: true, keeps: false, onUpdate });
  return { client, isWhole: () => client.isSynced && coverage.covers(wanted) };
}

async function openWave(input: OpenWavesInput, from: number, to: number): Promise<{ bytes: number; trouble: string | null }> {
  const guests: Guest[] = [];
  let missing = 0;
  let patienceMs = PATIENCE_MS;
  for (let next = from; next < to; next += AT_ONCE) {
    const some = Array.from({ length: Math.min(to - next, AT_ONCE) }, (_, index) => open(input, next + index));
    guests.push(...some);
    const fromMs = performance.now();
    await holdsWithin(patienceMs, () => some.every(({ isWhole }) => isWhole()));
    patienceMs -= performance.now() - fromMs;
    missing += some.filter(({ isWhole }) => !isWhole()).length;
  }
  await pass(SETTLE_MS);
  const bytes = residentBytes(input.serverPid);
  const ended = guests.filter(({ client }) => client.isEnded).length;
  for (const { client } of guests) client.close();
  await pass(from === 0 ? input.betweenMs : 0);
  const trouble = missing > 0 ? `${missing} of ${guests.length} documents never became whole` : null;
  return { bytes, trouble: trouble ?? (ended > 0 ? `${ended} connections ended` : null) };
}
