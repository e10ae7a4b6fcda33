/**
 * Fields with their label, hint and error. The label is always a label (never a placeholder); the error is tied to the field by
 * aria-describedby and says what is wrong and what to do.
 */
import { useState, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from "react";
import { Button } from "./button.tsx";
import { useField } from "./form.tsx";
import { useHydrated } from "./hydrated.ts";

type About = {
  readonly name: string;
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly optional?: boolean;
  /** Small label, less high: filters and rows. */
  readonly compact?: boolean;
  /** The label is for screen readers only. */
  readonly quietLabel?: boolean;
};

type Tied = {
  readonly id: string;
  readonly name: string;
  readonly className: string;
  readonly "aria-describedby"?: string;
  readonly "aria-invalid"?: true;
  readonly autoFocus?: boolean;
};

function FieldFrame({ about, children }: { readonly about: About; readonly children: (tied: Tied, typed: string | undefined) => ReactNode }) {
  const { id, error, typed, focusFirst } = useField(about.name);
  const described = [about.hint === undefined ? "" : `${id}-hint`, error === null ? "" : `${id}-error`].filter((part) => part !== "").join(" ");
  const tied: Tied = {
    id,
    name: about.name,
    className: "in",
    ...(described === "" ? {} : { "aria-describedby": described }),
    ...(error === null ? {} : { "aria-invalid": true as const }),
    ...(focusFirst ? { autoFocus: true } : {}),
  };
  return (
    <div className={["field", error === null ? "" : "err", about.compact === true ? "compact" : ""].filter((part) => part !== "").join(" ")}>
      <label htmlFor={id} className={about.quietLabel === true ? "sr" : undefined}>
        {about.label}
        {about.optional === true && <span className="optional"> (optional)</span>}
      </label>
      {about.hint !== undefined && (
        <span className="hint" id={`${id}-hint`}>
          {about.hint}
        </span>
      )}
      {error !== null && (
        <span className="m" id={`${id}-error`}>
          {error}
        </span>
      )}
      {children(tied, typed)}
    </div>
  );
}

type TextFieldProps = About & Omit<InputHTMLAttributes<HTMLInputElement>, "id" | "name" | "className">;

export function TextField({ label, hint, optional, compact, quietLabel, name, defaultValue, ...rest }: TextFieldProps) {
  return (
    <FieldFrame about={trim({ name, label, hint, optional, compact, quietLabel })}>
      {(tied, typed) => <input type="text" {...rest} {...tied} defaultValue={typed ?? defaultValue} />}
    </FieldFrame>
  );
}

/** A password. Its value never comes back from the server. With script it can be shown while typing. */
export function PasswordField({ label, hint, name, autoComplete }: About & { readonly autoComplete: "current-password" | "new-password" }) {
  const [shown, setShown] = useState(false);
  const alive = useHydrated();
  return (
    <FieldFrame about={trim({ name, label, hint })}>
      {(tied) => (
        <div className="reveal">
          <input type={shown ? "text" : "password"} autoComplete={autoComplete} spellCheck={false} autoCapitalize="none" {...tied} />
          {alive && (
            <Button look="bare" aria-label={shown ? "Hide what I typed" : "Show what I type"} onClick={() => setShown(!shown)}>
              {shown ? "Hide" : "Show"}
            </Button>
          )}
        </div>
      )}
    </FieldFrame>
  );
}

type Option = { readonly value: string; readonly label: string };
type SelectFieldProps = About & { readonly options: readonly Option[] } & Omit<SelectHTMLAttributes<HTMLSelectElement>, "id" | "name" | "className">;

export function SelectField({ label, hint, optional, compact, quietLabel, name, options, defaultValue, ...rest }: SelectFieldProps) {
  return (
    <FieldFrame about={trim({ name, label, hint, optional, compact, quietLabel })}>
      {(tied, typed) => (
        <select {...rest} {...tied} defaultValue={typed ?? defaultValue}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </FieldFrame>
  );
}

export type RadioCard = {
  readonly value: string;
  readonly label: string;
  readonly about?: ReactNode;
  /** A small drawing below the words. */
  readonly drawing?: ReactNode;
};

/** One of a few, each with a sentence. */
export function RadioCards({
  name,
  legend,
  hint,
  cards,
  chosen,
  list = false,
}: {
  readonly name: string;
  readonly legend: string;
  readonly hint?: string;
  readonly cards: readonly RadioCard[];
  /** What is chosen at first. */
  readonly chosen: string;
  /** One under the other. */
  readonly list?: boolean;
}) {
  const { id, error, typed, focusFirst } = useField(name);
  const described = [hint === undefined ? "" : `${id}-hint`, error === null ? "" : `${id}-error`].filter((part) => part !== "").join(" ");
  const on = typed !== undefined && cards.some((card) => card.value === typed) ? typed : chosen;
  return (
    <fieldset className={error === null ? "field" : "field err"} {...(described === "" ? {} : { "aria-describedby": described })}>
      <legend>{legend}</legend>
      {hint !== undefined && (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {error !== null && (
        <span className="m" id={`${id}-error`}>
          {error}
        </span>
      )}
      <div className={list ? "cards list" : cards.every((card) => card.about === undefined) ? "cards short" : "cards"}>
        {cards.map((card, place) => (
          <label className="card" key={card.value}>
            <input
              type="radio"
              name={name}
              value={card.value}
              defaultChecked={card.value === on}
              {...(place === 0 ? { id, ...(focusFirst ? { autoFocus: true } : {}) } : {})}
            />
            <b>{card.label}</b>
            {card.about !== undefined && <span className="about">{card.about}</span>}
            {card.drawing}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Leave out what is not given, so that optional props stay absent. */
function trim(about: { readonly [Key in keyof About]: About[Key] | undefined }): About {
  return Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined)) as About;
}
