/**
 * The one module around y-prosemirror. Nothing else imports it, so that its sync plugin can be replaced here.
 *
 * Always true: content comes from the document and never goes into it by binding (SC6); what this schema does not know is
 * never bound, and when it arrives later the binding is torn down before it can act (SC8); undo undoes only what was done here.
 */
import type { Node } from "prosemirror-model";
import type { Command, EditorState, Plugin, Transaction } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { initProseMirrorDoc, redoCommand, undoCommand, yCursorPlugin, ySyncPlugin, ySyncPluginKey, yUndoPlugin, yUndoPluginKey } from "y-prosemirror";
import type { Awareness } from "y-protocols/awareness";
import type * as Y from "yjs";
import { lessonSchema } from "#core/schema/schema";
import { exactText } from "./exact-text.ts";
import { whyNotApply } from "./guard.ts";

/** The words of somebody else's cursor. */
export type CursorUser = { readonly id: string; readonly name: string };

export type BindOptions = {
  readonly fragment: Y.XmlFragment;
  readonly awareness: Awareness;
  /** Builds the caret of somebody else. */
  readonly drawCursor: (user: CursorUser, clientId: number) => HTMLElement;
  /** Class of somebody else's selection. */
  readonly selectionClass: (user: CursorUser) => string;
};

type Binding = { readonly mux: (run: () => void) => void; readonly mapping: Map<unknown, Node | readonly Node[]> };

export type Bound = { readonly doc: Node; readonly plugins: readonly Plugin[] };

/**
 * The document for a new editor state and the plugins that keep it and the fragment the same.
 * Bind only after the fragment has been loaded, and never when `whyNotBind` found something.
 */
export function bindFragment(options: BindOptions): Bound {
  const { fragment, awareness } = options;
  const { doc, mapping } = initProseMirrorDoc(fragment, lessonSchema);
  return {
    doc,
    plugins: [
      exactText(
        fragment,
        (transaction) => transaction.getMeta(ySyncPluginKey) === undefined,
        (view) => {
          const binding = ySyncPluginKey.getState(view.state)?.binding as Binding | undefined;
          if (binding === undefined) return null;
          return {
            write: (change) => binding.mux(() => fragment.doc?.transact(change, ySyncPluginKey)),
            remember: (type, node) => binding.mapping.set(type, node),
          };
        },
      ),
      // The mapping has to be the one that made the document: without it the first dispatch writes the document anew.
      ySyncPlugin(fragment, { mapping }) as Plugin,
      yCursorPlugin(awareness, {
        cursorBuilder: (user: unknown, clientId: number) => options.drawCursor(asUser(user), clientId),
        selectionBuilder: (user: unknown) => ({ class: options.selectionClass(asUser(user)) }),
      }) as Plugin,
      // Every node is protected: by default undoing my new block would take a colleague's words in it along.
      yUndoPlugin({ protectedNodes: new Set(Object.keys(lessonSchema.nodes)) }) as Plugin,
    ],
  };
}

/**
 * Call `onUnknown` before the binding sees a transaction that brings something unknown; it must destroy the view at once.
 * Answers how to stop watching.
 */
export function watchForUnknown(fragment: Y.XmlFragment, onUnknown: (found: string) => void): () => void {
  const doc = fragment.doc;
  if (doc === null) return () => {};
  const look = (transaction: Y.Transaction): void => {
    if (transaction.origin === ySyncPluginKey) return;
    const found = whyNotApply(transaction, fragment, lessonSchema);
    if (found !== null) onUnknown(found);
  };
  doc.on("beforeObserverCalls", look);
  return () => doc.off("beforeObserverCalls", look);
}

/** True for a transaction that carries somebody else's change, or an undo, into the editor. */
export function isFromDocument(transaction: Transaction): boolean {
  const meta = transaction.getMeta(ySyncPluginKey) as { isChangeOrigin?: boolean } | undefined;
  return meta?.isChangeOrigin === true;
}

/** True for a change that came from a colleague; an undo of my own is not one. */
export function isFromOthers(transaction: Transaction): boolean {
  const meta = transaction.getMeta(ySyncPluginKey) as { isUndoRedoOperation?: boolean } | undefined;
  return isFromDocument(transaction) && meta?.isUndoRedoOperation !== true;
}

export const undo: Command = undoCommand;
export const redo: Command = redoCommand;

/** Can the last thing done here be undone, or done again? */
export function undoDepth(state: EditorState): { readonly canUndo: boolean; readonly canRedo: boolean } {
  const manager = undoManager(state);
  return { canUndo: manager?.canUndo() ?? false, canRedo: manager?.canRedo() ?? false };
}

/** What comes next is undone apart from what came before: called around commands that a person sees as one act. */
export const stopUndoGroup = (state: EditorState): void => undoManager(state)?.stopCapturing();

/**
 * How to take back the last thing done here, and only that, even after more was done since. Doing it twice, or after it was undone in
 * another way, does nothing.
 */
export function undoLast(view: EditorView): () => void {
  const manager = undoManager(view.state);
  const item = manager?.undoStack.at(-1);
  return () => {
    if (manager === null || item === undefined || view.isDestroyed || !view.editable) return;
    const at = manager.undoStack.indexOf(item);
    if (at < 0) return;
    manager.stopCapturing();
    manager.undoStack.push(...manager.undoStack.splice(at, 1));
    manager.undo();
  };
}

function undoManager(state: EditorState): Y.UndoManager | null {
  return yUndoPluginKey.getState(state)?.undoManager ?? null;
}

function asUser(user: unknown): CursorUser {
  const { id, name } = (user ?? {}) as { id?: unknown; name?: unknown };
  return { id: typeof id === "string" ? id : "", name: typeof name === "string" ? name : "Somebody" };
}
