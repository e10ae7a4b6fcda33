/**
 * What stands beside and behind the words: the label of a field, its voice, the prompt of an empty one, and the fraction drawn
 * over `1/4`. All of it is decoration; the document holds only what people wrote.
 */
import type { Node } from "prosemirror-model";
import { Plugin, PluginKey, type EditorState } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import { readingName } from "#core/exports/html-header";
import { BIG_IDEAS } from "#core/schema/kinds";
import { findField } from "../lesson-place.ts";

const key = new PluginKey<DecorationSet>("field-hints");

/** The plugin. It draws anew only the header or stage that changed. */
export function fieldHints(): Plugin<DecorationSet> {
  return new Plugin<DecorationSet>({
    key,
    state: {
      init: (_config, state) => DecorationSet.create(state.doc, hintsOf(state.doc)),
      apply: (transaction, hints, _before, after) => (transaction.docChanged ? DecorationSet.create(after.doc, hintsOf(after.doc)) : hints),
    },
    props: {
      decorations: (state) => withFractions(state, key.getState(state) ?? DecorationSet.empty),
    },
  });
}

type Hint = { readonly from: number; readonly to: number; readonly attrs: Readonly<Record<string, string>> };

/** Hints of a header or stage by node: nodes never change, so what has not changed is not looked at again. */
const cache = new WeakMap<Node, readonly Hint[]>();

function hintsOf(doc: Node): Decoration[] {
  const decorations: Decoration[] = [];
  doc.forEach((part, offset) => {
    let hints = cache.get(part);
    if (hints === undefined) {
      const found: Hint[] = [];
      collect(part, 0, found);
      hints = found;
      cache.set(part, hints);
    }
    for (const hint of hints) decorations.push(Decoration.node(offset + hint.from, offset + hint.to, { ...hint.attrs }));
  });
  return decorations;
}

function collect(parent: Node, pos: number, into: Hint[]): void {
  let lastField: string | null = null;
  let option = 0;
  parent.forEach((child, offset) => {
    const from = pos + 1 + offset;
    const to = from + child.nodeSize;
    if (child.type.name === "line") {
      const field = String(child.attrs["field"]);
      into.push({ from, to, attrs: lineHint(parent, child, field !== lastField) });
      lastField = field;
      return;
    }
    lastField = null;
    if (child.type.name === "item") {
      option += 1;
      into.push({ from, to, attrs: itemHint(child, option) });
    }
    if (child.type.name === "block" && child.textContent === "") into.push({ from, to, attrs: { class: "is-blank" } });
    collect(child, from, into);
  });
}

/** A cell that begins with yes or no gets a tick or a cross beside the word. */
const ANSWER = /^(yes|no)(?=$|\s*[-–—:,])/i;

function lineHint(parent: Node, line: Node, isFirst: boolean): Record<string, string> {
  const field = String(line.attrs["field"]);
  const spec = findField(parent, field);
  const attrs: Record<string, string> = {};
  if (spec !== null) attrs["data-voice"] = spec.voice;
  if (spec !== null && isFirst && spec.label !== "") attrs["data-label"] = spec.label;
  // A line is a paragraph to the document; the titles are headings to a reader.
  if (field === "title" && isFirst && (parent.type.name === "header" || parent.type.name === "stage")) {
    attrs["role"] = "heading";
    attrs["aria-level"] = parent.type.name === "header" ? "1" : "2";
  }
  const answer = parent.attrs["kind"] === "row" && parent.attrs["role"] !== "head" ? ANSWER.exec(line.textContent)?.[1] : undefined;
  if (answer !== undefined) attrs["data-answer"] = answer.toLowerCase();
  const classes: string[] = [];
  if (!isFirst) classes.push("is-continued");
  if (line.content.size === 0) {
    const prompt = parent.attrs["role"] === "head" ? "Heading" : (spec?.prompt ?? "");
    classes.push("is-empty");
    if (prompt !== "" && isFirst) attrs["data-prompt"] = prompt;
    // A screen reader hears the question too.
    if (prompt !== "") attrs["aria-label"] = prompt;
  }
  if (classes.length > 0) attrs["class"] = classes.join(" ");
  return attrs;
}

const ZONES: Readonly<Record<string, string>> = { left: "Left", centre: "Centre", right: "Right" };

function itemHint(item: Node, number: number): Record<string, string> {
  const label = String(item.attrs["label"]);
  switch (item.attrs["kind"]) {
    case "big_idea":
      return { "data-name": (BIG_IDEAS as Readonly<Record<string, string>>)[label] ?? label };
    case "zone":
      return { "data-name": ZONES[label] ?? label };
    case "citation":
      return label === "" ? {} : { "data-name": readingName(label) };
    case "practice":
      return { "data-name": String(number) };
    default:
      return label === "" ? {} : { "data-name": label };
  }
}

/** Fractions are drawn stacked, but as they are typed while the cursor is in them. */
function withFractions(state: EditorState, hints: DecorationSet): DecorationSet {
  const { from, to } = state.selection;
  const drawn = fractionsOf(state.doc).filter((range) => to < range.from || from > range.to);
  return hints.add(
    state.doc,
    drawn.flatMap((range) => [
      Decoration.inline(range.from, range.bar, { class: "fraction-top" }),
      Decoration.inline(range.bar, range.bar + 1, { class: "fraction-bar" }),
      Decoration.inline(range.bar + 1, range.to, { class: "fraction-bottom" }),
    ]),
  );
}

type FractionRange = { readonly from: number; readonly bar: number; readonly to: number };
const fractionCache = new WeakMap<Node, readonly FractionRange[]>();

function fractionsOf(doc: Node): readonly FractionRange[] {
  return doc.children.reduce<{ at: number; all: FractionRange[] }>(
    ({ at, all }, part) => {
      let own = fractionCache.get(part);
      if (own === undefined) {
        own = findFractions(part);
        fractionCache.set(part, own);
      }
      all.push(...own.map((range) => ({ from: range.from + at, bar: range.bar + at, to: range.to + at })));
      return { at: at + part.nodeSize, all };
    },
    { at: 0, all: [] },
  ).all;
}

function findFractions(part: Node): readonly FractionRange[] {
  const found: FractionRange[] = [];
  part.descendants((node, pos) => {
    if (!node.isText || !node.marks.some((mark) => mark.type.name === "math" && mark.attrs["notation"] === "fraction")) return;
    const text = node.text ?? "";
    const slash = text.indexOf("/");
    const from = pos + 1;
    if (slash > 0 && slash < text.length - 1) found.push({ from, bar: from + slash, to: from + text.length });
  });
  return found;
}
