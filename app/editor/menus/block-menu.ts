/** The menu of a block or stage: move, copy, key question, delete. Opened from its handle, or by Alt+Enter in the text. */
import type { EditorView } from "prosemirror-view";
import { NodeSelection } from "prosemirror-state";
import { deleteNode, duplicateNode, moveTarget, toggleKeyQuestion } from "../commands/blocks.ts";
import { moveColumn, moveItem, removeColumn, removeItem } from "../commands/items.ts";
import { stopUndoGroup, undoLast } from "../collab/sync-plugin.ts";
import { element, icon, placeNear, type IconName } from "../dom.ts";
import { blockLabel } from "#core/schema/nodes";
import { findLine, findNodeById, type Placed } from "../lesson-place.ts";

/** Something was done that can be undone, in words for a toast: "Task deleted". `undoIt` takes back just that, whatever was done since. */
export type OnDone = (words: string, undoIt: () => void) => void;

/** What a person calls a block or stage: "Task", "Ping 2". */
export function nameOf({ node }: Placed): string {
  if (node.type.name !== "stage") return blockLabel(node.attrs);
  const title = node.firstChild?.textContent.trim() ?? "";
  return title === "" ? "Stage" : title;
}

type Choice = { readonly words: string; readonly icon: IconName; readonly run: () => void };

/** Open the menu for a node beside its handle; the focus goes back to `opener`, or into the text. */
export function openBlockMenu(view: EditorView, id: string, options: { anchor: DOMRect; opener: HTMLElement | null; onDone: OnDone }): void {
  const target = findNodeById(view.state.doc, id);
  const frame = view.dom.parentElement;
  if (target === null || frame === null || !view.editable) return;
  frame.querySelector(".block-menu")?.remove();
  const menu = element("div", { class: "floating block-menu", role: "menu", "aria-label": nameOf(target) });
  const close = (): void => {
    menu.remove();
    document.removeEventListener("pointerdown", onOutside, true);
  };
  const onOutside = (event: Event): void => {
    if (event.target instanceof Node && !menu.contains(event.target)) close();
  };
  for (const choice of choicesFor(view, target, id, options.onDone)) {
    const item = element("button", { type: "button", role: "menuitem", tabindex: "-1" }, [icon(choice.icon), choice.words]);
    item.addEventListener("click", () => {
      close();
      stopUndoGroup(view.state);
      choice.run();
      stopUndoGroup(view.state);
      view.focus();
    });
    menu.append(item);
  }
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      close();
      if (options.opener === null) view.focus();
      else options.opener.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(menu, event.key === "ArrowDown" ? 1 : -1);
    }
  });
  document.addEventListener("pointerdown", onOutside, true);
  frame.append(menu);
  placeNear(menu, options.anchor);
  step(menu, 1);
}

function step(menu: HTMLElement, by: 1 | -1): void {
  const items = [...menu.querySelectorAll<HTMLElement>("[role=menuitem]")];
  const now = items.indexOf(document.activeElement as HTMLElement);
  items[(now + by + items.length) % items.length]?.focus();
}

function choicesFor(view: EditorView, target: Placed, id: string, onDone: OnDone): readonly Choice[] {
  const name = nameOf(target);
  const isStage = target.node.type.name === "stage";
  const isGroup = !isStage && view.state.doc.resolve(target.pos).parent.type.name === "header";
  const place = findLine(view.state.selection.$from);
  const inItem = place?.block?.node.attrs["id"] === id && place.item !== null;
  const inRow = inItem && place.item?.node.attrs["kind"] === "row";
  const isQuestion = target.node.attrs["kind"] === "teacher_question";
  const isKey = target.node.attrs["key"] === true;
  return [
    { words: "Move up", icon: "up", run: () => move(view, id, -1) },
    { words: "Move down", icon: "down", run: () => move(view, id, 1) },
    ...(isGroup
      ? []
      : [{ words: isStage ? "Copy this stage" : "Copy", icon: "copy" as const, run: () => void duplicateNode(id)(view.state, view.dispatch) }]),
    ...(isQuestion
      ? [
          {
            words: isKey ? "No longer the key question" : "Make it the key question",
            icon: "star" as const,
            run: () => void toggleKeyQuestion(id)(view.state, view.dispatch),
          },
        ]
      : []),
    ...(inItem ? ([-1, 1] as const).flatMap((by) => itemMoves(view, inRow ? "row" : "entry", by)) : []),
    ...(inRow
      ? ([-1, 1] as const).flatMap((by) =>
          moveColumn(by)(view.state)
            ? [
                {
                  words: by === 1 ? "Move this column right" : "Move this column left",
                  icon: by === 1 ? ("right" as const) : ("left" as const),
                  run: () => void moveColumn(by)(view.state, view.dispatch),
                },
              ]
            : [],
        )
      : []),
    ...(inItem
      ? [{ words: inRow ? "Delete this row" : "Delete this entry", icon: "cross" as const, run: () => void removeItem(view.state, view.dispatch) }]
      : []),
    ...(inRow ? [{ words: "Delete this column", icon: "cross" as const, run: () => void removeColumn(view.state, view.dispatch) }] : []),
    ...(isGroup
      ? []
      : [
          {
            words: isStage ? "Delete this stage" : "Delete",
            icon: "bin" as const,
            run: () => {
              if (deleteNode(id)(view.state, view.dispatch)) onDone(`${name} deleted`, undoLast(view));
            },
          },
        ]),
  ];
}

function itemMoves(view: EditorView, noun: string, by: 1 | -1): readonly Choice[] {
  if (!moveItem(by)(view.state)) return [];
  const run = (): void => void moveItem(by)(view.state, view.dispatch);
  return [{ words: `Move this ${noun} ${by === 1 ? "down" : "up"}`, icon: by === 1 ? "down" : "up", run }];
}

function move(view: EditorView, id: string, direction: 1 | -1): void {
  const target = findNodeById(view.state.doc, id);
  if (target === null) return;
  const place = findLine(view.state.selection.$from);
  const inside = (place?.block ?? place?.part)?.node.attrs["id"] === id;
  if (!inside) view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, target.pos)));
  moveTarget(direction)(view.state, view.dispatch);
}
