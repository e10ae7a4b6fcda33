/**
 * The fuzzing itself: cases are changed, run through the oracles, and kept when they reach code that nothing reached before.
 */
import * as Y from "yjs";
import { scanUpdate } from "#core/protocol/update-scan";
import { makeRandom, type Random } from "../../support/random.ts";
import { bulkCases, frameOf, seedCases, type Case, type CaseKind } from "./corpus.ts";
import type { Coverage } from "./coverage.ts";
import { makeHubTarget, type HubTarget } from "./hub-target.ts";
import { mutate } from "./mutate.ts";
import { Finding, checkParsers, checkTime } from "./oracles.ts";

export type FuzzResult = {
  readonly seed: number;
  readonly parserRuns: number;
  readonly hubRuns: number;
  readonly hubFrames: number;
  /** Frames of the hub runs that became part of the document. */
  readonly accepted: number;
  readonly closed: Readonly<Record<string, number>>;
  readonly corpus: number;
  readonly slowestMs: number;
  readonly slowestBytes: number;
  readonly mostMemoryMib: number;
  readonly ms: number;
  readonly finding: { readonly what: string; readonly inputs: readonly Uint8Array[] } | null;
};

export type FuzzOptions = {
  readonly seed: number;
  /** Asked between batches; answers whether to go on. */
  readonly goesOn: (runs: number) => boolean;
  /** Without it nothing new is kept. */
  readonly coverage?: Coverage;
};

/** After so many inputs coverage is looked at. */
const BATCH = 16;
const MAX_KEPT_BYTES = 4_096;
/** A document is attacked this often before the next is opened. */
const ATTACKS_OF_A_DOCUMENT = 200;
const MAX_MEMORY_MIB = 1_024;

/** Run until told to stop, or until something is found. */
export async function fuzz({ seed, goesOn, coverage }: FuzzOptions): Promise<FuzzResult> {
  const random = makeRandom(seed);
  const corpus: Case[] = seedCases();
  const fromMs = performance.now();
  const counts = { parserRuns: 0, hubRuns: 0, hubFrames: 0, accepted: 0, slowestMs: 0, slowestBytes: 0, mostMemoryMib: 0 };
  const closed: Record<string, number> = {};
  let hub: HubTarget | null = null;
  let underTest: readonly Uint8Array[] = [];

  const runParsers = (bytes: Uint8Array): void => {
    underTest = [bytes];
    counts.parserRuns += 1;
    checkParsers(bytes);
    const tookMs = checkTime(bytes);
    if (tookMs > counts.slowestMs) [counts.slowestMs, counts.slowestBytes] = [tookMs, bytes.length];
  };

  /** Bodies as they are and in their frames: either may be what is changed. */
  const makeInput = (): { readonly kind: CaseKind; readonly bytes: Uint8Array } => {
    const base = random.pick(corpus);
    const other = random.pick(corpus).bytes;
    const isWhole = base.kind === "frame" || random.chance(0.25);
    if (isWhole) return { kind: "frame", bytes: mutate(frameOf(base, random), random, other) };
    return { kind: base.kind, bytes: mutate(base.bytes, random, other) };
  };

  const parserBatch = async (): Promise<void> => {
    const batch = Array.from({ length: BATCH }, makeInput);
    for (const input of batch) {
      runParsers(input.bytes);
      if (input.kind !== "frame") runParsers(frameOf(input, random));
    }
    if (coverage === undefined || !(await coverage.look())) return;
    // Somewhere in here somebody reached something new. All are kept: it happens seldom.
    corpus.push(...batch.filter(({ bytes }) => bytes.length < MAX_KEPT_BYTES));
  };

  const attackBatch = async (): Promise<void> => {
    hub = await makeHubTarget();
    underTest = [];
    for (let attack = 0; attack < ATTACKS_OF_A_DOCUMENT; attack++) {
      const frames = Array.from({ length: 1 + random.below(4) }, () => makeFrame(hub));
      // A document is what all attacks on it have made of it.
      underTest = [...underTest, ...frames];
      const { accepted, closedWith } = await hub.attack(frames);
      counts.hubRuns += 1;
      counts.hubFrames += frames.length;
      counts.accepted += accepted;
      if (closedWith !== null) closed[closedWith] = (closed[closedWith] ?? 0) + 1;
      if (attack % 20 === 19) await hub.checkState();
    }
  };

  const makeFrame = (target: HubTarget | null): Uint8Array => {
    if (target === null || random.chance(0.15)) {
      const input = makeInput();
      return frameOf(input, random);
    }
    let bytes = target.fittingUpdate((doc) => change(doc, random));
    // Rather what passes the reader: the rest ends the connection and says nothing about what comes after.
    if (random.chance(0.8)) {
      const update = bytes;
      for (let tries = 0; tries < 12; tries++) {
        bytes = mutate(update, random, random.pick(corpus).bytes);
        if (scanUpdate(bytes) !== null || random.chance(0.05)) break;
      }
    }
    return frameOf({ kind: "update", bytes }, random);
  };

  let finding: FuzzResult["finding"] = null;
  try {
    // Once with those that are large: what is drawn afterwards is small.
    for (const each of coverage === undefined ? [] : bulkCases()) runParsers(frameOf(each, random));
    do {
      for (let times = 0; times < 100; times++) await parserBatch();
      await attackBatch();
      counts.mostMemoryMib = Math.max(counts.mostMemoryMib, Math.round(process.memoryUsage.rss() / 2 ** 20));
      if (counts.mostMemoryMib > MAX_MEMORY_MIB) throw new Finding(`memory grew to ${counts.mostMemoryMib} MiB`);
    } while (goesOn(counts.parserRuns + counts.hubRuns));
  } catch (error) {
    if (!(error instanceof Finding)) throw error;
    finding = { what: error.stack ?? error.message, inputs: underTest };
  }
  return { seed, ...counts, closed, corpus: corpus.length, ms: performance.now() - fromMs, finding };
}

function change(doc: Y.Doc, random: Random): void {
  doc.clientID = random.below(2 ** 32);
  const text = doc.getText("text");
  switch (random.below(6)) {
    case 0:
      text.insert(random.below(text.length + 1), random.pick(["a", "½", "🍎", "words"]));
      return;
    case 1:
      if (text.length > 2) text.delete(random.below(text.length - 1), 1);
      return;
    case 2:
      if (text.length > 2) text.format(0, 2, { bold: random.chance(0.5) });
      return;
    case 3:
      doc.getMap<unknown>("map").set(random.pick(["a", "b"]), random.pick<unknown>([1, null, { a: [1] }, new Y.Text("t")]));
      return;
    case 4:
      doc.getArray<unknown>("list").insert(0, random.pick([[1, "a", true], [new Y.Map()], [new Uint8Array([1])]]));
      return;
    default: {
      const element = new Y.XmlElement("line");
      doc.getXmlFragment("content").insert(0, [element]);
      element.insert(0, [new Y.XmlText("x")]);
    }
  }
}
