/** Do two documents hold the same? */
import * as Y from "yjs";

/**
 * @param texts names of root texts that are compared letter by letter, beside clocks and deletions
 * @returns what differs, or null
 */
export function findDifference(one: Y.Doc, other: Y.Doc, texts: readonly string[]): string | null {
  if (one.store.pendingStructs !== null || other.store.pendingStructs !== null) return "something is missing before what is there";
  const oneVector = Y.decodeStateVector(Y.encodeStateVector(one));
  const otherVector = Y.decodeStateVector(Y.encodeStateVector(other));
  for (const clientId of new Set([...oneVector.keys(), ...otherVector.keys()])) {
    const [here, there] = [oneVector.get(clientId) ?? 0, otherVector.get(clientId) ?? 0];
    if (here !== there) return `client ${clientId}: ${here} clocks against ${there}`;
  }
  if (!Y.equalSnapshots(Y.snapshot(one), Y.snapshot(other))) return "deletions differ";
  const differing = texts.find((name) => one.getText(name).toJSON() !== other.getText(name).toJSON());
  return differing === undefined ? null : `text ${differing} differs`;
}

/** Check that all replicas of a document are the same. @returns what differs, or null */
export function findDifferenceAmong(docs: readonly Y.Doc[], texts: readonly string[]): string | null {
  const [first, ...others] = docs;
  if (first === undefined) return null;
  for (const [index, other] of others.entries()) {
    const difference = findDifference(first, other, texts);
    if (difference !== null) return `replica ${index + 1}: ${difference}`;
  }
  return null;
}
