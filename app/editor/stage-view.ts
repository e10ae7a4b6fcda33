/**
 * A stage keeps its element when its attributes change. Drawn anew, as ProseMirror would, the field of minutes would lose the focus at
 * every digit, and a long stage would be built again for one number.
 */
import { DOMSerializer, type Node } from "prosemirror-model";
import type { NodeView } from "prosemirror-view";

const draw = (node: Node): HTMLElement => {
  const { dom } = DOMSerializer.renderSpec(document, node.type.spec.toDOM?.(node) ?? ["section", 0]);
  return dom instanceof HTMLElement ? dom : document.createElement("section");
};

/** The node view of a stage. */
export function stageView(first: Node): NodeView {
  const dom = draw(first);
  let shown = first;
  return {
    dom,
    contentDOM: dom,
    update: (next) => {
      if (next.type !== first.type) return false;
      if (!next.sameMarkup(shown)) copyData(draw(next), dom);
      shown = next;
      return true;
    },
  };
}

/** Classes are ProseMirror's to change; the attributes of the node all begin with `data-`. */
function copyData(from: HTMLElement, to: HTMLElement): void {
  for (const name of Object.keys(to.dataset)) if (from.dataset[name] === undefined) delete to.dataset[name];
  for (const [name, value] of Object.entries(from.dataset)) if (to.dataset[name] !== value) to.dataset[name] = value;
}
