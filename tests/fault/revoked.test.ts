/**
 * Somebody is taken out of the team while they type as fast as a script can: over real sockets, with the real services and the real database.
 */
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { makeSignIns, makeWriter, readFresh, shownTo, type Word } from "../support/demo-writer.ts";
import { postForm } from "../support/form.ts";
import { startServer } from "../support/server.ts";

/** Lessons of the team that ben is taken out of. */
const DOCUMENTS = ["lesson/demo-y3-unit-fractions", "lesson/demo-y5-ten-times"];

/** Ids that no page says plainly. */
function findIds(dataDir: string): { readonly ben: string; readonly team: string } {
  const database = new Database(join(dataDir, "bansho.db"), { readonly: true });
  try {
    const find = (sql: string): string => String(database.prepare(sql).pluck().get());
    return {
      ben: find(`SELECT "id" FROM "Person" WHERE "email" = 'ben@demo.bansho.test'`),
      team: find(`SELECT "id" FROM "Team" WHERE "name" = 'Elm Lane maths study'`),
    };
  } finally {
    database.close();
  }
}

test(
  "[SY11] who is taken out of a team is out of all its lessons within a second; nothing they type afterwards is kept",
  { timeout: 60_000 },
  async () => {
    const server = await startServer({ demo: true });
    try {
      const cookieOf = makeSignIns(server);
      const { ben, team } = findIds(server.dataDir);
      const carys = await cookieOf("carys");
      const [aisha, ...bens] = [
        await makeWriter(server, { who: "aisha", cookie: await cookieOf("aisha") }),
        ...(await Promise.all(DOCUMENTS.map(async (document) => makeWriter(server, { who: "ben", cookie: await cookieOf("ben"), document })))),
      ];
      if (aisha === undefined) throw new Error("nobody is there");
      for (const writer of bens) {
        for (let key = 0; key < 20; key += 1) writer.type();
        await writer.client.untilSaved();
      }
      let [revokedAtMs, outAtMs] = [Infinity, Infinity];
      const out = Promise.all(bens.map(async (writer) => writer.client.untilClosed())).then(() => {
        outAtMs = Date.now();
      });
      const removing = postForm(server.url, `/teams/${team}`, { intent: "remove", personId: ben }, carys).then((answer) => {
        revokedAtMs = Date.now();
        return answer;
      });
      const typedAfter: Word[] = [];
      // On and on, also into a line that is closed, until a while after the answer.
      while (!(outAtMs < Infinity && Date.now() > revokedAtMs + 100)) {
        for (const writer of bens) {
          const word = writer.type();
          if (word.typedAtMs > revokedAtMs) typedAfter.push(word);
        }
        aisha.type();
        await new Promise<void>((done) => void setImmediate(done));
        if (Date.now() > revokedAtMs + 5_000) break;
      }
      expect((await removing).headers.get("location")).toBe(`/teams/${team}?done=removed`);
      await out;
      expect(bens.map((writer) => writer.client.closeCode)).toEqual([4403, 4403]);
      expect(outAtMs - revokedAtMs).toBeLessThan(1_000);
      const acknowledged = bens.flatMap((writer) => writer.acknowledged());

      // The device sends what it kept as often as it likes: it is not let in.
      for (const { client } of bens) {
        client.connect();
        await client.until("the door to stay shut", () => client.closeCode !== null || client.refusedWith !== null);
        expect(client.closeCode).toBe(4403);
      }
      await aisha.client.untilSaved();
      expect(shownTo(aisha.client), "whoever may goes on").toContain(aisha.wrote().at(-1)?.text);

      await server.stop("SIGKILL");
      await server.start();
      const contents = await Promise.all(DOCUMENTS.map((document) => readFresh(server, carys, document)));
      const wrote = bens.flatMap((writer) => writer.wrote());
      const kept = wrote.filter(({ text }) => contents.some((content) => content.includes(text)));
      process.stdout.write(
        `taken out: ${wrote.length} words typed, ${kept.length} kept, ${typedAfter.length} typed after the answer; out ${outAtMs - revokedAtMs} ms after it\n`,
      );
      expect(typedAfter.length).toBeGreaterThan(0);
      expect(kept.filter((word) => word.typedAtMs > revokedAtMs)).toEqual([]);
      expect(acknowledged.length).toBeGreaterThanOrEqual(40);
      expect(
        acknowledged.filter((word) => !kept.includes(word)),
        "what was acknowledged is kept",
      ).toEqual([]);
      await Promise.all([aisha, ...bens].map((writer) => writer.client.close()));
    } finally {
      await server.dispose();
    }
  },
);
