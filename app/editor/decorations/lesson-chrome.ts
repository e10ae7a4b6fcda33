/**
 * The small controls that stand in the lesson while it is edited: minutes of a stage, fold buttons, the facts line, the strip,
 * "Add option", the letter of an option. Widgets only: nothing of this is in the document.
 *
 * Folding is this person's view of the lesson and is shared with nobody.
 */
import type { Node } from "prosemirror-model";
import { Plugin, PluginKey, Selection, type EditorState, type Transaction } from "prosemirror-state";
import { Decoration, DecorationSet, type EditorView } from "prosemirror-view";
import { factWords, linkRole } from "#core/exports/html-header";
import { readLinks } from "#core/model/lesson-facts";
import type { LessonFactValues, LessonNode } from "#core/model/lesson-node";
import { findKind } from "#core/schema/kinds";
import { addStage } from "../commands/blocks.ts";
import { addColumn, addItemTo, toggleCorrect } from "../commands/items.ts";
import { element, icon } from "../dom.ts";
import { findLine } from "../lesson-place.ts";
import { ONE_ACT } from "../text-rules.ts";
import { HEADER_PREVIEW } from "./header-preview.ts";

export type ChromeState = { readonly folded: ReadonlySet<string>; readonly headerOpen: boolean; readonly facts: LessonFactValues };
type Change = { readonly fold?: string; readonly unfold?: string; readonly header?: boolean; readonly facts?: LessonFactValues };

const key = new PluginKey<ChromeState>("lesson-chrome");

/** The fields above the curriculum. */
const AIM: ReadonlySet<string> = new Set(["keyPoint", "smallStep"]);

/** Largest number of minutes of a stage. */
const MAX_MINUTES = 600;

export type ChromeOptions = {
  readonly editable: () => boolean;
  readonly facts: LessonFactValues;
  readonly onEditFacts: () => void;
};

/** The plugin. */
export function lessonChrome(options: ChromeOptions): Plugin<ChromeState> {
  return new Plugin<ChromeState>({
    key,
    state: {
      init: () => ({ folded: new Set(), headerOpen: false, facts: options.facts }),
      apply: (transaction, state, _before, after) => reveal(change(state, transaction.getMeta(key) as Change | undefined), transaction, after),
    },
    props: {
      decorations: (state) => DecorationSet.create(state.doc, draw(state, key.getState(state), options)),
    },
    view: (view) => {
      showMinutes(view);
      return { update: showMinutes };
    },
  });
}

/** Show other facts. */
export const setFacts = (transaction: Transaction, facts: LessonFactValues): Transaction => transaction.setMeta(key, { facts } satisfies Change);
/** Open a stage that is folded, and the rest of the header. */
export const unfold = (transaction: Transaction, stageId: string): Transaction => transaction.setMeta(key, { unfold: stageId } satisfies Change);

function change(state: ChromeState, wanted: Change | undefined): ChromeState {
  if (wanted === undefined) return state;
  const folded = new Set(state.folded);
  if (wanted.fold !== undefined) folded.add(wanted.fold);
  if (wanted.unfold !== undefined) folded.delete(wanted.unfold);
  return { folded, headerOpen: wanted.header ?? state.headerOpen, facts: wanted.facts ?? state.facts };
}

/** The cursor is never in something that is folded away. */
function reveal(state: ChromeState, transaction: Transaction, after: EditorState): ChromeState {
  if (!transaction.selectionSet) return state;
  const place = findLine(after.selection.$from);
  if (place === null) return state;
  const id = String(place.part.node.attrs["id"]);
  if (place.part.node.type.name === "stage") return place.block !== null && state.folded.has(id) ? change(state, { unfold: id }) : state;
  const hidden = place.block !== null || !HEADER_PREVIEW.has(place.field);
  return hidden && !state.headerOpen ? { ...state, headerOpen: true } : state;
}

function draw(state: EditorState, chrome: ChromeState | undefined, options: ChromeOptions): Decoration[] {
  if (chrome === undefined) return [];
  const editable = options.editable();
  const decorations: Decoration[] = [];
  const stages: { id: string; title: string; minutes: number }[] = [];
  const current = findLine(state.selection.$from)?.block;
  state.doc.forEach((part, offset) => {
    if (part.type.name === "stage") {
      stages.push({ id: String(part.attrs["id"]), title: part.firstChild?.textContent ?? "", minutes: Number(part.attrs["minutes"]) });
      drawStage(part, offset, { chrome, editable, into: decorations });
    }
    part.forEach((child, inner) => {
      if (child.type.name === "block")
        drawBlock(child, offset + 1 + inner, { editable, current: current?.pos === offset + 1 + inner, into: decorations });
    });
  });
  if (editable) decorations.push(widget(state.doc.content.size, addStageButton, "add-stage", 1));
  const first = state.doc.firstChild;
  if (first?.type.name === "header") drawHeader(first, stages, { chrome, editable, options, into: decorations });
  return decorations;
}

type StageSummary = { readonly id: string; readonly title: string; readonly minutes: number };

function drawHeader(
  header: Node,
  stages: readonly StageSummary[],
  { chrome, editable, options, into }: { chrome: ChromeState; editable: boolean; options: ChromeOptions; into: Decoration[] },
): void {
  into.push(Decoration.node(0, header.nodeSize, { class: chrome.headerOpen ? "is-open" : "is-short" }));
  header.forEach((child, offset) => {
    if (child.type.name === "line" && !HEADER_PREVIEW.has(String(child.attrs["field"]))) {
      into.push(Decoration.node(1 + offset, 1 + offset + child.nodeSize, { class: "is-secondary" }));
    }
  });
  const title = header.firstChild;
  const afterTitle = title?.type.name === "line" ? 1 + title.nodeSize : 1;
  let afterAim = afterTitle;
  header.forEach((child, offset) => {
    if (AIM.has(String(child.attrs["field"]))) afterAim = 1 + offset + child.nodeSize;
  });
  const words = factWords(header.toJSON() as LessonNode, chrome.facts);
  const codes = readLinks(chrome.facts).map(({ code, role }) => ({ code, role: linkRole(role) }));
  into.push(
    widget(afterTitle, () => factsLine(words), `facts:${JSON.stringify(words)}`, -1),
    widget(
      afterAim,
      () => curriculumLine(codes, editable ? options.onEditFacts : null),
      `curriculum:${JSON.stringify(codes)}:${String(editable)}`,
      -1,
    ),
    widget(header.nodeSize - 1, (view) => headerToggle(view, chrome.headerOpen), `more:${String(chrome.headerOpen)}`, 1),
    widget(header.nodeSize - 1, () => strip(stages), `strip:${JSON.stringify(stages)}`, 2),
  );
}

function drawStage(stage: Node, pos: number, { chrome, editable, into }: { chrome: ChromeState; editable: boolean; into: Decoration[] }): void {
  const id = String(stage.attrs["id"]);
  const folded = chrome.folded.has(id);
  const blocks = stage.children.filter((child) => child.type.name === "block").length;
  if (folded) into.push(Decoration.node(pos, pos + stage.nodeSize, { class: "is-folded" }));
  into.push(
    widget(pos + 1, (view) => minutesInput(view, id, editable), `minutes:${id}:${String(editable)}`, -2),
    widget(pos + 1, (view) => foldButton(view, id, folded, blocks), `fold:${id}:${String(folded)}:${blocks}`, -1),
  );
}

function drawBlock(block: Node, pos: number, { editable, current, into }: { editable: boolean; current: boolean; into: Decoration[] }): void {
  const id = String(block.attrs["id"]);
  const items = findKind(String(block.attrs["kind"]))?.items;
  if (current) into.push(Decoration.node(pos, pos + block.nodeSize, { class: "is-current" }));
  if (items === undefined) return;
  if (editable) into.push(widget(pos + block.nodeSize - 1, (view) => addButtons(view, id, items.kind, items.noun), `add:${id}`, 1));
  if (items.kind !== "option") return;
  block.forEach((item, offset) => {
    if (item.type.name !== "item") return;
    const at = pos + 1 + offset;
    const { label, correct } = item.attrs;
    const itemId = String(item.attrs["id"]);
    const build = (view: EditorView): HTMLElement => optionLetter(view, { id: itemId, label: String(label), correct: correct === true, editable });
    into.push(widget(at + 1, build, `option:${itemId}:${String(label)}:${String(correct)}:${String(editable)}`, -1));
  });
}

/** A control in the lesson. Its events are its own, and the selection of the editor stays where it is. */
function widget(pos: number, build: (view: EditorView) => HTMLElement, widgetKey: string, side: number): Decoration {
  return Decoration.widget(
    pos,
    (view) => {
      const dom = build(view);
      dom.contentEditable = "false";
      return dom;
    },
    { key: widgetKey, side, ignoreSelection: true, stopEvent: () => true },
  );
}

/** A control that changes what it says is built anew; somebody who pressed it by key stays on it. */
function keepFocus(view: EditorView, selector: string, run: () => void): void {
  run();
  if (!view.dom.contains(document.activeElement) || document.activeElement === view.dom) view.dom.querySelector<HTMLElement>(selector)?.focus();
}

function minutesInput(view: EditorView, stageId: string, editable: boolean): HTMLElement {
  const input = element("input", {
    type: "number",
    min: "0",
    max: String(MAX_MINUTES),
    step: "1",
    inputmode: "numeric",
    "aria-label": "Minutes of this stage",
    "data-stage": stageId,
  });
  input.readOnly = !editable;
  input.addEventListener("input", () => {
    const minutes = Number.parseInt(input.value, 10);
    if (Number.isInteger(minutes) && minutes >= 0 && minutes <= MAX_MINUTES) setMinutes(view, stageId, minutes);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "Escape") view.focus();
  });
  input.addEventListener("blur", () => showMinutes(view));
  return element("span", { class: "stage-minutes" }, [input, element("small", {}, ["min"])]);
}

function setMinutes(view: EditorView, stageId: string, minutes: number): void {
  view.state.doc.forEach((part, pos) => {
    if (part.attrs["id"] === stageId && part.attrs["minutes"] !== minutes) view.dispatch(view.state.tr.setNodeAttribute(pos, "minutes", minutes));
  });
}

/** Fields show what the document says, except the one somebody is typing in. */
function showMinutes(view: EditorView): void {
  for (const input of view.dom.querySelectorAll<HTMLInputElement>(".stage-minutes input")) {
    if (input === input.ownerDocument.activeElement) continue;
    const id = input.dataset["stage"];
    const stage = view.state.doc.children.find((part) => part.attrs["id"] === id);
    if (stage !== undefined) input.value = String(stage.attrs["minutes"]);
  }
}

function foldButton(view: EditorView, stageId: string, folded: boolean, blocks: number): HTMLElement {
  const count = blocks === 1 ? "1 block" : `${blocks} blocks`;
  const button = element(
    "button",
    { type: "button", class: "stage-fold", "aria-expanded": String(!folded), title: folded ? "Open this stage" : "Fold this stage" },
    [folded ? count : element("span", { class: "sr" }, ["Fold this stage"]), icon(folded ? "down" : "up")],
  );
  button.addEventListener("click", () =>
    keepFocus(view, `[data-id="${CSS.escape(stageId)}"] .stage-fold`, () =>
      view.dispatch(view.state.tr.setMeta(key, folded ? { unfold: stageId } : { fold: stageId })),
    ),
  );
  return button;
}

function headerToggle(view: EditorView, open: boolean): HTMLElement {
  const button = element("button", { type: "button", class: "header-more", "aria-expanded": String(open) }, [
    icon(open ? "up" : "down"),
    open ? "Show less" : "Words, big ideas, board plan, case pupils and more",
  ]);
  button.addEventListener("click", () => keepFocus(view, ".header-more", () => view.dispatch(view.state.tr.setMeta(key, { header: !open }))));
  return button;
}

function factsLine(words: readonly string[]): HTMLElement {
  return element(
    "div",
    { class: "facts" },
    words.map((fact) => element("span", {}, [fact])),
  );
}

/** Codes of the curriculum, in a row like the fields around them, and the way to change all facts. */
function curriculumLine(codes: readonly { readonly code: string; readonly role: string }[], onEdit: (() => void) | null): HTMLElement {
  const chips = codes.map(({ code, role }) => element("span", { class: "code" }, [code, " ", element("em", {}, [role])]));
  const line = element("div", { class: "line curriculum", "data-label": "Curriculum" }, chips);
  if (onEdit !== null) {
    const button = element("button", { type: "button", class: "facts-edit" }, [icon("pencil"), "Year, time, curriculum"]);
    button.addEventListener("click", onEdit);
    line.append(button);
  }
  line.hidden = line.childElementCount === 0;
  return line;
}

/** The lesson drawn to scale: one segment a stage, as wide as its minutes. */
function strip(stages: readonly StageSummary[]): HTMLElement {
  const nav = element("nav", { class: "strip", "aria-label": "Stages, to scale" });
  const total = stages.reduce((sum, stage) => sum + stage.minutes, 0);
  for (const { id, title, minutes } of stages) {
    const name = title === "" ? "Untitled stage" : title;
    const long = total > 0 && minutes / total >= 0.15 ? [" ", element("span", { class: "long" }, [shortName(name)])] : [];
    const link = element("a", { href: `#stage-${id}`, "data-goto": id, "aria-label": `${name}, ${minutes} minutes` }, [
      element("i", {}),
      element("span", {}, [String(minutes), ...long]),
    ]);
    link.style.setProperty("--m", String(minutes));
    nav.append(link);
  }
  const time = element("div", { class: "lesson-time", "data-label": "Time" }, [nav]);
  time.hidden = total === 0;
  return time;
}

/** What is said before a colon or a dash, or the first word of it. */
function shortName(title: string): string {
  const start = title.split(/\s*[:–—]\s*|\s+-\s+/)[0] ?? title;
  return start.length <= 14 ? start : (start.split(/\s+/)[0] ?? start);
}

function addButtons(view: EditorView, blockId: string, itemKind: string, noun: string): HTMLElement {
  const box = element("div", { class: "block-add" });
  const add = (words: string, run: () => void): void => {
    const button = element("button", { type: "button" }, [icon("plus"), words]);
    button.addEventListener("click", () => {
      run();
      view.focus();
    });
    box.append(button);
  };
  if (itemKind !== "big_idea" && itemKind !== "zone") add(`Add ${noun}`, () => addItemTo(blockId)(view.state, view.dispatch));
  if (itemKind === "row") add("Add column", () => addColumn(blockId)(view.state, view.dispatch));
  return box;
}

/** At the end of the lesson; where every stage was deleted it is the only way to begin again. */
function addStageButton(view: EditorView): HTMLElement {
  const button = element("button", { type: "button" }, [icon("plus"), "Add a stage"]);
  button.addEventListener("click", () => {
    const { doc, tr } = view.state;
    const end = tr.setSelection(Selection.near(doc.resolve(doc.content.size), -1));
    view.dispatch(addStage(end).scrollIntoView().setMeta(ONE_ACT, true));
    view.focus();
  });
  return element("div", { class: "block-add stage-add" }, [button]);
}

function optionLetter(view: EditorView, option: { id: string; label: string; correct: boolean; editable: boolean }): HTMLElement {
  const { id, label, correct, editable } = option;
  const button = element(
    "button",
    {
      type: "button",
      class: "option-letter",
      "aria-pressed": String(correct),
      "aria-label": `Option ${label} is right`,
      title: correct ? "Right" : "Mark as right",
    },
    [label === "" ? "?" : label, ...(correct ? [icon("tick")] : [])],
  );
  button.disabled = !editable;
  button.addEventListener("click", () =>
    keepFocus(view, `[data-id="${CSS.escape(id)}"] .option-letter`, () => toggleCorrect(id)(view.state, view.dispatch)),
  );
  return button;
}
