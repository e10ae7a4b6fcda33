/**
 * Hocuspocus with its SQLite extension, as its documentation sets it up.
 *   node hocuspocus.mjs DATA_FOLDER [PORT]
 */
import { join } from "node:path";
import { SQLite } from "@hocuspocus/extension-sqlite";
import { Server } from "@hocuspocus/server";

const [folder, port] = process.argv.slice(2);
const server = new Server({
  port: Number(port ?? 0),
  address: "127.0.0.1",
  quiet: true,
  extensions: [new SQLite({ database: join(folder, "hocuspocus.sqlite") })],
});
await server.listen();
console.log(`listening ${server.address.port}`);
