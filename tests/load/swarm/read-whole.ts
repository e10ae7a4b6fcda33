/** A fresh client reads documents, as somebody who opens them for the first time. */
import * as Y from "yjs";
import { LoadClient, type Address } from "./client.ts";
import { readClocks } from "./progress.ts";
import { holdsWithin, pass } from "./wait.ts";

export type ReadWholeInput = {
  readonly address: Address;
  readonly documents: readonly string[];
  /** State vectors, in the same order: wait until so much is there. Without: what the first answer brings. */
  readonly wanted?: readonly Uint8Array[];
  /** Wait as long again after the first answer: some servers answer before they have loaded. */
  readonly quietMs?: number;
  readonly timeoutMs?: number;
};

/** How far a reader has each client id of a document, without gaps. */
export class Coverage {
  gaps = 0;
  private readonly seen = new Map<number, number>();

  take(update: Uint8Array): void {
    readClocks(update, (clientId, start, end) => {
      const from = this.seen.get(clientId) ?? 0;
      if (start > from) this.gaps += 1;
      if (start <= from && end > from) this.seen.set(clientId, end);
    });
  }

  covers(wanted: ReadonlyMap<number, number>): boolean {
    for (const [clientId, clock] of wanted) if ((this.seen.get(clientId) ?? 0) < clock) return false;
    return true;
  }
}

/** @returns each document as one update */
export async function readWhole(input: ReadWholeInput): Promise<Uint8Array[]> {
  const states: Uint8Array[] = [];
  for (const [index, document] of input.documents.entries()) {
    const vector = input.wanted?.[index];
    states.push(await readOne(input, { document, index, wanted: vector === undefined ? new Map<number, number>() : Y.decodeStateVector(vector) }));
  }
  return states;
}

type One = { readonly document: string; readonly index: number; readonly wanted: ReadonlyMap<number, number> };

async function readOne(input: ReadWholeInput, { document, index, wanted }: One): Promise<Uint8Array> {
  const { address, quietMs = 0, timeoutMs = 60_000 } = input;
  const coverage = new Coverage();
  let closedWith: number | null = null;
  const client = new LoadClient({
    address,
    document,
    number: index,
    clientId: 900_000 + index,
    hidden: true,
    onUpdate: (update) => coverage.take(update),
    onEnd: (code) => {
      closedWith = code;
    },
  });
  try {
    await holdsWithin(timeoutMs, () => closedWith !== null || (client.isSynced && coverage.covers(wanted)), 2);
    if (!client.isSynced) throw new Error(closedWith === null ? `${document} was not answered` : `${document} was closed with ${String(closedWith)}`);
    await pass(quietMs);
    return Y.encodeStateAsUpdate(client.makeDoc());
  } finally {
    client.close();
  }
}
