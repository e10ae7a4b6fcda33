// @vitest-environment jsdom
import { undoInputRule } from "prosemirror-inputrules";
import type { EditorState } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { expect, test } from "vitest";
import { block, lesson, line, show, stage, stateOf } from "./test-lesson.ts";
import { textRules } from "./text-rules.ts";

/** Types into a lesson letter by letter, as a keyboard does. */
function typing(words: string, before = block("task", "<a>")): EditorView {
  const state: EditorState = stateOf(lesson(stage("S", before)), [textRules()]);
  const view = new EditorView(null, { state });
  for (const letter of words) {
    const { from, to } = view.state.selection;
    const insert = () => view.state.tr.insertText(letter, from, to);
    const handled = view.someProp("handleTextInput", (handle) => handle(view, from, to, letter, insert));
    if (handled !== true) view.dispatch(insert());
  }
  return view;
}

const words = (view: EditorView): string => view.state.doc.child(0).child(2).textContent;
const marked = (view: EditorView): string[] => {
  const found: string[] = [];
  view.state.doc.descendants((node) => {
    if (node.marks.some((mark) => mark.type.name === "math")) found.push(node.text ?? "");
  });
  return found;
};

test("[SC5] 1/4 and a space becomes a fraction, and its text stays three characters", () => {
  const view = typing("Fold 1/4 of it");
  expect(words(view)).toBe("Fold 1/4 of it");
  expect(marked(view)).toEqual(["1/4"]);
});

test("dates, versions and halves of longer numbers are no fractions", () => {
  for (const typed of ["12/05/2026 ", "1/0 ", "1.1/4 ", "and/or "]) expect(marked(typing(typed))).toEqual([]);
});

test("x and * between numbers become a multiplication sign, also with spaces", () => {
  expect(words(typing("3 x 4"))).toBe("3 × 4");
  expect(words(typing("3x4"))).toBe("3×4");
  expect(words(typing("12 * 10"))).toBe("12 × 10");
  expect(words(typing("made x10 bigger"))).toBe("made ×10 bigger");
  expect(words(typing("box 4 and six 5"))).toBe("box 4 and six 5");
});

test("what a rule has made is taken back by one Backspace", () => {
  const view = typing("3 x 4");
  expect(undoInputRule(view.state, view.dispatch)).toBe(true);
  expect(words(view)).toBe("3 x 4");
  const fraction = typing("1/4 ");
  undoInputRule(fraction.state, fraction.dispatch);
  expect([words(fraction), marked(fraction)]).toEqual(["1/4 ", []]);
});

test("a hyphen and a space begin a list where a field may hold one", () => {
  expect(show(typing("- one").state)).toContain('task{text:"- one|"}');
  expect(show(typing("1. one").state)).toContain('task{text:"1. one|"}');
  expect(show(typing("- one", block("teacher_question", line("text", "<a>"))).state)).toContain('teacher_question{text:"- one|"}');
  expect(
    typing("- one", block("teacher_question", line("text", "<a>")))
      .state.doc.child(0)
      .child(2).firstChild?.attrs["variant"],
  ).toBe("plain");
});
