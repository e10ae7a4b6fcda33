/**
 * The document log in memory, for tests: the same rules as the real one (ST1 to ST4), and ways to make it slow, failing or crashed.
 */
import type { PersonId } from "#core/ids";
import type { DocumentLog, LogEntry, StoredDocument } from "../contract.ts";

export type LogOperation = "append" | "load" | "compact" | "claimClientId" | "writersSince";

export type MemoryDocumentLog = DocumentLog & {
  /**
   * Runs before each operation, which waits for it: a promise that resolves later is a slow disk, one that rejects a failing one
   * (then nothing is written). Null takes it away.
   */
  readonly interfere: (before: ((operation: LogOperation, documents: readonly string[]) => Promise<void>) | null) => void;
  /** What a crash leaves behind: a log of its own that holds what has been committed so far. Operations under way reach only the old one. */
  readonly afterCrash: () => MemoryDocumentLog;
  /** All that was committed, in order, also what has been folded into snapshots since. */
  readonly committed: () => readonly LogEntry[];
  /** What `load` would answer now, without waiting. */
  readonly stored: (document: string) => StoredDocument;
  /** Put bytes where the snapshot is, as damage or an older release would. */
  readonly plantSnapshot: (document: string, snapshot: Uint8Array) => void;
};

type Row = { readonly seq: number; readonly update: Uint8Array };
type Stored = { snapshot: Uint8Array | null; throughSeq: number; rows: Row[] };
type Contents = {
  readonly documents: Map<string, Stored>;
  readonly owners: Map<string, PersonId>;
  readonly committed: LogEntry[];
  lastSeq: number;
};

/** Makes an empty log. */
export function makeMemoryDocumentLog(): MemoryDocumentLog {
  return openContents({ documents: new Map(), owners: new Map(), committed: [], lastSeq: 0 });
}

function openContents(contents: Contents): MemoryDocumentLog {
  const { documents, owners, committed } = contents;
  let before: ((operation: LogOperation, documents: readonly string[]) => Promise<void>) | null = null;

  const storedOf = (document: string): Stored => {
    const found = documents.get(document);
    if (found !== undefined) return found;
    const made: Stored = { snapshot: null, throughSeq: 0, rows: [] };
    documents.set(document, made);
    return made;
  };

  const read = (document: string): StoredDocument => {
    const stored = documents.get(document);
    if (stored === undefined) return { snapshot: null, updates: [], throughSeq: 0 };
    const updates = stored.rows.map((row) => Uint8Array.from(row.update));
    return { snapshot: stored.snapshot, updates, throughSeq: stored.rows.at(-1)?.seq ?? stored.throughSeq };
  };

  return {
    append: async (entries) => {
      await before?.("append", [...new Set(entries.map((entry) => entry.document))]);
      for (const entry of entries) {
        contents.lastSeq += 1;
        const kept = { ...entry, update: Uint8Array.from(entry.update) };
        storedOf(entry.document).rows.push({ seq: contents.lastSeq, update: kept.update });
        committed.push(kept);
      }
    },
    load: async (document) => {
      await before?.("load", [document]);
      return read(document);
    },
    compact: async (document, snapshot, throughSeq) => {
      await before?.("compact", [document]);
      const stored = storedOf(document);
      // An older compaction that arrives late must not undo a newer one.
      if (throughSeq <= stored.throughSeq) return;
      stored.snapshot = Uint8Array.from(snapshot);
      stored.throughSeq = throughSeq;
      stored.rows = stored.rows.filter((row) => row.seq > throughSeq);
    },
    claimClientId: async (document, clientId, personId) => {
      await before?.("claimClientId", [document]);
      const key = `${document} ${clientId}`;
      const owner = owners.get(key) ?? personId;
      owners.set(key, owner);
      return owner;
    },
    writersSince: async (document, sinceMs) => {
      await before?.("writersSince", [document]);
      const writers = committed
        .filter((entry) => entry.document === document)
        .flatMap(({ personId, atMs, others = [] }) => [...(personId === null ? [] : [{ personId, atMs }]), ...others])
        .filter(({ atMs }) => atMs > sinceMs);
      return [...new Set(writers.map(({ personId }) => personId))];
    },
    close: async () => {},
    interfere: (hook) => {
      before = hook;
    },
    afterCrash: () =>
      openContents({
        documents: new Map([...documents].map(([name, stored]) => [name, { ...stored, rows: [...stored.rows] }])),
        owners: new Map(owners),
        committed: [...committed],
        lastSeq: contents.lastSeq,
      }),
    committed: () => committed,
    stored: read,
    plantSnapshot: (document, snapshot) => {
      storedOf(document).snapshot = snapshot;
    },
  };
}
