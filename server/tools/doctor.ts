/**
 * For operators: looks after the documents that people write. `node_modules/.bin/node server/tools/doctor.ts`, with the settings the server has:
 *
 *   list                            every document: how large, how many updates, whole or damaged
 *   check [DOCUMENT …]              the database file, and each document or these; ends with 1 when anything is wrong
 *   export DOCUMENT [--to FOLDER]   what can be read, and every part that cannot, as files
 *   repair DOCUMENT [--even-empty]  while no server runs: keeps what cannot be read aside and lets people write again
 *
 * `--demo` for the demo's database. A document is named as in the log, `lesson/<id>`. Only `repair` changes anything.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import Database from "better-sqlite3";
import * as Y from "yjs";
import { AppError, isAppError } from "#core/errors";
import { renderLessonJson } from "#core/exports/json";
import { renderLessonMarkdown } from "#core/exports/markdown";
import { readLesson } from "#core/model/lesson-model";
import { parseDocumentName } from "#core/protocol/document-name";
import { sizeWords } from "#core/size";
import { ConfigError } from "../config.ts";
import { systemClock } from "../observe/clock.ts";
import { serveDatabase } from "../stores/serving.ts";
import { openDocumentCare, type DocumentCare, type LogPart, type VersionState } from "../stores/sqlite/document-care.ts";
import { diagnose, type Diagnosis, type Trouble } from "../sync/diagnosis.ts";
import { readSettings, runTool } from "./operator.ts";

type Examined = { readonly parts: readonly LogPart[]; readonly diagnosis: Diagnosis; readonly version: VersionState | null };

await runTool(async () => {
  const { values, positionals } = parseArgs({
    options: { to: { type: "string" }, "even-empty": { type: "boolean", default: false }, demo: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [command, ...documents] = positionals;
  const [document] = documents;
  const { databaseUrl } = readSettings({ demo: values.demo });
  if (command === "list" && documents.length === 0) return reading(databaseUrl, list);
  if (command === "check") return reading(databaseUrl, (care) => check(care, documents));
  if (command === "export" && document !== undefined && documents.length === 1)
    return reading(databaseUrl, (care) => exportDocument(care, document, resolve(values.to ?? ".")));
  if (command === "repair" && document !== undefined && documents.length === 1) return repair(databaseUrl, document, values["even-empty"]);
  throw new ConfigError("The command line", positionals.join(" "), "list, check [DOCUMENT …], export DOCUMENT or repair DOCUMENT");
});

async function reading(databaseUrl: string, work: (care: DocumentCare) => Promise<number> | number): Promise<number> {
  const care = openDocumentCare(databaseUrl, { write: false });
  try {
    return await work(care);
  } finally {
    care.close();
  }
}

// ------------------------------------------------------------------ list and check

function list(care: DocumentCare): number {
  const documents = care.listDocuments();
  for (const { document, snapshotBytes, updates, updateBytes } of documents) {
    const size = `${sizeWords(snapshotBytes + updateBytes).padStart(10)}  ${String(updates).padStart(6)} updates`;
    console.log(`${document}  ${size}  ${whatIsWrong(care, document) === null ? "whole" : "DAMAGED"}`);
  }
  console.log(`${documents.length} documents.`);
  return 0;
}

function check(care: DocumentCare, wanted: readonly string[]): number {
  const faults = care.findFaults();
  for (const fault of faults) console.log(`The database file: ${fault}`);
  const known = faults.length > 0 && wanted.length === 0 ? [] : care.listDocuments().map(({ document }) => document);
  for (const document of wanted) if (!known.includes(document)) throw noSuchDocument(document);
  const looked = wanted.length > 0 ? wanted : known;
  let damaged = 0;
  for (const document of looked) {
    const wrong = whatIsWrong(care, document);
    if (wrong === null) continue;
    damaged += 1;
    console.log(`${document}:`);
    for (const sentence of wrong) console.log(`  ${sentence}`);
  }
  if (faults.length > 0) console.log("The database file is damaged. Put the last backup in its place: npm run restore -- FILE");
  else console.log("The database file is sound.");
  if (damaged > 0)
    console.log(`${damaged} of ${looked.length} documents are damaged. See: doctor.ts export DOCUMENT, then doctor.ts repair DOCUMENT`);
  else if (looked.length > 0) console.log(`${looked.length} documents looked through; all can be read whole.`);
  return faults.length + damaged === 0 ? 0 : 1;
}

/** Sentences; null when the document is whole. */
function whatIsWrong(care: DocumentCare, document: string): readonly string[] | null {
  try {
    const { parts, diagnosis } = examine(care, document);
    return diagnosis.troubles.length === 0 ? null : diagnosis.troubles.map((trouble) => troubleWords(parts, trouble));
  } catch (error) {
    if (error instanceof Database.SqliteError) return [`SQLite cannot read it: ${error.message}.`];
    throw error;
  }
}

function examine(care: DocumentCare, document: string): Examined {
  const parts = care.readParts(document);
  if (parts.length === 0) throw noSuchDocument(document);
  const bytes = parts.map(({ data }) => data);
  const diagnosis = diagnose(bytes, null);
  if (diagnosis.troubles.length === 0) return { parts, diagnosis, version: null };
  const version = findVersion(care, document);
  return { parts, diagnosis: diagnose(bytes, version === null ? null : toUpdate(version)), version };
}

function findVersion(care: DocumentCare, document: string): VersionState | null {
  const name = parseDocumentName(document);
  return name === null ? null : care.findNewestVersion(name.lessonId);
}

/** A version's state as the log writes updates; an empty one, which adds nothing, when it is damaged too. */
function toUpdate(version: VersionState): Uint8Array {
  try {
    return Y.convertUpdateFormatV2ToV1(version.state);
  } catch (error) {
    console.error(`Version ${version.number} cannot be read either (${String(error)}).`);
    return Y.encodeStateAsUpdate(new Y.Doc());
  }
}

function noSuchDocument(document: string): AppError {
  return new AppError("not-found", { message: `There is no document ${document} in the log. The command list shows all.` });
}

function troubleWords(parts: readonly LogPart[], { index, why }: Trouble): string {
  const part = parts[index];
  if (part === undefined) return why;
  const what = part.part === "snapshot" ? "The snapshot" : `Update ${part.seq}`;
  const from = part.personId === null ? "" : `, from person ${part.personId}`;
  const when = part.atMs === null ? "" : ` of ${new Date(part.atMs).toISOString()}`;
  const words = { unreadable: "cannot be read", "not applied": "cannot be applied", "rests on what is gone": "rests on edits that are gone" };
  return `${what}${when}${from} (${sizeWords(part.data.length)}) ${words[why]}.`;
}

// ------------------------------------------------------------------ export

async function exportDocument(care: DocumentCare, document: string, folder: string): Promise<number> {
  const { parts, diagnosis, version } = examine(care, document);
  await mkdir(folder, { recursive: true });
  const base = document.replaceAll(/[^A-Za-z0-9]+/g, "-");
  const write = async (ending: string, content: Uint8Array | string): Promise<void> => {
    const path = join(folder, `${base}${ending}`);
    await writeFile(path, content, { flag: "wx" });
    console.log(`Wrote ${path}`);
  };
  await write(".yjs", diagnosis.whole);
  const name = parseDocumentName(document);
  if (name !== null && !diagnosis.isEmpty) {
    const lesson = readLesson(diagnosis.whole);
    await write(".json", renderLessonJson(lesson, name.lessonId));
    await write(".md", renderLessonMarkdown(lesson));
  }
  for (const { index } of diagnosis.troubles) {
    const part = parts[index];
    if (part !== undefined) await write(`.${part.part}-${part.seq}.broken`, part.data);
  }
  for (const [at, part] of care.readKeptAside(document).entries()) await write(`.kept-${at + 1}.${part.part}-${part.seq}.broken`, part.data);
  for (const sentence of findings({ parts, diagnosis, version })) console.log(sentence);
  return 0;
}

/** What is wrong, and what that means, in sentences. */
function findings({ parts, diagnosis, version }: Examined): readonly string[] {
  const { troubles, usedBase, isEmpty } = diagnosis;
  if (troubles.length === 0) return ["The document is whole."];
  return [
    ...troubles.map((trouble) => troubleWords(parts, trouble)),
    ...(isEmpty ? ["Nothing of the document can be read."] : []),
    ...(usedBase && version !== null
      ? [
          `Version ${version.number}, of ${new Date(version.createdAtMs).toISOString()}, still has what was lost up to then and was used. What was deleted after it may be back.`,
        ]
      : []),
  ];
}

// ------------------------------------------------------------------ repair

async function repair(databaseUrl: string, document: string, evenEmpty: boolean): Promise<number> {
  const letGo = await holdDatabase(databaseUrl);
  try {
    const care = openDocumentCare(databaseUrl, { write: true });
    try {
      return repairWith(care, document, evenEmpty);
    } finally {
      care.close();
    }
  } finally {
    letGo();
  }
}

function repairWith(care: DocumentCare, document: string, evenEmpty: boolean): number {
  const faults = care.findFaults();
  if (faults.length > 0) {
    throw new AppError("conflict", {
      message: `The database file itself is damaged (${faults[0] ?? ""}). Put the last backup in its place instead: npm run restore -- FILE`,
    });
  }
  const examined = examine(care, document);
  const { parts, diagnosis } = examined;
  if (diagnosis.troubles.length === 0) throw new AppError("conflict", { message: `${document} is whole: there is nothing to repair.` });
  for (const sentence of findings(examined)) console.log(sentence);
  if (diagnosis.isEmpty && !evenEmpty) {
    throw new AppError("conflict", {
      message:
        "So nothing was changed. A backup may have it. If only somebody's device may still hold it, --even-empty makes the document empty, so that their next visit can bring it back.",
    });
  }
  const broken = diagnosis.troubles.map(({ index }) => parts[index]).filter((part) => part !== undefined);
  care.replace(document, { parts, snapshot: diagnosis.whole, broken, nowMs: systemClock.nowMs() });
  console.log(`Repaired: ${document} holds what could be read (${sizeWords(diagnosis.whole.length)}).`);
  console.log(
    `${broken.length === 1 ? "The part named above is" : `The ${broken.length} parts named above are`} kept aside, byte for byte; export writes that to files.`,
  );
  console.log("What is lost comes back by itself when somebody opens the lesson on a device that still holds it.");
  return 0;
}

/** As a server holds it, so that none can start meanwhile. */
async function holdDatabase(databaseUrl: string): Promise<() => void> {
  try {
    return await serveDatabase({ databaseUrl, patienceMs: 0 });
  } catch (error) {
    if (isAppError(error) && error.code === "conflict")
      throw new AppError("conflict", { message: "Bansho is running on this database. Stop it first; repairing is done while nobody writes." });
    throw error;
  }
}
