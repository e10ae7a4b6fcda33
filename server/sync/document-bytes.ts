/**
 * A document's content as bytes: the last snapshot, and the updates after it. Answers who comes without building a Y.Doc.
 *
 * Always true: the parts together are everything that was added, and each part can be integrated after those before it. Updates are merged
 * only when somebody comes, and only among themselves: the snapshot, which may be large, is sent as it is. Rule SY3.
 */
import * as Y from "yjs";
import { scanUpdate } from "#core/protocol/update-scan";

export type DocumentBytes = {
  readonly add: (update: Uint8Array) => void;
  readonly size: () => number;
  /** Updates and bytes on top of the snapshot. */
  readonly tail: () => { readonly updates: number; readonly bytes: number };
  /** All of it as one update. Slow for a large document. */
  readonly whole: () => Uint8Array;
  /** What somebody at this state vector lacks, as updates in order; never empty. `hasAll`: nothing in the vector is behind. */
  readonly since: (vector: Uint8Array, hasAll: boolean) => readonly Uint8Array[];
  /** Put a snapshot in the place of everything, and `updates` on top of it. */
  readonly replace: (snapshot: Uint8Array, updates: readonly Uint8Array[]) => void;
};

const EMPTY_UPDATE = Uint8Array.of(0, 0);
/** Merging n updates at once costs n times n; in groups of this size it stays below 10 µs an update. */
const MERGE_AT_ONCE = 32;
/** Answers for the same state vector are kept for those who come together after a restart. */
const MAX_KEPT_ANSWERS = 4;

/**
 * @param snapshot null when there is none
 * @param updates after it, oldest first
 */
export function makeDocumentBytes(snapshot: Uint8Array | null, updates: readonly Uint8Array[]): DocumentBytes {
  let base: Uint8Array = snapshot ?? EMPTY_UPDATE;
  /** The first updates after the base, merged; and the rest. */
  let merged: Uint8Array = EMPTY_UPDATE;
  let fresh: Uint8Array[] = [...updates];
  let tailUpdates = updates.length;
  let tailBytes = sizeOf(updates);
  let answers = new Map<string, Uint8Array>();
  let baseDeletions: Uint8Array | null = null;

  const setBase = (next: Uint8Array) => {
    base = next;
    merged = EMPTY_UPDATE;
    answers = new Map();
    baseDeletions = null;
  };

  const mergeTail = (): Uint8Array => {
    if (fresh.length > 0) {
      merged = mergeInGroups(merged === EMPTY_UPDATE ? fresh : [merged, ...fresh]);
      fresh = [];
      tailBytes = merged.length;
    }
    return merged;
  };

  const baseSince = (vector: Uint8Array): Uint8Array => {
    const key = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("latin1");
    const kept = answers.get(key);
    if (kept !== undefined) return kept;
    const answer = Y.diffUpdate(base, vector);
    for (const oldest of answers.keys()) if (answers.size >= MAX_KEPT_ANSWERS) answers.delete(oldest);
    answers.set(key, answer);
    return answer;
  };

  return {
    add: (update) => {
      fresh.push(update);
      tailUpdates += 1;
      tailBytes += update.length;
    },
    size: () => base.length + tailBytes,
    tail: () => ({ updates: tailUpdates, bytes: tailBytes }),
    whole: () => {
      if (mergeTail() !== EMPTY_UPDATE) {
        setBase(Y.mergeUpdates([base, merged]));
        tailBytes = 0;
      }
      return base;
    },
    since: (vector, hasAll) => {
      const tail = mergeTail();
      const isFolded = tail === EMPTY_UPDATE;
      if (hasAll) {
        baseDeletions ??= deletionsOf(base);
        return isFolded ? [baseDeletions] : [baseDeletions, deletionsOf(tail)];
      }
      if (vector.length <= 1) return isFolded ? [base] : [base, tail];
      return isFolded ? [baseSince(vector)] : [baseSince(vector), Y.diffUpdate(tail, vector)];
    },
    replace: (next, rest) => {
      setBase(next);
      fresh = [...rest];
      tailUpdates = rest.length;
      tailBytes = sizeOf(rest);
    },
  };
}

const sizeOf = (updates: readonly Uint8Array[]): number => updates.reduce((sum, update) => sum + update.length, 0);

/** Merge many updates without the cost of merging them all at once. */
export function mergeInGroups(updates: readonly Uint8Array[]): Uint8Array {
  let level = updates;
  while (level.length > 1) {
    const next: Uint8Array[] = [];
    for (let at = 0; at < level.length; at += MERGE_AT_ONCE) next.push(Y.mergeUpdates(level.slice(at, at + MERGE_AT_ONCE)));
    level = next;
  }
  return level[0] ?? EMPTY_UPDATE;
}

/** The part of an update that deletes, as an update. */
function deletionsOf(update: Uint8Array): Uint8Array {
  const scan = scanUpdate(update);
  if (scan === null) return update;
  const only = new Uint8Array(1 + update.length - scan.deletionsAt);
  only.set(update.subarray(scan.deletionsAt), 1);
  return only;
}
