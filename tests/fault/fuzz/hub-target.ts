/**
 * The whole hub as a target: somebody sends it whatever they like while another person works in the same document.
 *
 * Must be true after every frame: nothing threw, the other one is still connected, every frame they got can be read, and their document is whole.
 */
import * as Y from "yjs";
import type { PersonId, SessionId } from "#core/ids";
import type { CloseReason } from "#core/protocol/close-codes";
import { encodeStep1 } from "#core/protocol/wire";
import { makeMemoryDocumentLog } from "#server/stores/memory/memory-document-log";
import { compactUpdates } from "#server/sync/compact";
import { makeHub } from "#server/sync/hub";
import { makeFakeClock, settle } from "../../support/fake-clock.ts";
import { SyncPeer } from "../../support/sync-peer.ts";
import { Finding, among } from "./oracles.ts";

const DOCUMENT = "lesson/fuzzed";

export type HubTarget = {
  /** A stranger comes, asks for the document, sends these frames and goes. @throws Finding */
  readonly attack: (frames: readonly Uint8Array[]) => Promise<{ readonly accepted: number; readonly closedWith: CloseReason | null }>;
  /** An update that fits on what the document holds now. */
  readonly fittingUpdate: (change: (doc: Y.Doc) => void) => Uint8Array;
  /** All that the hub holds is taken by Yjs, whole, and can be compacted. @throws Finding */
  readonly checkState: () => Promise<void>;
};

/** Opens a fresh document with one person of good will in it. */
export async function makeHubTarget(): Promise<HubTarget> {
  const log = makeMemoryDocumentLog();
  const clock = makeFakeClock();
  const bugs: string[] = [];
  const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: (_fields: unknown, message: string) => void bugs.push(message) };
  const compactor = { compact: async (parts: readonly Uint8Array[]) => compactUpdates(parts), close: async () => {} };
  const hub = makeHub({ log, clock, logger, authorise: async () => ({ signedIn: true, mayRead: true, mayWrite: true }), compactor });
  // Plain strings are ids here.
  const person = (id: string) => ({ id: id as PersonId, name: id, sessionId: `${id}-1` as SessionId });

  const witness = new SyncPeer();
  const witnessClosed: CloseReason[] = [];
  const witnessSession = hub.connect({
    document: DOCUMENT,
    person: person("witness"),
    mayWrite: true,
    wantsAck: true,
    send: (frames) => {
      try {
        for (const frame of frames) witness.receive(frame);
      } catch (error) {
        // Whatever the hub makes of that: the other one's editor would have broken.
        bugs.push(`the other one's Yjs threw ${String(error)}`);
      }
    },
    close: (reason) => void witnessClosed.push(reason),
    bufferedBytes: () => 0,
  });
  witness.open((frame) => witnessSession.receive(frame));
  await clock.advance(20);
  witness.doc.getText("text").insert(0, "a lesson in four parts");
  await clock.advance(20);

  const checkWitness = (): void => {
    if (witnessClosed.length > 0) throw new Finding(`somebody else's connection was closed: ${witnessClosed.join()}`);
    if (witness.unreadable.length > 0) throw new Finding("somebody else was sent a frame that cannot be read");
    if (witness.doc.store.pendingStructs !== null || witness.doc.store.pendingDs !== null) throw new Finding("somebody else's document is not whole");
    if (bugs.length > 0) throw new Finding(`the hub or the other one complains: ${bugs.join()}`);
  };

  let strangers = 0;
  return {
    attack: async (frames) => {
      strangers += 1;
      let closedWith: CloseReason | null = null;
      const before = log.committed().length;
      const sent: Uint8Array[] = [];
      try {
        const session = hub.connect({
          document: DOCUMENT,
          person: person(`stranger-${strangers}`),
          mayWrite: true,
          wantsAck: true,
          send: (batch) => void sent.push(...batch),
          close: (reason) => {
            closedWith = reason;
          },
          bufferedBytes: () => 0,
        });
        session.receive(encodeStep1(Uint8Array.of(0)));
        for (const frame of frames) {
          session.receive(among(frame));
          // Client ids are bound.
          await settle();
        }
        session.end();
        await clock.advance(20);
      } catch (error) {
        throw error instanceof Finding ? error : new Finding(`the hub threw ${String(error)}`, { cause: error });
      }
      checkWitness();
      return { accepted: log.committed().length - before, closedWith };
    },
    fittingUpdate: (change) => {
      const doc = new Y.Doc();
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(witness.doc));
      const updates: Uint8Array[] = [];
      doc.on("update", (update: Uint8Array) => updates.push(update));
      change(doc);
      doc.destroy();
      return updates.length === 0 ? Uint8Array.of(0, 0) : Y.mergeUpdates(updates);
    },
    checkState: async () => {
      const state = await hub.read(DOCUMENT);
      const stored = log.stored(DOCUMENT);
      const doc = new Y.Doc();
      try {
        Y.applyUpdate(doc, state);
        if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) throw new Finding("the room's document is not whole");
        compactUpdates(stored.snapshot === null ? stored.updates : [stored.snapshot, ...stored.updates]);
      } catch (error) {
        throw error instanceof Finding ? error : new Finding(`the room's document cannot be used: ${String(error)}`, { cause: error });
      } finally {
        doc.destroy();
      }
      if (new TextDecoder().decode(state).includes("CANARY")) throw new Finding("memory of others came into the document");
    },
  };
}
