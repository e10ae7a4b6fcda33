// @vitest-environment jsdom
import { EditorView } from "prosemirror-view";
import { afterEach, expect, test } from "vitest";
import { KINDS } from "#core/schema/kinds";
import { block, header, lesson, show, stage, stateOf } from "../test-lesson.ts";
import { findChoices, slashMenu } from "./slash-menu.ts";

const views: EditorView[] = [];
afterEach(() => {
  for (const view of views.splice(0)) view.destroy();
  document.body.replaceChildren();
});

function open(drawn = lesson(header("T"), stage("S", block("task", "<a>")))): EditorView {
  const place = document.body.appendChild(document.createElement("div"));
  const view = new EditorView(place, { state: stateOf(drawn, [slashMenu()]) });
  // The test's browser lays nothing out.
  view.coordsAtPos = () => ({ left: 0, right: 0, top: 0, bottom: 0 });
  views.push(view);
  return view;
}

const type = (view: EditorView, words: string): void => {
  for (const letter of words) view.dispatch(view.state.tr.insertText(letter));
};
const press = (view: EditorView, key: string): boolean =>
  view.someProp("handleKeyDown", (handle) => handle(view, new KeyboardEvent("keydown", { key }))) === true;
const menu = (): HTMLElement | null => document.querySelector("#slash-menu:not([hidden])");
const chosen = (): string | undefined => menu()?.querySelector("[aria-selected=true] b")?.textContent ?? undefined;

// jsdom has no layout, so nothing can be scrolled into view.
Element.prototype.scrollIntoView = () => undefined;

test("every kind that may stand in a stage is found by its own name first", () => {
  for (const kind of KINDS.filter(({ place }) => place === "stage")) expect(findChoices(kind.label)[0]?.id).toBe(kind.kind);
  expect(findChoices("new stage")[0]?.id).toBe("stage");
  expect(findChoices("dong nao jin")[0]?.id).toBe("deepening_task");
  expect(findChoices("zzz")).toEqual([]);
});

test("a slash at the start of a line or after a space opens it, the arrows go round, Enter adds the block in place of an empty one", () => {
  const view = open();
  type(view, "/");
  expect(menu()?.children).toHaveLength(findChoices("").length);
  expect(view.dom.getAttribute("aria-activedescendant")).toBe("slash-0");
  press(view, "ArrowUp");
  expect(chosen()).toBe("New stage");
  press(view, "ArrowDown");
  type(view, "hin");
  expect(chosen()).toBe("Hinge question");
  expect(press(view, "Enter")).toBe(true);
  expect(menu()).toBeNull();
  expect(show(view.state)).toContain('stage{title:"S" purpose:"" hinge_question{question:"|"');
});

test("words before the slash stay, and the new block comes after them", () => {
  const view = open(lesson(header("T"), stage("S", block("task", "Fold it<a>"))));
  type(view, " /look");
  press(view, "Enter");
  expect(show(view.state)).toContain('task{text:"Fold it "} point_to_notice{text:"|"}');
});

test("it stays away in a word, in the header, and after Escape; Enter is then the editor's", () => {
  const half = open(lesson(header("T"), stage("S", block("task", "1<a>"))));
  type(half, "/2");
  expect(menu()).toBeNull();
  const title = open(lesson(header("T<a>"), stage("S", block("task", ""))));
  type(title, " /task");
  expect(menu()).toBeNull();
  const view = open();
  type(view, "/ta");
  press(view, "Escape");
  expect(menu()).toBeNull();
  type(view, "sk");
  expect([menu(), press(view, "Enter")]).toEqual([null, false]);
});

test("a click on an entry adds it, and a word that nothing is called closes the menu", () => {
  const view = open();
  type(view, "/note");
  menu()
    ?.querySelector("li")
    ?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  expect(show(view.state)).toContain('free_text{text:"|"}');
  type(view, "/qqq");
  expect(menu()).toBeNull();
});
