/** Lessons drawn for tests: `lesson(header("Parts"), stage("Ping", block("task", "How <a>many?")))`. `<a>` is the cursor, `<a>…<b>` a selection. */
import { Fragment, type Node } from "prosemirror-model";
import { EditorState, NodeSelection, TextSelection, type Command, type Plugin } from "prosemirror-state";
import { findKind } from "#core/schema/kinds";
import { lessonSchema } from "#core/schema/schema";

let nextId = 0;
const id = (): string => `t${(nextId += 1)}`;

/** A line of a field; `-` and `1.` at the start make it a list entry. */
export function line(field: string, words: string, attrs: Record<string, unknown> = {}): Node {
  return lessonSchema.node("line", { field, ...attrs }, words === "" ? [] : [lessonSchema.text(words)]);
}

/** A header with a title and, when given, more lines or groups. */
export const header = (title: string, ...more: readonly Node[]): Node => lessonSchema.node("header", { id: id() }, [line("title", title), ...more]);

/** A stage of 5 minutes. */
export const stage = (title: string, ...blocks: readonly Node[]): Node =>
  lessonSchema.node("stage", { id: id(), minutes: 5 }, [line("title", title), line("purpose", ""), ...blocks]);

/** A block whose fields, in the order of its kind, have these words; nodes are put after them. */
export function block(kind: string, ...content: readonly (string | Node)[]): Node {
  const fields = findKind(kind)?.fields ?? [];
  let field = 0;
  const children = content.map((piece) => (typeof piece === "string" ? line(fields[field++]?.name ?? "text", piece) : piece));
  return lessonSchema.node("block", { id: id(), kind }, children);
}

/** An item with lines: `item("option", { label: "A" }, ["text", "1/3"], ["means", "counts pieces"])`. */
export const item = (kind: string, attrs: Record<string, unknown>, ...lines: readonly (readonly [string, string])[]): Node =>
  lessonSchema.node(
    "item",
    { id: id(), kind, ...attrs },
    lines.map(([field, words]) => line(field, words)),
  );

/** A document; see the head of this file for `<a>` and `<b>`. */
export const lesson = (...parts: readonly Node[]): Node => lessonSchema.node("doc", null, [...parts]);

/** A state with the marks taken out and the selection where they were. */
export function stateOf(drawn: Node, plugins: readonly Plugin[] = []): EditorState {
  const marks: Record<string, number> = {};
  const strip = (node: Node, start: number): Node => {
    if (node.isText) return node;
    let at = start;
    const children: Node[] = [];
    node.forEach((child) => {
      if (child.isText) {
        let words = child.text ?? "";
        for (let match = /<([ab])>/.exec(words); match !== null; match = /<([ab])>/.exec(words)) {
          marks[match[1] ?? ""] = at + match.index;
          words = words.slice(0, match.index) + words.slice(match.index + 3);
        }
        if (words !== "") children.push(lessonSchema.text(words, child.marks));
        at += words.length;
      } else {
        const plain = strip(child, at + 1);
        children.push(plain);
        at += plain.nodeSize;
      }
    });
    return node.copy(Fragment.from(children));
  };
  const doc = strip(drawn, 0);
  const { a = 1, b = a } = marks;
  const state = EditorState.create({ doc, plugins: [...plugins] });
  return marks["a"] === undefined ? state : state.apply(state.tr.setSelection(TextSelection.create(doc, a, b)));
}

/** The document in short, with `|` where the cursor is: `header{title:"Parts"} stage{title:"…" task{text:"…|"}}`. */
export function show(state: EditorState): string {
  const { selection } = state;
  const draw = (node: Node, pos: number): string => {
    if (node.type.name === "line") {
      let words = node.textContent;
      const inside = (at: number): boolean => at > pos && at < pos + node.nodeSize;
      if (selection instanceof TextSelection && inside(selection.head)) {
        const offset = selection.head - pos - 1;
        words = `${words.slice(0, offset)}|${words.slice(offset)}`;
      }
      const variant =
        node.attrs["variant"] === "plain" ? "" : `${node.attrs["variant"] === "bullet" ? "-" : "1."}${"›".repeat(Number(node.attrs["indent"]))} `;
      return `${String(node.attrs["field"])}:"${variant}${words}"`;
    }
    const children: string[] = [];
    node.forEach((child, offset) => children.push(draw(child, pos + 1 + offset)));
    const name = node.type.name === "block" || node.type.name === "item" ? String(node.attrs["kind"]) : node.type.name;
    const chosen = selection instanceof NodeSelection && selection.from === pos ? "*" : "";
    return `${chosen}${name}{${children.join(" ")}}`;
  };
  const parts: string[] = [];
  state.doc.forEach((part, pos) => parts.push(draw(part, pos)));
  return parts.join(" ");
}

/** Run a command and show what came of it; "refused" when it did nothing. */
export function run(drawn: Node, command: Command, plugins: readonly Plugin[] = []): string {
  let state = stateOf(drawn, plugins);
  const done = command(state, (transaction) => {
    state = state.apply(transaction);
  });
  return done ? show(state) : "refused";
}
