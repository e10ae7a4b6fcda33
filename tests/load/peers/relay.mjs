/**
 * The floor: a bare relay. Everything that comes goes to everybody else in the room; no document, no store, no checks.
 *   node relay.mjs plain   one ws.send for each receiver
 *   node relay.mjs tuned   the frame is made once and written to every receiver
 */
import { createServer } from "node:http";
import { Sender, WebSocketServer } from "ws";

const isTuned = process.argv[2] === "tuned";
const rooms = new Map();
const http = createServer((_request, response) => response.end("ok"));
const server = new WebSocketServer({ server: http, perMessageDeflate: false });

server.on("connection", (socket, request) => {
  const name = request.url;
  const room = rooms.get(name) ?? new Set();
  rooms.set(name, room);
  room.add(socket);
  socket.on("error", () => undefined);
  socket.on("message", (data) => {
    if (isTuned) {
      const frame = Buffer.concat(Sender.frame(data, { fin: true, rsv1: false, opcode: 2, mask: false, readOnly: true }));
      for (const other of room) if (other !== socket && other.readyState === 1) other._socket.write(frame);
    } else {
      for (const other of room) if (other !== socket && other.readyState === 1) other.send(data, { binary: true });
    }
  });
  socket.on("close", () => {
    room.delete(socket);
    if (room.size === 0) rooms.delete(name);
  });
});

http.listen(Number(process.argv[3] ?? 0), "127.0.0.1", () => console.log(`listening ${http.address().port}`));
process.on("SIGTERM", () => process.exit(0));
