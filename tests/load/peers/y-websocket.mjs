/**
 * @y/websocket-server with y-leveldb. It no longer reads YPERSISTENCE, so the store is given to it, in the way its earlier releases did it
 * themselves. By itself it takes a Yjs 14 from before its release, whose answers lose the text of documents that were loaded (a client's
 * item comes with length 0); here it runs on the Yjs 13 that all others use. At SIGTERM the store may finish what it was given.
 *   node y-websocket.mjs DATA_FOLDER [PORT]
 */
import { createServer } from "node:http";
import { join } from "node:path";
import { setPersistence, setupWSConnection } from "@y/websocket-server/utils";
import { WebSocketServer } from "ws";
import { LeveldbPersistence } from "y-leveldb";
import * as Y from "yjs";

const [folder, port] = process.argv.slice(2);
const store = new LeveldbPersistence(join(folder, "leveldb"));

setPersistence({
  provider: store,
  // Nobody waits for it: what is asked meanwhile is answered from an empty document.
  bindState: (name, doc) => void bind(name, doc),
  writeState: () => Promise.resolve(),
});

async function bind(name, doc) {
  const stored = await store.getYDoc(name);
  void store.storeUpdate(name, Y.encodeStateAsUpdate(doc));
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(stored));
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
