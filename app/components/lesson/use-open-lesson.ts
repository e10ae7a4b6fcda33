/** The live lesson of a page: opened when the page is there, closed when it goes. The editor's code arrives only then. */
import { useEffect, useRef, useState, useSyncExternalStore, type RefObject } from "react";
import type { OpenLesson, OpenLessonView } from "#editor/open-lesson";

export type LessonToOpen = {
  readonly document: string;
  readonly personId: string;
  readonly personName: string;
  readonly canWrite: boolean;
};

export type LessonEvents = {
  readonly onEditFacts: () => void;
  readonly onDone: (words: string, undo: () => void) => void;
  readonly onNotice: (notice: unknown) => void;
};

const never = (): (() => void) => () => undefined;
const nothing = (): null => null;

/** `place` goes on an empty element that React leaves alone. `view` is null until the editor's code is there. */
export function useOpenLesson(
  lesson: LessonToOpen,
  events: LessonEvents,
): { readonly place: RefObject<HTMLDivElement>; readonly open: OpenLesson | null; readonly view: OpenLessonView | null; readonly failed: boolean } {
  const place = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<OpenLesson | null>(null);
  const [failed, setFailed] = useState(false);
  const latest = useRef(events);
  useEffect(() => {
    latest.current = events;
  });
  const { document, personId, personName, canWrite } = lesson;
  useEffect(() => {
    let gone = false;
    let session: OpenLesson | null = null;
    const start = async (): Promise<void> => {
      const { openLesson } = await import("#editor/open-lesson");
      if (gone || place.current === null) return;
      const opened = openLesson({
        place: place.current,
        serverUrl: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/sync`,
        document,
        person: { id: personId, name: personName },
        canWrite,
        onEditFacts: () => latest.current.onEditFacts(),
        onDone: (words, undoIt) => latest.current.onDone(words, undoIt),
        onNotice: (notice) => latest.current.onNotice(notice),
      });
      session = opened;
      setOpen(opened);
    };
    start().catch(() => setFailed(true));
    return () => {
      gone = true;
      session?.close();
      setOpen(null);
    };
  }, [document, personId, personName, canWrite]);
  const view = useSyncExternalStore<OpenLessonView | null>(open?.subscribe ?? never, open?.view ?? nothing, nothing);
  return { place, open, view, failed };
}
