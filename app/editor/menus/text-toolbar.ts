/** The toolbar over selected text: bold, italic, link, lists, fraction. Alt+F10 goes into it, arrows go along it, Escape back. */
import type { MarkType } from "prosemirror-model";
import { Plugin, TextSelection, type Command, type EditorState } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { lessonSchema } from "#core/schema/schema";
import { toggleBold, toggleFraction, toggleItalic, toggleList } from "../commands/text-style.ts";
import { element, icon, placeNear, type IconName } from "../dom.ts";
import { openLinkForm } from "./link-form.ts";

type Tool = { readonly name: string; readonly keys: string; readonly icon: IconName; readonly command: Command; readonly mark: MarkType | null };

const { strong, em, math, link } = lessonSchema.marks;
const openLink: Command = (_state, _dispatch, view) => {
  if (view !== undefined) openLinkForm(view);
  return true;
};
const TOOLS: readonly Tool[] = [
  { name: "Bold", keys: "Ctrl B", icon: "bold", command: toggleBold, mark: strong },
  { name: "Italic", keys: "Ctrl I", icon: "italic", command: toggleItalic, mark: em },
  { name: "Link", keys: "Ctrl K", icon: "link", command: openLink, mark: link },
  { name: "List", keys: "type - and a space", icon: "bullets", command: toggleList("bullet"), mark: null },
  { name: "Numbered list", keys: "type 1. and a space", icon: "numbers", command: toggleList("number"), mark: null },
  { name: "Fraction", keys: "type 1/4 and a space", icon: "fraction", command: toggleFraction, mark: math },
];

/** The plugin. */
export const textToolbar = (): Plugin =>
  new Plugin({
    view: (view) => new ToolbarView(view),
    props: {
      handleKeyDown: (view, event) => {
        if (event.key !== "F10" || !event.altKey) return false;
        const first = view.dom.parentElement?.querySelector<HTMLElement>(".text-toolbar:not([hidden]) button:not(:disabled)");
        first?.focus();
        return first !== null && first !== undefined;
      },
    },
  });

class ToolbarView {
  readonly view: EditorView;
  readonly bar: HTMLElement;
  readonly buttons: readonly (readonly [Tool, HTMLButtonElement])[];
  private pressed = false;

  constructor(view: EditorView) {
    this.view = view;
    this.bar = element("div", { class: "floating text-toolbar", role: "toolbar", "aria-label": "Text" });
    this.bar.hidden = true;
    this.buttons = TOOLS.map((tool) => [tool, this.button(tool)] as const);
    this.bar.append(...this.buttons.map(([, button]) => button));
    this.bar.addEventListener("pointerdown", (event) => event.preventDefault());
    this.bar.addEventListener("keydown", this.onKey);
    view.dom.parentElement?.append(this.bar);
    // While the mouse is still selecting, a bar that jumps about is in the way.
    view.dom.addEventListener("pointerdown", this.onDown);
    document.addEventListener("pointerup", this.onUp);
    view.dom.addEventListener("focusout", this.onUp);
  }

  update(): void {
    const { state } = this.view;
    const show = !this.pressed && this.view.editable && isText(state) && (this.view.hasFocus() || this.bar.contains(document.activeElement));
    this.bar.hidden = !show;
    if (!show) return;
    for (const [tool, button] of this.buttons) {
      button.disabled = !tool.command(state);
      button.setAttribute("aria-pressed", String(tool.mark !== null && hasMark(state, tool.mark)));
    }
    const start = this.view.coordsAtPos(state.selection.from);
    const end = this.view.coordsAtPos(state.selection.to);
    placeNear(this.bar, { left: start.left, top: start.top, bottom: end.bottom }, true);
  }

  destroy(): void {
    this.bar.remove();
    this.view.dom.removeEventListener("pointerdown", this.onDown);
    this.view.dom.removeEventListener("focusout", this.onUp);
    document.removeEventListener("pointerup", this.onUp);
  }

  private button(tool: Tool): HTMLButtonElement {
    const button = element("button", { type: "button", "aria-label": tool.name, title: `${tool.name} (${tool.keys})`, tabindex: "-1" }, [
      icon(tool.icon),
    ]);
    button.addEventListener("click", () => {
      tool.command(this.view.state, this.view.dispatch, this.view);
      if (tool.command !== openLink) this.view.focus();
    });
    return button;
  }

  private readonly onDown = (): void => {
    this.pressed = true;
    this.bar.hidden = true;
  };

  private readonly onUp = (): void => {
    this.pressed = false;
    // The browser tells ProseMirror of the new selection after this.
    requestAnimationFrame(() => {
      if (!this.view.isDestroyed) this.update();
    });
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key === "Escape") return this.view.focus();
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    event.preventDefault();
    const open = this.buttons.map(([, button]) => button).filter((button) => !button.disabled);
    const now = open.indexOf(document.activeElement as HTMLButtonElement);
    open[(now + (event.key === "ArrowRight" ? 1 : -1) + open.length) % open.length]?.focus();
  };
}

const isText = ({ selection }: EditorState): boolean => selection instanceof TextSelection && !selection.empty;
const hasMark = ({ doc, selection }: EditorState, mark: MarkType): boolean => doc.rangeHasMark(selection.from, selection.to, mark);
