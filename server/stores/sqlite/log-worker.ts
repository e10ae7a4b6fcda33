/**
 * The thread that holds the document log's connection: prepared statements, one transaction for one request, and an fsync before
 * the answer (`synchronous = FULL`). A thread, since better-sqlite3 does not let go of its own while the disk works. Rules ST1 to ST4.
 */
import { parentPort, workerData } from "node:worker_threads";
import Database from "better-sqlite3";
import { assert } from "#core/errors";
import { pack, unpack, type Claim, type FromWorker, type LogAnswers, type LogRequest, type ToWorker } from "./log-messages.ts";

type Append = Extract<LogRequest, { kind: "append" }>;
type Compact = Extract<LogRequest, { kind: "compact" }>;

function openLog(path: string, busyTimeoutMs: number) {
  const database = new Database(path, { timeout: busyTimeoutMs, fileMustExist: true });
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.pragma("foreign_keys = ON");

  const insert = database.prepare<[string, string | null, number, Uint8Array]>(
    'INSERT INTO "DocumentUpdate" ("document", "personId", "atMs", "data") VALUES (?, ?, ?, ?)',
  );
  const wrote = database.prepare<[string, string, number, number]>(
    `INSERT INTO "DocumentWriter" ("document", "personId", "firstAtMs", "lastAtMs") VALUES (?, ?, ?, ?)
     ON CONFLICT ("document", "personId") DO UPDATE SET
       "firstAtMs" = min("firstAtMs", excluded."firstAtMs"), "lastAtMs" = max("lastAtMs", excluded."lastAtMs")`,
  );
  const snapshotOf = database.prepare<[string], { throughSeq: number; data: Buffer }>(
    'SELECT "throughSeq", "data" FROM "DocumentSnapshot" WHERE "document" = ?',
  );
  const throughOf = database.prepare<[string], { throughSeq: number }>('SELECT "throughSeq" FROM "DocumentSnapshot" WHERE "document" = ?');
  const updatesOf = database.prepare<[string], { seq: number; data: Buffer }>(
    'SELECT "seq", "data" FROM "DocumentUpdate" WHERE "document" = ? ORDER BY "seq"',
  );
  const putSnapshot = database.prepare<[string, number, Uint8Array]>(
    `INSERT INTO "DocumentSnapshot" ("document", "throughSeq", "data") VALUES (?, ?, ?)
     ON CONFLICT ("document") DO UPDATE SET "throughSeq" = excluded."throughSeq", "data" = excluded."data"`,
  );
  const deleteThrough = database.prepare<[string, number]>('DELETE FROM "DocumentUpdate" WHERE "document" = ? AND "seq" <= ?');
  const claimClient = database.prepare<[string, number, string]>(
    'INSERT INTO "DocumentClient" ("document", "clientId", "personId") VALUES (?, ?, ?) ON CONFLICT ("document", "clientId") DO NOTHING',
  );
  const ownerOf = database.prepare<[string, number], { personId: string }>(
    'SELECT "personId" FROM "DocumentClient" WHERE "document" = ? AND "clientId" = ?',
  );
  // Two who began in the same millisecond stay in the order of their rows.
  const writersAfter = database.prepare<[string, number], { personId: string }>(
    'SELECT "personId" FROM "DocumentWriter" WHERE "document" = ? AND "lastAtMs" > ? ORDER BY "firstAtMs", rowid',
  );

  const append = database.transaction(({ documents, personIds, atMs, others, updates }: Append) => {
    const parts = unpack(updates);
    const writers = new Map<string, { document: string; personId: string; firstAtMs: number; lastAtMs: number }>();
    const note = (document: string, personId: string, wroteAtMs: number) => {
      const key = `${personId} ${document}`;
      const writer = writers.get(key) ?? { document, personId, firstAtMs: wroteAtMs, lastAtMs: wroteAtMs };
      writer.firstAtMs = Math.min(writer.firstAtMs, wroteAtMs);
      writer.lastAtMs = Math.max(writer.lastAtMs, wroteAtMs);
      writers.set(key, writer);
    };
    for (const [index, document] of documents.entries()) {
      const update = parts[index];
      const personId = personIds[index] ?? null;
      const writtenAtMs = atMs[index];
      assert(update !== undefined && writtenAtMs !== undefined, "an append carries one update and one time for each entry");
      insert.run(document, personId, writtenAtMs, update);
      if (personId !== null) note(document, personId, writtenAtMs);
    }
    for (const { index, writers: more } of others) for (const other of more) note(documents[index] ?? "", other.personId, other.atMs);
    for (const { document, personId, firstAtMs, lastAtMs } of writers.values()) wrote.run(document, personId, firstAtMs, lastAtMs);
  });

  const compact = database.transaction(({ document, snapshot, throughSeq }: Compact) => {
    // A late compaction must not put an older snapshot over one whose updates are already gone.
    if (throughSeq <= (throughOf.get(document)?.throughSeq ?? 0)) return;
    putSnapshot.run(document, throughSeq, snapshot);
    deleteThrough.run(document, throughSeq);
  });

  const claim = database.transaction((claims: readonly Claim[]) =>
    claims.map(({ document, clientId, personId }) => {
      claimClient.run(document, clientId, personId);
      const owner = ownerOf.get(document, clientId);
      assert(owner !== undefined, "a claimed client id has an owner");
      return owner.personId;
    }),
  );

  const load = database.transaction((document: string): LogAnswers["load"] => {
    const snapshot = snapshotOf.get(document);
    const rows = updatesOf.all(document);
    return {
      snapshot: snapshot === undefined ? null : new Uint8Array(snapshot.data),
      updates: pack(rows.map((row) => row.data)),
      throughSeq: rows.at(-1)?.seq ?? snapshot?.throughSeq ?? 0,
    };
  });

  return (request: LogRequest): LogAnswers[keyof LogAnswers] => {
    switch (request.kind) {
      case "append":
        append.immediate(request);
        return null;
      case "load":
        return load.deferred(request.document);
      case "compact":
        compact.immediate(request);
        return null;
      case "claim":
        return claim.immediate(request.claims);
      case "writers":
        return writersAfter.all(request.document, request.sinceMs).map((row) => row.personId);
      case "check":
        ownerOf.get("", 0);
        return {
          journalMode: String(database.pragma("journal_mode", { simple: true })),
          synchronous: Number(database.pragma("synchronous", { simple: true })),
        };
      case "close":
        database.close();
        return null;
    }
  };
}

/** Buffers to hand over with an answer instead of copying them. */
function transfers(answer: LogAnswers[keyof LogAnswers]): ArrayBuffer[] {
  if (answer === null || typeof answer !== "object" || !("updates" in answer)) return [];
  return answer.snapshot === null ? [answer.updates.bytes.buffer] : [answer.updates.bytes.buffer, answer.snapshot.buffer];
}

const port = parentPort;
assert(port !== null, "log-worker.ts runs as a worker thread");
const { path, busyTimeoutMs } = workerData as { path: string; busyTimeoutMs: number };
const answerTo = openLog(path, busyTimeoutMs);

port.on("message", ({ id, request }: ToWorker) => {
  let message: FromWorker;
  try {
    message = { id, ok: true, answer: answerTo(request) };
  } catch (error) {
    message = { id, ok: false, error: error instanceof Error ? error : new Error(String(error)) };
  }
  port.postMessage(message, message.ok ? transfers(message.answer) : []);
  if (request.kind === "close") port.close();
});
