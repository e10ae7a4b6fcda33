/**
 * Permanent ids (SC4): every header, stage, block and item gets one, and keeps it.
 *
 * Always true: only changes made here are repaired. If every client repaired what arrives, two of them would give one block two
 * different ids at once.
 */
import type { Node } from "prosemirror-model";
import { Plugin, type EditorState, type Transaction } from "prosemirror-state";
import { makeId, type BlockId, type RandomBytes } from "#core/ids";

/** Randomness of the browser. */
export const browserRandom: RandomBytes = (count) => crypto.getRandomValues(new Uint8Array(count));
/** A new permanent id. */
export const newBlockId = (random: RandomBytes = browserRandom): string => makeId<BlockId>(random);

const hasId = (node: Node): boolean => "id" in node.attrs;

/**
 * The plugin that fills in and repairs ids.
 * @param isRemote tells transactions that carry somebody else's change
 */
export function blockIds(isRemote: (transaction: Transaction) => boolean, random: RandomBytes = browserRandom): Plugin {
  return new Plugin({
    appendTransaction: (transactions, before, after) => {
      const local = transactions.some((transaction) => transaction.docChanged && !isRemote(transaction));
      return local ? repairIds(before, after, random) : null;
    },
  });
}

/** Of two nodes with one id the one that had it before keeps it; when neither or both did, the first (a split keeps it on the first half). */
function repairIds(before: EditorState, after: EditorState, random: RandomBytes): Transaction | null {
  const places = new Map<string, number[]>();
  const missing: number[] = [];
  after.doc.descendants((node, pos) => {
    if (node.isTextblock) return false;
    if (!hasId(node)) return true;
    const id: unknown = node.attrs["id"];
    if (typeof id !== "string" || id === "") missing.push(pos);
    else places.set(id, [...(places.get(id) ?? []), pos]);
    return true;
  });
  const wrong = [...missing];
  for (const [id, positions] of places) {
    if (positions.length > 1) wrong.push(...withoutKeeper(positions, after.doc, findById(before.doc, id)));
  }
  if (wrong.length === 0) return null;
  const transaction = after.tr;
  for (const pos of wrong) transaction.setNodeAttribute(pos, "id", newBlockId(random));
  return transaction;
}

function withoutKeeper(positions: readonly number[], doc: Node, original: Node | null): readonly number[] {
  const same = original === null ? -1 : positions.findIndex((pos) => doc.nodeAt(pos) === original);
  const keeper = Math.max(0, same);
  return positions.filter((_, index) => index !== keeper);
}

function findById(doc: Node, id: string): Node | null {
  let found: Node | null = null;
  doc.descendants((node) => {
    if (found !== null || node.isTextblock) return false;
    if (node.attrs["id"] === id) found = node;
    return true;
  });
  return found;
}
