/** The check that ends every run: is what the server has stored what everybody has on their screens? */
import { join } from "node:path";
import * as Y from "yjs";
import { systemClock } from "../../server/observe/clock.ts";
import { makeLog } from "../../server/observe/log.ts";
import { openStores } from "../../server/stores/open.ts";
import { runTask } from "./swarm.ts";
import type { FinalState } from "./swarm/rooms.ts";
import { findDifference } from "./swarm/same-state.ts";
import { isRelay, type Target } from "./targets.ts";

/**
 * Ours is stopped and its log is read from the database, with no server in between; peers are asked by a fresh client; a relay keeps nothing.
 * @returns what differs, or null
 */
export async function findStoredDifference(target: Target, states: readonly FinalState[]): Promise<string | null> {
  if (isRelay(target.name)) return null;
  const documents = states.map(({ document }) => document);
  const stored = await (target.name === "bansho"
    ? readStored(target, documents)
    : runTask("readWhole", { address: target.address, documents, wanted: states.map(({ state }) => Y.encodeStateVectorFromUpdate(state)) }));
  for (const [index, { document, state, texts }] of states.entries()) {
    const bytes = stored[index];
    const difference = bytes === undefined ? "it was not stored" : findDifference(docOf(state), docOf(bytes), texts);
    if (difference !== null) return `stored ${document}: ${difference}; it printed: ${target.output().slice(-400)}`;
  }
  return null;
}

/** Stop our server and read documents from its database. */
export async function readStored(target: Target, documents: readonly string[]): Promise<Uint8Array[]> {
  const code = await target.stop("SIGTERM");
  if (code !== 0) throw new Error(`the server ended with ${String(code)}:\n${target.output()}`);
  const stores = await openStores({
    databaseUrl: `file:${join(target.dataDir, "bansho.db")}`,
    clock: systemClock,
    logger: makeLog({ level: "warn" }),
  });
  try {
    const states: Uint8Array[] = [];
    for (const document of documents) {
      const { snapshot, updates } = await stores.log.load(document);
      const doc = new Y.Doc();
      doc.transact(() => {
        for (const update of snapshot === null ? updates : [snapshot, ...updates]) Y.applyUpdate(doc, update);
      });
      states.push(Y.encodeStateAsUpdate(doc));
    }
    return states;
  } finally {
    await stores.close();
  }
}

/** A document that holds one update. */
export function docOf(update: Uint8Array): Y.Doc {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  return doc;
}
