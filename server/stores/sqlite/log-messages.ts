/**
 * What passes between the document log and its thread. Updates travel packed in one buffer that is handed over, never the caller's
 * own: those are still being sent to people.
 */
import type { PersonId } from "#core/ids";
import type { LogEntry } from "../contract.ts";

/** Several byte strings end to end. */
export type Packed = { readonly lengths: readonly number[]; readonly bytes: Uint8Array<ArrayBuffer> };

/** That a client id of a document is somebody's. */
export type Claim = { readonly document: string; readonly clientId: number; readonly personId: PersonId };

export type LogRequest =
  | {
      readonly kind: "append";
      /** One list for each column: cloning many small objects would cost more than writing them. */
      readonly documents: readonly string[];
      readonly personIds: readonly (PersonId | null)[];
      readonly atMs: readonly number[];
      /** Only where there are any. */
      readonly others: readonly { readonly index: number; readonly writers: NonNullable<LogEntry["others"]> }[];
      readonly updates: Packed;
    }
  | { readonly kind: "load"; readonly document: string }
  | { readonly kind: "compact"; readonly document: string; readonly snapshot: Uint8Array<ArrayBuffer>; readonly throughSeq: number }
  | { readonly kind: "claim"; readonly claims: readonly Claim[] }
  | { readonly kind: "writers"; readonly document: string; readonly sinceMs: number }
  | { readonly kind: "check" }
  | { readonly kind: "close" };

/** What comes back for each kind. */
export type LogAnswers = {
  readonly append: null;
  readonly load: { readonly snapshot: Uint8Array<ArrayBuffer> | null; readonly updates: Packed; readonly throughSeq: number };
  readonly compact: null;
  /** The owner of each, in the order of the claims. */
  readonly claim: readonly string[];
  readonly writers: readonly string[];
  readonly check: { readonly journalMode: string; readonly synchronous: number };
  readonly close: null;
};

export type ToWorker = { readonly id: number; readonly request: LogRequest };
export type FromWorker =
  | { readonly id: number; readonly ok: true; readonly answer: LogAnswers[keyof LogAnswers] }
  | { readonly id: number; readonly ok: false; readonly error: Error };

/** Copy these end to end into a fresh buffer. */
export function pack(parts: readonly Uint8Array[]): Packed {
  const lengths = parts.map((part) => part.byteLength);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return { lengths, bytes };
}

/** The parts again, as views on the packed bytes: nothing is copied. */
export function unpack(packed: Packed): readonly Uint8Array<ArrayBuffer>[] {
  let at = 0;
  return packed.lengths.map((length) => {
    at += length;
    return packed.bytes.subarray(at - length, at);
  });
}
