/**
 * The menu behind `/`: every kind of block, found by its name or by other words for it. It is a listbox that the editor drives:
 * the cursor stays in the text.
 */
import { Plugin, PluginKey, type EditorState, type Transaction } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { KINDS } from "#core/schema/kinds";
import { addBlock, addStage } from "../commands/blocks.ts";
import { element, placeNear } from "../dom.ts";
import { findLine } from "../lesson-place.ts";
import { ONE_ACT } from "../text-rules.ts";

/** One thing that the menu can add. */
export type SlashChoice = { readonly id: string; readonly label: string; readonly hint: string; readonly keywords: readonly string[] };

const CHOICES: readonly SlashChoice[] = [
  ...KINDS.filter((kind) => kind.place === "stage").map(({ kind, label, hint, keywords }) => ({ id: kind, label, hint, keywords })),
  { id: "stage", label: "New stage", hint: "A timed part of the lesson", keywords: ["part", "section", "minutes"] },
];

/** What a word finds: names that begin with it, then other names and words that hold it. */
export function findChoices(query: string): readonly SlashChoice[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return CHOICES;
  const rank = (choice: SlashChoice): number => {
    const label = choice.label.toLowerCase();
    if (label.startsWith(wanted)) return 0;
    if (label.includes(wanted)) return 1;
    if (choice.keywords.some((word) => word.startsWith(wanted))) return 2;
    return choice.keywords.some((word) => word.includes(wanted)) || choice.hint.toLowerCase().includes(wanted) ? 3 : 4;
  };
  return CHOICES.map((choice) => ({ choice, order: rank(choice) }))
    .filter(({ order }) => order < 4)
    .toSorted((a, b) => a.order - b.order)
    .map(({ choice }) => choice);
}

type SlashState =
  | { readonly state: "closed"; /** A slash that was dismissed stays so. */ readonly dismissedAt: number | null }
  | { readonly state: "open"; readonly from: number; readonly to: number; readonly query: string; readonly index: number };

type Change = { readonly move?: number; readonly dismiss?: true; readonly open?: true };

const key = new PluginKey<SlashState>("slash-menu");
const MAX_QUERY = 24;

/** What is typed after a slash at the cursor; null when there is no slash that opens the menu. */
function findSlash(state: EditorState): { readonly from: number; readonly to: number; readonly query: string } | null {
  const { $from, empty } = state.selection;
  if (!empty) return null;
  const place = findLine($from);
  if (place === null || place.part.node.type.name !== "stage") return null;
  const before = place.line.node.textBetween(0, $from.parentOffset);
  const match = /(?:^|\s)\/([\p{L} ]*)$/u.exec(before);
  const query = match?.[1];
  if (query === undefined || query.length > MAX_QUERY || query.startsWith(" ")) return null;
  return { from: $from.pos - query.length - 1, to: $from.pos, query };
}

/** The plugin. */
export function slashMenu(): Plugin<SlashState> {
  return new Plugin<SlashState>({
    key,
    state: {
      init: () => ({ state: "closed", dismissedAt: null }),
      apply: (transaction, before, _old, state) => next(transaction, before, state),
    },
    props: {
      handleKeyDown: (view, event) => onKey(view, event),
      attributes: (state) => {
        const menu = key.getState(state);
        const open: Record<string, string> = {};
        if (menu?.state === "open") {
          open["aria-controls"] = "slash-menu";
          open["aria-activedescendant"] = `slash-${menu.index}`;
        }
        return open;
      },
    },
    view: (view) => new SlashView(view),
  });
}

function next(transaction: Transaction, before: SlashState, state: EditorState): SlashState {
  const change = transaction.getMeta(key) as Change | undefined;
  const slash = findSlash(state);
  if (slash === null) return { state: "closed", dismissedAt: null };
  if (change?.dismiss === true) return { state: "closed", dismissedAt: slash.from };
  if (before.state === "closed") {
    const dismissedAt = before.dismissedAt === null ? null : transaction.mapping.map(before.dismissedAt);
    // The menu opens by typing, not by putting the cursor behind an old slash.
    if (dismissedAt === slash.from || !transaction.docChanged || slash.query.length > 1) return { state: "closed", dismissedAt };
    return { state: "open", ...slash, index: 0 };
  }
  const count = findChoices(slash.query).length;
  if (count === 0) return { state: "closed", dismissedAt: slash.from };
  const moved = change?.move === undefined ? (slash.query === before.query ? before.index : 0) : before.index + change.move;
  return { state: "open", ...slash, index: (moved + count) % count };
}

function onKey(view: EditorView, event: KeyboardEvent): boolean {
  const menu = key.getState(view.state);
  if (menu?.state !== "open" || event.isComposing) return false;
  const tell = (change: Change): true => {
    view.dispatch(view.state.tr.setMeta(key, change));
    return true;
  };
  switch (event.key) {
    case "ArrowDown":
      return tell({ move: 1 });
    case "ArrowUp":
      return tell({ move: -1 });
    case "Escape":
      return tell({ dismiss: true });
    case "Enter":
    case "Tab":
      return choose(view, menu.index);
    default:
      return false;
  }
}

function choose(view: EditorView, index: number): boolean {
  const menu = key.getState(view.state);
  if (menu?.state !== "open") return false;
  const choice = findChoices(menu.query)[index];
  if (choice === undefined) return false;
  const transaction = view.state.tr;
  if (choice.id === "stage") addStage(transaction, menu);
  else addBlock(transaction, choice.id, menu);
  view.dispatch(transaction.setMeta(ONE_ACT, true).scrollIntoView());
  view.focus();
  return true;
}

class SlashView {
  readonly list: HTMLElement;
  private shown = "";
  readonly view: EditorView;

  constructor(view: EditorView) {
    this.view = view;
    // It scrolls, so it can be reached.
    this.list = element("ul", {
      id: "slash-menu",
      class: "floating slash-menu",
      role: "listbox",
      tabindex: "0",
      "aria-label": "Add to the lesson",
    });
    this.list.hidden = true;
    // The text keeps the focus.
    for (const press of ["pointerdown", "mousedown"]) this.list.addEventListener(press, (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target instanceof Element ? event.target.closest<HTMLElement>("[role=option]") : null;
      if (option !== null) choose(view, Number(option.dataset["index"]));
    });
    view.dom.parentElement?.append(this.list);
    this.update();
  }

  update(): void {
    const menu = key.getState(this.view.state);
    if (menu?.state !== "open" || !this.view.editable) {
      this.list.hidden = true;
      this.shown = "";
      return;
    }
    const wanted = `${menu.query}:${menu.index}`;
    if (this.shown === wanted) return;
    const opening = this.list.hidden;
    this.shown = wanted;
    this.list.hidden = false;
    this.list.replaceChildren(...findChoices(menu.query).map((choice, index) => drawChoice(choice, index, index === menu.index)));
    if (opening) placeNear(this.list, this.view.coordsAtPos(menu.from));
    this.list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  destroy(): void {
    this.list.remove();
  }
}

function drawChoice(choice: SlashChoice, index: number, selected: boolean): HTMLElement {
  return element("li", { id: `slash-${index}`, role: "option", "aria-selected": String(selected), "data-index": String(index) }, [
    element("b", {}, [choice.label]),
    element("span", {}, [choice.hint]),
  ]);
}
