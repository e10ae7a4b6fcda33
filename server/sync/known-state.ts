/**
 * What a room knows, as numbers: how far it has every client's structs, and which of them are deleted.
 *
 * With it the room tells news from repetition and finds gaps without building a Y.Doc. Always true: it holds exactly what the room's bytes
 * hold, because `add` is called for each update that joins them. Rules SY3, SY4.
 */
import * as encoding from "lib0/encoding";
import type { ClockRange, UpdateScan } from "#core/protocol/update-scan";

/** How an update stands to what is known. */
export type Comparison =
  /** Every struct and deletion of it is known. */
  | { readonly is: "known" }
  /** It rests on something that is not known: integrating it would leave it pending. */
  | { readonly is: "gap" }
  /** It can be integrated. `writers`: clients of which it holds new structs. */
  | { readonly is: "news"; readonly writers: readonly number[] };

export type KnownState = {
  readonly compare: (scan: UpdateScan) => Comparison;
  /** Take the update's content into account. Answers whether all of it fitted; what lies beyond a gap is left out. */
  readonly add: (scan: UpdateScan) => boolean;
  /** True when everything that `other` knows is known here. */
  readonly covers: (other: KnownState) => boolean;
  readonly clocks: ReadonlyMap<number, number>;
  readonly deletions: ReadonlyMap<number, readonly number[]>;
  /** True when a state vector reaches as far as what is known, or further, for every client. */
  readonly reachedBy: (vector: ReadonlyMap<number, number>) => boolean;
  /** Encoded as Yjs does (v1). `setBack`: clients whose clocks are to stand there instead. */
  readonly stateVector: (setBack?: ReadonlyMap<number, number>) => Uint8Array;
};

/** Starts with nothing known. */
export function makeKnownState(): KnownState {
  const clocks = new Map<number, number>();
  /** By client: borders of ranges, rising: start, end, start, end ... Ranges neither overlap nor touch. */
  const deletions = new Map<number, number[]>();

  const compare = (scan: UpdateScan): Comparison => {
    const writers: number[] = [];
    for (const [client, ranges] of scan.structs) {
      const known = clocks.get(client) ?? 0;
      const reached = reach(known, ranges);
      if (reached === null) return { is: "gap" };
      if (reached > known) writers.push(client);
    }
    const stateAfter = (client: number): number => reach(clocks.get(client) ?? 0, scan.structs.get(client) ?? []) ?? 0;
    for (const [client, needed] of scan.needs) if (stateAfter(client) < needed) return { is: "gap" };
    let deletesNews = false;
    for (const [client, ranges] of scan.deletions) {
      const end = stateAfter(client);
      const borders = deletions.get(client) ?? [];
      for (const range of ranges) {
        if (range.end > end) return { is: "gap" };
        deletesNews ||= !isCovered(borders, range);
      }
    }
    return writers.length > 0 || deletesNews ? { is: "news", writers } : { is: "known" };
  };

  const add = (scan: UpdateScan): boolean => {
    let fits = true;
    for (const [client, ranges] of scan.structs) {
      let known = clocks.get(client) ?? 0;
      for (const { start, end } of ranges) {
        if (start > known) fits = false;
        else if (end > known) known = end;
      }
      if (known > 0) clocks.set(client, known);
    }
    for (const [client, ranges] of scan.deletions) {
      const borders = deletions.get(client) ?? [];
      for (const range of ranges) cover(borders, range);
      if (borders.length > 0) deletions.set(client, borders);
    }
    return fits;
  };

  const covers = (other: KnownState): boolean => {
    for (const [client, clock] of other.clocks) if ((clocks.get(client) ?? 0) < clock) return false;
    for (const [client, borders] of other.deletions) {
      const mine = deletions.get(client) ?? [];
      for (let at = 0; at < borders.length; at += 2) {
        if (!isCovered(mine, { start: borders[at] ?? 0, end: borders[at + 1] ?? 0 })) return false;
      }
    }
    return true;
  };

  const reachedBy = (vector: ReadonlyMap<number, number>): boolean => {
    for (const [client, clock] of clocks) if ((vector.get(client) ?? 0) < clock) return false;
    return true;
  };

  const stateVector = (setBack?: ReadonlyMap<number, number>): Uint8Array =>
    encoding.encode((encoder) => {
      const entries = [...clocks].map(([client, clock]) => [client, setBack?.get(client) ?? clock] as const).filter(([, clock]) => clock > 0);
      encoding.writeVarUint(encoder, entries.length);
      for (const [client, clock] of entries.toSorted(([a], [b]) => b - a)) {
        encoding.writeVarUint(encoder, client);
        encoding.writeVarUint(encoder, clock);
      }
    });

  return { compare, add, covers, reachedBy, clocks, deletions, stateVector };
}

/** Where a client's clock stands after these ranges; null when there is a hole before one of them. */
function reach(known: number, ranges: readonly ClockRange[]): number | null {
  let clock = known;
  for (const { start, end } of ranges) {
    if (start > clock) return null;
    if (end > clock) clock = end;
  }
  return clock;
}

/** First index whose border is greater than `clock`. */
function bordersUpTo(borders: readonly number[], clock: number): number {
  let low = 0;
  let high = borders.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((borders[middle] ?? 0) <= clock) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isCovered(borders: readonly number[], { start, end }: ClockRange): boolean {
  const after = bordersUpTo(borders, start);
  // Odd: `start` lies inside a range, and borders[after] is that range's end.
  return after % 2 === 1 && (borders[after] ?? 0) >= end;
}

function cover(borders: number[], { start, end }: ClockRange): void {
  // Touching ranges become one: a border equal to `start` or `end` goes too.
  const first = bordersUpTo(borders, start - 1);
  const last = bordersUpTo(borders, end);
  const newStart = first % 2 === 1 ? [] : [start];
  const newEnd = last % 2 === 1 ? [] : [end];
  borders.splice(first, last - first, ...newStart, ...newEnd);
}
