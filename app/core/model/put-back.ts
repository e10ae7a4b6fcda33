/**
 * Put an earlier content back as a forward edit: the smallest change that turns the document into it.
 *
 * Always true: what is equal already is not touched, so that what others type there meanwhile stays; blocks are matched by their id
 * and keep it when they move; nodes and marks that this version does not know are written as they are (SC8); it is one transaction.
 * What colleagues are typing at that moment stays, whether the earlier content has a place for it or not.
 * A block that moved is a new Yjs item (Yjs has no move): words typed in it at that same moment are lost to it.
 */
import * as Y from "yjs";
import { CONTENT, FACTS } from "../schema/schema.ts";
import { align } from "./align.ts";
import { EMBED, groupText, isText, makeYChild, marksToFormat, readChild, readChildren, setAttribute } from "./fragment.ts";
import type { Group, YChild } from "./fragment.ts";
import { attrText, fullAttrs, parseContent, plainText, sortMarks } from "./lesson-node.ts";
import type { LessonData, LessonNode } from "./lesson-node.ts";

/**
 * Turn the live document into this lesson.
 *
 * @param doc a live document; the caller may wrap this in its own transaction to set the origin
 * @param lesson what a version holds. Throws a ZodError when `content` is not ProseMirror JSON; nothing is changed then
 * @param beingWritten by Yjs client id, the first clock of what that client is in the middle of writing; these words are not taken away
 */
export function putBack(doc: Y.Doc, lesson: LessonData, beingWritten: ReadonlyMap<number, number> = new Map()): void {
  const root = parseContent(lesson.content);
  doc.transact(() => {
    updateChildren(doc.getXmlFragment(CONTENT), root.content ?? [], beingWritten);
    const facts = doc.getMap(FACTS);
    for (const key of facts.keys()) if (lesson.facts[key] === undefined) facts.delete(key);
    for (const [key, value] of Object.entries(lesson.facts)) {
      if (value !== undefined && JSON.stringify(facts.get(key)) !== JSON.stringify(value)) facts.set(key, value);
    }
  });
}

type BeingWritten = ReadonlyMap<number, number>;

function updateChildren(parent: Y.XmlFragment, content: readonly LessonNode[], beingWritten: BeingWritten): void {
  const current = parent.toArray().filter((child): child is YChild => child instanceof Y.XmlElement || child instanceof Y.XmlText);
  const target = groupText(content);
  const only = current[0];
  if (target.length === 0 && current.length === 1 && only instanceof Y.XmlText) {
    // The text goes, its Y.XmlText stays: words that somebody is typing into it keep their place.
    updateText(only, [], beingWritten);
    return;
  }
  if (key(readChildren(parent)) === key(content)) return;

  const before = current.map(describeCurrent);
  const after = target.map(describe);
  const pairs = align(
    { a: before.length, b: after.length },
    (a, b) => scorePair(before[a], after[b]),
    (a, b) => before[a]?.key === after[b]?.key,
  );
  const partner = new Map(pairs.map((pair) => [pair.b, pair.a]));
  const staying = new Set(pairs.map((pair) => pair.a));

  for (let index = current.length - 1; index >= 0; index -= 1) {
    const child = current[index];
    if (staying.has(index) || child === undefined) continue;
    if (isBeingWritten(child, beingWritten)) staying.add(index);
    else parent.delete(index, 1);
  }
  // Where each of those that stay stands now; between two of them there may be one that is being written and has no place in `target`.
  const places = new Map([...staying].toSorted((a, b) => a - b).map((index, place) => [index, place]));
  let inserted = 0;
  let next = 0;
  target.forEach((group, index) => {
    const stays = partner.get(index);
    const child = stays === undefined ? undefined : current[stays];
    if (stays === undefined || child === undefined) {
      parent.insert(next, [makeYChild(group)]);
      inserted += 1;
      next += 1;
      return;
    }
    next = (places.get(stays) ?? 0) + inserted + 1;
    if (before[stays]?.key !== after[index]?.key) updateChild(child, group, beingWritten);
  });
}

function updateChild(child: YChild, group: Group, beingWritten: BeingWritten): void {
  if (child instanceof Y.XmlText) {
    if (isText(group)) updateText(child, group, beingWritten);
    return;
  }
  if (isText(group)) return;
  const wanted = fullAttrs(group);
  const held: Readonly<Record<string, unknown>> = child.getAttributes();
  for (const [name, value] of Object.entries(wanted)) if (held[name] !== value) setAttribute(child, name, value);
  for (const name of Object.keys(held)) if (!Object.hasOwn(wanted, name)) child.removeAttribute(name);
  updateChildren(child, group.content ?? [], beingWritten);
}

// ---------------------------------------------------------------- what is being written

/** Is anything in it being written at this moment? */
function isBeingWritten(child: YChild, beingWritten: BeingWritten): boolean {
  if (beingWritten.size === 0) return false;
  if (child instanceof Y.XmlText) return signsBeingWritten(child, beingWritten).includes(true);
  return child.toArray().some((inner) => (inner instanceof Y.XmlElement || inner instanceof Y.XmlText) && isBeingWritten(inner, beingWritten));
}

/** For each sign (UTF-16 unit) of a text, whether it is being written. */
function signsBeingWritten(text: Y.XmlText, beingWritten: BeingWritten): boolean[] {
  const signs: boolean[] = [];
  for (let item = text._start; item !== null; item = item.right) {
    if (item.deleted || !item.countable) continue;
    const from = beingWritten.get(item.id.client) ?? Number.POSITIVE_INFINITY;
    for (let offset = 0; offset < item.length; offset += 1) signs.push(item.id.clock + offset >= from);
  }
  return signs;
}

// ---------------------------------------------------------------- what goes with what

type Described = { readonly key: string; readonly name: string; readonly id: string; readonly field: string; readonly words: ReadonlySet<string> };

function describe(group: Group): Described {
  const nodes = isText(group) ? group : [group];
  const first = nodes[0];
  const name = isText(group) || first === undefined ? "text" : first.type;
  return {
    key: key(nodes),
    name,
    id: first === undefined || isText(group) ? "" : attrText(first, "id"),
    field: first === undefined || isText(group) ? "" : attrText(first, "field"),
    words: new Set(nodes.flatMap((node) => plainText(node).toLowerCase().match(/\S+/g) ?? [])),
  };
}

function describeCurrent(child: YChild): Described {
  const nodes = readChild(child);
  return child instanceof Y.XmlText ? describe(nodes) : describe(nodes[0] ?? { type: "text" });
}

/** Ids decide where there are any; otherwise equal goes before alike, and alike needs words (or emptiness) in common. */
function scorePair(a: Described | undefined, b: Described | undefined): number {
  if (a === undefined || b === undefined || a.name !== b.name) return 0;
  if (a.id !== "" || b.id !== "") return a.id === b.id ? 1_000 : 0;
  if (a.key === b.key) return 100;
  const shared = [...a.words].filter((word) => b.words.has(word)).length;
  const likeness = shared / Math.max(1, a.words.size, b.words.size);
  return (a.field === b.field ? 10 : 1) + 50 * likeness;
}

/** One text for equal content, whatever the order of attributes and marks, with the defaults that older writers left out. */
const key = (nodes: readonly LessonNode[]): string => JSON.stringify(nodes.map(canonical));

function canonical(node: LessonNode): unknown {
  const marks = sortMarks(node.marks ?? []).map((mark) => Object.entries(marksToFormat([mark])).map(([name, attrs]) => [name, sorted(attrs)]));
  return [node.type, sorted(fullAttrs(node)), node.text ?? "", marks, (node.content ?? []).map(canonical)];
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.entries(value)
    .toSorted((a, b) => (a[0] < b[0] ? -1 : 1))
    .map(([name, inner]) => [name, sorted(inner)]);
}

// ---------------------------------------------------------------- text

type Token = { readonly text: string; readonly format: Readonly<Record<string, unknown>>; readonly beingWritten: boolean };

function updateText(text: Y.XmlText, run: readonly LessonNode[], beingWritten: BeingWritten): void {
  const held = readChild(text);
  if ([...held, ...run].some((node) => node.type === EMBED)) {
    text.delete(0, text.length);
    text.applyDelta(run.map((node) => ({ insert: node.text ?? node.attrs?.["value"], attributes: marksToFormat(node.marks) })));
    return;
  }
  const before = splitTokens(tokens(held), signsBeingWritten(text, beingWritten));
  // What is being written is not compared: it has no counterpart.
  const settled = before.flatMap((token, index) => (token.beingWritten ? [] : [index]));
  const after = tokens(run);
  const heldAt = (a: number): Token | undefined => before[settled[a] ?? -1];
  const sameWords = (a: number, b: number): boolean => heldAt(a)?.text === after[b]?.text;
  const pairs = align({ a: settled.length, b: after.length }, (a, b) => (sameWords(a, b) ? 1 + (heldAt(a)?.text.length ?? 0) : 0), sameWords);
  const partner = new Map(pairs.map((pair) => [pair.b, settled[pair.a] ?? -1]));

  let position = 0;
  let next = 0;
  const deleteUpTo = (end: number): void => {
    for (const token of before.slice(next, end)) {
      if (token.beingWritten) position += token.text.length;
      else text.delete(position, token.text.length);
    }
    next = end;
  };
  for (const [index, token] of after.entries()) {
    const stays = partner.get(index);
    if (stays === undefined) text.insert(position, token.text, token.format);
    else {
      deleteUpTo(stays);
      next = stays + 1;
      const change = formatChange(before[stays]?.format ?? {}, token.format);
      if (Object.keys(change).length > 0) text.format(position, token.text.length, change);
    }
    position += token.text.length;
  }
  deleteUpTo(before.length);
}

/** The same tokens, cut where what is being written begins or ends. */
function splitTokens(whole: readonly Token[], signs: readonly boolean[]): Token[] {
  if (!signs.includes(true)) return [...whole];
  let at = 0;
  return whole.flatMap((token) => {
    const parts: Token[] = [];
    let from = 0;
    for (let to = 1; to <= token.text.length; to += 1) {
      if (to < token.text.length && signs[at + to] === signs[at + from]) continue;
      parts.push({ ...token, text: token.text.slice(from, to), beingWritten: signs[at + from] === true });
      from = to;
    }
    at += token.text.length;
    return parts;
  });
}

/** Words, spaces and single signs with their formatting. */
const tokens = (run: readonly LessonNode[]): Token[] =>
  run.flatMap((node) =>
    ((node.text ?? "").match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? []).map((text) => ({
      text,
      format: marksToFormat(node.marks),
      beingWritten: false,
    })),
  );

function formatChange(held: Token["format"], wanted: Token["format"]): Record<string, unknown> {
  const gone = Object.keys(held).filter((name) => !Object.hasOwn(wanted, name));
  const changed = Object.entries(wanted).filter(([name, value]) => JSON.stringify(sorted(held[name])) !== JSON.stringify(sorted(value)));
  return Object.fromEntries([...gone.map((name) => [name, null] as const), ...changed]);
}
