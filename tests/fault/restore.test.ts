/** Backup and restore as an operator does them: with the tools, beside a real server. */
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { runTool } from "../support/run-tool.ts";
import { signInByForm } from "../support/form.ts";
import { startServer } from "../support/server.ts";
import { SyncClient } from "../support/sync-client.ts";

function organisations(path: string): string[] {
  const database = new Database(path, { readonly: true });
  try {
    return database
      .prepare<[], { name: string }>('SELECT "name" FROM "Organisation" ORDER BY "name"')
      .all()
      .map((row) => row.name);
  } finally {
    database.close();
  }
}

/** Something happens after the backup. */
function renameAll(path: string): void {
  const database = new Database(path, { timeout: 5_000 });
  database.exec(`UPDATE "Organisation" SET "name" = 'Renamed after the backup'`);
  database.close();
}

test("[ST18] [ST20] backup beside a running server; restore waits for the next start, which says what it did", { timeout: 120_000 }, async () => {
  const server = await startServer({ demo: true });
  try {
    const env = { DATA_DIR: server.dataDir };
    const path = join(server.dataDir, "bansho.db");
    const before = organisations(path);
    const backup = await runTool(["backup"], env);
    expect(backup.code, backup.output).toBe(0);
    const file = /checked: (\S+\.db)/.exec(backup.output)?.[1] ?? "";
    expect(organisations(file)).toEqual(before);
    renameAll(path);

    const restore = await runTool(["restore", file], env);
    expect(restore.code, restore.output).toBe(0);
    expect(restore.output).toContain("The next start of Bansho puts it in place");
    expect(organisations(path)).toContain("Renamed after the backup");
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);

    await server.stop();
    await server.start();
    expect(server.output()).toContain("A backup was put in place of the database, as asked for.");
    const kept = /What was there before is kept as (\S+)/.exec(server.output())?.[1] ?? "";
    expect(organisations(path)).toEqual(before);
    expect(organisations(kept)).toContain("Renamed after the backup");

    await server.stop("SIGKILL");
    renameAll(path);
    const again = await runTool(["restore", file], env);
    expect(again.output).toContain("The backup is in place.");
    expect(organisations(path)).toEqual(before);
    await server.start();
    expect(server.output()).not.toContain("put in place");
  } finally {
    await server.dispose();
  }
});

test("after a restore, a device that still holds newer edits brings them back, deletions too; others see them", { timeout: 120_000 }, async () => {
  const server = await startServer({ demo: true });
  const document = "lesson/demo-y3-unit-fractions";
  const connect = async (who: string): Promise<SyncClient> => {
    const client = new SyncClient({ url: server.url.replace("http", "ws"), document, cookie: await signInByForm(server.url, who) });
    await client.untilSynced();
    return client;
  };
  try {
    const env = { DATA_DIR: server.dataDir };
    const writer = await connect("aisha");
    writer.doc.getMap("facts").set("before", "in the backup");
    writer.doc.getMap("facts").set("later deleted", "in the backup");
    await writer.untilSaved();
    const backup = await runTool(["backup"], env);
    const file = /checked: (\S+\.db)/.exec(backup.output)?.[1] ?? "";
    writer.doc.getMap("facts").set("after", "not in the backup");
    writer.doc.getMap("facts").delete("later deleted");
    await writer.untilSaved();

    expect((await runTool(["restore", file], env)).code).toBe(0);
    await server.stop();
    await writer.untilClosed();
    await server.start();
    const first = await connect("ben");
    const facts = first.doc.getMap("facts");
    expect([facts.get("before"), facts.get("later deleted"), facts.get("after")]).toEqual(["in the backup", "in the backup", undefined]);
    writer.connect();
    await first.until("what the device holds", () => facts.get("after") === "not in the backup" && !facts.has("later deleted"));
    await first.close();
    await writer.close();
  } finally {
    await server.dispose();
  }
});

test("[ST19] the tools answer 1 and a sentence for what they cannot do, and leave all as it was", { timeout: 60_000 }, async () => {
  const server = await startServer();
  try {
    const env = { DATA_DIR: server.dataDir };
    const file = join(server.dataDir, "words.db");
    await writeFile(file, "no database ".repeat(1_000));
    const names = (await readdir(server.dataDir)).filter((name) => !name.endsWith(".restoring"));
    const tries: [readonly [string, ...string[]], string][] = [
      [["restore", file], "cannot be opened as a database"],
      [["restore"], "must be the file of a backup, or --cancel"],
      [["restore", file, "--now"], "Unknown option '--now'"],
      [["backup", "--keep", "none"], '--keep is "none", but must be a whole number from 1'],
      [["backup", "--to", file], "words.db"],
    ];
    for (const [args, sentence] of tries) {
      const run = await runTool(args, env);
      expect(run.code, run.output).toBe(1);
      expect(run.output).toContain(sentence);
      expect(run.output).not.toContain("    at ");
    }
    expect((await readdir(server.dataDir)).filter((name) => !name.endsWith(".restoring"))).toEqual(names);
    const cancel = await runTool(["restore", "--cancel"], env);
    expect(cancel).toEqual({ code: 0, output: "No backup is waiting to be put in place.\n" });
  } finally {
    await server.dispose();
  }
});
