import { NodeSelection, type EditorState, type Transaction } from "prosemirror-state";
import { expect, test } from "vitest";
import { keepPlace } from "./keep-place.ts";
import { block, lesson, show, stage, stateOf } from "./test-lesson.ts";

const FROM_OTHERS = "from-others";
const drawn = (first: string, second: string) =>
  stateOf(lesson(stage("S", block("task", first), block("rationale", second))), [
    keepPlace((transaction) => transaction.getMeta(FROM_OTHERS) === true),
  ]);

/** A colleague's change as the binding brings it: the whole document anew, and the cursor at its end unless it was found again. */
const theirs = (state: EditorState, change: (transaction: Transaction) => Transaction): EditorState => {
  const wanted = change(state.tr).doc;
  return state.apply(state.tr.replaceWith(0, state.doc.content.size, wanted.content).setMeta(FROM_OTHERS, true));
};

const at = (state: EditorState, index: number): { readonly from: number; readonly to: number } => {
  let from = 1;
  for (let child = 0; child < index; child += 1) from += state.doc.child(0).child(child).nodeSize;
  return { from, to: from + state.doc.child(0).child(index).nodeSize };
};
const without = (index: number) => (state: EditorState) => theirs(state, (tr) => tr.delete(at(state, index).from, at(state, index).to));

test("the cursor follows its block when a colleague moves it", () => {
  const state = drawn("fold", "bec<a>ause");
  const moved = theirs(state, (transaction) => {
    const { from, to } = at(state, 3);
    return transaction.delete(from, to).insert(at(state, 2).from, state.doc.child(0).child(3));
  });
  expect(show(moved)).toBe('stage{title:"S" purpose:"" rationale{text:"bec|ause"} task{text:"fold"}}');
});

test("when its block is deleted, the cursor goes to the end of the line before", () => {
  expect(show(without(3)(drawn("fold", "bec<a>ause")))).toBe('stage{title:"S" purpose:"" task{text:"fold|"}}');
  expect(show(without(2)(drawn("fo<a>ld", "because")))).toBe('stage{title:"S" purpose:"|" rationale{text:"because"}}');
});

test("a selected block stays selected wherever it goes, and never turns into the block after it", () => {
  const state = drawn("fold", "because");
  const selected = state.apply(state.tr.setSelection(NodeSelection.create(state.doc, at(state, 2).from)));
  const gone = without(2)(selected);
  expect(show(gone)).toBe('stage{title:"S" purpose:"|" rationale{text:"because"}}');
  const kept = theirs(selected, (transaction) => transaction.insertText("more ", 2));
  expect(kept.selection).toBeInstanceOf(NodeSelection);
  expect(show(kept)).toContain('*task{text:"fold"}');
});
