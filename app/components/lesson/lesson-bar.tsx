/** The top bar of a lesson: where it is, which view, and what the view puts to the right. */
import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { Crumbs, TopBar } from "../shell/top-bar.tsx";

export type LessonView = "design" | "read" | "versions";

type LessonBarProps = {
  readonly lesson: {
    readonly id: string;
    readonly title: string;
    readonly organisationName: string;
    readonly permissions: { readonly "lesson.read-versions": boolean };
  };
  readonly view: LessonView;
  readonly right?: ReactNode;
  /** The studio has a dock on phones instead. */
  readonly dock?: boolean;
};

export function LessonBar({ lesson, view, right, dock = false }: LessonBarProps) {
  const here = (name: LessonView) => (view === name ? { "aria-current": "page" as const } : {});
  return (
    <TopBar
      left={
        <Crumbs before={[{ label: lesson.organisationName, to: "/lessons" }]} here={lesson.title === "" ? "Lesson without a title" : lesson.title} />
      }
      middle={
        <nav className="views" aria-label="View">
          <Link to={`/lessons/${lesson.id}`} {...here("design")}>
            Design
          </Link>
          <Link to={`/lessons/${lesson.id}/read`} {...here("read")}>
            Read
          </Link>
          {lesson.permissions["lesson.read-versions"] && (
            <Link to={`/lessons/${lesson.id}/versions`} {...here("versions")}>
              Versions
            </Link>
          )}
        </nav>
      }
      middleOnPhone={dock ? "away" : "row"}
      right={right ?? null}
    />
  );
}
