/** The studio of a lesson from this device alone: no loader, no versions. When the server is there again the whole page comes back. */
import { useEffect, useState } from "react";
import { findKeptBy } from "#editor/collab/device-store";
import { Faces } from "../presence/faces.tsx";
import { Crumbs, TopBar } from "../shell/top-bar.tsx";
import { downloadCopy } from "./download-copy.ts";
import { FactsForm } from "./facts-form.tsx";
import { OutlineRail } from "./outline-rail.tsx";
import { SaveStatus } from "./save-status.tsx";
import { useOpenLesson } from "./use-open-lesson.ts";

type Kept = { readonly state: "looking" } | { readonly state: "none" } | { readonly state: "found"; readonly personId: string };

export function OfflineLesson({ lessonId }: { readonly lessonId: string }) {
  const document = `lesson/${lessonId}`;
  const [kept, setKept] = useState<Kept>({ state: "looking" });
  useEffect(() => {
    let gone = false;
    void findKeptBy(document).then((personId) => {
      if (!gone) setKept(personId === null ? { state: "none" } : { state: "found", personId });
    });
    return () => {
      gone = true;
    };
  }, [document]);
  if (kept.state === "found") return <Opened lessonId={lessonId} document={document} personId={kept.personId} />;
  return (
    <>
      <TopBar middle={null} right={null} />
      <main id="main" tabIndex={-1} className="page narrow">
        <h1>We cannot reach Bansho</h1>
        <p className="text">
          {kept.state === "looking"
            ? "Looking for the lesson on this device."
            : "This lesson has not been opened on this device, so it is not here. We try again by ourselves."}
        </p>
      </main>
    </>
  );
}

function Opened({ lessonId, document, personId }: { readonly lessonId: string; readonly document: string; readonly personId: string }) {
  const [askingFacts, setAskingFacts] = useState(false);
  const { place, open, view } = useOpenLesson(
    // What this person may do is the server's to say; it refuses what they may not when it is there again.
    { document, personId, personName: "You", canWrite: true },
    { onEditFacts: () => setAskingFacts(true), onDone: () => undefined, onNotice: () => undefined },
  );
  const live = view !== null && view.phase !== "opening";
  return (
    <div className="studio-page">
      <TopBar
        left={<Crumbs before={[]} here={live ? view.outline.title : "Lesson"} />}
        middle={null}
        right={
          view && (
            <>
              <SaveStatus save={view.save} onRetry={() => open?.retry()} onDownload={() => open !== null && downloadCopy(lessonId, open.copy())} />
              <Faces people={view.people.filter((person) => !person.self)} />
            </>
          )
        }
      />
      <div className="studio">
        <aside className="rail" aria-label="Outline">
          {live && (
            <OutlineRail
              outline={view.outline}
              durationMinutes={view.facts.durationMinutes}
              people={view.people}
              current={view.current}
              onGoTo={(id) => open?.goTo(id)}
            />
          )}
        </aside>
        <div className="desk">
          <main id="main" tabIndex={-1} className="lesson-sheet">
            <div ref={place} className="lesson-place" hidden={!live} />
          </main>
        </div>
        <aside className="drawer">
          {view?.save.state === "saved" && (
            <p>
              The connection is back. <a href={`/lessons/${lessonId}`}>Open the whole lesson</a>
            </p>
          )}
        </aside>
      </div>
      {askingFacts && live && <FactsForm facts={view.facts} onSave={(facts) => open?.saveFacts(facts)} onClose={() => setAskingFacts(false)} />}
    </div>
  );
}
