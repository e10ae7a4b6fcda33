/** What an edit by the server comes to: one update on top of what is there. */
import * as Y from "yjs";

/** Let `change` work on a document that holds `parts`, and answer what it changed as one update. */
export function updateFrom(parts: readonly Uint8Array[], doc: Y.Doc, change: (doc: Y.Doc) => void): Uint8Array {
  for (const part of parts) Y.applyUpdate(doc, part);
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  doc.transact(() => change(doc));
  return Y.mergeUpdates(updates);
}
