/** What strangers and broken programs send, over real sockets. Others are never disturbed. */
import { connect } from "node:net";
import * as encoding from "lib0/encoding";
import * as Y from "yjs";
import { expect, test } from "vitest";
import { LIMITS } from "#core/limits";
import { SyncClient } from "../support/sync-client.ts";
import { ORIGIN, startSyncServer, type TestSyncServer } from "../support/sync-server.ts";

const client = (server: TestSyncServer, person: string | null, options: Partial<ConstructorParameters<typeof SyncClient>[0]> = {}) =>
  new SyncClient({
    url: server.url,
    document: "lesson/hostile",
    cookie: person === null ? undefined : `person=${person}`,
    origin: ORIGIN,
    ...options,
  });

/** Somebody else works in the same document; afterwards they must still be able to. */
async function withWitness(run: (server: TestSyncServer, witness: SyncClient) => Promise<void>): Promise<void> {
  const server = await startSyncServer();
  const witness = client(server, "witness");
  await witness.untilSynced();
  try {
    await run(server, witness);
    witness.doc.getText("t").insert(0, "still here");
    await witness.untilSaved();
    expect(witness.closeCode).toBeNull();
    expect(witness.peer.unreadable).toEqual([]);
  } finally {
    await witness.close();
    await server.close();
  }
}

const frame = (...parts: (number | Uint8Array)[]): Uint8Array =>
  encoding.encode((encoder) => {
    for (const part of parts) {
      if (typeof part === "number") encoding.writeVarUint(encoder, part);
      else encoding.writeUint8Array(encoder, part);
    }
  });

test.each<[string, Uint8Array | string]>([
  ["nothing at all", new Uint8Array()],
  ["an unknown type", frame(77, 1, 2, 3)],
  ["an addition, which only the server may send", frame(100, 5)],
  ["an unknown kind of sync message", frame(0, 9, 0)],
  ["text instead of bytes", "hello"],
  ["a body that is cut off", frame(0, 2, 500, 1, 2, 3)],
  ["a body of a declared terabyte", frame(0, 2, 2 ** 40)],
  ["a number that never ends", new Uint8Array(64).fill(0xff)],
  ["an update followed by more", frame(0, 2, 2, 0, 0, 1)],
  ["bytes that are no update", frame(0, 2, 4, 200, 200, 200, 200)],
  ["an update that declares two billion structs", frame(0, 2, 8, 1, 2 ** 31, 5, 0)],
  ["a state vector that is cut off", frame(0, 0, 2, 9, 9)],
  ["awareness that is not JSON", frame(1, 5, 1, 7, 1, 1, 0x7b)],
])("[WP1] %s ends that connection only", (_what, bytes) =>
  withWitness(async (server) => {
    const stranger = client(server, "stranger");
    await stranger.untilSynced();
    stranger.sendRaw(bytes);
    await stranger.untilClosed();
    expect(stranger.closeCode).toBe(4400);
    expect(stranger.peer.closing?.code).toBe(4400);
  }),
);

test("[WP3] a frame past the limit is refused before it is read", () =>
  withWitness(async (server) => {
    const stranger = client(server, "stranger");
    await stranger.untilSynced();
    stranger.sendRaw(new Uint8Array(LIMITS.maxFrameBytes + 1));
    await stranger.untilClosed();
    expect(stranger.closeCode).toBe(1009);
  }));

test("[WP3] an update past the limit closes with 4413", () =>
  withWitness(async (server, witness) => {
    const stranger = client(server, "stranger");
    await stranger.untilSynced();
    stranger.doc.getText("t").insert(0, "x".repeat(LIMITS.maxUpdateBytes + 1));
    await stranger.untilClosed();
    expect(stranger.closeCode).toBe(4413);
    expect(witness.doc.getText("t").length).toBe(0);
  }));

test.each([
  ["of nothing", ""],
  ["without an id", "lesson"],
  ["with an empty id", "lesson/"],
  ["with a third part", "lesson/a/b"],
  ["that climbs", "lesson/.."],
  ["that climbs in disguise", "lesson/%2e%2e"],
  ["encoded twice", "lesson%252Fa"],
  ["with a zero byte", "lesson/a%00b"],
  ["with a space", "lesson/a b"],
  ["that is no UTF-8", "lesson/%F0%28"],
  ["that breaks off", "lesson/%"],
  ["outside", "../lesson/a"],
  ["of a kind to come", "cycle/x/meeting/y"],
  ["of an object's innards", "__proto__/a"],
  ["a letter too long", `lesson/${"a".repeat(65)}`],
  ["far too long", `lesson/${"a".repeat(5_000)}`],
])("[SY21] a name %s opens no document", (_what, document) =>
  withWitness(async (server) => {
    const stranger = client(server, "stranger", { document });
    await stranger.untilClosed();
    expect(stranger.closeCode).toBe(4400);
    expect(server.hub.stats()).toMatchObject({ rooms: 1, connections: 1 });
  }),
);

test("[SY21] a page of another origin is refused with 403, whatever cookie it carries", () =>
  withWitness(async (server) => {
    for (const origin of ["http://evil.test", "null", `${ORIGIN}.evil.test`, `${ORIGIN}:81`]) {
      const stranger = client(server, "anna", { origin });
      await stranger.untilClosed();
      expect(stranger.refusedWith).toBe(403);
    }
  }));

test("[SY21] without a session, or with one that nobody knows, the socket is closed with 4401", () =>
  withWitness(async (server) => {
    for (const cookie of [undefined, "person=", "other=anna"]) {
      const stranger = client(server, null, { cookie });
      await stranger.untilClosed();
      expect(stranger.closeCode).toBe(4401);
    }
  }));

test("[SY22] an older schema is told to reload before it can write; a newer one and none are served", () =>
  withWitness(async (server) => {
    const old = client(server, "anna", { schema: 0 });
    await old.untilClosed();
    expect(old.closeCode).toBe(4409);
    expect(old.closeReason).toBe("Bansho has been updated. Reload the page to go on.");
    const newer = client(server, "anna", { schema: 99 });
    await newer.untilSynced();
    await newer.close();
  }));

test("[SY24] past the connections of one person the socket may come back later", () =>
  withWitness(async (server) => {
    const crowd = Array.from({ length: LIMITS.maxConnectionsPerPerson }, (_, index) => client(server, "anna", { document: `lesson/l${index}` }));
    await Promise.all(crowd.map((one) => one.untilSynced()));
    const extra = client(server, "anna");
    await extra.untilClosed();
    expect(extra.closeCode).toBe(4529);
    await crowd[0]?.close();
    extra.connect();
    await extra.untilSynced();
    await Promise.all([...crowd, extra].map((one) => one.close()));
  }));

test("[SY11] who may no longer read is out within a second, who may no longer write is told", () =>
  withWitness(async (server, witness) => {
    const anna = client(server, "anna");
    const ben = client(server, "ben");
    await Promise.all([anna.untilSynced(), ben.untilSynced()]);
    server.rights.set("anna", { mayRead: false, mayWrite: false });
    server.rights.set("ben", { mayRead: true, mayWrite: false });
    await server.hub.recheck({ document: "lesson/hostile" });
    await anna.until("anna is out", (one) => one.closeCode !== null, 1_000);
    expect(anna.closeCode).toBe(4403);
    await ben.until("ben is told", (one) => one.peer.notices.length === 1);
    expect(ben.peer.notices).toEqual([{ type: "access", mayWrite: false }]);
    ben.doc.getText("t").insert(0, "too late");
    await ben.until("ben is told again", (one) => one.peer.notices.length === 2);
    // The first sync was acknowledged, the edit is not.
    expect([ben.sent, ben.acknowledged]).toEqual([2, 1]);
    expect(witness.doc.getText("t").toJSON()).toBe("");
    server.rights.delete("ben");
    await server.hub.recheck({});
    await ben.untilSaved();
    await witness.until("what ben wrote comes in with his rights", (one) => one.doc.getText("t").toJSON() === "too late");
    await ben.close();
  }));

test("[SY23] signing out closes the socket", () =>
  withWitness(async (server) => {
    const anna = client(server, "anna");
    await anna.untilSynced();
    server.signedOut.add("anna");
    await server.hub.recheck({});
    await anna.untilClosed();
    expect(anna.closeCode).toBe(4401);
  }));

test("[SY25] a reader that takes nothing costs little, the others go on, and it has everything once it reads again", () =>
  withWitness(async (server, witness) => {
    const stalled = client(server, "stalled");
    await stalled.untilSynced();
    stalled.stopReading();
    // What nobody reads has to pile up on our side: more than the limit and what two kernels may buffer.
    const text = witness.doc.getText("big");
    const before = server.hub.meters.bytesOut;
    for (let round = 0; round < 12; round++) {
      text.insert(0, String.fromCharCode(97 + round).repeat(1_000_000));
      await witness.untilSaved();
    }
    expect(server.hub.stats().connections).toBe(2);
    // It was sent until it fell behind, and nothing after that: at most what the two kernels took.
    expect(server.hub.meters.bytesOut - before).toBeLessThan(8_000_000);
    stalled.startReading();
    await stalled.until("it has caught up", (one) => one.doc.getText("big").length === 12_000_000);
    expect(stalled.doc.getText("big").toJSON()).toBe(text.toJSON());
    expect(server.hub.meters.resyncs).toBeGreaterThanOrEqual(1);
    expect(stalled.closeCode).toBeNull();
    await stalled.close();
  }));

test("[SY4] updates that can never be integrated are not kept", () =>
  withWitness(async (server) => {
    const far = new Y.Doc();
    far.getText("t").insert(0, "a");
    const before = Y.encodeStateVector(far);
    const stranger = client(server, "stranger");
    await stranger.untilSynced();
    for (let sent = 0; sent < 500; sent++) {
      far.getText("t").insert(0, "b");
      const update = Y.encodeStateAsUpdate(far, before);
      stranger.sendRaw(frame(0, 2, update.length, update));
    }
    await stranger.until("a whole sync is asked for", (one) => one.peer.sent.length >= 2);
    expect(server.log.committed()).toEqual([]);
    await stranger.close();
  }));

test.each([
  ["step 1", frame(0, 0, 1, 0)],
  ["query awareness", frame(3)],
])("[SY10] asking for everything again and again (%s) ends that connection only", (_what, question) =>
  withWitness(async (server) => {
    const asker = client(server, "asker");
    await asker.untilSynced();
    for (let asked = 0; asked < LIMITS.questionBurst + 2; asked++) asker.sendRaw(question);
    await asker.untilClosed();
    expect(asker.closeCode).toBe(4429);
  }),
);

test("[SY10] a stream of long frames ends that connection only", () =>
  withWitness(async (server) => {
    const shouter = client(server, "shouter");
    await shouter.untilSynced();
    const echo = JSON.stringify({ words: "x".repeat(LIMITS.maxAwarenessBytes - 100) });
    const entries = Array.from({ length: 100 }, (_, index) =>
      encoding.encode((encoder) => {
        encoding.writeVarUint(encoder, index + 1);
        encoding.writeVarUint(encoder, 1);
        encoding.writeVarString(encoder, echo);
      }),
    );
    const body = encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, entries.length);
      for (const entry of entries) encoding.writeUint8Array(encoder, entry);
    });
    const long = frame(1, body.length, body);
    const most = (LIMITS.frameBurst * LIMITS.bytesPerCountedFrame) / long.length;
    for (let sent = 0; sent < 4 * most; sent++) shouter.sendRaw(long);
    await shouter.until("the connection to end", (one) => one.closeCode !== null, 30_000);
    expect(shouter.closeCode).toBe(4429);
  }));

test("[WP1] half an HTTP request, then silence, disturbs nobody", () =>
  withWitness(async (server) => {
    const socket = connect(server.port, "127.0.0.1");
    await new Promise<void>((resolve) => void socket.on("connect", resolve));
    socket.write("GET /sync/lesson/hostile HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nCookie: person=anna\r\n\r\n");
    const answer = await new Promise<string>((resolve) => void socket.once("data", (data) => resolve(data.toString())));
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
    socket.destroy();
  }));
