/** How a transaction is carried out: what a person sees as one act is undone by itself, and what a text rule makes follows what was typed. */
import type { Transaction } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { stopUndoGroup } from "./collab/sync-plugin.ts";
import { conversionAfter, ONE_ACT } from "./text-rules.ts";

/** Bring the view to the state after a transaction. */
export function applyAct(view: EditorView, transaction: Transaction): void {
  const single = transaction.getMeta(ONE_ACT) === true;
  if (single) stopUndoGroup(view.state);
  view.updateState(view.state.apply(transaction));
  const conversion = conversionAfter(transaction, view.state);
  if (conversion !== null) applyAct(view, conversion);
  if (single) stopUndoGroup(view.state);
}
