/** What a new lesson starts from, as its form says it: `blank`, `template:<name>` or `copy:<lesson id>`. */

type Start =
  | { readonly from: "blank" }
  | { readonly from: "template"; readonly template: string }
  | { readonly from: "copy"; readonly lessonId: string };

/** Unknown words are a blank start; whether a template or a lesson is there, the service says. */
export function readStart(value: string): Start {
  const [kind, ...rest] = value.split(":");
  const name = rest.join(":");
  if (kind === "template" && name !== "") return { from: "template", template: name };
  if (kind === "copy" && name !== "") return { from: "copy", lessonId: name };
  return { from: "blank" };
}
