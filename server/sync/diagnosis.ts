/**
 * What is wrong with a stored document, and what repairing it would keep and lose. Pure; for the doctor. Rules SY2, ST21.
 * Left to others: reading the parts and putting them aside (server/stores/sqlite/document-care.ts).
 */
import { assert } from "#core/errors";
import { scanUpdate, type ClockRange, type UpdateScan } from "#core/protocol/update-scan";
import { salvage } from "./salvage.ts";

/** Why a part has to be kept aside: nothing of it can be used, or it rests in part on something that is gone. */
export type Trouble = { readonly index: number; readonly why: "unreadable" | "not applied" | "rests on what is gone" };

export type Diagnosis = {
  /** All that can be read, as one v1 update without gaps. */
  readonly whole: Uint8Array;
  /** Parts of which something is not in `whole`, by their place among the parts. Empty when the document is sound. */
  readonly troubles: readonly Trouble[];
  /** The base was needed: it held what the parts no longer do. Deletions made after it was kept may be undone. */
  readonly usedBase: boolean;
  /** Nothing at all can be read. */
  readonly isEmpty: boolean;
};

/**
 * @param parts snapshot and updates, oldest first
 * @param base an older whole state of the same document (v1 update), such as a version: taken in only when something is wrong and it adds to
 *   what can be read
 */
export function diagnose(parts: readonly Uint8Array[], base: Uint8Array | null): Diagnosis {
  const alone = look(parts);
  if (alone.troubles.length === 0 || base === null || scanUpdate(base) === null) return { ...alone, usedBase: false };
  const withBase = look([base, ...parts]);
  if (!addsTo(alone.whole, withBase.whole)) return { ...alone, usedBase: false };
  const troubles = withBase.troubles.filter(({ index }) => index > 0).map((trouble) => ({ ...trouble, index: trouble.index - 1 }));
  return { ...withBase, troubles, usedBase: true };
}

function look(parts: readonly Uint8Array[]): Omit<Diagnosis, "usedBase"> {
  const { whole, broken, hasGap } = salvage(parts);
  const known = endsOf(scanWhole(whole));
  const brokenAt = new Set(broken.map(({ index }) => index));
  const waiting = !hasGap
    ? []
    : parts.flatMap((part, index): Trouble[] => {
        const scan = brokenAt.has(index) ? null : scanUpdate(part);
        return scan === null || isCovered(scan, known) ? [] : [{ index, why: "rests on what is gone" }];
      });
  const troubles = [...broken, ...waiting].sort((left, right) => left.index - right.index);
  return { whole, troubles, isEmpty: known.size === 0 };
}

function scanWhole(whole: Uint8Array): UpdateScan {
  const scan = scanUpdate(whole);
  assert(scan !== null, "what Yjs writes can be read");
  return scan;
}

const endOf = (ranges: readonly ClockRange[]): number => ranges.reduce((most, { end }) => Math.max(most, end), 0);
/** How far each client is known. A whole state has no holes, so its end says all. */
const endsOf = (scan: UpdateScan): ReadonlyMap<number, number> => new Map([...scan.structs].map(([client, ranges]) => [client, endOf(ranges)]));

const isCovered = (scan: UpdateScan, known: ReadonlyMap<number, number>): boolean =>
  [...scan.structs, ...scan.deletions].every(([client, ranges]) => endOf(ranges) <= (known.get(client) ?? 0));

/** Does `more` hold anything that `whole` lacks? */
function addsTo(whole: Uint8Array, more: Uint8Array): boolean {
  const known = endsOf(scanWhole(whole));
  return [...endsOf(scanWhole(more))].some(([client, end]) => end > (known.get(client) ?? 0));
}
