/**
 * Four people who go on working while somebody attacks: two in the document that is attacked, two in another. What they type is timed to the
 * other's screen, and in the end their documents are compared.
 */
import { peakBytes, residentBytes, isRunning } from "../process-stats.ts";
import { Rooms, type RoomsPlan } from "./rooms.ts";
import { holdsWithin, pass } from "./wait.ts";

export type BystandersInput = Omit<RoomsPlan, "peopleEach" | "writersEach"> & { readonly serverPid: number; readonly durationMs: number };
export type BystandersResult = {
  readonly survived: boolean;
  readonly p99Ms: number;
  readonly worstMs: number;
  readonly grewMib: number;
  readonly trouble: string | null;
};

const EVERY_MS = 50;
const SAMPLE_MS = 50;
/** The server is left alone for so long before the attack begins. */
const QUIET_MS = 1_500;

export async function runBystanders(input: BystandersInput): Promise<BystandersResult> {
  const rooms = new Rooms({ ...input, peopleEach: 2, writersEach: 2 });
  await rooms.untilSynced();
  let isTyping = true;
  const typing = setInterval(() => {
    if (!isTyping) return;
    for (const room of rooms.rooms) for (const writer of room.writers) if (!writer.isEnded) rooms.type(room, writer);
  }, EVERY_MS);
  await pass(QUIET_MS / 2);
  rooms.forget();
  const before = residentBytes(input.serverPid);
  const peakBefore = peakBytes(input.serverPid);
  let most = before;
  const sampling = setInterval(() => {
    if (isRunning(input.serverPid)) most = Math.max(most, residentBytes(input.serverPid));
  }, SAMPLE_MS);
  await pass(QUIET_MS / 2 + input.durationMs);
  isTyping = false;
  clearInterval(typing);
  const survived = isRunning(input.serverPid);
  // What is late counts when it comes; what never comes is trouble.
  await holdsWithin(3_000, () => rooms.rooms.every(({ progress }) => progress.done === progress.sent));
  clearInterval(sampling);
  // The system remembers peaks that fell between two samples, once they are higher than the one at the start.
  const peak = isRunning(input.serverPid) ? peakBytes(input.serverPid) : 0;
  if (peak > peakBefore) most = Math.max(most, peak);
  const { latency } = rooms;
  // The attacker's last edits may still be on their way to one of the two.
  let trouble = await rooms.settle(5_000);
  const untilMs = performance.now() + 5_000;
  for (let difference = rooms.compare().difference; trouble === null && difference !== null; difference = rooms.compare().difference) {
    if (performance.now() > untilMs) trouble = difference;
    await pass(200);
  }
  rooms.close();
  return { survived, p99Ms: latency.percentile(0.99), worstMs: latency.maxMs, grewMib: (most - before) / 1024 ** 2, trouble };
}
