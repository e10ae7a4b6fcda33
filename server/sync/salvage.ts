/**
 * What can still be read of a damaged document. Pure; the hub shows it read-only, the doctor repairs with it. Rule SY2.
 */
import * as Y from "yjs";
import { scanUpdate } from "#core/protocol/update-scan";

export type BrokenPart = {
  /** Place among the parts, 0 is the first. */
  readonly index: number;
  /** Not an update at all; or a good one that Yjs refuses all the same. */
  readonly why: "unreadable" | "not applied";
};

export type Salvage = {
  /** All that decodes and fits, as one v1 update, garbage collected. */
  readonly whole: Uint8Array;
  /** Parts of which nothing is in `whole`, in order. Empty when nothing is broken. */
  readonly broken: readonly BrokenPart[];
  /** Good parts rest on something that is gone: their edits are not all in `whole`. */
  readonly hasGap: boolean;
};

/**
 * Read what can be read.
 * @param parts snapshot and updates, oldest first
 */
export function salvage(parts: readonly Uint8Array[]): Salvage {
  const doc = new Y.Doc({ gc: true });
  const broken: BrokenPart[] = [];
  try {
    for (const [index, part] of parts.entries()) {
      if (scanUpdate(part) === null) {
        broken.push({ index, why: "unreadable" });
        continue;
      }
      try {
        Y.applyUpdate(doc, part);
      } catch {
        // What our reader passes Yjs takes, as far as we know; what it does not take is told, and kept by whoever called.
        broken.push({ index, why: "not applied" });
      }
    }
    const hasGap = doc.store.pendingStructs !== null || doc.store.pendingDs !== null;
    doc.store.pendingStructs = null;
    doc.store.pendingDs = null;
    return { whole: Y.encodeStateAsUpdate(doc), broken, hasGap };
  } finally {
    doc.destroy();
  }
}
