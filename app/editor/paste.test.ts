// @vitest-environment jsdom
import { DOMParser as LessonParser, Slice } from "prosemirror-model";
import type { EditorState } from "prosemirror-state";
import { expect, test } from "vitest";
import { lessonSchema } from "#core/schema/schema";
import { blockIds } from "./block-ids.ts";
import { cleanHtml } from "./paste-html.ts";
import { putSlice } from "./paste.ts";
import { block, header, item, lesson, line, show, stage, stateOf } from "./test-lesson.ts";

const WORD = `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0}</style></head><body lang=EN-GB>
<!--StartFragment--><p class=MsoNormal style='margin-bottom:8pt'><b><span style='color:red;font-family:"Comic Sans MS"'>Fold</span></b> the strip.<o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span><![endif]>in two</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>1.<span>&nbsp;</span></span>in four</p><!--EndFragment--></body></html>`;

const GOOGLE = `<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr" style="line-height:1.38"><span style="font-size:11pt;font-weight:700;font-style:italic">One</span><span style="font-weight:400"> part</span></p><ul style="margin-top:0"><li dir="ltr" style="list-style-type:disc"><p><a href="https://ncetm.org.uk" style="color:#15c"><span>site</span></a></p></li><li><p><a href="javascript:alert(1)">bad</a></p><ol><li><p>deep</p></li></ol></li></ul></b>`;

test("Word: words, bold and lists stay, styles and drawn bullets go", () => {
  expect(cleanHtml(WORD)).toBe(
    '<p data-node="line"><strong>Fold</strong> the strip.</p><p data-node="line" data-variant="bullet">in two</p><p data-node="line" data-variant="number" data-indent="1">in four</p>',
  );
});

test("Google Docs: its wrapper is not bold, spans with weights are, unsafe links lose their address", () => {
  expect(cleanHtml(GOOGLE)).toBe(
    '<p data-node="line"><strong><em>One</em></strong> part</p><p data-node="line" data-variant="bullet"><a href="https://ncetm.org.uk">site</a></p>' +
      '<p data-node="line" data-variant="bullet">bad</p><p data-node="line" data-variant="number" data-indent="1">deep</p>',
  );
});

test("scripts, pictures, frames and event handlers never come in", () => {
  const clean = cleanHtml(
    '<p onclick="x()">ok<script>alert(1)</script><img src=x onerror=alert(1)><iframe src="https://e.vil"></iframe></p><svg><a href="javascript:x">s</a></svg>',
  );
  expect(clean).toBe('<p data-node="line">ok</p>');
});

test("a table becomes lines, a row a line", () => {
  expect(cleanHtml("<table><tr><td>7 x 10</td><td>70</td></tr><tr><td>0.7 x 10</td><td>7</td></tr></table>")).toBe(
    '<p data-node="line">7 x 10 | 70</p><p data-node="line">0.7 x 10 | 7</p>',
  );
});

/** The slice that a paste of this HTML gives. */
function sliceOf(html: string): Slice {
  const dom = document.createElement("div");
  dom.innerHTML = cleanHtml(html);
  return Slice.maxOpen(LessonParser.fromSchema(lessonSchema).parseSlice(dom, { preserveWhitespace: true }).content);
}

function pasted(state: EditorState, slice: Slice): EditorState {
  const transaction = state.tr;
  return putSlice(transaction, slice) ? state.apply(transaction) : state;
}

const inStage = (words: string): string => `stage{title:"S" purpose:"" ${words}}`;

test("several lines stay in a field that holds several; what stood after the cursor follows the last", () => {
  const state = stateOf(lesson(stage("S", block("task", "be<a>fore"))));
  expect(show(pasted(state, sliceOf("<p>one</p><ul><li>two</li></ul>")))).toBe(inStage('task{text:"beone" text:"- two|fore"}'));
});

test("several lines in a question: the first in it, the rest as a note after it", () => {
  const state = stateOf(lesson(stage("S", block("teacher_question", "Why<a>"))));
  expect(show(pasted(state, sliceOf("<p> this</p><p>two</p><p>three</p>")))).toContain('free_text{text:"two" text:"three"}');
});

test("several lines in a title are one line", () => {
  const state = stateOf(lesson(header("<a>")));
  expect(show(pasted(state, sliceOf("<p>One</p><p>part</p>")))).toContain('title:"One part');
});

test("a column pasted into a table runs down, in rows of their own", () => {
  const row = item("row", {}, ["cell", "<a>"], ["cell", "x"]);
  const state = stateOf(lesson(stage("S", block("variation_table", row))));
  expect(show(pasted(state, sliceOf("<p>1</p><p>2</p>")))).toContain('row{cell:"1|" cell:"x"} row{cell:"2" cell:""}');
});

test("[SC4] blocks of a lesson come as blocks, with new ids", () => {
  const source = stage("A", block("task", "one"), block("rationale", "two"));
  const state = stateOf(lesson(stage("S", block("task", "he<a>re"))));
  const after = pasted(state, new Slice(lesson(source).content, 2, 2));
  expect(show(after)).toContain('task{text:"here"} task{text:"one"} rationale{text:"two|"}');
  const ids = after.doc
    .child(0)
    .children.slice(2)
    .map((node) => node.attrs["id"]);
  expect(new Set(ids).size).toBe(3);
  expect(ids).not.toContain(source.child(2).attrs["id"]);
});

test("[SC4] of two nodes with one id the one that had it keeps it, and missing ids are filled in", () => {
  const drawn = lesson(stage("S", block("task", "one"), block("task", "two")));
  const state = stateOf(drawn, [blockIds(() => false)]);
  const second = state.doc.child(0).child(3);
  const first = state.doc.child(0).child(2);
  const after = state.apply(
    state.tr.insert(state.doc.child(0).firstChild!.nodeSize + state.doc.child(0).child(1).nodeSize + 1, [
      second.type.create({ ...second.attrs }, line("text", "copy")),
      second.type.create({ kind: "task" }, line("text", "new")),
    ]),
  );
  const blocks = after.doc.child(0).children.slice(2);
  expect(blocks.map((node) => node.textContent)).toEqual(["copy", "new", "one", "two"]);
  expect(blocks[3]?.attrs["id"]).toBe(second.attrs["id"]);
  expect(blocks[2]?.attrs["id"]).toBe(first.attrs["id"]);
  expect(new Set(blocks.map((node) => String(node.attrs["id"]))).size).toBe(4);
});

test("[SC4] what a colleague sent is not repaired here", () => {
  const state = stateOf(lesson(stage("S", block("task", "one"))), [blockIds((transaction) => transaction.getMeta("remote") === true)]);
  const twin = state.doc.child(0).child(2);
  const after = state.apply(state.tr.insert(state.doc.content.size - 1, twin).setMeta("remote", true));
  expect(after.doc.child(0).child(3).attrs["id"]).toBe(twin.attrs["id"]);
});
