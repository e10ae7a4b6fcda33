/** The editor's connection against the real sync server: what it counts as saved, and which closes are final. */
import { expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import * as Y from "yjs";
import { connectLesson, type LessonConnection } from "#editor/collab/connect-lesson";
import { systemClock } from "#server/observe/clock";
import { ORIGIN, startSyncServer, type TestSyncServer } from "../support/sync-server.ts";

type Sockets = { readonly socket: typeof globalThis.WebSocket; readonly opened: WebSocket[] };

/** A socket class that carries a person's cookie and our origin, as a browser would, and remembers what it opened. */
function socketsOf(person: string): Sockets {
  const opened: WebSocket[] = [];
  const socket = class extends WebSocket {
    constructor(url: string | URL) {
      super(url, { headers: { cookie: `person=${person}`, origin: ORIGIN } });
      opened.push(this);
    }
  } as unknown as typeof globalThis.WebSocket;
  return { socket, opened };
}

function open(server: TestSyncServer, sockets: Sockets, notices: unknown[] = []): LessonConnection {
  return connectLesson({
    serverUrl: `${server.url}/sync`,
    document: "lesson/one",
    person: { id: "anna", name: "Anna" },
    canWrite: true,
    clock: systemClock,
    onNotice: (notice) => notices.push(notice),
    socket: sockets.socket,
  });
}

const until = (what: string, condition: () => boolean): Promise<void> =>
  vi.waitFor(
    () => {
      if (!condition()) throw new Error(`not yet: ${what}`);
    },
    { timeout: 10_000, interval: 5 },
  );

const saved = (lesson: LessonConnection): Promise<void> => until("saved", () => lesson.save.view().state === "saved");

/** All that the server's log holds. */
function stored(server: TestSyncServer): Y.Doc {
  const doc = new Y.Doc();
  for (const { update } of server.log.committed()) Y.applyUpdate(doc, update);
  return doc;
}

test("saved is said only of what the server has committed, edit by edit", async () => {
  const server = await startSyncServer();
  const lesson = open(server, socketsOf("anna"));
  expect(lesson.save.view().state).not.toBe("saved");
  await expect(lesson.ready).resolves.toBe("server");
  await saved(lesson);
  for (let round = 1; round <= 20; round += 1) {
    lesson.doc.getMap("facts").set("round", round);
    expect(lesson.save.view().state).toBe("saving");
    await saved(lesson);
    expect(stored(server).getMap("facts").get("round")).toBe(round);
  }
  lesson.close();
  await server.close();
});

test("what was written while the line was down counts as saved only when it has arrived after coming back", async () => {
  const server = await startSyncServer();
  const sockets = socketsOf("anna");
  const lesson = open(server, sockets);
  await saved(lesson);
  sockets.opened.at(-1)?.terminate();
  await until("the line is lost", () => lesson.save.view().retryInMs !== null);
  lesson.doc.getMap("facts").set("round", "offline");
  // This device keeps nothing here (no IndexedDB), and that is what is said.
  expect(lesson.save.view()).toMatchObject({ state: "not-saved", words: "Not saved: we keep trying" });
  await saved(lesson);
  expect(stored(server).getMap("facts").get("round")).toBe("offline");
  expect(sockets.opened.length).toBeGreaterThan(1);
  lesson.close();
  await server.close();
});

test("a colleague's edits are nothing that this browser has to save", async () => {
  const server = await startSyncServer();
  const [anna, ben] = [open(server, socketsOf("anna")), open(server, socketsOf("ben"))];
  await Promise.all([saved(anna), saved(ben)]);
  ben.doc.getMap("facts").set("by", "Ben");
  await until("Anna has it", () => anna.doc.getMap("facts").get("by") === "Ben");
  expect(anna.save.view().state).toBe("saved");
  anna.close();
  ben.close();
  await server.close();
});

test("a message that is too long closes for good, in words, and is not sent again", async () => {
  const server = await startSyncServer();
  const sockets = socketsOf("anna");
  const lesson = open(server, sockets);
  await saved(lesson);
  lesson.doc.getMap("facts").set("round", "x".repeat(5 * 1024 * 1024));
  await until("closed for good", () => lesson.save.view().state === "gone");
  expect(lesson.save.view().words).toMatch(/^That change is too large\./);
  lesson.retry();
  expect(sockets.opened).toHaveLength(1);
  lesson.close();
  await server.close();
});

test("a lesson that is not theirs is refused for good, and nothing is called saved", async () => {
  const server = await startSyncServer();
  server.rights.set("anna", { mayRead: false, mayWrite: false });
  const sockets = socketsOf("anna");
  const lesson = open(server, sockets);
  await until("refused", () => lesson.save.view().state === "gone" || sockets.opened.length > 1);
  expect(lesson.save.view().state).not.toBe("saved");
  lesson.close();
  await server.close();
});

test("somebody whose right to write is taken away while the lesson is open is told so", async () => {
  const server = await startSyncServer();
  const lesson = open(server, socketsOf("anna"));
  await saved(lesson);
  server.rights.set("anna", { mayRead: true, mayWrite: false });
  await server.hub.recheck({});
  await until("read-only", () => lesson.save.view().state === "read-only");
  expect(lesson.save.view().words).toBe("No longer yours to edit");
  lesson.close();
  await server.close();
});

test("an edit that the server does not take is never called saved, whatever the page believed", async () => {
  const server = await startSyncServer();
  server.rights.set("anna", { mayRead: true, mayWrite: false });
  const lesson = open(server, socketsOf("anna"));
  await lesson.ready;
  lesson.doc.getMap("facts").set("by", "Anna");
  await until("read-only", () => lesson.save.view().state === "read-only");
  expect(server.log.committed()).toHaveLength(0);
  lesson.close();
  await server.close();
});

test("[SC6] a browser that opens an empty document writes nothing into it", async () => {
  const server = await startSyncServer();
  const lesson = open(server, socketsOf("anna"));
  await saved(lesson);
  expect(lesson.doc.getXmlFragment("content").length).toBe(0);
  expect(server.log.committed()).toHaveLength(0);
  lesson.close();
  await server.close();
});
