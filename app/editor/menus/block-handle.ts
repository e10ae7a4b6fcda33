/**
 * The grip beside a block or stage head: drag it (mouse, pen or finger) to move the block, or open its menu with Enter or a click.
 * It stands at the block under the pointer, else at the block with the cursor.
 */
import { NodeSelection, Plugin } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { findTarget, firstBlockPosition, moveNode } from "../commands/blocks.ts";
import { stopUndoGroup, undoLast } from "../collab/sync-plugin.ts";
import { element, icon } from "../dom.ts";
import { endOf, findNodeById, type Placed } from "../lesson-place.ts";
import { nameOf, openBlockMenu, type OnDone } from "./block-menu.ts";

/** A press that moves less than this is a click. */
const DRAG_PX = 5;
/** This near to an edge of the window a drag scrolls. */
const EDGE_PX = 80;

/** The plugin. */
export const blockHandle = (onDone: OnDone): Plugin =>
  new Plugin({
    view: (view) => new HandleView(view, onDone),
    props: {
      handleKeyDown: (view, event) => {
        const wanted = (event.key === "Enter" && event.altKey) || (event.key === " " && view.state.selection instanceof NodeSelection);
        const target = wanted ? findTarget(view.state) : null;
        if (target === null) return false;
        const dom = view.nodeDOM(target.pos);
        if (!(dom instanceof HTMLElement)) return false;
        openBlockMenu(view, String(target.node.attrs["id"]), { anchor: dom.getBoundingClientRect(), opener: null, onDone });
        return true;
      },
    },
  });

type Drop = { readonly pos: number; readonly y: number };

class HandleView {
  readonly view: EditorView;
  readonly onDone: OnDone;
  readonly handle: HTMLButtonElement;
  readonly line: HTMLElement;
  /** Block or stage that the handle stands at. */
  private id: string | null = null;
  private press: { readonly pointerId: number; readonly x: number; readonly y: number; dragging: boolean } | null = null;
  private drop: Drop | null = null;
  /** Where the finger or mouse is in the window. */
  private y = 0;
  private scrollOn: number | null = null;

  constructor(view: EditorView, onDone: OnDone) {
    this.view = view;
    this.onDone = onDone;
    this.handle = element("button", { type: "button", class: "block-handle", "aria-haspopup": "menu" }, [icon("grip")]);
    this.handle.hidden = true;
    this.line = element("div", { class: "drop-line", "aria-hidden": "true" });
    this.line.hidden = true;
    view.dom.parentElement?.append(this.handle, this.line);
    view.dom.addEventListener("pointermove", this.onHover);
    view.dom.addEventListener("focusin", this.onFocus);
    this.handle.addEventListener("pointerdown", this.onPress);
    this.handle.addEventListener("pointermove", this.onMove);
    this.handle.addEventListener("pointerup", this.onRelease);
    this.handle.addEventListener("pointercancel", this.onCancel);
    this.handle.addEventListener("keydown", this.onKey);
    // Enter and Space come as a click without a pointer.
    this.handle.addEventListener("click", (event) => {
      if (event.detail === 0) this.openMenu();
    });
  }

  update(view: EditorView): void {
    if (!view.editable) {
      this.handle.hidden = true;
      return;
    }
    if (this.press === null && view.hasFocus()) this.onFocus();
    else if (this.id !== null && findNodeById(view.state.doc, this.id) === null) this.show(null);
  }

  destroy(): void {
    this.view.dom.removeEventListener("pointermove", this.onHover);
    this.view.dom.removeEventListener("focusin", this.onFocus);
    this.handle.remove();
    this.line.remove();
  }

  private readonly onFocus = (): void => {
    const target = findTarget(this.view.state);
    this.show(target === null ? null : String(target.node.attrs["id"]));
  };

  private readonly onHover = (event: PointerEvent): void => {
    if (this.press !== null || event.pointerType === "touch" || !(event.target instanceof Element)) return;
    const id = event.target.closest<HTMLElement>("[data-node=block], [data-node=stage]")?.dataset["id"];
    if (id !== undefined) this.show(id);
  };

  private show(id: string | null): void {
    const dom = id === null ? null : this.view.dom.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`);
    const target = id === null ? null : findNodeById(this.view.state.doc, id);
    this.handle.hidden = dom === null || target === null || !this.view.editable;
    this.id = this.handle.hidden ? null : id;
    if (dom === null || target === null) return;
    const words = `Move or change: ${nameOf(target)}`;
    this.handle.setAttribute("aria-label", words);
    this.handle.title = "Drag to move, press for more";
    const frame = this.view.dom.parentElement?.getBoundingClientRect();
    const box = dom.getBoundingClientRect();
    if (frame === undefined) return;
    this.handle.style.top = `${box.top - frame.top}px`;
    this.handle.dataset["node"] = target.node.type.name;
  }

  private openMenu(): void {
    if (this.id !== null)
      openBlockMenu(this.view, this.id, { anchor: this.handle.getBoundingClientRect(), opener: this.handle, onDone: this.onDone });
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && this.press !== null) this.onCancel();
  };

  private readonly onPress = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    event.preventDefault();
    this.handle.setPointerCapture(event.pointerId);
    this.press = { pointerId: event.pointerId, x: event.clientX, y: event.clientY, dragging: false };
  };

  private readonly onMove = (event: PointerEvent): void => {
    if (this.press === null) return;
    if (!this.press.dragging && Math.hypot(event.clientX - this.press.x, event.clientY - this.press.y) < DRAG_PX) return;
    this.press.dragging = true;
    this.handle.classList.add("is-dragging");
    this.y = event.clientY;
    this.scrollOn ??= requestAnimationFrame(this.scrollAtEdge);
    this.showDrop();
  };

  private showDrop(): void {
    this.drop = this.findDrop(this.y);
    this.line.hidden = this.drop === null;
    const frame = this.view.dom.parentElement?.getBoundingClientRect();
    if (this.drop !== null && frame !== undefined) this.line.style.top = `${this.drop.y - frame.top}px`;
  }

  /** A lesson is longer than the window: near its edges the page goes along. */
  private readonly scrollAtEdge = (): void => {
    this.scrollOn = null;
    if (this.press?.dragging !== true) return;
    const below = this.y - (window.innerHeight - EDGE_PX);
    const above = EDGE_PX - this.y;
    const by = below > 0 ? below / 4 : above > 0 ? -above / 4 : 0;
    if (by !== 0) {
      window.scrollBy({ top: by, behavior: "instant" });
      this.showDrop();
    }
    this.scrollOn = requestAnimationFrame(this.scrollAtEdge);
  };

  private readonly onRelease = (): void => {
    const { press, drop, id } = this;
    this.onCancel();
    if (press === null) return;
    if (!press.dragging) return this.openMenu();
    const target = id === null ? null : findNodeById(this.view.state.doc, id);
    if (target === null || drop === null || (drop.pos >= target.pos && drop.pos <= endOf(target))) return;
    stopUndoGroup(this.view.state);
    const transaction = moveNode(this.view.state.tr, target, drop.pos);
    this.view.dispatch(transaction);
    stopUndoGroup(this.view.state);
    const stage = id === null ? null : findNodeById(this.view.state.doc, id);
    const part = stage === null ? null : this.view.state.doc.resolve(stage.pos);
    const into = part !== null && part.depth > 0 ? ` to ${nameOf({ node: part.node(1), pos: 0 })}` : "";
    this.onDone(`${nameOf(target)} moved${into}`, undoLast(this.view));
  };

  private readonly onCancel = (): void => {
    if (this.press !== null && this.handle.hasPointerCapture(this.press.pointerId)) this.handle.releasePointerCapture(this.press.pointerId);
    this.press = null;
    this.drop = null;
    if (this.scrollOn !== null) cancelAnimationFrame(this.scrollOn);
    this.scrollOn = null;
    this.line.hidden = true;
    this.handle.classList.remove("is-dragging");
  };

  /** The nearest gap between blocks (for a stage: between stages). */
  private findDrop(y: number): Drop | null {
    const target = this.id === null ? null : findNodeById(this.view.state.doc, this.id);
    if (target === null) return null;
    let best: Drop | null = null;
    for (const gap of target.node.type.name === "stage" ? this.stageGaps() : this.blockGaps(target)) {
      if (best === null || Math.abs(gap.y - y) < Math.abs(best.y - y)) best = gap;
    }
    return best;
  }

  private *stageGaps(): Generator<Drop> {
    for (const stage of this.parts("stage")) yield* this.edges(stage);
  }

  private *blockGaps(target: Placed): Generator<Drop> {
    const own = this.view.state.doc.resolve(target.pos).parent;
    const parts = own.type.name === "header" ? this.parts("header") : this.parts("stage");
    for (const part of parts) {
      let first = true;
      for (let index = 0, pos = part.pos + 1; index < part.node.childCount; index += 1) {
        const node = part.node.child(index);
        if (node.type.name === "block") {
          const gaps = [...this.edges({ node, pos })];
          yield* first ? gaps : gaps.slice(1);
          first = false;
        }
        pos += node.nodeSize;
      }
      if (first) {
        const dom = this.view.nodeDOM(part.pos);
        if (dom instanceof HTMLElement) yield { pos: firstBlockPosition(part), y: dom.getBoundingClientRect().bottom };
      }
    }
  }

  private *edges(placed: Placed): Generator<Drop> {
    const dom = this.view.nodeDOM(placed.pos);
    if (!(dom instanceof HTMLElement)) return;
    const box = dom.getBoundingClientRect();
    if (box.height === 0) return;
    yield { pos: placed.pos, y: box.top };
    yield { pos: endOf(placed), y: box.bottom };
  }

  private parts(type: "header" | "stage"): readonly Placed[] {
    const parts: Placed[] = [];
    this.view.state.doc.forEach((node, pos) => {
      if (node.type.name === type) parts.push({ node, pos });
    });
    return parts;
  }
}
