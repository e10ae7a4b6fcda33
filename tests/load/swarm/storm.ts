/**
 * Hundreds of people come at once while a few go on typing. Two processes, so that what the guests cost their own is not taken for the
 * typists' latency; they agree on the moment by the clock.
 */
import * as Y from "yjs";
import { LoadClient, type Address } from "./client.ts";
import { Rooms, type FinalState, type RoomsPlan } from "./rooms.ts";
import { findDifferenceAmong } from "./same-state.ts";
import { holdsWithin, pass } from "./wait.ts";

export type TypistsInput = RoomsPlan & { readonly keysPerSecond: number; /** Milliseconds since 1970. */ readonly stormAtMs: number };
export type TypistsResult = {
  readonly quietP99Ms: number;
  readonly stormP99Ms: number;
  readonly trouble: string | null;
  readonly states: FinalState[];
};

/** How long typing is measured before the storm, and from its beginning. */
const QUIET_MS = 4_000;
const STORM_MS = 3_000;
/** What was typed last has reached the guests by then. */
const SETTLE_MS = 2_500;

const until = (atMs: number): Promise<void> => pass(Math.max(0, atMs - Date.now()));

/** Type before and during the storm. */
export async function runTypists(input: TypistsInput): Promise<TypistsResult> {
  const rooms = new Rooms(input);
  await rooms.untilSynced();
  const typists = rooms.rooms.flatMap((room) => room.writers.map((writer) => ({ room, writer })));
  const gapMs = 1000 / input.keysPerSecond;
  const timers: NodeJS.Timeout[] = [];
  const starting = typists.map(async ({ room, writer }, index) => {
    await pass((index / typists.length) * gapMs);
    timers.push(
      setInterval(() => {
        rooms.type(room, writer);
        writer.moveCursor();
      }, gapMs),
    );
  });
  await Promise.all(starting);
  if (Date.now() > input.stormAtMs - QUIET_MS) throw new Error("the typists came too late");
  await until(input.stormAtMs - QUIET_MS);
  rooms.forget();
  await until(input.stormAtMs);
  const quietP99Ms = rooms.latency.percentile(0.99);
  rooms.forget();
  await until(input.stormAtMs + STORM_MS);
  for (const timer of timers) clearInterval(timer);
  // What is late counts too.
  const trouble = await rooms.settle(20_000);
  const stormP99Ms = rooms.latency.percentile(0.99);
  const { difference, states } = rooms.compare();
  rooms.close();
  return { quietP99Ms, stormP99Ms, trouble: trouble ?? difference, states };
}

export type GuestsInput = {
  readonly address: Address;
  readonly documents: readonly string[];
  readonly eachDocument: number;
  /** A first answer is no smaller than this: some servers answer before they have loaded. */
  readonly leastBytes: number;
  readonly stormAtMs: number;
};
export type GuestsResult = {
  readonly secondsToSync: number;
  readonly trouble: string | null;
  readonly states: { readonly document: string; readonly state: Uint8Array }[];
};

/** All come at once; what they have in the end is compared within each room. */
export async function runGuests(input: GuestsInput): Promise<GuestsResult> {
  await until(input.stormAtMs);
  const fromMs = performance.now();
  let ended = 0;
  let isLeaving = false;
  const rooms = input.documents.map((document, room) => ({
    document,
    guests: Array.from({ length: input.eachDocument }, (_, guest) => {
      const number = room * input.eachDocument + guest;
      const onEnd = (): void => {
        if (!isLeaving) ended += 1;
      };
      return new LoadClient({ address: input.address, document, number, clientId: 300_000 + number, onEnd });
    }),
  }));
  const guests = rooms.flatMap((room) => room.guests);
  const allIn = await holdsWithin(60_000, () => guests.every((guest) => guest.isSynced && guest.tape.size >= input.leastBytes));
  const secondsToSync = (performance.now() - fromMs) / 1000;
  await until(input.stormAtMs + STORM_MS + SETTLE_MS);
  let trouble = allIn ? null : "not everybody got in sync";
  if (ended > 0) trouble ??= `${ended} guests were cut off`;
  const states = rooms.map(({ document, guests: here }) => {
    const docs = here.map((guest) => guest.makeDoc());
    const difference = findDifferenceAmong(docs, []);
    if (difference !== null) trouble ??= `${document}, guests: ${difference}`;
    return { document, state: Y.encodeStateAsUpdate(docs[0] ?? new Y.Doc()) };
  });
  isLeaving = true;
  for (const guest of guests) guest.close();
  return { secondsToSync, trouble, states };
}
