/** Content for load: lessons of a given size, and histories of a given length, made by Yjs itself. */
import * as Y from "yjs";
import { textName } from "./typing.ts";

/** The client id that writes the content a scenario begins with. */
export const SEED_CLIENT = 500_000;
const WORDS = "part whole equal bar model count ten frame fraction number line compare explain show draw double half more fewer same".split(" ");

/** A cheap generator with a seed: the same content in every run. */
export function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** One update that writes blocks with attributes and text, like a lesson's, until it has so many bytes. @returns the update and its clocks */
export function lessonUpdate(bytes: number): { readonly update: Uint8Array; readonly clocks: number } {
  const doc = new Y.Doc();
  doc.clientID = SEED_CLIENT;
  const random = makeRandom(bytes);
  const content = doc.getXmlFragment("load");
  let size = 0;
  while (size < bytes) {
    doc.transact(() => {
      for (let block = 0; block < 4; block += 1) {
        const element = new Y.XmlElement("paragraph");
        element.setAttribute("id", Math.floor(random() * 2 ** 40).toString(36));
        element.insert(0, [new Y.XmlText(Array.from({ length: 12 }, () => WORDS[Math.floor(random() * WORDS.length)]).join(" "))]);
        content.push([element]);
      }
    });
    size = Y.encodeStateAsUpdate(doc).length;
  }
  return { update: Y.encodeStateAsUpdate(doc), clocks: Y.getState(doc.store, SEED_CLIENT) };
}

/**
 * What one writer types: at the cursor, which jumps now and then, and some of it is deleted again.
 * @param lettersEach letters an edit
 * @returns one update an edit, in order
 */
export function writeEdits(clientId: number, edits: number, lettersEach: number): Uint8Array[] {
  const doc = new Y.Doc();
  doc.clientID = clientId;
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  const random = makeRandom(clientId);
  const text = doc.getText(textName(clientId));
  let cursor = 0;
  while (updates.length < edits) {
    if (random() < 0.03) cursor = Math.floor(random() * (text.length + 1));
    if (random() < 0.06 && cursor > lettersEach) {
      cursor -= lettersEach;
      text.delete(cursor, lettersEach);
    } else {
      text.insert(cursor, `${WORDS[Math.floor(random() * WORDS.length)] ?? ""} and then more`.slice(0, lettersEach));
      cursor += lettersEach;
    }
  }
  return updates;
}
