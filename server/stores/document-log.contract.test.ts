/** What every document log keeps: ST1 to ST4 and ST14, on memory and on SQLite. */
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseId, type PersonId } from "#core/ids";
import { openTestStores } from "../../tests/support/stores.ts";
import type { DocumentLog } from "./contract.ts";
import { makeMemoryDocumentLog } from "./memory/memory-document-log.ts";

const aisha = parseId<PersonId>("aisha");
const ben = parseId<PersonId>("ben");
const carys = parseId<PersonId>("carys");

const bytes = (...values: number[]) => new Uint8Array(values);
const plain = (updates: readonly Uint8Array[]) => updates.map((update) => [...update]);
const entry = (document: string, update: Uint8Array, personId: PersonId | null = aisha, atMs = 1_000) => ({ document, update, personId, atMs });

const implementations: readonly [string, () => Promise<DocumentLog>][] = [
  ["memory", async () => makeMemoryDocumentLog()],
  [
    "SQLite",
    async () => {
      const { stores, dispose } = await openTestStores();
      onTestFinished(dispose);
      return stores.log;
    },
  ],
];

describe.each(implementations)("the document log on %s", (_name, openLog) => {
  it("[ST1] a document that never was is empty", async () => {
    const log = await openLog();
    expect(await log.load("lesson/none")).toEqual({ snapshot: null, updates: [], throughSeq: 0 });
  });

  it("[ST1] updates come back whole, in the order they were appended, each in its own document", async () => {
    const log = await openLog();
    await log.append([entry("lesson/a", bytes(1)), entry("lesson/b", bytes(2, 2)), entry("lesson/a", bytes())]);
    await log.append([entry("lesson/a", bytes(3, 0, 255), null)]);
    expect(plain((await log.load("lesson/a")).updates)).toEqual([[1], [], [3, 0, 255]]);
    expect(plain((await log.load("lesson/b")).updates)).toEqual([[2, 2]]);
  });

  it("[ST1] throughSeq only rises, also after everything was folded into a snapshot", async () => {
    const log = await openLog();
    await log.append([entry("lesson/a", bytes(1)), entry("lesson/a", bytes(2))]);
    const before = await log.load("lesson/a");
    await log.compact("lesson/a", bytes(9), before.throughSeq);
    expect((await log.load("lesson/a")).throughSeq).toBe(before.throughSeq);
    await log.append([entry("lesson/a", bytes(3))]);
    expect((await log.load("lesson/a")).throughSeq).toBeGreaterThan(before.throughSeq);
  });

  it("[ST2] appending nothing is allowed and changes nothing", async () => {
    const log = await openLog();
    await log.append([]);
    expect((await log.load("lesson/a")).throughSeq).toBe(0);
  });

  it("[ST2] what the caller does with its bytes afterwards does not reach the log, and they stay the caller's", async () => {
    const log = await openLog();
    const update = bytes(1, 2, 3);
    await log.append([entry("lesson/a", update)]);
    update.fill(7);
    expect(update.byteLength).toBe(3);
    const stored = await log.load("lesson/a");
    expect(plain(stored.updates)).toEqual([[1, 2, 3]]);
    const snapshot = bytes(4, 4);
    await log.compact("lesson/a", snapshot, stored.throughSeq);
    expect(snapshot.byteLength).toBe(2);
  });

  it("[ST2] appends asked for at once are kept in the order they were asked for", async () => {
    const log = await openLog();
    await Promise.all(Array.from({ length: 50 }, (_, n) => log.append([entry("lesson/a", bytes(n))])));
    expect(plain((await log.load("lesson/a")).updates)).toEqual(Array.from({ length: 50 }, (_, n) => [n]));
  });

  it("[ST3] compaction folds what it saw and leaves what came after", async () => {
    const log = await openLog();
    await log.append([entry("lesson/a", bytes(1)), entry("lesson/b", bytes(5)), entry("lesson/a", bytes(2))]);
    const { throughSeq } = await log.load("lesson/a");
    await log.append([entry("lesson/a", bytes(3))]);
    await log.compact("lesson/a", bytes(1, 2), throughSeq);
    const after = await log.load("lesson/a");
    expect(after.snapshot && [...after.snapshot]).toEqual([1, 2]);
    expect(plain(after.updates)).toEqual([[3]]);
    expect(plain((await log.load("lesson/b")).updates)).toEqual([[5]]);
  });

  it("[ST3] a compaction that comes late does not put an older snapshot back", async () => {
    const log = await openLog();
    await log.append([entry("lesson/a", bytes(1))]);
    const first = await log.load("lesson/a");
    await log.append([entry("lesson/a", bytes(2))]);
    const second = await log.load("lesson/a");
    await log.compact("lesson/a", bytes(1, 2), second.throughSeq);
    await log.compact("lesson/a", bytes(1), first.throughSeq);
    const after = await log.load("lesson/a");
    expect(after.snapshot && [...after.snapshot]).toEqual([1, 2]);
    expect(after.updates).toEqual([]);
  });

  it("[ST4] a client id belongs to whoever claimed it first, document by document", async () => {
    const log = await openLog();
    expect(await log.claimClientId("lesson/a", 4_294_967_295, aisha)).toBe(aisha);
    expect(await log.claimClientId("lesson/a", 4_294_967_295, ben)).toBe(aisha);
    expect(await log.claimClientId("lesson/b", 4_294_967_295, ben)).toBe(ben);
  });

  it("[ST4] many who claim one id at once agree on its owner", async () => {
    const log = await openLog();
    const claims = await Promise.all([aisha, ben, carys, ben, aisha].map((person) => log.claimClientId("lesson/a", 7, person)));
    expect(new Set(claims).size).toBe(1);
  });

  it("[ST14] everybody whose updates were merged into one entry has written", async () => {
    const log = await openLog();
    const others = [
      { personId: ben, atMs: 1_001 },
      { personId: carys, atMs: 1_002 },
    ];
    await log.append([{ ...entry("lesson/a", bytes(1), aisha, 1_000), others }]);
    expect(await log.writersSince("lesson/a", 0)).toEqual([aisha, ben, carys]);
    expect(await log.writersSince("lesson/a", 1_000)).toEqual([ben, carys]);
  });

  it("[ST14] writers since a time, first writer first, without the server and also after compaction", async () => {
    const log = await openLog();
    await log.append([entry("lesson/a", bytes(0), null, 5)]);
    await log.append([entry("lesson/a", bytes(1), carys, 10), entry("lesson/a", bytes(2), aisha, 11), entry("lesson/b", bytes(3), ben, 12)]);
    await log.append([entry("lesson/a", bytes(4), aisha, 20)]);
    await log.compact("lesson/a", bytes(9), (await log.load("lesson/a")).throughSeq);
    expect(await log.writersSince("lesson/a", 0)).toEqual([carys, aisha]);
    expect(await log.writersSince("lesson/a", 10)).toEqual([aisha]);
    expect(await log.writersSince("lesson/a", 20)).toEqual([]);
    expect(await log.writersSince("lesson/none", 0)).toEqual([]);
  });

  it("[ST1] [ST2] [ST3] any run of appends and compactions loses, repeats and reorders nothing", async () => {
    const log = await openLog();
    const step = fc.oneof(
      fc.record({ kind: fc.constant("append" as const), documents: fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 6 }) }),
      fc.record({ kind: fc.constant("compact" as const), document: fc.constantFrom("a", "b", "c") }),
    );
    let run = 0;
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
        run += 1;
        const name = (document: string) => `lesson/${run}-${document}`;
        const expected = new Map<string, number[]>();
        let next = 0;
        for (const { kind, ...what } of steps) {
          if (kind === "append" && "documents" in what) {
            const entries = what.documents.map((document) => {
              const content = expected.get(document) ?? [];
              expected.set(document, [...content, next]);
              return entry(name(document), bytes(next++));
            });
            await log.append(entries);
          } else if ("document" in what) {
            const { snapshot, updates, throughSeq } = await log.load(name(what.document));
            if (updates.length > 0) await log.compact(name(what.document), bytes(...(snapshot ?? []), ...plain(updates).flat()), throughSeq);
          }
        }
        for (const [document, content] of expected) {
          const { snapshot, updates } = await log.load(name(document));
          expect([...(snapshot ?? []), ...plain(updates).flat()]).toEqual(content);
          seen += content.length;
        }
      }),
      { numRuns: 30 },
    );
    expect(seen).toBeGreaterThan(100);
  });
});
