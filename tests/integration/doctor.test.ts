/** The doctor, on real databases into which damage is written. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import * as Y from "yjs";
import type { LessonId } from "#core/ids";
import { readLesson } from "#core/model/lesson-model";
import { lessonDocument } from "#core/protocol/document-name";
import { databasePath } from "../../server/stores/sqlite/database-path.ts";
import { serveDatabase } from "../../server/stores/serving.ts";
import { diagnose } from "../../server/sync/diagnosis.ts";
import { runTool } from "../support/run-tool.ts";
import { world, type World } from "./services-world.ts";

type Ward = {
  readonly path: string;
  readonly databaseUrl: string;
  /** The lesson that is hurt. */
  readonly document: string;
  readonly lessonId: LessonId;
  readonly doctor: (...args: string[]) => ReturnType<typeof runTool>;
  readonly sql: <T>(sql: string, ...values: unknown[]) => T[];
  readonly folder: string;
};

/** A lesson with a snapshot of three edits, and three more edits after it; a second lesson that stays well. Nothing runs any more. */
async function newWard(options: { versionAfter: number | null }): Promise<Ward> {
  const w = await world();
  const lessonId = await w.newLesson("Half of what");
  await w.newLesson("The other lesson");
  const document = lessonDocument(lessonId);
  for (let edit = 1; edit <= 6; edit++) {
    await w.hub.edit(document, { personId: w.id("aisha"), change: (doc) => void doc.getMap("facts").set("unit", `edit ${edit}`) });
    if (edit === 3) {
      const { updates, throughSeq } = await w.stores.log.load(document);
      await w.stores.log.compact(document, Y.mergeUpdates([...updates]), throughSeq);
    }
    if (edit === options.versionAfter) await nameVersion(w, lessonId);
  }
  const folder = await mkdtemp(join(tmpdir(), "bansho-test-"));
  // The world's database goes with it; the doctor gets a copy of its own.
  const path = join(folder, "bansho.db");
  const source = new Database(databasePath(w.databaseUrl));
  await source.backup(path);
  source.close();
  await w.dispose();
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const env = { DATA_DIR: folder };
  return {
    path,
    databaseUrl: `file:${path}`,
    document,
    lessonId,
    folder,
    doctor: (...args) => runTool(["doctor", ...args], env),
    sql: <T>(sql: string, ...values: unknown[]): T[] => {
      const database = new Database(path);
      try {
        const statement = database.prepare<unknown[], T>(sql);
        if (statement.reader) return statement.all(...values);
        statement.run(...values);
        return [];
      } finally {
        database.close();
      }
    },
  };
}

async function nameVersion(w: World, lessonId: LessonId): Promise<void> {
  await (await w.as("aisha")).lessons.nameVersion(lessonId, { kind: "draft", title: "Before", note: "" });
}

const snapshotOf = (ward: Ward): Buffer =>
  ward.sql<{ data: Buffer }>('SELECT "data" FROM "DocumentSnapshot" WHERE "document" = ?', ward.document)[0]!.data;
const rowsOf = (ward: Ward): { seq: number; data: Buffer }[] =>
  ward.sql('SELECT "seq", "data" FROM "DocumentUpdate" WHERE "document" = ? ORDER BY "seq"', ward.document);
const keptOf = (ward: Ward): { part: string; seq: number; data: Buffer }[] =>
  ward.sql('SELECT "part", "seq", "data" FROM "DocumentDamage" WHERE "document" = ? ORDER BY "id"', ward.document);
const unitOf = (update: Uint8Array): unknown => readLesson(update).facts["unit"];

function flip(bytes: Buffer): Buffer {
  const flipped = Buffer.from(bytes);
  // The very first number, how many clients write: nothing after it can be where it is said to be.
  flipped[0] = flipped[0]! ^ 0x40;
  return flipped;
}

test("[ST21] a sound database: list and check say so, repair refuses, and nothing is changed", { timeout: 60_000 }, async () => {
  const ward = await newWard({ versionAfter: null });
  const list = await ward.doctor("list");
  expect(list).toMatchObject({ code: 0, output: expect.stringMatching(new RegExp(`${ward.document} .* 3 updates  whole`)) });
  expect(list.output).toContain("2 documents.");
  expect(await ward.doctor("check")).toMatchObject({
    code: 0,
    output: expect.stringContaining("2 documents looked through; all can be read whole."),
  });
  expect(await ward.doctor("repair", ward.document)).toMatchObject({ code: 1, output: expect.stringContaining("there is nothing to repair") });
  expect(await ward.doctor("check", "lesson/nobody")).toMatchObject({
    code: 1,
    output: expect.stringContaining("There is no document lesson/nobody"),
  });
  expect(await ward.doctor("mend")).toMatchObject({ code: 1, output: expect.stringContaining("list, check [DOCUMENT …]") });
  expect(rowsOf(ward)).toHaveLength(3);
});

test("[ST21] a truncated update: named, exported, kept aside byte for byte, and the rest is one snapshot", { timeout: 60_000 }, async () => {
  const ward = await newWard({ versionAfter: null });
  const [, , last] = rowsOf(ward);
  const cut = last!.data.subarray(0, last!.data.length - 4);
  ward.sql('UPDATE "DocumentUpdate" SET "data" = ? WHERE "seq" = ?', cut, last!.seq);
  const check = await ward.doctor("check");
  expect(check.code).toBe(1);
  expect(check.output).toContain(`Update ${last!.seq} of `);
  expect(check.output).toContain("1 of 2 documents are damaged");
  expect((await ward.doctor("list")).output).toMatch(new RegExp(`${ward.document} .*DAMAGED`));

  const out = join(ward.folder, "out");
  expect((await ward.doctor("export", ward.document, "--to", out)).code).toBe(0);
  const base = ward.document.replace("/", "-");
  expect(await readdir(out)).toEqual([".json", ".md", `.update-${last!.seq}.broken`, ".yjs"].map((ending) => `${base}${ending}`));
  expect(await readFile(join(out, `${base}.update-${last!.seq}.broken`))).toEqual(cut);
  expect(unitOf(await readFile(join(out, `${base}.yjs`)))).toBe("edit 5");
  expect(await readFile(join(out, `${base}.md`), "utf8")).toContain("# Half of what");
  const again = await ward.doctor("export", ward.document, "--to", out);
  expect(again).toMatchObject({ code: 1, output: expect.stringContaining("EEXIST") });

  const repair = await ward.doctor("repair", ward.document);
  expect(repair.code, repair.output).toBe(0);
  expect(repair.output).toContain(`Update ${last!.seq} of `);
  expect(keptOf(ward)).toEqual([{ part: "update", seq: last!.seq, data: cut }]);
  expect(rowsOf(ward)).toEqual([]);
  expect(unitOf(snapshotOf(ward))).toBe("edit 5");
  expect(ward.sql('SELECT "throughSeq" FROM "DocumentSnapshot" WHERE "document" = ?', ward.document)).toEqual([{ throughSeq: last!.seq }]);
  expect((await ward.doctor("check")).code).toBe(0);
  expect((await ward.doctor("repair", ward.document)).code).toBe(1);
});

test("[ST21] a missing row in the middle: what rests on it is kept aside, not thrown away", { timeout: 60_000 }, async () => {
  const ward = await newWard({ versionAfter: null });
  const doc = new Y.Doc();
  Y.applyUpdate(doc, diagnose([snapshotOf(ward), ...rowsOf(ward).map(({ data }) => data)], null).whole);
  const typed: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => typed.push(update));
  for (const word of ["one ", "equal ", "part"]) doc.getText("notes").insert(doc.getText("notes").length, word);
  const { seq } = rowsOf(ward).at(-1)!;
  const add = 'INSERT INTO "DocumentUpdate" ("seq", "document", "atMs", "data") VALUES (?, ?, 1, ?)';
  ward.sql(add, seq + 1, ward.document, typed[0]);
  ward.sql(add, seq + 3, ward.document, typed[2]);
  const repair = await ward.doctor("repair", ward.document);
  expect(repair.code, repair.output).toBe(0);
  expect(repair.output).toContain(`Update ${seq + 3} of 1970-01-01T00:00:00.001Z (`);
  expect(repair.output).toContain("rests on edits that are gone");
  expect(keptOf(ward)).toEqual([{ part: "update", seq: seq + 3, data: Buffer.from(typed[2]!) }]);
  const saved = new Y.Doc();
  Y.applyUpdate(saved, snapshotOf(ward));
  expect(saved.getText("notes").toJSON()).toBe("one ");
  // Whoever has all of it brings it back.
  Y.applyUpdate(saved, Y.encodeStateAsUpdate(doc, Y.encodeStateVector(saved)));
  expect(saved.getText("notes").toJSON()).toBe("one equal part");
});

test("[ST21] a flipped snapshot with no version: nothing is put in its place unless that is asked for", { timeout: 60_000 }, async () => {
  const ward = await newWard({ versionAfter: null });
  const rows = rowsOf(ward);
  const flipped = flip(snapshotOf(ward));
  ward.sql('UPDATE "DocumentSnapshot" SET "data" = ? WHERE "document" = ?', flipped, ward.document);
  // The updates set a key again, so each rests on the one before it, and the first on what was in the snapshot.
  const refused = await ward.doctor("repair", ward.document);
  expect(refused.code).toBe(1);
  expect(refused.output).toContain("Nothing of the document can be read.");
  expect(refused.output).toContain("So nothing was changed.");
  expect(snapshotOf(ward)).toEqual(flipped);
  expect(rowsOf(ward)).toEqual(rows);
  const repair = await ward.doctor("repair", ward.document, "--even-empty");
  expect(repair.code, repair.output).toBe(0);
  expect(keptOf(ward).map(({ part, data }) => ({ part, data }))).toEqual([
    { part: "snapshot", data: flipped },
    ...rows.map(({ data }) => ({ part: "update", data })),
  ]);
  expect((await ward.doctor("check")).code).toBe(0);
});

test("[ST21] a flipped snapshot with a version: what it holds, and the updates after it, are saved", { timeout: 60_000 }, async () => {
  const ward = await newWard({ versionAfter: 4 });
  const flipped = flip(snapshotOf(ward));
  ward.sql('UPDATE "DocumentSnapshot" SET "data" = ? WHERE "document" = ?', flipped, ward.document);
  const repair = await ward.doctor("repair", ward.document);
  expect(repair.code, repair.output).toBe(0);
  expect(repair.output).toMatch(/Version 1, of .* still has what was lost/);
  expect(unitOf(snapshotOf(ward))).toBe("edit 6");
  expect(keptOf(ward)).toMatchObject([{ part: "snapshot", data: flipped }]);
});

test("[ST21] repair waits for no server: while one holds the database it refuses", { timeout: 60_000 }, async () => {
  const ward = await newWard({ versionAfter: null });
  const [row] = rowsOf(ward);
  ward.sql('UPDATE "DocumentUpdate" SET "data" = ? WHERE "seq" = ?', Buffer.from([1]), row!.seq);
  const letGo = await serveDatabase({ databaseUrl: ward.databaseUrl, patienceMs: 0 });
  const repair = await ward.doctor("repair", ward.document);
  letGo();
  expect(repair).toMatchObject({ code: 1, output: expect.stringContaining("Stop it first") });
  expect(rowsOf(ward)[0]!.data).toEqual(Buffer.from([1]));
});

test("[ST21] a damaged database file: check says so and ends with 1, repair sends to the backup", { timeout: 60_000 }, async () => {
  const ward = await newWard({ versionAfter: null });
  const bytes = await readFile(ward.path);
  bytes.fill(0x5a, bytes.length - 4_096 * 6, bytes.length - 4_096 * 3);
  await writeFile(ward.path, bytes);
  const check = await ward.doctor("check");
  expect(check.code).toBe(1);
  expect(check.output).toContain("The database file is damaged.");
  expect(await ward.doctor("repair", ward.document)).toMatchObject({ code: 1, output: expect.stringContaining("npm run restore -- FILE") });
});
