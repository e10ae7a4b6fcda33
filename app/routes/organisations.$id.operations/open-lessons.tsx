/** The lessons that somebody is in, each with what an administrator needs to know: who, how large, is it saved, is it whole. */
import { Link } from "@remix-run/react";
import { sizeWords } from "#core/size";
import { Empty } from "../../components/ui/empty.tsx";
import { Tag } from "../../components/ui/tag.tsx";
import { counted } from "./words.ts";

type OpenLesson = {
  readonly id: string;
  readonly title: string | null;
  readonly teamName: string;
  readonly people: number;
  readonly bytes: number;
  readonly waitingEdits: number;
  readonly damaged: boolean;
};

type OpenLessonsProps = { readonly lessons: readonly OpenLesson[]; readonly total: number; readonly organisationName: string };

export function OpenLessons({ lessons, total, organisationName }: OpenLessonsProps) {
  return (
    <section aria-labelledby="open">
      <h2 id="open">Open now</h2>
      {lessons.length === 0 ? (
        <Empty>No lesson of {organisationName} is open at the moment.</Empty>
      ) : (
        <>
          <ul className="les">
            {lessons.map((lesson) => (
              <li key={lesson.id}>
                <Name lesson={lesson} />
                <span className="version">{lesson.people === 0 ? "nobody in it" : counted(lesson.people, "person", "people")}</span>
                <span className="facts">
                  {lesson.title !== null && `${lesson.teamName}, `}
                  {sizeWords(lesson.bytes)}
                  <State lesson={lesson} />
                </span>
              </li>
            ))}
          </ul>
          {total > lessons.length && <p className="after-rows quiet">{counted(total - lessons.length, "more is", "more are")} open.</p>}
          {lessons.some((lesson) => lesson.damaged) && (
            <p className="after-rows">
              What cannot be read is kept as it is, and the lesson can only be read until it is mended. Whoever runs the server finds out more with
              <code className="command">node_modules/.bin/node server/tools/doctor.ts check</code>
            </p>
          )}
        </>
      )}
    </section>
  );
}

function Name({ lesson }: { readonly lesson: OpenLesson }) {
  // Whose title this page may not tell has no link either.
  if (lesson.title === null) return <span className="name">A lesson of {lesson.teamName}</span>;
  return (
    <Link className="name" to={`/lessons/${lesson.id}/read`}>
      {lesson.title === "" ? "Lesson without a title" : lesson.title}
    </Link>
  );
}

function State({ lesson }: { readonly lesson: OpenLesson }) {
  const { damaged, waitingEdits } = lesson;
  // Words for what is usual, a tag for what needs a look.
  if (!damaged && waitingEdits === 0) return ", all saved";
  return (
    <>
      {" "}
      {damaged && <Tag tone="amber">part of it cannot be read</Tag>}{" "}
      {waitingEdits > 0 && <Tag tone="amber">{counted(waitingEdits, "edit", "edits")} not saved yet</Tag>}
    </>
  );
}
