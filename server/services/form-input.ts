/**
 * What people typed into a form, parsed once where it enters. Every field has its own sentence, for the teacher to read.
 */
import { z } from "zod";
import { AppError } from "#core/errors";
import { LIMITS } from "#core/limits";

/**
 * Parse a form.
 * @throws AppError "bad-input" whose `fields` hold the first sentence for each wrong field, or for the whole under `form`
 */
export function parseForm<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const fields: Record<string, string> = {};
  for (const issue of parsed.error.issues) {
    // What is inside a field (the template of a start) is still that field on the form.
    const field = String(issue.path[0] ?? "form");
    fields[field] ??= issue.message;
  }
  throw badInput(fields);
}

/** The error for wrong fields: the page shows each sentence beside its field. */
export function badInput(fields: Record<string, string>): AppError {
  return new AppError("bad-input", { message: fields["form"] ?? "Something in the form needs another look.", fields });
}

// Control characters and the marks that turn text round have no place in a name or a title.
const HIDDEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const tidy = (text: string): string => text.replaceAll(HIDDEN, " ").replaceAll(/\s+/gu, " ").trim();

/** One line of text: trimmed, no control characters, spaces joined; must hold something. */
export const lineOf = (options: { readonly missing: string; readonly maxLength: number }) =>
  z
    .string({ error: options.missing })
    .transform(tidy)
    .pipe(z.string().min(1, options.missing).max(options.maxLength, `Keep it to ${options.maxLength} characters.`));

/** Several lines of text, possibly none. */
export const linesUpTo = (maxLength: number) =>
  z
    .string({ error: "Write some words, or leave it empty." })
    .transform((text) => text.replaceAll("\r\n", "\n").trim())
    .pipe(z.string().max(maxLength, `Keep it to ${maxLength} characters.`));

/** An e-mail address, trimmed and in small letters as it is kept. */
export const emailField = z
  .string({ error: "Enter your e-mail address." })
  .trim()
  .toLowerCase()
  .pipe(
    z
      .string()
      .min(1, "Enter your e-mail address.")
      .max(LIMITS.maxEmailLength, "This address is too long.")
      .regex(/^[^\s@<>"(),;:\\]+@[^\s@<>"(),;:\\.]+(?:\.[^\s@<>"(),;:\\.]+)+$/, "Enter a whole e-mail address, like name@school.org.uk."),
  );

/** A person's name. */
export const nameField = lineOf({ missing: "Enter your name.", maxLength: LIMITS.maxNameLength });

/** A password as it was typed; whether it is a good one is decided in server/auth. */
export const passwordField = (missing: string) => z.string({ error: missing }).min(1, missing);
