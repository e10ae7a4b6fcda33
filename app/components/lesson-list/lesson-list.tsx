/** Lessons as ruled rows: name, version, what it is about, and (where the page gives them) what can be done with it. */
import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { yearWords } from "#core/model/year-words";
import { Time } from "../ui/time.tsx";

export type ListedLesson = {
  readonly id: string;
  readonly title: string;
  readonly yearGroup: string;
  readonly durationMinutes: number;
  readonly criterionCodes: readonly string[];
  readonly teamName: string;
  readonly updatedAtMs: number;
  readonly latestVersion: number | null;
};

export function LessonList<Lesson extends ListedLesson>({
  lessons,
  hideTeam = false,
  actions,
}: {
  readonly lessons: readonly Lesson[];
  /** On a team's own page its name says nothing. */
  readonly hideTeam?: boolean;
  readonly actions?: (lesson: Lesson) => ReactNode;
}) {
  return (
    <ul className="les">
      {lessons.map((lesson) => (
        <li key={lesson.id}>
          <Link className="name" to={`/lessons/${lesson.id}`} prefetch="intent">
            {lesson.title === "" ? "Lesson without a title" : lesson.title}
          </Link>
          <span className="version">{lesson.latestVersion === null ? "draft" : `version ${lesson.latestVersion}`}</span>
          <span className="facts">
            {[
              yearWords(lesson.yearGroup) || "No year yet",
              `${lesson.durationMinutes} minutes`,
              ...(lesson.criterionCodes.length > 0 ? [lesson.criterionCodes.join(" ")] : []),
              ...(hideTeam ? [] : [lesson.teamName]),
            ].join(", ")}
            , changed <Time atMs={lesson.updatedAtMs} form="when" />
          </span>
          {actions && <div className="actions">{actions(lesson)}</div>}
        </li>
      ))}
    </ul>
  );
}
