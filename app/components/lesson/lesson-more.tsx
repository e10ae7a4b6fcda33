/** What else can be done with a lesson: copy it, take it away as a file, archive it, bring it back. The lists answer these forms. */
import { useSubmit } from "@remix-run/react";
import { Archive, Copy, Download, Ellipsis, FileText, RotateCcw } from "lucide-react";
import { Icon } from "../ui/icon.tsx";
import { Menu, MenuButton, MenuDownload, MenuLink } from "../ui/menu.tsx";

type LessonMoreProps = {
  readonly lesson: {
    readonly id: string;
    readonly archived: boolean;
    readonly permissions: { readonly "lesson.archive": boolean; readonly "lesson.copy": boolean; readonly "lesson.export": boolean };
  };
};

export function LessonMore({ lesson }: LessonMoreProps) {
  const submit = useSubmit();
  const { permissions } = lesson;
  if (!permissions["lesson.archive"] && !permissions["lesson.copy"] && !permissions["lesson.export"]) return null;
  const send = (intent: "archive" | "unarchive"): void => submit({ intent, lessonId: lesson.id }, { method: "post", action: "/lessons" });
  return (
    <Menu
      trigger={
        <button type="button" className="btn bare lesson-more" aria-label="More for this lesson" title="More">
          <Icon of={Ellipsis} />
        </button>
      }
    >
      {permissions["lesson.copy"] && (
        <MenuLink to={`/lessons/new?from=${lesson.id}`} icon={Copy}>
          Make a copy
        </MenuLink>
      )}
      {permissions["lesson.export"] && (
        <>
          <MenuDownload href={`/lessons/${lesson.id}/export/md`} icon={FileText}>
            Download as text
          </MenuDownload>
          <MenuDownload href={`/lessons/${lesson.id}/export/json`} icon={Download}>
            Download as a Bansho file
          </MenuDownload>
        </>
      )}
      {permissions["lesson.archive"] && (
        <MenuButton icon={lesson.archived ? RotateCcw : Archive} onSelect={() => send(lesson.archived ? "unarchive" : "archive")}>
          {lesson.archived ? "Bring it back" : "Archive this lesson"}
        </MenuButton>
      )}
    </Menu>
  );
}
