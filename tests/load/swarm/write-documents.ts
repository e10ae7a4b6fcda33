/** Fills documents before a scenario measures: lessons of a size, and long histories. */
import * as Y from "yjs";
import { LoadClient, type Address } from "./client.ts";
import { lessonUpdate, writeEdits } from "./lesson-content.ts";
import { readWhole } from "./read-whole.ts";
import { textName } from "./typing.ts";
import { holdsWithin, pass } from "./wait.ts";

export type WriteLessonsInput = { readonly address: Address; readonly documents: readonly string[]; readonly bytesEach: number };

const AT_ONCE = 50;

/** Bring each document to about so many bytes. @returns the seed client's clocks of each document */
export async function writeLessons({ address, documents, bytesEach }: WriteLessonsInput): Promise<number[]> {
  const made = new Map<number, ReturnType<typeof lessonUpdate>>();
  const clocks: number[] = [];
  const writeOne = async (document: string, number: number): Promise<void> => {
    let already = 0;
    const client = new LoadClient({
      address,
      document,
      number,
      clientId: 400_000,
      hidden: true,
      keeps: false,
      onUpdate: (update) => (already += update.length),
    });
    await untilOr(`${document} to be in sync`, () => client.isSynced);
    // In steps, so that few different ones have to be made.
    const bytes = Math.max(1_000, Math.ceil((bytesEach - already) / 1_000) * 1_000);
    const lesson = made.get(bytes) ?? lessonUpdate(bytes);
    made.set(bytes, lesson);
    clocks[number] = lesson.clocks;
    await pass(0);
    client.sendUpdate(lesson.update);
    if (address.dialect !== "y-websocket") await untilOr(`${document} to be saved`, () => client.acknowledged >= client.sent);
    else await readWhole({ address, documents: [document], wanted: [Y.encodeStateVectorFromUpdate(lesson.update)] });
    client.close();
  };
  for (let from = 0; from < documents.length; from += AT_ONCE)
    await Promise.all(documents.slice(from, from + AT_ONCE).map((document, index) => writeOne(document, from + index)));
  return clocks;
}

export type WriteHistoryInput = {
  readonly address: Address;
  readonly document: string;
  readonly writers: number;
  readonly edits: number;
  readonly lettersEach: number;
};

const TICK_MS = 10;
const EDITS_A_TICK = 25;

/** Write a document edit by edit, as so many people. @returns what it holds then, and the texts in it */
export async function writeHistory(input: WriteHistoryInput): Promise<{ readonly state: Uint8Array; readonly texts: string[] }> {
  const { address, document, writers, edits, lettersEach } = input;
  const people = Array.from({ length: writers }, (_, number) => {
    const clientId = 600_000 + number;
    const client = new LoadClient({ address, document, number, clientId, hidden: true, keeps: number === 0 });
    return { client, clientId, updates: writeEdits(clientId, Math.round(edits / writers), lettersEach) };
  });
  await untilOr("the writers to be in sync", () => people.every(({ client }) => client.isSynced));
  for (let next = 0; people.some(({ updates }) => next < updates.length); next += EDITS_A_TICK) {
    for (const { client, updates } of people) for (const update of updates.slice(next, next + EDITS_A_TICK)) client.sendUpdate(update);
    await pass(TICK_MS);
  }
  const doc = people[0]?.client.makeDoc() ?? new Y.Doc();
  doc.transact(() => {
    for (const { updates } of people) for (const update of updates) Y.applyUpdate(doc, update);
  });
  const state = Y.encodeStateAsUpdate(doc);
  if (address.dialect !== "y-websocket")
    await untilOr("everything to be acknowledged", () => people.every(({ client }) => client.acknowledged >= client.sent));
  await readWhole({ address, documents: [document], wanted: [Y.encodeStateVectorFromUpdate(state)], timeoutMs: 120_000 });
  for (const { client } of people) client.close();
  return { state, texts: people.map(({ clientId }) => textName(clientId)) };
}

async function untilOr(what: string, condition: () => boolean): Promise<void> {
  if (!(await holdsWithin(120_000, condition))) throw new Error(`waited too long for ${what}`);
}
