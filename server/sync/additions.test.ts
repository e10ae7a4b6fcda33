/** What clients that asked for it are told besides y-websocket's protocol: messages 100 to 102. */
import * as Y from "yjs";
import { expect, test } from "vitest";
import type { PersonId, SessionId } from "#core/ids";
import { CLOSE_CODES } from "#core/protocol/close-codes";
import { parseServerFrame, type ServerMessage } from "#core/protocol/wire";
import { makeMemoryDocumentLog } from "#server/stores/memory/memory-document-log";
import { makeFakeClock } from "../../tests/support/fake-clock.ts";
import { SyncPeer } from "../../tests/support/sync-peer.ts";
import { makeHub } from "./hub.ts";

function world() {
  const clock = makeFakeClock();
  const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const rights = { signedIn: true, mayRead: true, mayWrite: true };
  const compactor = { compact: async () => new Uint8Array(), close: async () => {} };
  const hub = makeHub({ log: makeMemoryDocumentLog(), clock, logger, authorise: async () => ({ ...rights }), compactor });
  /** `happened`: messages to this client and the close, in order. */
  const join = (wantsAck: boolean, doc = new Y.Doc()) => {
    const peer = new SyncPeer({ doc, wantsAck });
    const happened: (ServerMessage | { readonly type: "closed"; readonly code: number })[] = [];
    const session = hub.connect({
      document: "lesson/l",
      // Plain strings are ids in this test.
      person: { id: "anna" as PersonId, name: "Anna", sessionId: "anna-1" as SessionId },
      mayWrite: rights.mayWrite,
      wantsAck,
      send: (frames) => {
        for (const frame of frames) {
          const message = parseServerFrame(frame);
          if (message !== null) happened.push(message);
          queueMicrotask(() => peer.receive(frame));
        }
      },
      close: (reason) => void happened.push({ type: "closed", code: CLOSE_CODES[reason].code }),
      bufferedBytes: () => 0,
    });
    peer.open((frame) => session.receive(frame));
    const leave = () => {
      peer.lost();
      session.end();
    };
    return { peer, happened, leave, text: doc.getText("t") };
  };
  return { clock, hub, rights, join };
}

test("[WP12] persisted counts step 2 and update messages of its connection, only rises, and begins again with the next connection", async () => {
  const w = world();
  const anna = w.join(true);
  await w.clock.advance(50);
  for (const letter of "abc") {
    anna.text.insert(0, letter);
    await w.clock.advance(50);
  }
  const counts = anna.happened.flatMap((message) => (message.type === "persisted" ? [message.count] : []));
  // The first is the step 2 that answered the server's step 1.
  expect(counts).toEqual([1, 2, 3, 4]);
  anna.leave();
  const again = w.join(true, anna.peer.doc);
  await w.clock.advance(50);
  expect(again.happened.flatMap((message) => (message.type === "persisted" ? [message.count] : []))).toEqual([1]);
});

test("[WP13] closing comes just before the close, with its code and with words", async () => {
  const w = world();
  const [anna, stock] = [w.join(true), w.join(false)];
  await w.clock.advance(50);
  w.rights.mayRead = false;
  await w.hub.recheck({});
  expect(anna.happened.slice(-2)).toEqual([
    { type: "closing", ...CLOSE_CODES.forbidden },
    { type: "closed", code: CLOSE_CODES.forbidden.code },
  ]);
  expect(stock.happened.map((message) => message.type)).not.toContain("closing");
  expect(stock.happened.at(-1)).toEqual({ type: "closed", code: CLOSE_CODES.forbidden.code });
});

test("[WP14] notices are objects with a type: what was refused, and what one may do from now on", async () => {
  const w = world();
  const anna = w.join(true);
  await w.clock.advance(50);
  w.rights.mayWrite = false;
  await w.hub.recheck({});
  anna.text.insert(0, "too late");
  await w.clock.advance(50);
  w.rights.mayWrite = true;
  await w.hub.recheck({});
  expect(anna.happened.flatMap((message) => (message.type === "notice" ? [message.notice] : []))).toEqual([
    { type: "access", mayWrite: false },
    { type: "refused", reason: "read-only" },
    { type: "access", mayWrite: true },
  ]);
});
