/** Closed loop: every client keeps so many updates in flight; one is done when everybody else in the room has it. */
import type { LoadClient } from "./client.ts";
import { Rooms, type FinalState, type Room, type RoomsPlan } from "./rooms.ts";
import { openWindow } from "./window.ts";
import { pass } from "./wait.ts";

export type ClosedLoopInput = Omit<RoomsPlan, "writersEach"> & {
  readonly serverPid: number;
  readonly inFlight: number;
  readonly warmMs: number;
  readonly measureMs: number;
};

export type ClosedLoopResult = {
  readonly updatesPerSecond: number;
  /** Acknowledged within the window, a second; NaN when the server acknowledges nothing. */
  readonly acknowledgedPerSecond: number;
  readonly serverCpuShare: number;
  readonly clientCpuShare: number;
  readonly p99Ms: number;
  readonly ackP99Ms: number;
  readonly trouble: string | null;
  readonly states: FinalState[];
};

export async function runClosedLoop(input: ClosedLoopInput): Promise<ClosedLoopResult> {
  const roomOf = new Map<LoadClient, Room>();
  let isRunning = false;
  const owed: LoadClient[] = [];
  const rooms = new Rooms({ ...input, writersEach: input.peopleEach }, (writer) => {
    if (!isRunning) return;
    // Sent after all that came in this turn was read, so that one turn's updates leave together.
    if (owed.push(writer) === 1) setImmediate(sendOwed);
  });
  const send = (writer: LoadClient): void => {
    const room = roomOf.get(writer);
    if (room !== undefined) rooms.type(room, writer);
  };
  function sendOwed(): void {
    const now = owed.splice(0);
    if (isRunning) for (const writer of now) send(writer);
  }
  for (const room of rooms.rooms) for (const member of room.members) roomOf.set(member, room);
  await rooms.untilSynced();
  const acknowledgedNow = (): number => rooms.clients.reduce((sum, client) => sum + client.acknowledged, 0);

  isRunning = true;
  for (const client of rooms.clients) for (let count = 0; count < input.inFlight; count += 1) send(client);
  await pass(input.warmMs);
  rooms.forget();
  const before = { done: rooms.done, acknowledged: acknowledgedNow() };
  const close = openWindow(input.serverPid);
  await pass(input.measureMs);
  const window = close();
  const { latency, acknowledgements } = rooms;
  const { acknowledges } = rooms;
  const measured = {
    updatesPerSecond: (rooms.done - before.done) / window.seconds,
    acknowledgedPerSecond: acknowledges ? (acknowledgedNow() - before.acknowledged) / window.seconds : NaN,
    serverCpuShare: window.serverCpuS / window.seconds,
    clientCpuShare: window.clientCpuShare,
    p99Ms: latency.percentile(0.99),
    ackP99Ms: acknowledges ? acknowledgements.percentile(0.99) : NaN,
  };
  isRunning = false;
  const trouble = await rooms.settle(30_000);
  const { difference, states } = rooms.compare();
  rooms.close();
  return { ...measured, trouble: trouble ?? difference, states };
}
