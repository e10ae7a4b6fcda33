/**
 * The promise under the worst that can happen: kill -9 of the real server, at a random moment, while people type. Read afterwards by a
 * client that wrote nothing, since a writer's own copy would heal the loss.
 */
import { expect, test } from "vitest";
import * as Y from "yjs";
import { signInByForm } from "../support/form.ts";
import { startServer, type RunningServer } from "../support/server.ts";
import { SyncClient } from "../support/sync-client.ts";

const DOCUMENT = "lesson/demo-y3-unit-fractions";
const ROUNDS = 4;

/** A client that types into a line of its own and keeps what it wrote, in order. */
async function writer(
  server: RunningServer,
  who: string,
): Promise<{ client: SyncClient; type: () => void; wrote: () => readonly string[]; acknowledgedWords: () => readonly string[] }> {
  const client = new SyncClient({ url: server.url.replace("http", "ws"), document: DOCUMENT, cookie: await signInByForm(server.url, who) });
  await client.untilSynced();
  const before = client.sent;
  const line = new Y.XmlElement("line");
  const text = new Y.XmlText();
  line.insert(0, [text]);
  const stage = client.doc.getXmlFragment("content").get(1);
  if (!(stage instanceof Y.XmlElement)) throw new Error("the lesson has no stage");
  stage.push([line]);
  const wrote: string[] = [];
  return {
    client,
    type: () => {
      const word = `[${who}:${wrote.length}]`;
      wrote.push(word);
      text.insert(text.length, word);
    },
    wrote: () => wrote,
    // Update 1 after `before` made the line; each word is one update after it.
    acknowledgedWords: () => wrote.slice(0, Math.max(0, client.acknowledged - before - 1)),
  };
}

const contentOf = async (server: RunningServer, who: string): Promise<string> => {
  const reader = new SyncClient({ url: server.url.replace("http", "ws"), document: DOCUMENT, cookie: await signInByForm(server.url, who) });
  await reader.untilSynced();
  // As XML: the only form in which Yjs shows a fragment of unknown shape.
  const content = reader.doc.getXmlFragment("content").toJSON();
  await reader.close();
  return content;
};

test("kill -9 while three people type loses nothing that was acknowledged", { timeout: 120_000 }, async () => {
  const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 1e9));
  let state = seed;
  const random = (): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  const server = await startServer({ demo: true });
  let checked = 0;
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const writers = await Promise.all(["aisha", "ben", "carys"].map((who) => writer(server, who)));
      const killAfter = 20 + Math.floor(random() * 150);
      for (let key = 0; key < killAfter; key += 1) {
        for (const person of writers) person.type();
        // Give way to the network, so that acknowledgements arrive between keys.
        await new Promise<void>((done) => setImmediate(done));
        if (key === Math.floor(killAfter / 2)) await writers[0]?.client.until("a first acknowledgement", (client) => client.acknowledged > 2);
      }
      await server.stop("SIGKILL");
      for (const person of writers) await person.client.untilClosed();
      await server.start();
      const content = await contentOf(server, "priya");
      for (const person of writers) {
        const acknowledged = person.acknowledgedWords();
        checked += acknowledged.length;
        expect(content, `seed ${seed}, round ${round}: ${acknowledged.length} of ${person.wrote().length} words were acknowledged`).toContain(
          acknowledged.join(""),
        );
        await person.client.close();
      }
    }
    expect(checked, `seed ${seed}: the test must have had something to lose`).toBeGreaterThan(50);
  } finally {
    await server.dispose();
  }
});

test("SIGTERM while people type keeps all it acknowledged, and says 1012 so that clients come back", { timeout: 60_000 }, async () => {
  const server = await startServer({ demo: true });
  try {
    const aisha = await writer(server, "aisha");
    for (let key = 0; key < 50; key += 1) aisha.type();
    await aisha.client.until("a first acknowledgement", () => aisha.acknowledgedWords().length > 0);
    expect(await server.stop("SIGTERM")).toBe(0);
    await aisha.client.untilClosed();
    expect(aisha.client.closeCode).toBe(1012);
    await server.start();
    expect(await contentOf(server, "ben")).toContain(aisha.acknowledgedWords().join(""));
    expect(aisha.acknowledgedWords().length).toBeGreaterThan(0);
    await aisha.client.close();
  } finally {
    await server.dispose();
  }
});
