/**
 * @y/websocket-server with y-leveldb. It no longer reads YPERSISTENCE, so the store is given to it, in the way its earlier releases did it
 * themselves. At SIGTERM the store may finish what it was given.
 *   node y-websocket.mjs DATA_FOLDER [PORT]
 */
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setPersistence, setupWSConnection } from "@y/websocket-server/utils";
import { WebSocketServer } from "ws";
import { LeveldbPersistence } from "y-leveldb";

// The server brings a Yjs of its own, newer than the store's; its documents are only touched by that one.
const own = new URL("node_modules/@y/websocket-server/node_modules/yjs/src/index.js", import.meta.url);
const Y = await import(existsSync(own) ? own.href : "yjs");

const [folder, port] = process.argv.slice(2);
const store = new LeveldbPersistence(join(folder, "leveldb"));
const { encodeStateAsUpdate: encodeStored } = await import("yjs");

setPersistence({
  provider: store,
  // Nobody waits for it: what is asked meanwhile is answered from an empty document.
  bindState: (name, doc) => void bind(name, doc),
  writeState: () => Promise.resolve(),
});

async function bind(name, doc) {
  const stored = await store.getYDoc(name);
  void store.storeUpdate(name, Y.encodeStateAsUpdate(doc));
  Y.applyUpdate(doc, encodeStored(stored));
  doc.on("update", (update) => void store.storeUpdate(name, update));
}

const http = createServer((_request, response) => response.end("ok"));
const server = new WebSocketServer({ server: http });
server.on("connection", setupWSConnection);
http.listen(Number(port ?? 0), "127.0.0.1", () => console.log(`listening ${http.address().port}`));
process.on("SIGTERM", () => {
  http.close();
  // Closing waits in the store's own line, behind everything it was given.
  store.destroy().then(() => process.exit(0));
});
