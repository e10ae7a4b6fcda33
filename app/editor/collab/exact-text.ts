/**
 * Writes a plain keystroke into the document exactly where it was typed, before the binding compares texts. A comparison cannot know which
 * of two equal letters is new: a space typed before a space would count as typed after it, and when a colleague then deletes the old one,
 * or puts a version back, my words come apart.
 *
 * Anything but one replacement inside one line is left to the binding, and so is whatever this cannot find.
 */
import type { Mark, Node } from "prosemirror-model";
import { Plugin, type Transaction } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import * as Y from "yjs";

/** One replacement of text in one line of `before`, which gives `after`. */
type Edit = {
  readonly before: Node;
  readonly after: Node;
  /** Indexes of children from the document down to the line. */
  readonly path: readonly number[];
  readonly words: string;
  readonly at: number;
  readonly remove: number;
  readonly insert: readonly { readonly text: string; readonly marks: readonly Mark[] }[];
};

/** What of the binding is needed here. */
export type TextBinding = {
  /** Change the document in such a way that the binding does not take it for a colleague's. */
  readonly write: (change: () => void) => void;
  /** Tell the binding which node a type of the document is now. It compares only where it does not know. */
  readonly remember: (type: Y.XmlElement | Y.XmlText, node: Node | readonly Node[]) => void;
};

/**
 * The plugin; it must stand before the binding's.
 * @param isOwn tells transactions of this editor from those that come out of the document
 * @param bindingOf the binding of a view; null when it has none
 */
export function exactText(
  fragment: Y.XmlFragment,
  isOwn: (transaction: Transaction) => boolean,
  bindingOf: (view: EditorView) => TextBinding | null,
): Plugin<Edit | null> {
  const plugin: Plugin<Edit | null> = new Plugin<Edit | null>({
    state: {
      init: () => null,
      apply: (transaction, last) => (transaction.docChanged ? (isOwn(transaction) ? describe(transaction) : null) : last),
    },
    view: () => ({
      update: (view, before) => {
        const edit = plugin.getState(view.state);
        if (edit === null || edit === undefined || edit.before !== before.doc || edit.after !== view.state.doc) return;
        const found = findText(fragment, edit);
        const binding = found === null ? null : bindingOf(view);
        if (found === null || binding === null) return;
        binding.write(() => carryOut(found.text, edit));
        let node = edit.after;
        for (const [depth, type] of found.parents.entries()) {
          node = node.child(edit.path[depth] ?? 0);
          binding.remember(type, node);
        }
        binding.remember(found.text, node.children);
      },
    }),
  });
  return plugin;
}

function describe({ steps, before, doc }: Transaction): Edit | null {
  const [step, more] = steps;
  if (step === undefined || more !== undefined) return null;
  const replaced = readReplacement(step.toJSON());
  if (replaced === null) return null;
  const { from, to } = replaced;
  const [$from, $end] = [before.resolve(from), doc.resolve(to + doc.content.size - before.content.size)];
  // The line is one line before and after.
  if (!$from.parent.isTextblock || to > $from.end() || $end.depth !== $from.depth || $end.start() !== $from.start() || $end.pos < from) return null;
  const insert: { text: string; marks: readonly Mark[] }[] = [];
  doc.slice(from, $end.pos).content.forEach((node) => insert.push({ text: node.text ?? "", marks: node.marks }));
  return {
    before,
    after: doc,
    path: Array.from({ length: $from.depth }, (_, depth) => $from.index(depth)),
    words: $from.parent.textContent,
    at: $from.parentOffset,
    remove: to - from,
    insert,
  };
}

/** The range that a step replaces; null for a step that does something else. */
function readReplacement(step: Record<string, unknown>): { readonly from: number; readonly to: number } | null {
  const { stepType, from, to } = step;
  return stepType === "replace" && typeof from === "number" && typeof to === "number" ? { from, to } : null;
}

type Found = { readonly parents: readonly Y.XmlElement[]; readonly text: Y.XmlText };

/** The text of the line and what it stands in; null when it has none yet, or when it does not hold what the editor had. */
function findText(fragment: Y.XmlFragment, edit: Edit): Found | null {
  // A line that was or becomes empty may have no text of its own.
  if (edit.words === "" || edit.words.length === edit.remove) return null;
  const parents: Y.XmlElement[] = [];
  let parent: Y.XmlFragment = fragment;
  for (const index of edit.path) {
    const child = parent.get(index);
    if (!(child instanceof Y.XmlElement)) return null;
    parents.push(child);
    parent = child;
  }
  const text = parent.length === 1 ? parent.get(0) : null;
  if (!(text instanceof Y.XmlText) || text.length !== edit.words.length) return null;
  const held = (text.toDelta() as readonly { readonly insert: unknown }[]).map(({ insert }) => insert);
  return held.every((piece) => typeof piece === "string") && held.join("") === edit.words ? { parents, text } : null;
}

function carryOut(text: Y.XmlText, { at, remove, insert }: Edit): void {
  if (remove > 0) text.delete(at, remove);
  let index = at;
  for (const { text: words, marks } of insert) {
    text.insert(index, words, Object.fromEntries(marks.map((mark) => [mark.type.name, mark.attrs])));
    index += words.length;
  }
}
