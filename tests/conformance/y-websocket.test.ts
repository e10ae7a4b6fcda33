/** The stock y-websocket client, unmodified, against our server. */
import { WebsocketProvider } from "y-websocket";
import { WebSocket } from "ws";
import * as Y from "yjs";
import { expect, test, vi } from "vitest";
import { ORIGIN, startSyncServer, type TestSyncServer } from "../support/sync-server.ts";

/** A socket class that carries a person's cookie and our origin, as a browser would. */
const socketOf = (person: string) =>
  class extends WebSocket {
    constructor(url: string | URL) {
      super(url, { headers: { cookie: `person=${person}`, origin: ORIGIN } });
    }
  } as unknown as typeof globalThis.WebSocket;

function open(server: TestSyncServer, person: string, options: { doc?: Y.Doc; document?: string } = {}) {
  const doc = options.doc ?? new Y.Doc();
  const provider = new WebsocketProvider(`${server.url}/sync`, options.document ?? "lesson/conformance", doc, {
    WebSocketPolyfill: socketOf(person),
    disableBc: true,
    maxBackoffTime: 200,
  });
  return { doc, provider, text: doc.getText("t") };
}

const until = (what: string, condition: () => boolean) =>
  vi.waitFor(
    () => {
      if (!condition()) throw new Error(`not yet: ${what}`);
    },
    { timeout: 10_000, interval: 10 },
  );

test("two stock clients converge, both ways and from a full document", async () => {
  const server = await startSyncServer();
  const anna = open(server, "anna");
  anna.text.insert(0, "written before the line was open. ");
  await until("anna is synced", () => anna.provider.synced);
  const ben = open(server, "ben", { document: "lesson%2Fconformance" });
  await until("ben sees what anna wrote", () => ben.text.toJSON().startsWith("written before"));
  ben.text.insert(0, "Ben: ");
  anna.text.insert(anna.text.length, "½ ✓ 👩‍🏫");
  await until(
    "both have both",
    () => anna.text.toJSON() === ben.text.toJSON() && anna.text.toJSON().includes("👩‍🏫") && anna.text.toJSON().startsWith("Ben"),
  );
  await until("the log has it", () => {
    const stored = new Y.Doc();
    for (const entry of server.log.committed()) Y.applyUpdate(stored, entry.update);
    return stored.getText("t").toJSON() === anna.text.toJSON();
  });
  expect(ben.text.toJSON()).toBe("Ben: written before the line was open. ½ ✓ 👩‍🏫");
  anna.provider.destroy();
  ben.provider.destroy();
  await server.close();
});

test("[SY12] [SY13] awareness is seen, carries the signed-in name, and goes when its owner goes", async () => {
  const server = await startSyncServer();
  const anna = open(server, "anna");
  const ben = open(server, "ben");
  anna.provider.awareness.setLocalStateField("user", { name: "Somebody else", id: "boss", color: "#336699" });
  await until("ben sees anna", () => ben.provider.awareness.getStates().has(anna.doc.clientID));
  expect(ben.provider.awareness.getStates().get(anna.doc.clientID)?.["user"]).toEqual({ id: "anna", name: "Name of anna", color: "#336699" });
  anna.provider.awareness.setLocalStateField("cursor", { anchor: 3 });
  await until("ben sees the cursor", () => ben.provider.awareness.getStates().get(anna.doc.clientID)?.["cursor"] !== undefined);
  expect(anna.provider.awareness.getLocalState()?.["user"]).toEqual({ name: "Somebody else", id: "boss", color: "#336699" });
  anna.provider.disconnect();
  await until("anna is gone", () => !ben.provider.awareness.getStates().has(anna.doc.clientID));
  anna.provider.connect();
  await until("anna is back at once", () => ben.provider.awareness.getStates().has(anna.doc.clientID));
  anna.provider.destroy();
  ben.provider.destroy();
  await server.close();
});

test("stock clients go on by themselves after a restart of the server", async () => {
  const server = await startSyncServer();
  const anna = open(server, "anna");
  const ben = open(server, "ben");
  anna.text.insert(0, "first. ");
  await until("ben has it", () => ben.text.toJSON() === "first. ");
  await server.close();
  anna.text.insert(anna.text.length, "while away. ");
  const again = await startSyncServer({ log: server.log.afterCrash(), port: server.port });
  await until("ben has what was written meanwhile", () => ben.text.toJSON() === "first. while away. ");
  ben.provider.awareness.setLocalStateField("user", { name: "ben" });
  await until("anna sees ben", () => anna.provider.awareness.getStates().has(ben.doc.clientID));
  expect(anna.text.toJSON()).toBe("first. while away. ");
  anna.provider.destroy();
  ben.provider.destroy();
  await again.close();
});

test("[SY8] a stock reader's edit reaches nobody, and the reader is told in the protocol's own way", async () => {
  const server = await startSyncServer();
  server.rights.set("olu", { mayRead: true, mayWrite: false });
  const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
  const anna = open(server, "anna");
  anna.text.insert(0, "lesson");
  const olu = open(server, "olu");
  await until("the reader reads", () => olu.text.toJSON() === "lesson");
  olu.text.insert(0, "graffiti ");
  await until("the reader is told", () => warned.mock.calls.some(([words]) => String(words).includes("Permission denied")));
  anna.text.insert(6, "!");
  await until("work goes on", () => olu.text.toJSON().endsWith("lesson!"));
  expect(anna.text.toJSON()).toBe("lesson!");
  expect(server.log.committed().every((entry) => entry.personId === "anna")).toBe(true);
  warned.mockRestore();
  anna.provider.destroy();
  olu.provider.destroy();
  await server.close();
});

test.each([
  ["nobody signed in", "nobody", 4401],
  ["somebody without permission", "stranger", 4403],
])("[SY21] for %s the stock client stops trying", async (_who, person, code) => {
  const server = await startSyncServer();
  server.rights.set("stranger", { mayRead: false, mayWrite: false });
  server.signedOut.add("nobody");
  const { provider } = open(server, person);
  const closed = await new Promise<{ code: number }>((resolve) => void provider.on("closed", resolve));
  expect(closed.code).toBe(code);
  expect(provider.shouldConnect).toBe(false);
  provider.destroy();
  await server.close();
});
