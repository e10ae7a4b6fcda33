/**
 * People type into one document until the server is killed with SIGKILL, at a random moment, by this process: nothing lies between the last
 * look at what was acknowledged and the blow.
 */
import { LoadClient, type Address } from "./client.ts";
import { readClocks } from "./progress.ts";
import { clientIdOf } from "./rooms.ts";
import { holdsWithin, pass } from "./wait.ts";

export type TypeUntilKilledInput = {
  readonly address: Address;
  readonly serverPid: number;
  readonly document: string;
  readonly writers: number;
  readonly updatesPerSecond: number;
  /** Between these the blow falls. */
  readonly killAfterMs: readonly [number, number];
  /** Number of this kill on this document. */
  readonly kill: number;
};

/** What one writer believed when the server died. */
export type Belief = {
  readonly clientId: number;
  /** Clocks that it had sent, and when, in ms before the blow. */
  readonly sentBeforeMs: Float64Array;
  /** Clocks that the server had acknowledged; without acknowledgements, those that somebody else had got. */
  readonly acknowledged: number;
};

const TICK_MS = 5;

export async function typeUntilKilled(input: TypeUntilKilledInput): Promise<Belief[]> {
  const { address, document, writers, updatesPerSecond } = input;
  const seenByOthers = new Map<number, number>();
  const acknowledges = address.dialect !== "y-websocket";
  const people = Array.from({ length: writers }, (_, number) => {
    const client = new LoadClient({
      address,
      document,
      number,
      clientId: clientIdOf(1 + input.kill, number),
      keeps: false,
      onUpdate: (update, who) =>
        readClocks(update, (clientId, _start, end) => {
          if (clientId !== who.options.clientId && end > (seenByOthers.get(clientId) ?? 0)) seenByOthers.set(clientId, end);
        }),
    });
    const sentAtMs: number[] = [];
    return { client, sentAtMs, sentBefore: 0 };
  });
  if (!(await holdsWithin(30_000, () => people.every(({ client }) => client.isSynced)))) throw new Error("the writers never got in sync");
  // The answer to the server's first question counts as an update too.
  await pass(200);
  for (const person of people) person.sentBefore = person.client.sent;

  const fromMs = performance.now();
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - fromMs) / 1000) * updatesPerSecond);
    for (const { client, sentAtMs } of people) {
      if (sentAtMs.length === due) continue;
      while (sentAtMs.length < due) {
        sentAtMs.push(performance.now());
        client.type();
      }
      client.moveCursor();
    }
  }, TICK_MS);
  const [soonestMs, latestMs] = input.killAfterMs;
  await pass(soonestMs + Math.random() * (latestMs - soonestMs));
  const killedAtMs = performance.now();
  process.kill(input.serverPid, "SIGKILL");
  clearInterval(timer);
  const beliefs = people.map(({ client, sentAtMs, sentBefore }) => ({
    clientId: client.options.clientId,
    sentBeforeMs: Float64Array.from(sentAtMs, (ms) => killedAtMs - ms),
    acknowledged: acknowledges ? Math.max(0, client.acknowledged - sentBefore) : (seenByOthers.get(client.options.clientId) ?? 0),
  }));
  for (const { client } of people) client.socket.cut();
  return beliefs;
}
