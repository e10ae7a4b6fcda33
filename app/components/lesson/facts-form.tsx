/** The facts of a lesson: year, minutes, curriculum. They go into the shared document, so everybody sees them at once. */
import { Plus, X } from "lucide-react";
import { useState, type FormEvent } from "react";
import { DEFAULT_FRAMEWORK, type FactsInput, type FactsView } from "#editor/lesson-facts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";

const ROLES = [
  { value: "main", label: "main" },
  { value: "uses", label: "uses" },
  { value: "builds-on", label: "builds on" },
  { value: "feeds", label: "leads to" },
] as const;

const MAX_MINUTES = 600;

const wordsOf = (value: FormDataEntryValue | null): string => (typeof value === "string" ? value.trim() : "");

type Row = { readonly key: number; readonly framework: string; readonly code: string; readonly role: string };

export function FactsForm({
  facts,
  onSave,
  onClose,
}: {
  readonly facts: FactsView;
  readonly onSave: (facts: FactsInput) => void;
  readonly onClose: () => void;
}) {
  const [rows, setRows] = useState<readonly Row[]>(() =>
    facts.links.map((link, key) => ({ key, framework: link.framework, code: link.code, role: link.role })),
  );
  const [wrong, setWrong] = useState<string | null>(null);
  const change = (key: number, part: Partial<Row>): void => setRows((before) => before.map((row) => (row.key === key ? { ...row, ...part } : row)));

  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const minutes = Number(form.get("durationMinutes"));
    if (!Number.isInteger(minutes) || minutes < 1 || minutes > MAX_MINUTES) {
      setWrong("Give the whole lesson in minutes, for instance 50.");
      event.currentTarget.querySelector<HTMLElement>("[name=durationMinutes]")?.focus();
      return;
    }
    onSave({
      yearGroup: wordsOf(form.get("yearGroup")),
      durationMinutes: minutes,
      links: rows.map((row) => ({ framework: row.framework, code: row.code.trim(), role: row.role })).filter((row) => row.code !== ""),
    });
    onClose();
  };

  return (
    <Dialog
      open
      onClose={onClose}
      title="Year, time and curriculum"
      actions={
        <>
          <Button type="submit" form="facts-form" look="main" big>
            Keep these
          </Button>
          <Button big onClick={onClose}>
            Leave as it was
          </Button>
        </>
      }
    >
      <form id="facts-form" className="form" onSubmit={submit} noValidate>
        <div className="pair">
          <div className="field">
            <label htmlFor="facts-year">Year group</label>
            <input id="facts-year" name="yearGroup" className="in" type="text" defaultValue={facts.yearGroup} />
          </div>
          <div className={wrong === null ? "field" : "field err"}>
            <label htmlFor="facts-minutes">Minutes</label>
            {wrong !== null && (
              <span className="m" id="facts-minutes-error">
                {wrong}
              </span>
            )}
            <input
              id="facts-minutes"
              name="durationMinutes"
              className="in"
              type="number"
              min={1}
              max={MAX_MINUTES}
              defaultValue={facts.durationMinutes === 0 ? "" : facts.durationMinutes}
              {...(wrong === null ? {} : { "aria-invalid": true, "aria-describedby": "facts-minutes-error" })}
            />
          </div>
        </div>
        <fieldset className="field facts-links">
          <legend>Curriculum</legend>
          <ul>
            {rows.map((row, index) => (
              <li key={row.key}>
                <input
                  className="in"
                  type="text"
                  aria-label={`Code ${index + 1}`}
                  value={row.code}
                  placeholder="3F-1"
                  onChange={(event) => change(row.key, { code: event.target.value })}
                />
                <select
                  className="in"
                  aria-label={`How the lesson uses code ${index + 1}`}
                  value={row.role}
                  onChange={(event) => change(row.key, { role: event.target.value })}
                >
                  {ROLES.map((role) => (
                    <option key={role.value} value={role.value}>
                      {role.label}
                    </option>
                  ))}
                </select>
                <Button look="bare" icon={X} onClick={() => setRows((before) => before.filter((other) => other.key !== row.key))}>
                  Remove
                </Button>
              </li>
            ))}
          </ul>
          <Button
            icon={Plus}
            onClick={() =>
              setRows((before) => [
                ...before,
                {
                  key: Math.max(-1, ...before.map((row) => row.key)) + 1,
                  framework: DEFAULT_FRAMEWORK,
                  code: "",
                  role: before.length === 0 ? "main" : "uses",
                },
              ])
            }
          >
            Add a code
          </Button>
        </fieldset>
      </form>
    </Dialog>
  );
}
