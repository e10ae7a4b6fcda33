/** A fresh client reads documents, as somebody who opens them for the first time. */
import * as Y from "yjs";
import { LoadClient, type Address } from "./client.ts";

export type ReadWholeInput = { readonly address: Address; readonly documents: readonly string[]; readonly timeoutMs?: number };

/** @returns each document as the server's first answer gives it, as one update */
export async function readWhole(input: ReadWholeInput): Promise<Uint8Array[]> {
  const states: Uint8Array[] = [];
  for (const [index, document] of input.documents.entries()) {
    const client = await new Promise<LoadClient>((done, fail) => {
      const patience = setTimeout(() => fail(new Error(`${document} was not answered`)), input.timeoutMs ?? 20_000);
      const reader = new LoadClient({
        address: input.address,
        document,
        number: index,
        clientId: 900_000 + index,
        hidden: true,
        onSynced: (synced) => {
          clearTimeout(patience);
          done(synced);
        },
        onEnd: (code) => {
          clearTimeout(patience);
          fail(new Error(`${document} was closed with ${code}`));
        },
      });
      return reader;
    });
    states.push(Y.encodeStateAsUpdate(client.makeDoc()));
    client.close();
  }
  return states;
}
