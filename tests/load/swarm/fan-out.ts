/** Open loop: writers type so many characters a second, each with a cursor, whatever the server does. */
import { Rooms, type FinalState, type RoomsPlan } from "./rooms.ts";
import { openWindow } from "./window.ts";
import { pass } from "./wait.ts";

export type FanOutInput = RoomsPlan & {
  readonly serverPid: number;
  readonly keysPerSecond: number;
  readonly warmMs: number;
  readonly measureMs: number;
};

export type FanOutResult = {
  readonly deliveries: number;
  readonly cpuPerThousand: number;
  readonly serverCpuShare: number;
  readonly clientCpuShare: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** NaN when the server acknowledges nothing. */
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  readonly trouble: string | null;
  readonly states: FinalState[];
};

export async function runFanOut(input: FanOutInput): Promise<FanOutResult> {
  const rooms = new Rooms(input);
  await rooms.untilSynced();
  const gapMs = 1000 / input.keysPerSecond;
  const writers = rooms.rooms.flatMap((room) => room.writers.map((writer) => ({ room, writer })));
  const timers = writers.map(({ room, writer }, index) => {
    const key = (): void => {
      rooms.type(room, writer);
      writer.moveCursor();
    };
    const state: { timer: NodeJS.Timeout } = {
      // Spread over the gap, so that no two windows of a run differ in who types together.
      timer: setTimeout(
        () => {
          key();
          state.timer = setInterval(key, gapMs);
        },
        (index / writers.length) * gapMs,
      ),
    };
    return state;
  });
  await pass(input.warmMs);
  rooms.forget();
  const deliveredBefore = rooms.deliveries;
  const close = openWindow(input.serverPid);
  await pass(input.measureMs);
  const window = close();
  const deliveries = rooms.deliveries - deliveredBefore;
  const { latency, acknowledgements } = rooms;
  const measured = {
    deliveries,
    cpuPerThousand: (window.serverCpuS / deliveries) * 1000,
    serverCpuShare: window.serverCpuS / window.seconds,
    clientCpuShare: window.clientCpuShare,
    p50Ms: latency.percentile(0.5),
    p99Ms: latency.percentile(0.99),
    maxMs: latency.maxMs,
    ackP50Ms: rooms.acknowledges ? acknowledgements.percentile(0.5) : NaN,
    ackP99Ms: rooms.acknowledges ? acknowledgements.percentile(0.99) : NaN,
  };
  for (const { timer } of timers) clearInterval(timer);
  const trouble = await rooms.settle(20_000);
  const { difference, states } = rooms.compare();
  rooms.close();
  return { ...measured, trouble: trouble ?? difference, states };
}
