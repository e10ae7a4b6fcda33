/** Is all well, and what is kept: figures of the whole server, in words. */
import type { ReactNode } from "react";
import { sizeWords } from "#core/size";
import { Note } from "../../components/ui/note.tsx";
import { Time } from "../../components/ui/time.tsx";
import { agoWords, grouped } from "./words.ts";

type HealthProps = {
  readonly health: {
    readonly databaseAnswers: boolean;
    readonly startedAtMs: number;
    readonly waitingEdits: number;
    readonly oldestWaitingMs: number;
  };
};

/** A commit takes some milliseconds; what waits longer than this waits for a disk. */
const LATE_MS = 5_000;

export function Health({ health }: HealthProps) {
  const { databaseAnswers, startedAtMs, waitingEdits, oldestWaitingMs } = health;
  return (
    <section aria-labelledby="well">
      <h2 id="well">Is all well?</h2>
      {databaseAnswers && oldestWaitingMs < LATE_MS ? (
        <Note>Yes. The database answers, and what people write is saved.</Note>
      ) : (
        <Note tone="amber">
          {databaseAnswers
            ? "Edits wait longer than they should. The disk may be full or slow: make room, and do not restart Bansho."
            : "The database does not answer. What people write waits in memory and on their devices: do not restart Bansho."}
        </Note>
      )}
      <dl className="figures">
        <Figure name="Edits waiting to be saved">{waitingEdits === 0 ? "none" : grouped(waitingEdits)}</Figure>
        {waitingEdits > 0 && <Figure name="The oldest waits for">{agoWords(oldestWaitingMs)}</Figure>}
        <Figure name="Running since">
          <Time atMs={startedAtMs} form="date-time" />
        </Figure>
      </dl>
    </section>
  );
}

type StorageProps = {
  readonly storage: { readonly databaseBytes: number; readonly logBytes: number; readonly documents: number; readonly updates: number };
};

export function Storage({ storage }: StorageProps) {
  return (
    <section aria-labelledby="kept">
      <h2 id="kept">What is kept</h2>
      <p className="sub">Of everybody on this server.</p>
      <dl className="figures">
        <Figure name="Database">{sizeWords(storage.databaseBytes)}</Figure>
        <Figure name="Newest changes, beside it">{sizeWords(storage.logBytes)}</Figure>
        <Figure name="Documents">{grouped(storage.documents)}</Figure>
        <Figure name="Edits kept one by one">{grouped(storage.updates)}</Figure>
      </dl>
    </section>
  );
}

export function Figure({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
