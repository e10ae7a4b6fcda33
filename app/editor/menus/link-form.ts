/** The small form for a link: its address, and taking it away. Only addresses that are safe to follow are taken. */
import { TextSelection } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { findLink, setLink } from "../commands/text-style.ts";
import { element, placeNear } from "../dom.ts";

/** Open the form for the link at the cursor, or for the selected text. Without either it does nothing and answers false. */
export function openLinkForm(view: EditorView): boolean {
  const { state } = view;
  const existing = findLink(state);
  const range =
    existing ??
    (state.selection instanceof TextSelection && !state.selection.empty ? { from: state.selection.from, to: state.selection.to, href: "" } : null);
  const frame = view.dom.parentElement;
  if (range === null || frame === null || !view.editable) return false;
  frame.querySelector(".link-form")?.remove();

  const input = element("input", {
    type: "text",
    inputmode: "url",
    autocomplete: "off",
    spellcheck: "false",
    value: range.href,
    placeholder: "https://",
    "aria-label": "Address of the link",
  });
  const wrong = element("p", { class: "link-wrong", role: "alert" });
  const form = element("form", { class: "floating link-form", "aria-label": "Link" }, [
    input,
    element("button", { type: "submit" }, [existing === null ? "Link" : "Change"]),
    ...(existing === null ? [] : [element("button", { type: "button", "data-act": "remove" }, ["Unlink"])]),
    wrong,
  ]);
  const close = (): void => {
    form.remove();
    document.removeEventListener("pointerdown", onOutside, true);
  };
  const onOutside = (event: Event): void => {
    if (event.target instanceof Node && !form.contains(event.target)) close();
  };
  const apply = (address: string): void => {
    const command = setLink(range, address);
    if (command === null) {
      wrong.textContent = "That is not an address people can open. Begin with https://";
      input.setAttribute("aria-invalid", "true");
      input.focus();
      return;
    }
    command(view.state, view.dispatch);
    close();
    view.focus();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply(input.value);
  });
  form.querySelector("[data-act=remove]")?.addEventListener("click", () => apply(""));
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    close();
    view.focus();
  });
  document.addEventListener("pointerdown", onOutside, true);
  frame.append(form);
  placeNear(form, view.coordsAtPos(range.from));
  input.focus();
  input.select();
  return true;
}
