/**
 * The promise under the worst that can happen: kill -9 of the real server, at a random moment, while people type and while scripts write as
 * fast as they may. Read afterwards by a client that wrote nothing, since a writer's own copy would heal the loss. Twenty kills in all.
 */
import { expect, test } from "vitest";
import { makeSignIns, makeWriter, readFresh, type Word, type Writer } from "../support/demo-writer.ts";
import { makeRandom, type Random } from "../support/random.ts";
import { startServer, type RunningServer } from "../support/server.ts";

const TYPING_KILLS = 14;
const BURST_KILLS = 6;
/** Updates that each script of a burst keeps on their way. */
const IN_FLIGHT = 256;

const WRITERS = ["aisha", "ben", "carys"] as const;
const turn = (): Promise<void> => new Promise((done) => void setImmediate(done));

/** How many of somebody's words, from the first, are there. Each stands behind the one before, so none is there without it. */
function countKept(words: readonly Word[], content: string): number {
  let [low, high] = [0, words.length];
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (content.includes(words[middle - 1]?.text ?? "")) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Kill the server again and again; `write` answers when it is time. */
async function killRepeatedly(options: {
  kills: number;
  write: (writers: readonly Writer[], random: Random) => Promise<void>;
}): Promise<{ acknowledged: number; windowMs: number; wrote: number }> {
  const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 1e9));
  const random = makeRandom(seed);
  const server: RunningServer = await startServer({ demo: true });
  const total = { acknowledged: 0, windowMs: 0, wrote: 0 };
  try {
    const cookieOf = makeSignIns(server);
    for (let kill = 0; kill < options.kills; kill += 1) {
      const writers: Writer[] = [];
      for (const who of WRITERS) writers.push(await makeWriter(server, { who, cookie: await cookieOf(who) }));
      await options.write(writers, random);
      await server.stop("SIGKILL");
      const killedAtMs = Date.now();
      for (const { client } of writers) await client.untilClosed();
      await server.start();
      const content = await readFresh(server, await cookieOf("priya"));
      for (const writer of writers) {
        const [acknowledged, wrote] = [writer.acknowledged(), writer.wrote()];
        const kept = countKept(wrote, content);
        total.acknowledged += acknowledged.length;
        total.wrote += wrote.length;
        const firstLost = wrote[kept];
        if (firstLost !== undefined) total.windowMs = Math.max(total.windowMs, killedAtMs - firstLost.typedAtMs);
        expect(kept, `seed ${seed}, kill ${kill}: of ${wrote.length} words ${acknowledged.length} were acknowledged`).toBeGreaterThanOrEqual(
          acknowledged.length,
        );
        await writer.client.close();
      }
    }
  } finally {
    await server.dispose();
  }
  return total;
}

test("[SY7] kill -9 while three people type loses nothing that was acknowledged", { timeout: 180_000 }, async () => {
  const total = await killRepeatedly({
    kills: TYPING_KILLS,
    write: async (writers, random) => {
      const killAfter = 20 + random.below(120);
      for (let key = 0; key < killAfter; key += 1) {
        for (const writer of writers) writer.type();
        // Give way to the network, so that acknowledgements arrive between keys.
        await turn();
        if (key === killAfter >> 1) await writers[0]?.client.until("a first acknowledgement", () => (writers[0]?.acknowledged().length ?? 0) > 2);
      }
    },
  });
  process.stdout.write(`kill -9 while typing: ${TYPING_KILLS} kills ${JSON.stringify(total)}\n`);
  expect(total.acknowledged, "there was something to lose").toBeGreaterThan(150);
});

test("[SY7] kill -9 in a burst of thousands of updates a second loses nothing that was acknowledged", { timeout: 180_000 }, async () => {
  const total = await killRepeatedly({
    kills: BURST_KILLS,
    write: async (writers, random) => {
      const fill = (): void => {
        for (const writer of writers) while (writer.client.sent - writer.client.acknowledged < IN_FLIGHT) writer.type();
      };
      const killAfter = 500 + random.below(2_500);
      while (writers.some((writer) => writer.acknowledged().length < killAfter)) {
        fill();
        await turn();
      }
      // A moment in the middle of it: some on their way, some taken in, some being written.
      for (let more = random.below(12); more > 0; more -= 1) {
        fill();
        await turn();
      }
      fill();
    },
  });
  process.stdout.write(`kill -9 in a burst: ${BURST_KILLS} kills ${JSON.stringify(total)}\n`);
  expect(total.acknowledged, "there was something to lose").toBeGreaterThan(BURST_KILLS * 1_500);
  expect(total.wrote, "it was killed in the middle").toBeGreaterThan(total.acknowledged);
  expect(total.wrote - total.acknowledged).toBeLessThanOrEqual(BURST_KILLS * WRITERS.length * IN_FLIGHT);
});

test("[SY20] SIGTERM while people type keeps all it acknowledged, and says 1012 so that clients come back", { timeout: 60_000 }, async () => {
  const server = await startServer({ demo: true });
  try {
    const cookieOf = makeSignIns(server);
    const aisha = await makeWriter(server, { who: "aisha", cookie: await cookieOf("aisha") });
    for (let key = 0; key < 50; key += 1) aisha.type();
    await aisha.client.until("a first acknowledgement", () => aisha.acknowledged().length > 0);
    expect(await server.stop("SIGTERM")).toBe(0);
    await aisha.client.untilClosed();
    expect(aisha.client.closeCode).toBe(1012);
    await server.start();
    const kept = countKept(aisha.wrote(), await readFresh(server, await cookieOf("aisha")));
    expect(aisha.acknowledged().length).toBeGreaterThan(0);
    expect(kept).toBeGreaterThanOrEqual(aisha.acknowledged().length);
    await aisha.client.close();
  } finally {
    await server.dispose();
  }
});
