/** The outline: each stage with its minutes as a bar, who is in it, and the sum against the promise. */
import { FacesHere, type Face } from "../presence/faces.tsx";
import { BoardDrawn } from "./board-drawn.tsx";
import type { LessonOutline } from "./lesson-summary.ts";

export type OutlinePerson = Face & { readonly partId: string | null };

type OutlineProps = {
  readonly outline: LessonOutline;
  readonly durationMinutes: number;
  readonly people: readonly OutlinePerson[];
  readonly current: string | null;
  /** Null: the page has no script yet, and the links go to anchors. */
  readonly onGoTo: ((partId: string) => void) | null;
};

export function OutlineRail({ outline, durationMinutes, people, current, onGoTo }: OutlineProps) {
  const { stages, headerId, board } = outline;
  const total = stages.reduce((sum, stage) => sum + stage.minutes, 0);
  const longest = Math.max(1, ...stages.map((stage) => stage.minutes));
  const link = (id: string, href: string) => ({
    href,
    ...(current === id ? { "aria-current": "true" as const } : {}),
    ...(onGoTo === null
      ? {}
      : {
          onClick: (event: { preventDefault: () => void }) => {
            event.preventDefault();
            onGoTo(id);
          },
        }),
  });
  return (
    <>
      <h2>Lesson</h2>
      <nav className="toc" aria-label="Parts of the lesson">
        {headerId !== null && (
          <a {...link(headerId, "#main")}>
            <span>
              Aim and key point <FacesHere people={people.filter((person) => person.partId === headerId)} />
            </span>
          </a>
        )}
        {stages.map((stage) => (
          <a key={stage.id} {...link(stage.id, `#stage-${stage.id}`)} style={{ ["--part" as string]: `${(stage.minutes / longest) * 100}%` }}>
            <span>
              {stage.title === "" ? "Stage without a title" : stage.title}{" "}
              <FacesHere people={people.filter((person) => person.partId === stage.id)} />
            </span>
            <span className="num">
              {stage.minutes}
              <span className="sr"> minutes</span>
            </span>
            <span className="bar" />
          </a>
        ))}
      </nav>
      <p className={total > durationMinutes && durationMinutes > 0 ? "sum num over" : "sum num"}>
        <span>Planned</span>
        <span>{durationMinutes > 0 ? `${total} of ${durationMinutes} min` : `${total} min`}</span>
      </p>
      {board !== null && (
        <a className="rail-board" {...link(board.id, "#main")}>
          <BoardDrawn zones={board.zones} />
          <span>Board plan</span>
        </a>
      )}
    </>
  );
}
