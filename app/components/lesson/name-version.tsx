/** Naming a version: what it is, a short title, why. The same fields in the studio's dialog and on the page of versions. */
import { useFetcher } from "@remix-run/react";
import { useEffect } from "react";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { KIND_OPTIONS } from "./version-words.ts";

/** The fields, for a form that somebody else posts. `prefix` makes ids unique; `errors` by field. */
export function VersionFields({
  prefix,
  errors,
  values,
}: {
  readonly prefix: string;
  readonly errors: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, string>>;
}) {
  const problem = (name: string) =>
    errors[name] === undefined ? {} : { "aria-invalid": true as const, "aria-describedby": `${prefix}-${name}-error` };
  const message = (name: string) =>
    errors[name] === undefined ? null : (
      <span className="m" id={`${prefix}-${name}-error`}>
        {errors[name]}
      </span>
    );
  return (
    <>
      <div className={errors["kind"] === undefined ? "field" : "field err"}>
        <label htmlFor={`${prefix}-kind`}>What is it?</label>
        {message("kind")}
        <select id={`${prefix}-kind`} name="kind" className="in" defaultValue={values["kind"] ?? "draft"} {...problem("kind")}>
          {KIND_OPTIONS.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      </div>
      <div className={errors["title"] === undefined ? "field" : "field err"}>
        <label htmlFor={`${prefix}-title`}>
          Short title <span className="optional">(optional)</span>
        </label>
        <span className="hint" id={`${prefix}-title-hint`}>
          For instance: lesson 1
        </span>
        {message("title")}
        <input
          type="text"
          id={`${prefix}-title`}
          name="title"
          className="in"
          maxLength={120}
          defaultValue={values["title"]}
          aria-describedby={`${prefix}-title-hint`}
          {...problem("title")}
        />
      </div>
      <div className={errors["note"] === undefined ? "field" : "field err"}>
        <label htmlFor={`${prefix}-note`}>
          Why, in a line <span className="optional">(optional)</span>
        </label>
        {message("note")}
        <textarea id={`${prefix}-note`} name="note" className="in" rows={2} maxLength={2000} defaultValue={values["note"]} {...problem("note")} />
      </div>
    </>
  );
}

type Answer = {
  readonly named?: number;
  readonly kind?: string;
  readonly message?: string | null;
  readonly errors?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, string>>;
};

/** The dialog of the studio. `onNamed` is called with the number when the server has kept it. */
export function NameVersionDialog({
  lessonId,
  open,
  onClose,
  onNamed,
}: {
  readonly lessonId: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onNamed: (number: number) => void;
}) {
  const fetcher = useFetcher<Answer>();
  const named = fetcher.state === "idle" ? fetcher.data?.named : undefined;
  useEffect(() => {
    if (named !== undefined) onNamed(named);
  }, [named, onNamed]);
  const answer = fetcher.data;
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Name this version?"
      actions={
        <>
          <Button type="submit" form="name-version" look="main" big>
            Name this version
          </Button>
          <Button big onClick={onClose}>
            Not yet
          </Button>
        </>
      }
    >
      <p>The lesson as it stands now is kept for good. You go on writing.</p>
      <fetcher.Form id="name-version" method="post" action={`/lessons/${lessonId}/versions`} className="form" noValidate>
        <input type="hidden" name="intent" value="name-version" />
        <input type="hidden" name="stay" value="1" />
        {typeof answer?.message === "string" && (
          <div className="error-summary" role="alert">
            <p>{answer.message}</p>
          </div>
        )}
        <VersionFields prefix="name-version" errors={answer?.errors ?? {}} values={answer?.values ?? {}} />
      </fetcher.Form>
    </Dialog>
  );
}
