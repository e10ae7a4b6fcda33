/**
 * One lesson, open in one page: connection, editor and what the page shows of both. React reads `view` and subscribes;
 * everything inside `place` belongs to ProseMirror.
 *
 * Always true: the editor is bound only after the document is there; a document with anything unknown is shown by a reader that
 * keeps it (SC8), and the editor comes back by itself when the unknown is gone.
 */
import type { EditorState } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { renderLessonHtml } from "#core/exports/html";
import { readFragment } from "#core/model/fragment";
import { CONTENT, FACTS, lessonSchema } from "#core/schema/schema";
import { SCHEMA_VERSION } from "#core/schema/version";
import type { WhoPlace } from "#core/who-place";
import { browserClock } from "./browser-clock.ts";
import { connectLesson, type LessonConnection } from "./collab/connect-lesson.ts";
import { whyNotBind } from "./collab/guard.ts";
import type { SaveView } from "./collab/save-status.ts";
import { redo, undo, undoDepth, watchForUnknown } from "./collab/sync-plugin.ts";
import { setFacts, unfold } from "./decorations/lesson-chrome.ts";
import { readFacts, writeFacts, type FactsInput, type FactsView } from "./lesson-facts.ts";
import { findNodeById } from "./lesson-place.ts";
import { makeEditor } from "./make-editor.ts";
import { currentPart, readOutline, readPeople, type Outline, type PersonHere } from "./outline.ts";
import { enterAt } from "./commands/walk.ts";

/** `opening`: nothing to show yet. `newer`: read-only, because of what `unknown` names. */
export type LessonPhase = { readonly phase: "opening" } | { readonly phase: "live" } | { readonly phase: "newer"; readonly unknown: string };

export type OpenLessonView = LessonPhase & {
  readonly save: SaveView;
  readonly people: readonly PersonHere[];
  readonly outline: Outline;
  readonly facts: FactsView;
  /** Id of the header or stage that the cursor is in. */
  readonly current: string | null;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
};

export type OpenLessonOptions = {
  readonly place: HTMLElement;
  readonly serverUrl: string;
  readonly document: string;
  readonly person: { readonly id: string; readonly name: string };
  readonly canWrite: boolean;
  readonly onEditFacts: () => void;
  /** Something was done that can be undone: "Task deleted". `undoIt` takes back just that. */
  readonly onDone: (words: string, undoIt: () => void) => void;
  readonly onNotice: (notice: unknown) => void;
};

export type OpenLesson = {
  readonly view: () => OpenLessonView;
  readonly subscribe: (listener: () => void) => () => void;
  readonly undo: () => void;
  readonly redo: () => void;
  /** Put the cursor into the header or a stage, and show it. */
  readonly goTo: (partId: string) => void;
  readonly saveFacts: (facts: FactsInput) => void;
  readonly retry: () => void;
  /** The lesson as ProseMirror JSON with its facts, for "Download a copy". */
  readonly copy: () => { readonly schemaVersion: number; readonly content: unknown; readonly facts: unknown };
  readonly close: () => void;
};

const EMPTY_OUTLINE: Outline = { title: "", stages: [], totalMinutes: 0, headerId: null, board: null };

/** Open a lesson in an element. It stays open until `close`. */
export function openLesson(options: OpenLessonOptions): OpenLesson {
  const connection = connectLesson({
    serverUrl: options.serverUrl,
    document: options.document,
    person: options.person,
    canWrite: options.canWrite,
    clock: browserClock,
    onNotice: options.onNotice,
  });
  return new Session(connection, options);
}

class Session implements OpenLesson {
  private readonly connection: LessonConnection;
  private readonly options: OpenLessonOptions;
  private readonly listeners = new Set<() => void>();
  private readonly stopWatching: () => void;
  private editor: EditorView | null = null;
  private shown: OpenLessonView;
  private closed = false;
  private colours: ReadonlyMap<string, WhoPlace> = new Map();

  constructor(connection: LessonConnection, options: OpenLessonOptions) {
    this.connection = connection;
    this.options = options;
    const facts = readFacts(connection.doc);
    this.shown = {
      phase: "opening",
      save: connection.save.view(),
      people: [],
      outline: EMPTY_OUTLINE,
      facts,
      current: null,
      canUndo: false,
      canRedo: false,
    };
    connection.save.subscribe(this.onSave);
    connection.awareness.on("change", this.onPeople);
    connection.doc.getMap(FACTS).observe(this.onFacts);
    options.place.addEventListener("click", this.onGoTo);
    this.stopWatching = watchForUnknown(this.fragment, (unknown) => this.retreat(unknown));
    void connection.ready.then(() => {
      if (!this.closed) this.mount();
    });
  }

  view = (): OpenLessonView => this.shown;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  undo = (): void => {
    if (this.editor !== null && this.isEditable()) undo(this.editor.state, this.editor.dispatch);
  };

  redo = (): void => {
    if (this.editor !== null && this.isEditable()) redo(this.editor.state, this.editor.dispatch);
  };

  goTo = (partId: string): void => {
    const { editor } = this;
    const part = editor === null ? null : findNodeById(editor.state.doc, partId);
    if (editor === null || part === null) {
      this.options.place.querySelector(`[data-id="${CSS.escape(partId)}"]`)?.scrollIntoView({ block: "start" });
      return;
    }
    editor.dispatch(unfold(enterAt(editor.state.tr, part.pos), partId));
    const dom = editor.nodeDOM(part.pos);
    if (this.isEditable()) editor.focus();
    if (dom instanceof HTMLElement) dom.scrollIntoView({ block: "start", behavior: "smooth" });
  };

  saveFacts = (facts: FactsInput): void => {
    if (this.isEditable()) writeFacts(this.connection.doc, facts);
  };

  retry = (): void => this.connection.retry();

  copy = (): { schemaVersion: number; content: unknown; facts: unknown } => ({
    schemaVersion: SCHEMA_VERSION,
    content: readFragment(this.fragment),
    facts: this.connection.doc.getMap(FACTS).toJSON(),
  });

  close = (): void => {
    this.closed = true;
    this.stopWatching();
    this.editor?.destroy();
    this.editor = null;
    this.options.place.removeEventListener("click", this.onGoTo);
    this.connection.doc.off("update", this.lookAgain);
    this.connection.close();
    this.listeners.clear();
    this.options.place.replaceChildren();
  };

  private get fragment(): ReturnType<LessonConnection["doc"]["getXmlFragment"]> {
    return this.connection.doc.getXmlFragment(CONTENT);
  }

  private factValues(): Record<string, unknown> {
    return this.connection.doc.getMap(FACTS).toJSON() as Record<string, unknown>;
  }

  private readonly isEditable = (): boolean => {
    const { state } = this.connection.save.view();
    return this.options.canWrite && state !== "read-only" && state !== "gone";
  };

  private mount(): void {
    const unknown = whyNotBind(this.fragment, lessonSchema);
    if (unknown !== null) return this.showNewer(unknown);
    this.options.place.replaceChildren();
    this.editor = makeEditor({
      place: this.options.place,
      fragment: this.fragment,
      awareness: this.connection.awareness,
      editable: this.isEditable,
      facts: this.factValues(),
      onEditFacts: this.options.onEditFacts,
      placeOf: (id) => this.colours.get(id) ?? 1,
      onDone: this.options.onDone,
      onState: this.onState,
    });
    this.change({ phase: "live", outline: readOutline(this.editor.state.doc), facts: readFacts(this.connection.doc) });
    this.onPeople();
  }

  /** Something unknown is about to reach the binding: it must be gone before it can act, inside this very transaction. */
  private retreat(unknown: string): void {
    if (this.editor === null) return;
    this.editor.destroy();
    this.editor = null;
    // The rest of the transaction has to be over before the document is read.
    queueMicrotask(() => {
      if (!this.closed) this.showNewer(unknown);
    });
  }

  private showNewer(unknown: string): void {
    const facts = this.factValues();
    const content = readFragment(this.fragment);
    this.options.place.innerHTML = renderLessonHtml({ content, facts }, { view: "read" });
    if (this.shown.phase !== "newer") this.connection.doc.on("update", this.lookAgain);
    this.change({ phase: "newer", unknown });
  }

  private readonly lookAgain = (): void => {
    const unknown = whyNotBind(this.fragment, lessonSchema);
    if (unknown !== null) return this.showNewer(unknown);
    this.connection.doc.off("update", this.lookAgain);
    this.mount();
  };

  private readonly onState = (state: EditorState): void => {
    const outline = state.doc === this.lastDoc ? this.shown.outline : readOutline(state.doc);
    this.lastDoc = state.doc;
    const current = currentPart(state);
    if (current !== this.shown.current) this.connection.awareness.setLocalStateField("part", current);
    const depth = undoDepth(state);
    const same = JSON.stringify(outline) === JSON.stringify(this.shown.outline) && current === this.shown.current;
    if (same && depth.canUndo === this.shown.canUndo && depth.canRedo === this.shown.canRedo) return;
    this.change({ outline, current, ...depth });
  };
  private lastDoc: EditorState["doc"] | null = null;

  private readonly onSave = (): void => {
    const before = this.shown.save.state;
    const save = this.connection.save.view();
    this.change({ save });
    // What may be edited hangs on it; an empty transaction makes the view ask again.
    const wasEditable = before !== "read-only" && before !== "gone";
    if (this.editor !== null && wasEditable !== this.isEditable()) this.editor.dispatch(this.editor.state.tr);
  };

  private readonly onPeople = (): void => {
    const people = readPeople(this.connection.awareness);
    this.colours = new Map(people.map((person) => [person.id, person.place]));
    if (JSON.stringify(people) !== JSON.stringify(this.shown.people)) this.change({ people });
  };

  private readonly onFacts = (): void => {
    const facts = readFacts(this.connection.doc);
    if (this.editor !== null) this.editor.dispatch(setFacts(this.editor.state.tr, this.factValues()));
    this.change({ facts });
  };

  /** The strip in the lesson goes to its stages. */
  private readonly onGoTo = (event: Event): void => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-goto]") : null;
    const id = link?.dataset["goto"];
    if (id === undefined) return;
    event.preventDefault();
    this.goTo(id);
  };

  private change(part: Partial<OpenLessonView>): void {
    this.shown = { ...this.shown, ...part } as OpenLessonView;
    for (const listener of this.listeners) listener();
  }
}
