// @vitest-environment jsdom
import { EditorState, TextSelection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { expect, test } from "vitest";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { writeFragment } from "#core/model/fragment";
import type { LessonNode } from "#core/model/lesson-node";
import { CONTENT } from "#core/schema/schema";
import { applyAct } from "./acts.ts";
import { bindFragment, undo } from "./collab/sync-plugin.ts";
import { block, lesson, line, show, stage, stateOf } from "./test-lesson.ts";
import { textRules, undoTextRule } from "./text-rules.ts";

/** Types into a lesson letter by letter, as a keyboard does, in an editor that is bound to a document, so that undo is the real one. */
function typing(words: string, before = block("task", "<a>")): EditorView {
  const drawn = stateOf(lesson(stage("S", before)));
  const fragment = new Y.Doc().getXmlFragment(CONTENT);
  writeFragment(fragment, (drawn.doc.toJSON() as LessonNode).content ?? []);
  const awareness = new Awareness(fragment.doc ?? new Y.Doc());
  const bound = bindFragment({ fragment, awareness, drawCursor: () => document.createElement("span"), selectionClass: () => "" });
  const state = EditorState.create({ doc: bound.doc, plugins: [...bound.plugins, ...textRules()] });
  const view: EditorView = new EditorView(null, { state, dispatchTransaction: (transaction) => applyAct(view, transaction) });
  view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, drawn.selection.from)));
  type(view, words);
  return view;
}

function type(view: EditorView, words: string): void {
  for (const letter of words) {
    const { from, to } = view.state.selection;
    const insert = () => view.state.tr.insertText(letter, from, to);
    const handled = view.someProp("handleTextInput", (handle) => handle(view, from, to, letter, insert));
    if (handled !== true) view.dispatch(insert());
  }
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

test("one undo, or one Backspace right after it, gives back exactly what was typed", () => {
  for (const takeBack of [undo, undoTextRule]) {
    for (const [typed, made] of [
      ["3 x 4", "3 × 4"],
      ["made x1", "made ×1"],
      ["1/4 ", "1/4 "],
      ["- ", ""],
    ] as const) {
      const view = typing(typed);
      expect(words(view)).toBe(made);
      takeBack(view.state, view.dispatch);
      expect([words(view), marked(view)]).toEqual([typed, []]);
      expect(view.state.doc.child(0).child(2).firstChild?.attrs["variant"]).toBe("plain");
      type(view, "5");
      expect(words(view)).toBe(`${typed}5`);
    }
  }
});

test("Backspace takes back a rule only right after it", () => {
  const view = typing("3 x 4");
  type(view, "5");
  expect(undoTextRule(view.state, view.dispatch)).toBe(false);
});

test("a lone underscore is a gap in a sentence that everyone says, and nowhere else", () => {
  expect(words(typing("The part is _ of it", block("stem_sentence", "<a>")))).toBe("The part is ___ of it");
  expect(words(typing("a _ b"))).toBe("a _ b");
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
