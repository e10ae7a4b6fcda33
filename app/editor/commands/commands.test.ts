import { expect, test } from "vitest";
import { NodeSelection } from "prosemirror-state";
import { block, header, item, lesson, line, run, show, stage, stateOf } from "../test-lesson.ts";
import { addBlock, duplicateNode, moveTarget, selectBlock, toggleKeyQuestion } from "./blocks.ts";
import { enter } from "./enter.ts";
import { eraseBackward, eraseForward, eraseSelection } from "./erase.ts";
import { selectMore, toField } from "./fields.ts";
import { addColumn, addItemTo, moveColumn, moveItem, removeColumn, toggleCorrect } from "./items.ts";
import { setLink, toggleList } from "./text-style.ts";

const one = (...blocks: Parameters<typeof stage>[1][]) => lesson(stage("S", ...blocks));
const inStage = (words: string): string => `stage{title:"S" purpose:"" ${words}}`;

test("Enter splits a line of a field that may hold several", () => {
  expect(run(one(block("task", "Fold<a> it")), enter)).toBe(inStage('task{text:"Fold" text:"| it"}'));
});

test("Enter in an empty last line leaves the block for a note", () => {
  expect(run(one(block("task", line("text", "Fold"), line("text", "<a>"))), enter)).toBe(inStage('task{text:"Fold"} free_text{text:"|"}'));
});

test("Enter in an empty list entry ends the list, and an indented one comes out first", () => {
  expect(run(one(block("task", line("text", "one", { variant: "bullet" }), line("text", "<a>", { variant: "bullet", indent: 1 }))), enter)).toBe(
    inStage('task{text:"- one" text:"- |"}'),
  );
  expect(run(one(block("task", line("text", "one", { variant: "bullet" }), line("text", "<a>", { variant: "bullet" }))), enter)).toBe(
    inStage('task{text:"- one" text:"|"}'),
  );
});

test("Enter keeps the kind of list for the next entry", () => {
  expect(run(one(block("task", line("text", "one<a>", { variant: "number" }))), enter)).toBe(inStage('task{text:"1. one" text:"1. |"}'));
});

test("Enter at the end of what pupils say goes to what we do then, and from there to the next response", () => {
  expect(run(one(block("anticipated_response", "No.<a>", "")), enter)).toBe(inStage('anticipated_response{response:"No." plannedMove:"|"}'));
  expect(run(one(block("anticipated_response", "No.", "Cut it.<a>")), enter)).toBe(
    inStage('anticipated_response{response:"No." plannedMove:"Cut it."} anticipated_response{response:"|" plannedMove:""}'),
  );
});

test("a new response gets the next number and the next place in the order", () => {
  let state = stateOf(one(block("anticipated_response", "No.", "Cut it.<a>")));
  enter(state, (transaction) => {
    state = state.apply(transaction);
  });
  expect(state.doc.child(0).lastChild?.attrs).toMatchObject({ label: "R1", sequence: 1 });
});

test("[SC4] Enter in the middle of a question makes two of the kind, and the first half keeps the id", () => {
  const drawn = one(block("teacher_question", "What?<a> Why?"));
  const id = drawn.child(0).lastChild?.attrs["id"];
  let state = stateOf(drawn);
  enter(state, (transaction) => {
    state = state.apply(transaction);
  });
  expect(show(state)).toBe(inStage('teacher_question{text:"What?"} teacher_question{text:"| Why?"}'));
  expect(state.doc.child(0).child(2).attrs["id"]).toBe(id);
  expect(state.doc.child(0).child(3).attrs["id"]).not.toBe(id);
});

test("Enter at the end of a question makes a note, at its start a note before it", () => {
  expect(run(one(block("teacher_question", "Why?<a>")), enter)).toBe(inStage('teacher_question{text:"Why?"} free_text{text:"|"}'));
  expect(run(one(block("teacher_question", "<a>Why?")), enter)).toBe(inStage('free_text{text:""} teacher_question{text:"|Why?"}'));
});

test("Enter in an empty block of a kind makes it a note", () => {
  expect(run(one(block("misconception", "<a>", "")), enter)).toBe(inStage('free_text{text:"|"}'));
});

test("Enter in the title goes on to the next field, and from the purpose into the first block", () => {
  expect(run(lesson(header("One <a>part", line("keyPoint", "Equal"))), enter)).toBe('header{title:"One part" keyPoint:"Equal|"}');
  expect(run(lesson(stage("S<a>", block("task", "Fold"))), enter)).toBe('stage{title:"S" purpose:"|" task{text:"Fold"}}');
});

test("Enter in a list of the header makes one more entry; in an empty one it leaves", () => {
  const drawn = lesson(header("T", line("difficultyPoints", "Counting<a>"), line("researchQuestion", "")));
  expect(run(drawn, enter)).toBe('header{title:"T" difficultyPoints:"Counting" difficultyPoints:"|" researchQuestion:""}');
  const empty = lesson(header("T", line("difficultyPoints", "Counting"), line("difficultyPoints", "<a>"), line("researchQuestion", "")));
  expect(run(empty, enter)).toBe('header{title:"T" difficultyPoints:"Counting" researchQuestion:"|"}');
});

const option = (label: string, words: string, means: string) => item("option", { label }, ["text", words], ["means", means]);

test("Enter goes through the options: answer, meaning, a new option with the next letter", () => {
  expect(run(one(block("hinge_question", "Which?", option("A", "1/3<a>", ""))), enter)).toBe(
    inStage('hinge_question{question:"Which?" option{text:"1/3" means:"|"}}'),
  );
  let state = stateOf(one(block("hinge_question", "Which?", option("A", "1/3", "counts<a>"))));
  enter(state, (transaction) => {
    state = state.apply(transaction);
  });
  expect(show(state)).toBe(inStage('hinge_question{question:"Which?" option{text:"1/3" means:"counts"} option{text:"|" means:""}}'));
  expect(state.doc.child(0).lastChild?.lastChild?.attrs["label"]).toBe("B");
});

test("Enter in an empty last option goes to the decision", () => {
  const drawn = one(block("hinge_question", "Which?", option("A", "1/3", "x"), option("B", "<a>", ""), line("decision", "")));
  expect(run(drawn, enter)).toBe(inStage('hinge_question{question:"Which?" option{text:"1/3" means:"x"} decision:"|"}'));
});

const row = (...cells: readonly string[]) => item("row", {}, ...cells.map((cell) => ["cell", cell] as const));

test("Enter in a table goes down its column, and makes a row after the last", () => {
  expect(run(one(block("variation_table", row("1<a>", "x"), row("2", "y"))), enter)).toBe(
    inStage('variation_table{row{cell:"1" cell:"x"} row{cell:"2|" cell:"y"}}'),
  );
  expect(run(one(block("variation_table", row("1", "x"), row("2", "y<a>"))), enter)).toBe(
    inStage('variation_table{row{cell:"1" cell:"x"} row{cell:"2" cell:"y"} row{cell:"" cell:"|"}}'),
  );
});

test("Backspace takes an empty block away and goes to the end of what was before", () => {
  expect(run(one(block("task", "Fold"), block("rationale", "<a>")), eraseBackward)).toBe(inStage('task{text:"Fold|"}'));
});

test("Backspace never pours one kind into another: the cursor goes there instead", () => {
  expect(run(one(block("task", "Fold"), block("teacher_question", "<a>Why?")), eraseBackward)).toBe(
    inStage('task{text:"Fold|"} teacher_question{text:"Why?"}'),
  );
  expect(run(one(block("anticipated_response", "No.", "<a>Cut.")), eraseBackward)).toBe(
    inStage('anticipated_response{response:"No.|" plannedMove:"Cut."}'),
  );
});

test("Backspace joins two blocks of one kind that hold only text", () => {
  expect(run(one(block("teacher_question", "What?"), block("teacher_question", "<a>Why?")), eraseBackward)).toBe(
    inStage('teacher_question{text:"What?|Why?"}'),
  );
});

test("Backspace in a list comes out, ends the list, then joins lines", () => {
  expect(run(one(block("task", line("text", "<a>one", { variant: "bullet", indent: 1 }))), eraseBackward)).toBe(inStage('task{text:"- |one"}'));
  expect(run(one(block("task", line("text", "<a>one", { variant: "bullet" }))), eraseBackward)).toBe(inStage('task{text:"|one"}'));
  expect(run(one(block("task", line("text", "one"), line("text", "<a>two"))), eraseBackward)).toBe(inStage('task{text:"one|two"}'));
});

test("Backspace at the start of a stage that holds something changes nothing", () => {
  expect(run(lesson(stage("A", block("task", "x")), stage("<a>B", block("task", "y"))), eraseBackward)).toBe(
    'stage{title:"A" purpose:"" task{text:"x|"}} stage{title:"B" purpose:"" task{text:"y"}}',
  );
});

test("Delete at the end joins the next line, swallows an empty block, and steps into a full one", () => {
  expect(run(one(block("task", line("text", "one<a>"), line("text", "two"))), eraseForward)).toBe(inStage('task{text:"one|two"}'));
  expect(run(one(block("task", "one<a>"), block("rationale", "")), eraseForward)).toBe(inStage('task{text:"one|"}'));
  expect(run(one(block("task", "one<a>"), block("rationale", "Why")), eraseForward)).toBe(inStage('task{text:"one"} rationale{text:"|Why"}'));
});

test("a selection over several blocks is taken away without joining what is left", () => {
  const drawn = one(block("task", "Fo<a>ld"), block("rationale", "gone"), block("teacher_question", "Why<b> not?"));
  expect(run(drawn, eraseSelection)).toBe(inStage('task{text:"Fo|"} teacher_question{text:" not?"}'));
});

test("a selection from one stage into another leaves both stages, with their heads", () => {
  const drawn = lesson(stage("A", block("task", "o<a>ne"), block("task", "two")), stage("B", block("task", "th<b>ree")));
  expect(run(drawn, eraseSelection)).toBe('stage{title:"A" purpose:"" task{text:"o|"}} stage{title:"" purpose:"" task{text:"ree"}}');
});

test("Tab goes from field to field, and past the last into the next block", () => {
  expect(run(one(block("anticipated_response", "No.<a>", "Cut.")), toField(1))).toBe(
    inStage('anticipated_response{response:"No." plannedMove:"Cut.|"}'),
  );
  expect(run(one(block("anticipated_response", "No.", "Cut.<a>"), block("task", "Fold")), toField(1))).toBe(
    inStage('anticipated_response{response:"No." plannedMove:"Cut."} task{text:"|Fold"}'),
  );
  expect(run(one(block("task", "Fold"), block("task", "<a>Cut")), toField(-1))).toBe(inStage('task{text:"Fold|"} task{text:"Cut"}'));
});

test("Tab indents in a list, adds a row after the last cell, and leaves the editor at the end", () => {
  expect(run(one(block("task", line("text", "one<a>", { variant: "bullet" }))), toField(1))).toBe(inStage('task{text:"-› one|"}'));
  expect(run(one(block("variation_table", row("1", "x<a>"))), toField(1))).toBe(
    inStage('variation_table{row{cell:"1" cell:"x"} row{cell:"|" cell:""}}'),
  );
  expect(run(one(block("task", "Fold<a>")), toField(1))).toBe("refused");
});

test("Alt and an arrow move a block, also over into the next stage, and a stage from its head", () => {
  expect(run(one(block("task", "one"), block("task", "tw<a>o")), moveTarget(-1))).toBe(inStage('task{text:"tw|o"} task{text:"one"}'));
  const two = lesson(stage("A", block("task", "o<a>ne")), stage("B", block("task", "two")));
  expect(run(two, moveTarget(1))).toBe('stage{title:"A" purpose:""} stage{title:"B" purpose:"" task{text:"o|ne"} task{text:"two"}}');
  const back = lesson(stage("A", block("task", "one")), stage("B", block("task", "t<a>wo")));
  expect(run(back, moveTarget(-1))).toBe('stage{title:"A" purpose:"" task{text:"one"} task{text:"t|wo"}} stage{title:"B" purpose:""}');
  const stages = lesson(header("T"), stage("A"), stage("B<a>"));
  expect(run(stages, moveTarget(-1))).toBe('header{title:"T"} stage{title:"B|" purpose:""} stage{title:"A" purpose:""}');
  expect(run(lesson(header("T"), stage("A<a>")), moveTarget(-1))).toBe('header{title:"T"} stage{title:"A|" purpose:""}');
});

test("Escape selects the block, and then Enter goes back in", () => {
  let state = stateOf(one(block("task", "Fo<a>ld")));
  const apply = (transaction: Parameters<typeof state.apply>[0]): void => {
    state = state.apply(transaction);
  };
  selectBlock(state, apply);
  expect(state.selection).toBeInstanceOf(NodeSelection);
  enter(state, apply);
  expect(show(state)).toBe(inStage('task{text:"Fold|"}'));
});

test("a stage has one key question: choosing another takes it from the first", () => {
  const drawn = one(block("teacher_question", "One?"), block("teacher_question", "Two?"));
  let state = stateOf(drawn);
  const ids = [2, 3].map((index) => String(drawn.child(0).child(index).attrs["id"]));
  for (const id of ids) {
    toggleKeyQuestion(id)(state, (transaction) => {
      state = state.apply(transaction);
    });
  }
  expect([2, 3].map((index) => state.doc.child(0).child(index).attrs["key"])).toEqual([false, true]);
});

test("a new block takes the place and the id of an empty one", () => {
  const drawn = one(block("free_text", "/hin<a>"));
  const id = drawn.child(0).lastChild?.attrs["id"];
  const state = stateOf(drawn);
  const after = state.apply(addBlock(state.tr, "hinge_question", { from: state.selection.from - 4, to: state.selection.from }));
  expect(show(after)).toContain('hinge_question{question:"|" option{');
  expect(after.doc.child(0).lastChild?.attrs["id"]).toBe(id);
});

test("rows, columns and options are added and removed", () => {
  const table = one(block("variation_table", row("1<a>", "x"), row("2", "y")));
  const id = String(table.child(0).lastChild?.attrs["id"]);
  expect(run(table, addColumn(id))).toBe(inStage('variation_table{row{cell:"1" cell:"|" cell:"x"} row{cell:"2" cell:"" cell:"y"}}'));
  expect(run(table, removeColumn)).toContain('row{cell:"x|"} row{cell:"y"}'.replace("x|", "|x"));
  expect(run(table, addItemTo(id))).toContain('row{cell:"2" cell:"y"} row{cell:"|" cell:""}');
  const hinge = one(block("hinge_question", "Which?", option("A", "1/3", "")));
  const optionId = String(hinge.child(0).lastChild?.lastChild?.attrs["id"]);
  let state = stateOf(hinge);
  toggleCorrect(optionId)(state, (transaction) => {
    state = state.apply(transaction);
  });
  expect(state.doc.child(0).lastChild?.lastChild?.attrs["correct"]).toBe(true);
});

test("lists are made only where a field may hold several lines", () => {
  expect(run(one(block("task", "on<a>e")), toggleList("bullet"))).toBe(inStage('task{text:"- on|e"}'));
  expect(run(one(block("teacher_question", "Wh<a>y?")), toggleList("bullet"))).toBe("refused");
});

test("only safe addresses are linked", () => {
  const range = { from: 1, to: 2 };
  expect(setLink(range, "javascript:alert(1)")).toBeNull();
  expect(setLink(range, "data:text/html,x")).toBeNull();
  expect(setLink(range, "https://ncetm.org.uk")).not.toBeNull();
  expect(setLink(range, "ncetm.org.uk/three")).not.toBeNull();
});

test("Select all takes the line first, then the lesson", () => {
  let state = stateOf(one(block("task", "Fo<a>ld"), block("task", "Cut")));
  const apply = (transaction: Parameters<typeof state.apply>[0]): void => {
    state = state.apply(transaction);
  };
  selectMore(state, apply);
  expect(state.doc.textBetween(state.selection.from, state.selection.to)).toBe("Fold");
  selectMore(state, apply);
  expect(state.doc.textBetween(state.selection.from, state.selection.to, " ")).toContain("Cut");
});

test("rows, entries and columns move past their neighbours, and a table's head row stays", () => {
  const table = () => one(block("variation_table", row("1", "x"), row("2<a>", "y")));
  expect(run(table(), moveItem(-1))).toBe(inStage('variation_table{row{cell:"2|" cell:"y"} row{cell:"1" cell:"x"}}'));
  expect(run(table(), moveItem(1))).toBe("refused");
  expect(run(table(), moveColumn(1))).toBe(inStage('variation_table{row{cell:"x" cell:"1"} row{cell:"y" cell:"2|"}}'));
  expect(run(table(), moveColumn(-1))).toBe("refused");
  const head = item("row", { role: "head" }, ["cell", "a"]);
  expect(run(one(block("variation_table", head, row("1<a>"))), moveItem(-1))).toBe("refused");
});

test("Tab in a blank last row leaves the table instead of making rows for ever", () => {
  expect(run(one(block("variation_table", row("1"), row("<a>")), block("task", "next")), toField(1))).toBe(
    inStage('variation_table{row{cell:"1"} row{cell:""}} task{text:"|next"}'),
  );
});

test("a copy is no second key question and no second R1, and a key question moved beside another is an ordinary one", () => {
  const question = (words: string) => {
    const plain = block("teacher_question", words);
    return plain.type.create({ ...plain.attrs, key: true }, plain.content);
  };
  const first = stateOf(one(question("One?")));
  const copied = (state: typeof first): typeof first => {
    let after = state;
    duplicateNode(String(state.doc.child(0).lastChild?.attrs["id"]))(state, (transaction) => {
      after = state.apply(transaction);
    });
    return after;
  };
  expect(
    copied(first)
      .doc.child(0)
      .children.flatMap((child) => (child.type.name === "block" ? [child.attrs["key"]] : [])),
  ).toEqual([true, false]);
  const response = block("anticipated_response", "No.", "");
  const numbered = stateOf(one(response.type.create({ ...response.attrs, label: "R1" }, response.content)));
  expect(
    copied(numbered)
      .doc.child(0)
      .children.flatMap((child) => (child.type.name === "block" ? [child.attrs["label"]] : [])),
  ).toEqual(["R1", "R2"]);
  let state = stateOf(lesson(stage("A", question("One<a>?")), stage("B", question("Two?"))));
  moveTarget(1)(state, (transaction) => {
    state = state.apply(transaction);
  });
  expect(
    state.doc
      .child(1)
      .children.slice(2)
      .map((child) => [child.textContent, child.attrs["key"]]),
  ).toEqual([
    ["One?", false],
    ["Two?", true],
  ]);
});

test("deleting over several lines takes whole lines of a list with it, and empties a group of the header instead of deleting it", () => {
  const lines = ["one<a>", "two", "three<b>"].map((words) => line("text", words));
  expect(run(one(block("task", ...lines)), eraseSelection)).toBe(inStage('task{text:"one|"}'));
  const words = block("vocabulary_list", item("word", {}, ["word", "half"], ["meaning", "one of two"]));
  expect(run(lesson(header("T<a>itle", words), stage("S", block("task", line("text", "a"), line("text", "b<b>c")))), eraseSelection)).toBe(
    'header{title:"T|" vocabulary_list{word{word:"" meaning:""}}} stage{title:"" purpose:"" task{text:"c"}}',
  );
});

test("Select all from a selected block takes the words of the lesson, never the document itself", () => {
  let state = stateOf(lesson(header("T"), stage("S", block("task", "Fo<a>ld"))));
  const apply = (transaction: Parameters<typeof state.apply>[0]): void => {
    state = state.apply(transaction);
  };
  selectBlock(state, apply);
  selectMore(state, apply);
  eraseSelection(state, apply);
  expect(show(state)).toBe('header{title:"|"} stage{title:"" purpose:"" task{text:""}}');
});
