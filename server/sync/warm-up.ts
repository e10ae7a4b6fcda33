/**
 * Runs what answers those who come, on a document made up for it, before anybody can come: right after a restart everybody comes back at once,
 * and code that has never run takes several times as long.
 *
 * Always true: touches nothing of anybody's; takes about `WARM_UP_MS`.
 */
import * as Y from "yjs";
import { scanUpdate } from "#core/protocol/update-scan";
import { encodeStep2, parseClientFrame } from "#core/protocol/wire";
import type { Clock } from "#core/time";
import { makeDocumentBytes } from "./document-bytes.ts";
import { makeKnownState } from "./known-state.ts";

const WARM_UP_MS = 150;
const EDITS = 2_000;
/** So much of it is the tail. */
const TAIL = 200;

/** Warm up. @returns how often the made-up document was opened */
export function warmUp(clock: Clock): number {
  const doc = new Y.Doc();
  const text = doc.getText("text");
  const tail: Uint8Array[] = [];
  let snapshot: Uint8Array | null = null;
  for (let at = 0; at < EDITS; at++) {
    if (at === EDITS - TAIL) {
      snapshot = Y.encodeStateAsUpdate(doc);
      doc.on("update", (update: Uint8Array) => tail.push(update));
    }
    if (at % 5 === 4) text.delete((at * 7) % text.length, 1);
    else text.insert((at * 13) % (text.length + 1), "a½");
  }
  const vector = Y.encodeStateVector(doc);
  doc.destroy();
  const untilMs = clock.nowMs() + WARM_UP_MS;
  let opened = 0;
  for (; opened === 0 || clock.nowMs() < untilMs; opened++) {
    const content = makeDocumentBytes(snapshot, tail);
    const known = makeKnownState();
    for (const update of [...(snapshot === null ? [] : [snapshot]), ...tail]) {
      const scan = scanUpdate(update);
      if (scan !== null && known.compare(scan).is === "news") known.add(scan);
    }
    for (const update of [...content.since(Uint8Array.of(0), false), ...content.since(vector, true)]) parseClientFrame(encodeStep2(update));
    known.stateVector();
  }
  return opened;
}
