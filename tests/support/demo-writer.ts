/** Somebody of the demo world who types into a lesson over a real socket, and remembers what and when; and a reader who wrote nothing. */
import * as Y from "yjs";
import { signInByForm } from "./form.ts";
import type { RunningServer } from "./server.ts";
import { SyncClient } from "./sync-client.ts";

export const DEMO_DOCUMENT = "lesson/demo-y3-unit-fractions";

export type Word = { readonly text: string; readonly typedAtMs: number };

export type Writer = {
  readonly client: SyncClient;
  /** Type one more word at the end of the writer's own line. */
  readonly type: () => Word;
  readonly wrote: () => readonly Word[];
  /** The words that the server has called durable. */
  readonly acknowledged: () => readonly Word[];
};

/** Sign-ins of a server. They outlive its restarts, and signing in is dear, so each person does it once. */
export function makeSignIns(server: RunningServer): (who: string) => Promise<string> {
  const cookies = new Map<string, Promise<string>>();
  return (who) => {
    const cookie = cookies.get(who) ?? signInByForm(server.url, who);
    cookies.set(who, cookie);
    return cookie;
  };
}

/** Open the lesson and begin a line of their own. */
export async function makeWriter(server: RunningServer, options: { who: string; cookie: string; document?: string }): Promise<Writer> {
  const { who, cookie, document = DEMO_DOCUMENT } = options;
  const client = new SyncClient({ url: server.url.replace("http", "ws"), document, cookie });
  await client.untilSynced();
  const line = new Y.XmlElement("line");
  const text = new Y.XmlText();
  line.insert(0, [text]);
  const stage = client.doc.getXmlFragment("content").get(1);
  if (!(stage instanceof Y.XmlElement)) throw new Error("the lesson has no stage");
  stage.push([line]);
  await client.untilSaved();
  const before = client.sent;
  const wrote: Word[] = [];
  return {
    client,
    type: () => {
      const word: Word = { text: `[${who}:${client.doc.clientID}:${wrote.length}]`, typedAtMs: Date.now() };
      wrote.push(word);
      text.insert(text.length, word.text);
      return word;
    },
    wrote: () => wrote,
    // Each word is one update.
    acknowledged: () => wrote.slice(0, Math.max(0, client.acknowledged - before)),
  };
}

/** What a document shows. As XML: the only form in which Yjs shows a fragment of unknown shape. */
export const shownTo = (client: SyncClient): string => client.doc.getXmlFragment("content").toJSON();

/** What somebody sees who opens the document now, with nothing kept from before. */
export async function readFresh(server: RunningServer, cookie: string, document = DEMO_DOCUMENT): Promise<string> {
  const reader = new SyncClient({ url: server.url.replace("http", "ws"), document, cookie });
  await reader.untilSynced();
  const content = shownTo(reader);
  await reader.close();
  return content;
}
