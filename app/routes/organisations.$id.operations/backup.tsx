/** The last backup, or an honest word that there is none, with what to do about it. */
import { sizeWords } from "#core/size";
import { Empty } from "../../components/ui/empty.tsx";
import { Note } from "../../components/ui/note.tsx";
import { Time } from "../../components/ui/time.tsx";
import { Figure } from "./figures.tsx";
import { counted, grouped } from "./words.ts";

type BackupProps = {
  readonly backup:
    | { readonly state: "none" }
    | { readonly state: "unreadable" }
    | {
        readonly state: "made";
        readonly atMs: number;
        readonly bytes: number;
        readonly documents: number;
        readonly damagedDocuments: number;
        readonly isStillThere: boolean;
      };
};

export function Backup({ backup }: BackupProps) {
  return (
    <section aria-labelledby="backup">
      <h2 id="backup">Last backup</h2>
      {backup.state === "made" ? (
        <Made backup={backup} />
      ) : (
        <>
          <Empty>{backup.state === "none" ? "No backup yet." : "What was noted about the last backup cannot be read."}</Empty>
          <p>
            Whoever runs the server makes one with
            <code className="command">npm run backup</code>
          </p>
        </>
      )}
    </section>
  );
}

function Made({ backup }: { readonly backup: Extract<BackupProps["backup"], { readonly state: "made" }> }) {
  const { atMs, bytes, documents, damagedDocuments, isStillThere } = backup;
  return (
    <>
      {!isStillThere && <Note tone="amber">The file is no longer where it was put. If it was not moved on purpose, have a new one made.</Note>}
      {damagedDocuments > 0 && <Note tone="amber">{counted(damagedDocuments, "document in it", "documents in it")} cannot be read whole.</Note>}
      <dl className="figures">
        <Figure name="Made">
          <Time atMs={atMs} form="date-time" />
        </Figure>
        <Figure name="Size">{sizeWords(bytes)}</Figure>
        <Figure name="Documents in it">{grouped(documents)}</Figure>
        <Figure name="Checked">opened and looked through</Figure>
      </dl>
    </>
  );
}
