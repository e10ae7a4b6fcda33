/**
 * A posted form that works without script: the server answers what was wrong, the words that were typed come back, the error stands
 * beside its field, and the first wrong field has the focus.
 */
import { Form, useNavigation, type FormProps } from "@remix-run/react";
import { createContext, useContext, useEffect, useRef, type ReactNode } from "react";
import { Button } from "./button.tsx";

/** What the server says about a form that it did not accept. */
export type FormTrouble = {
  readonly form: string;
  readonly message: string | null;
  readonly errors: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, string>>;
  readonly first: string | null;
};

type FormFacts = { readonly name: string; readonly intent: string; readonly trouble: FormTrouble | null };
const FormContext = createContext<FormFacts>({ name: "form", intent: "form", trouble: null });

type PostFormProps = Omit<FormProps, "method" | "name"> & {
  /** Start of the ids of its fields, unique on its page when it has any; sent as `intent`. */
  readonly name: string;
  /** Sent instead of `name`: for one of many like it, whose name carries an id. */
  readonly intent?: string;
  /** The page's action data; ignored when it is about another form. */
  readonly trouble?: FormTrouble | undefined;
  readonly children: ReactNode;
};

export function PostForm({ name, intent = name, trouble, children, className = "form", ...rest }: PostFormProps) {
  const mine = trouble !== undefined && trouble.form === name ? trouble : null;
  const form = useRef<HTMLFormElement>(null);
  // Without script `autofocus` does this; here the page did not load anew.
  useEffect(() => {
    if (mine === null) return;
    const field = mine.first === null ? null : form.current?.elements.namedItem(mine.first);
    const target = field instanceof RadioNodeList ? field[0] : field;
    if (target instanceof HTMLElement) target.focus();
    else form.current?.querySelector<HTMLElement>(".error-summary")?.focus();
  }, [mine]);
  return (
    <FormContext.Provider value={{ name, intent, trouble: mine }}>
      <Form ref={form} method="post" noValidate className={className} {...rest}>
        <input type="hidden" name="intent" value={intent} />
        {mine && <ErrorSummary trouble={mine} />}
        {children}
      </Form>
    </FormContext.Provider>
  );
}

/** What is wrong, at the head of the form: when it is about the whole, or about more than one field. */
function ErrorSummary({ trouble }: { readonly trouble: FormTrouble }) {
  const { name } = useContext(FormContext);
  const wrong = Object.entries(trouble.errors).filter(([field]) => field in trouble.values || field === trouble.first || isSecret(field));
  if (trouble.message === null && wrong.length < 2) return null;
  return (
    <div className="error-summary" role="alert" tabIndex={-1} {...(trouble.first === null ? { autoFocus: true } : {})}>
      {trouble.message !== null && <p>{trouble.message}</p>}
      {wrong.length > 1 && (
        <>
          <h2>{wrong.length} things need another look</h2>
          <ul>
            {wrong.map(([field, words]) => (
              <li key={field}>
                <a href={`#${name}-${field}`}>{words}</a>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

const isSecret = (field: string): boolean => ["password", "current", "next"].includes(field);

/** What a field of this form needs to know about itself. */
export function useField(name: string): {
  readonly id: string;
  readonly error: string | null;
  readonly typed: string | undefined;
  readonly focusFirst: boolean;
} {
  const { name: form, trouble } = useContext(FormContext);
  return {
    id: `${form}-${name}`,
    error: trouble?.errors[name] ?? null,
    typed: trouble?.values[name],
    focusFirst: trouble?.first === name,
  };
}

type SubmitProps = Omit<Parameters<typeof Button>[0], "type" | "onClick" | "ref">;

/** Sends its form, once: a second press while the first is on its way does nothing. */
export function SubmitButton({ children, ...rest }: SubmitProps) {
  const { intent } = useContext(FormContext);
  const navigation = useNavigation();
  const sending = navigation.state !== "idle" && navigation.formData?.get("intent") === intent;
  return (
    <Button
      type="submit"
      {...rest}
      {...(sending ? { "aria-disabled": true } : {})}
      onClick={(event) => {
        if (sending) event.preventDefault();
      }}
    >
      {children}
    </Button>
  );
}
