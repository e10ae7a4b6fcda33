/**
 * One live editor in one element: the ProseMirror view with all its plugins, bound to a lesson document.
 * Left to others: connecting (./collab), what happens when the document holds something unknown (./open-lesson.ts).
 */
import { dropCursor } from "prosemirror-dropcursor";
import { EditorState, type Transaction } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import type { Awareness } from "y-protocols/awareness";
import type * as Y from "yjs";
import type { LessonFactValues } from "#core/model/lesson-node";
import { lessonSchema } from "#core/schema/schema";
import type { WhoPlace } from "#core/who-place";
import { applyAct } from "./acts.ts";
import { blockIds } from "./block-ids.ts";
import { bindFragment, isFromDocument, isFromOthers } from "./collab/sync-plugin.ts";
import { drawCursor, placeFlags, selectionClass } from "./decorations/cursors.ts";
import { fieldHints } from "./decorations/field-hints.ts";
import { lessonChrome } from "./decorations/lesson-chrome.ts";
import { keepPlace } from "./keep-place.ts";
import { lessonKeys } from "./keys.ts";
import { blockHandle } from "./menus/block-handle.ts";
import type { OnDone } from "./menus/block-menu.ts";
import { slashMenu } from "./menus/slash-menu.ts";
import { textToolbar } from "./menus/text-toolbar.ts";
import { pasteRules } from "./paste.ts";
import { stageView } from "./stage-view.ts";
import { textRules } from "./text-rules.ts";

export type EditorOptions = {
  /** An empty element; menus stand in it beside the text. */
  readonly place: HTMLElement;
  readonly fragment: Y.XmlFragment;
  readonly awareness: Awareness;
  readonly editable: () => boolean;
  /** Values of the facts map. */
  readonly facts: LessonFactValues;
  readonly onEditFacts: () => void;
  /** Colour of a person. */
  readonly placeOf: (personId: string) => WhoPlace;
  readonly onDone: OnDone;
  /** After each change of the state. */
  readonly onState: (state: EditorState) => void;
};

/** Make the editor. The document must be loaded and free of anything unknown (`whyNotBind`). `destroy()` on the view undoes all of it. */
export function makeEditor(options: EditorOptions): EditorView {
  const bound = bindFragment({
    fragment: options.fragment,
    awareness: options.awareness,
    drawCursor: (user) => drawCursor(user, options.placeOf(user.id)),
    selectionClass: (user) => selectionClass(options.placeOf(user.id)),
  });
  const state = EditorState.create({
    schema: lessonSchema,
    doc: bound.doc,
    plugins: [
      ...bound.plugins,
      blockIds(isFromDocument),
      keepPlace(isFromOthers),
      slashMenu(),
      blockHandle(options.onDone),
      textToolbar(),
      ...textRules(),
      ...lessonKeys(),
      pasteRules(),
      fieldHints(),
      lessonChrome({ editable: options.editable, facts: options.facts, onEditFacts: options.onEditFacts }),
      // No gap cursor: it would stop the arrow keys between any two blocks, and there is always a line to stand in.
      dropCursor({ class: "drop-cursor" }),
    ],
  });
  const view: EditorView = new EditorView(options.place, {
    state,
    editable: options.editable,
    nodeViews: { stage: stageView },
    attributes: {
      class: "lesson lesson-editor",
      "aria-label": "Lesson",
      role: "textbox",
      "aria-multiline": "true",
      spellcheck: "true",
      lang: "en-GB",
    },
    dispatchTransaction: (transaction: Transaction) => {
      applyAct(view, transaction);
      placeFlags(view.dom);
      options.onState(view.state);
    },
  });
  return view;
}
