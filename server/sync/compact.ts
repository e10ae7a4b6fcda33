/**
 * Make one garbage-collected snapshot from a document's parts. Pure; runs in the compaction thread, and in tests without one.
 */
import * as Y from "yjs";
import { scanUpdate } from "#core/protocol/update-scan";
import { makeKnownState, type KnownState } from "./known-state.ts";

/**
 * Rule SY17: a snapshot replaces its parts only when it holds all that they hold.
 * @param parts snapshot and updates, oldest first
 * @throws Error when a part cannot be read, a part has gaps, or the snapshot would hold less
 */
export function compactUpdates(parts: readonly Uint8Array[]): Uint8Array {
  const before = knownFrom(parts);
  const doc = new Y.Doc({ gc: true });
  try {
    doc.transact(() => {
      for (const part of parts) Y.applyUpdate(doc, part);
    });
    if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) throw new Error("the document has gaps and is left as it is");
    const snapshot = Y.encodeStateAsUpdate(doc);
    if (!knownFrom([snapshot]).covers(before)) throw new Error("the snapshot would hold less than its parts");
    return snapshot;
  } finally {
    doc.destroy();
  }
}

function knownFrom(parts: readonly Uint8Array[]): KnownState {
  const known = makeKnownState();
  for (const part of parts) {
    const scan = scanUpdate(part);
    if (scan === null) throw new Error("a stored part cannot be read");
    known.add(scan);
  }
  return known;
}
