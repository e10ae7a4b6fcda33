/** Hundreds of people come at once while a few go on typing. */
import { LoadClient } from "./client.ts";
import { Coverage } from "./read-whole.ts";
import { Rooms, type FinalState, type RoomsPlan } from "./rooms.ts";
import { findDifferenceAmong } from "./same-state.ts";
import { textName } from "./typing.ts";
import { holdsWithin, pass } from "./wait.ts";

export type StormInput = RoomsPlan & { readonly comingEach: number; readonly keysPerSecond: number };
export type StormResult = {
  readonly secondsToSync: number;
  readonly quietP99Ms: number;
  readonly stormP99Ms: number;
  readonly trouble: string | null;
  readonly states: FinalState[];
};

/** How long typing is measured before the storm, and at least during it. */
const QUIET_MS = 4_000;
const STORM_MS = 2_000;

export async function runStorm(input: StormInput): Promise<StormResult> {
  const rooms = new Rooms(input);
  await rooms.untilSynced();
  const timers = rooms.rooms.flatMap((room) =>
    room.writers.map((writer) =>
      setInterval(() => {
        rooms.type(room, writer);
        writer.moveCursor();
      }, 1000 / input.keysPerSecond),
    ),
  );
  await pass(1_000);
  rooms.forget();
  await pass(QUIET_MS);
  const quietP99Ms = rooms.latency.percentile(0.99);
  rooms.forget();

  let ended = 0;
  let number = 0;
  const fromMs = performance.now();
  const guests = rooms.rooms.flatMap((room) =>
    Array.from({ length: input.comingEach }, () => {
      number += 1;
      const coverage = new Coverage();
      const client = new LoadClient({
        address: input.address,
        document: room.document,
        number,
        clientId: 300_000 + number,
        onUpdate: (update) => coverage.take(update),
        onEnd: () => (ended += 1),
      });
      return { client, coverage, room };
    }),
  );
  // In sync: answered, and in possession of all that had been typed when the storm began.
  const wanted = new Map(rooms.rooms.map((room) => [room, new Map(room.writers.map((writer) => [writer.options.clientId, writer.typed]))]));
  const isIn = ({ client, coverage, room }: (typeof guests)[number]): boolean => client.isSynced && coverage.covers(wanted.get(room) ?? new Map());
  const allIn = await holdsWithin(60_000, () => guests.every(isIn));
  const secondsToSync = (performance.now() - fromMs) / 1000;
  await pass(Math.max(0, STORM_MS - secondsToSync * 1000));
  const stormP99Ms = rooms.latency.percentile(0.99);
  for (const timer of timers) clearInterval(timer);

  let trouble = allIn ? await rooms.settle(20_000) : "not everybody got in sync";
  // Everything typed reaches the guests too.
  for (const [room, clocks] of wanted) for (const writer of room.writers) clocks.set(writer.options.clientId, writer.typed);
  if (!(await holdsWithin(20_000, () => guests.every(isIn)))) trouble ??= "guests lack what was typed";
  if (ended > 0) trouble ??= `${ended} guests were cut off`;
  const { difference, states } = rooms.compare();
  trouble ??= difference;
  for (const room of rooms.rooms) {
    const docs = [room.members[0], ...guests.filter((guest) => guest.room === room).map(({ client }) => client)].map((client) => client?.makeDoc());
    const found = findDifferenceAmong(
      docs.filter((doc) => doc !== undefined),
      room.writers.map((writer) => textName(writer.options.clientId)),
    );
    if (found !== null) trouble ??= `${room.document}, guests: ${found}`;
  }
  rooms.close();
  for (const { client } of guests) client.close();
  return { secondsToSync, quietP99Ms, stormP99Ms, trouble, states };
}
