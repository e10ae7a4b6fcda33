/**
 * A live lesson document: the stock y-websocket provider wrapped once, the copy on this device, and the truth about what is saved.
 *
 * Always true: the document is never seeded here (SC6); `ready` settles only after the server or this device has filled it;
 * tabs do not exchange edits among themselves, because then "saved" in one would depend on the other.
 */
import * as decoding from "lib0/decoding";
import type { Encoder } from "lib0/encoding";
import type { Awareness } from "y-protocols/awareness";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { MESSAGE, SYNC } from "#core/protocol/wire";
import { CONTENT } from "#core/schema/schema";
import { SCHEMA_VERSION } from "#core/schema/version";
import type { Clock } from "#core/time";
import { databaseName, keepOnDevice } from "./device-store.ts";
import { makeSaveStatus, type SaveStatus } from "./save-status.ts";

const MAX_BACKOFF_MS = 10_000;
/** What the socket library of the server answers to a message longer than `LIMITS.maxFrameBytes`. */
const TOO_LONG = 1009;

export type ConnectOptions = {
  /** Where the sync server is, without the document: `wss://host/sync`. */
  readonly serverUrl: string;
  /** Name of the document, `lesson/<id>`. */
  readonly document: string;
  readonly person: { readonly id: string; readonly name: string };
  readonly canWrite: boolean;
  readonly clock: Clock;
  /** Something was announced (`{"type":"versions"}`). */
  readonly onNotice: (notice: unknown) => void;
  /** For tests: what opens a socket. */
  readonly socket?: typeof WebSocket;
};

export type LessonConnection = {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  readonly save: SaveStatus;
  /** Settles when the lesson is there: from the server, or from this device. */
  readonly ready: Promise<"server" | "device">;
  /** Try again now, instead of after the wait. */
  readonly retry: () => void;
  readonly close: () => void;
};

/** Open the lesson. It goes on by itself through lost connections until `close`, or until the server refuses it for good. */
export function connectLesson(options: ConnectOptions): LessonConnection {
  const { person, clock } = options;
  const doc = new Y.Doc();
  const save = makeSaveStatus(clock, { canWrite: options.canWrite });
  const provider = new WebsocketProvider(options.serverUrl, options.document, doc, {
    connect: false,
    disableBc: true,
    maxBackoffTime: MAX_BACKOFF_MS,
    params: { ack: "1", schema: String(SCHEMA_VERSION) },
    WebSocketPolyfill: countingSocket(options.socket ?? WebSocket, save.sent),
  });

  provider.messageHandlers[MESSAGE.persisted] = (_reply: Encoder, message: decoding.Decoder) => save.acknowledged(decoding.readVarUint(message));
  provider.messageHandlers[MESSAGE.closing] = () => {}; // the close code that follows says the same, and is acted on
  provider.messageHandlers[MESSAGE.notice] = (_reply: Encoder, message: decoding.Decoder) => {
    const notice = parseNotice(decoding.readVarString(message));
    const access = readAccess(notice);
    if (access !== null) save.setWriter(access.mayWrite, access.needsRepair);
    if (notice !== null) options.onNotice(notice);
  };

  provider.on("status", ({ status }) => {
    if (status === "connected") save.connected();
  });
  provider.on("connection-close", (event) => {
    // The whole of what was not saved went out in one message that is too long. It would be as long at every further try.
    if (event?.code === TOO_LONG) {
      provider.disconnect();
      return save.closed(TOO_LONG);
    }
    // y-websocket counts this try after it has told us.
    save.disconnected(Math.min(2 ** (provider.wsUnsuccessfulReconnects + 1) * 100, MAX_BACKOFF_MS));
  });
  provider.on("closed", ({ code }) => save.closed(code));

  const device = keepOnDevice(doc, databaseName(person.id, options.document), save.deviceFailed);
  let askedToStay = false;
  const onUpdate = (_update: Uint8Array, origin: unknown, _doc: Y.Doc, transaction: Y.Transaction): void => {
    if (origin === provider || !transaction.local) return;
    save.changed();
    if (!askedToStay) {
      askedToStay = true;
      // Asks the browser not to throw the copy away when space is short; it may say no.
      void navigator.storage?.persist?.().catch(() => false);
    }
  };
  doc.on("update", onUpdate);
  provider.awareness.setLocalStateField("user", { id: person.id, name: person.name, color: "#0F6670" });

  const ready = new Promise<"server" | "device">((resolve) => {
    provider.on("sync", (synced) => {
      if (synced) resolve("server");
    });
    void device.loaded.then((loaded) => {
      // An empty copy is no copy: the lesson was never opened here.
      if (loaded && doc.getXmlFragment(CONTENT).length > 0) resolve("device");
    });
  });

  const onOffline = (): void => provider.ws?.close();
  const retry = (): void => {
    if (provider.shouldConnect && provider.ws === null) provider.connect();
  };
  if (typeof window !== "undefined") {
    window.addEventListener("offline", onOffline);
    window.addEventListener("online", retry);
  }
  provider.connect();

  return {
    doc,
    awareness: provider.awareness,
    save,
    ready,
    retry,
    close: () => {
      if (typeof window !== "undefined") {
        window.removeEventListener("offline", onOffline);
        window.removeEventListener("online", retry);
      }
      doc.off("update", onUpdate);
      provider.destroy();
      provider.awareness.destroy();
      device.close();
      save.close();
      doc.destroy();
    },
  };
}

/** A socket that tells of each message that the server will acknowledge: sync step 2 and updates, from its own opening on. */
function countingSocket(base: typeof WebSocket, onSent: (message: "step-2" | "update") => void): typeof WebSocket {
  return class CountingSocket extends base {
    override send(data: Parameters<WebSocket["send"]>[0]): void {
      if (data instanceof Uint8Array && data[0] === MESSAGE.sync && this.readyState === this.OPEN) {
        if (data[1] === SYNC.step2) onSent("step-2");
        else if (data[1] === SYNC.update) onSent("update");
      }
      super.send(data);
    }
  };
}

function parseNotice(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What a notice says about writing here: that it is allowed or not, or that an edit was not taken; null for any other notice. */
function readAccess(notice: unknown): { readonly mayWrite: boolean; readonly needsRepair: boolean } | null {
  if (typeof notice !== "object" || notice === null || !("type" in notice)) return null;
  const needsRepair = "reason" in notice && notice.reason === "damaged";
  if (notice.type === "refused") return { mayWrite: false, needsRepair };
  return notice.type === "access" && "mayWrite" in notice && typeof notice.mayWrite === "boolean" ? { mayWrite: notice.mayWrite, needsRepair } : null;
}
