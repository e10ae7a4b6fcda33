/**
 * A lesson without the server: the service worker answers a lesson's address with a redirect to here, and the page opens the copy that this
 * device keeps. Nothing on it comes from a loader, so that it works from the cache alone.
 */
import type { MetaFunction } from "@remix-run/node";
import { useSyncExternalStore } from "react";
import { isId } from "#core/ids";
import { OfflineLesson } from "../../components/lesson/offline-lesson.tsx";
import { pageTitle } from "../../components/shell/page-errors.tsx";
import { Page } from "../../components/shell/page.tsx";
import "../../styles/lesson.css";
import "../../styles/editor.css";

export const meta: MetaFunction = ({ error }) => pageTitle("Without a connection", error);

const never = (): (() => void) => () => undefined;
const readLessonId = (): string | null => new URL(location.href).searchParams.get("lesson");

export default function Offline() {
  // The address is read in the browser: the cached page is the same for every lesson.
  const lessonId = useSyncExternalStore(never, readLessonId, () => null);
  if (lessonId !== null && isId(lessonId)) return <OfflineLesson lessonId={lessonId} />;
  return (
    <Page>
      <h1>We cannot reach Bansho</h1>
      <p className="text">Lessons that you have opened on this device open from it. We try again by ourselves.</p>
    </Page>
  );
}
