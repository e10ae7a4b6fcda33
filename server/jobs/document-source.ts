/** What jobs need of the sync hub, and no more: they read documents and listen; they neither admit people nor edit. */
import type { PersonId } from "#core/ids";

export type DocumentSource = {
  /** The whole current state as one v1 update; empty for a document that never was. */
  readonly read: (document: string) => Promise<Uint8Array>;
  /** The same as several updates in order, which costs less. */
  readonly readParts: (document: string) => Promise<readonly Uint8Array[]>;
  readonly notice: (document: string, json: unknown) => void;
  readonly onCommitted: (listener: (event: { document: string; personId: PersonId | null; atMs: number }) => void) => () => void;
  readonly onEmptied: (listener: (event: { document: string; changed: boolean }) => void) => () => void;
};
