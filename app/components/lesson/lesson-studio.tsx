/**
 * The studio: outline, sheet, drawer. The server writes the lesson for reading into the sheet; the editor takes its place when it is there.
 * Everything inside the sheet's `place` is ProseMirror's, never React's.
 */
import { Link, useRevalidator } from "@remix-run/react";
import { BookOpen, History, List, Pencil, Redo2, Undo2 } from "lucide-react";
import { useCallback, useState } from "react";
import type { SaveView } from "#editor/collab/save-status";
import { Faces } from "../presence/faces.tsx";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { useToast } from "../ui/toast.tsx";
import { BottomSheet } from "./bottom-sheet.tsx";
import { downloadCopy } from "./download-copy.ts";
import { FactsForm } from "./facts-form.tsx";
import { LessonBar } from "./lesson-bar.tsx";
import { LessonMore } from "./lesson-more.tsx";
import type { LessonOutline } from "./lesson-summary.ts";
import { NameVersionDialog } from "./name-version.tsx";
import { OutlineRail } from "./outline-rail.tsx";
import { SaveStatus } from "./save-status.tsx";
import { useOpenLesson } from "./use-open-lesson.ts";
import { VersionList, type ListedVersion } from "./version-list.tsx";

export type StudioLesson = {
  readonly id: string;
  readonly title: string;
  readonly organisationName: string;
  readonly durationMinutes: number;
  readonly document: string;
  readonly archived: boolean;
  readonly permissions: {
    readonly "lesson.write": boolean;
    readonly "lesson.read-versions": boolean;
    readonly "lesson.name-version": boolean;
    readonly "lesson.put-back-version": boolean;
    readonly "lesson.archive": boolean;
    readonly "lesson.copy": boolean;
    readonly "lesson.export": boolean;
  };
};

type StudioProps = {
  readonly lesson: StudioLesson;
  readonly viewer: { readonly id: string; readonly name: string };
  /** The lesson for reading, made by the server. */
  readonly html: string;
  readonly outline: LessonOutline;
  readonly versions: readonly ListedVersion[];
};

const OPENING: SaveView = { state: "saving", words: "", retryInMs: null };

export function LessonStudio({ lesson, viewer, html, outline, versions }: StudioProps) {
  const { permissions } = lesson;
  const canWrite = permissions["lesson.write"] && !lesson.archived;
  const [panel, setPanel] = useState<"outline" | "versions" | null>(null);
  const [asking, setAsking] = useState<"facts" | "version" | null>(null);
  const toast = useToast();
  const revalidator = useRevalidator();
  const { place, open, view, failed } = useOpenLesson(
    { document: lesson.document, personId: viewer.id, personName: viewer.name, canWrite },
    {
      onEditFacts: () => setAsking("facts"),
      onDone: (words, undo) => toast.show(words, undo),
      onNotice: (notice) => {
        if (isVersionsChanged(notice)) revalidator.revalidate();
      },
    },
  );
  const live = view !== null && view.phase !== "opening";
  const people = view?.people ?? [];
  const save = view?.save ?? OPENING;
  const canEditNow = canWrite && view?.phase === "live" && save.state !== "read-only" && save.state !== "gone";
  const onNamed = useCallback(
    (number: number) => {
      setAsking(null);
      toast.show(`Kept as version ${number}`);
    },
    [toast],
  );
  const goTo = (partId: string): void => {
    setPanel(null);
    open?.goTo(partId);
  };
  const rail = (
    <OutlineRail
      outline={live ? view.outline : outline}
      durationMinutes={live ? view.facts.durationMinutes : lesson.durationMinutes}
      people={people}
      current={view?.current ?? null}
      onGoTo={open === null ? null : goTo}
    />
  );
  const versionPanel = (
    <>
      {permissions["lesson.name-version"] && (
        <div className="actions">
          <Button icon={History} onClick={() => setAsking("version")} disabled={open === null}>
            Name this version
          </Button>
        </div>
      )}
      <VersionList lessonId={lesson.id} versions={versions} mayPutBack={permissions["lesson.put-back-version"]} narrow />
    </>
  );

  return (
    // One's own face takes the colour that the others see.
    <div className="studio-page" data-self={people.find((person) => person.self)?.place}>
      <LessonBar
        lesson={live && view.outline.title !== "" ? { ...lesson, title: view.outline.title } : lesson}
        view="design"
        dock
        right={
          <>
            <SaveStatus
              save={failed ? { state: "not-saved", words: "The editor could not be loaded", retryInMs: null } : save}
              onRetry={() => open?.retry()}
              onDownload={() => open !== null && downloadCopy(lesson.id, open.copy())}
            />
            <Faces people={people} />
            <LessonMore lesson={lesson} />
          </>
        }
      />
      <div className="studio">
        <aside className="rail" aria-label="Outline">
          {rail}
        </aside>
        <div className="desk">
          <div className="studio-tools">
            <Button look="bare" icon={List} onClick={() => setPanel("outline")} className="open-outline">
              Outline
            </Button>
            {canEditNow && (
              <span className="undo-tools">
                <Button look="bare" icon={Undo2} onClick={() => open?.undo()} disabled={!view.canUndo}>
                  Undo
                </Button>
                <Button look="bare" icon={Redo2} onClick={() => open?.redo()} disabled={!view.canRedo}>
                  Redo
                </Button>
              </span>
            )}
            {permissions["lesson.read-versions"] && (
              <Button look="bare" icon={History} onClick={() => setPanel("versions")} className="open-versions">
                Versions
              </Button>
            )}
          </div>
          <main id="main" tabIndex={-1} className="lesson-sheet">
            <StudioNotes archived={lesson.archived} newer={view?.phase === "newer"} />
            {!live && <div dangerouslySetInnerHTML={{ __html: html }} />}
            <div ref={place} className="lesson-place" hidden={!live} />
          </main>
        </div>
        <aside className="drawer" aria-label="Versions">
          {permissions["lesson.read-versions"] && (
            <>
              <h2 className="drawer-title">Versions</h2>
              {versionPanel}
            </>
          )}
        </aside>
      </div>
      <nav className="dock" aria-label="Lesson">
        <button type="button" onClick={() => setPanel("outline")}>
          <Icon of={List} size={22} /> Outline
        </button>
        <Link to={`/lessons/${lesson.id}`} aria-current="page">
          <Icon of={Pencil} size={22} /> Design
        </Link>
        {permissions["lesson.read-versions"] && (
          <button type="button" onClick={() => setPanel("versions")}>
            <Icon of={History} size={22} /> Versions
          </button>
        )}
        <Link to={`/lessons/${lesson.id}/read`}>
          <Icon of={BookOpen} size={22} /> Read
        </Link>
      </nav>
      <BottomSheet title={panel === "versions" ? "Versions" : "Outline"} open={panel !== null} onClose={() => setPanel(null)}>
        {panel === "versions" ? versionPanel : rail}
      </BottomSheet>
      {asking === "facts" && live && <FactsForm facts={view.facts} onSave={(facts) => open?.saveFacts(facts)} onClose={() => setAsking(null)} />}
      <NameVersionDialog lessonId={lesson.id} open={asking === "version"} onClose={() => setAsking(null)} onNamed={onNamed} />
    </div>
  );
}

function StudioNotes({ archived, newer }: { readonly archived: boolean; readonly newer: boolean }) {
  if (newer) {
    return (
      <p className="note amber" role="alert">
        <b>Made with a newer version.</b> Somebody has used something that this page does not know yet. You can read the lesson; reload the page to
        write.
      </p>
    );
  }
  return archived ? <p className="note">This lesson is archived. You can read it; bring it back to write.</p> : null;
}

const isVersionsChanged = (notice: unknown): boolean =>
  typeof notice === "object" && notice !== null && "type" in notice && notice.type === "versions-changed";
