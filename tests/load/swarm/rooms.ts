/**
 * Rooms full of people: connected, in sync, measured, and compared when all is done. What the fan-out, the closed loop and others share.
 */
import * as Y from "yjs";
import { LoadClient, type Address } from "./client.ts";
import type { Dialect } from "./dialect.ts";
import { LatencyHistogram } from "./histogram.ts";
import { RoomProgress } from "./room-progress.ts";
import { findDifferenceAmong } from "./same-state.ts";
import { textName } from "./typing.ts";
import { holdsWithin } from "./wait.ts";

export type RoomsPlan = {
  readonly address: Address;
  readonly documents: readonly string[];
  readonly peopleEach: number;
  readonly writersEach: number;
};

/** What one document holds in the end, for a comparison with the server's store. */
export type FinalState = { readonly document: string; readonly state: Uint8Array; readonly texts: readonly string[] };

export type Room = {
  readonly document: string;
  readonly members: readonly LoadClient[];
  readonly writers: readonly LoadClient[];
  readonly progress: RoomProgress;
};

/** Client ids of a run: apart from those of other runs on the same data, and small enough to be cheap to write. */
export const clientIdOf = (run: number, number: number): number => 1_000_000 + run * 100_000 + number;

export class Rooms {
  readonly rooms: readonly Room[];
  latency = new LatencyHistogram();
  acknowledgements = new LatencyHistogram();
  private readonly sentAtMs = new Map<LoadClient, number[]>();
  private readonly counted = new Map<LoadClient, number>();
  private readonly ended: string[] = [];
  private readonly dialect: Dialect;
  private isClosing = false;

  /** @param onDone a writer's clock has reached everybody else */
  constructor(plan: RoomsPlan, onDone: (writer: LoadClient) => void = () => undefined) {
    this.dialect = plan.address.dialect;
    const byId = new Map<number, LoadClient>();
    let number = 0;
    this.rooms = plan.documents.map((document) => {
      const progress = new RoomProgress(plan.peopleEach, this.latency, (clientId) => {
        const writer = byId.get(clientId);
        if (writer !== undefined) onDone(writer);
      });
      const members = Array.from({ length: plan.peopleEach }, (_, member) => {
        const client = new LoadClient({
          address: plan.address,
          document,
          number,
          clientId: clientIdOf(0, number),
          onUpdate: (update) => progress.received(member, update, performance.now()),
          onAcknowledged: (count, who) => this.acknowledged(who, count),
          onEnd: (code, who) => {
            if (!this.isClosing) this.ended.push(`${document} client ${who.options.clientId} with ${code}`);
          },
        });
        number += 1;
        byId.set(client.options.clientId, client);
        return client;
      });
      const writers = members.slice(0, plan.writersEach);
      for (const [member, writer] of writers.entries()) progress.addWriter(writer.options.clientId, member);
      return { document, members, writers, progress };
    });
  }

  /** Does the server acknowledge at all? */
  get acknowledges(): boolean {
    return this.dialect === "bansho" || this.dialect === "hocuspocus";
  }

  get clients(): readonly LoadClient[] {
    return this.rooms.flatMap((room) => room.members);
  }

  async untilSynced(): Promise<void> {
    const { clients } = this;
    if (await holdsWithin(60_000, () => clients.every((client) => client.isSynced))) return;
    throw new Error(
      `${clients.filter((client) => !client.isSynced).length} of ${clients.length} clients never got in sync; ${this.troubles() ?? ""}`,
    );
  }

  /** Type the next character, timed. */
  type(room: Room, writer: LoadClient): void {
    const nowMs = performance.now();
    room.progress.typed(writer.options.clientId, nowMs);
    writer.type();
    const times = this.sentAtMs.get(writer) ?? [];
    this.sentAtMs.set(writer, times);
    times[writer.sent] = nowMs;
  }

  get deliveries(): number {
    return this.rooms.reduce((sum, room) => sum + room.progress.deliveries, 0);
  }
  get done(): number {
    return this.rooms.reduce((sum, room) => sum + room.progress.done, 0);
  }

  /** Forget the latencies of the warm-up. */
  forget(): void {
    this.latency.clear();
    this.acknowledgements.clear();
  }

  /** Wait until everybody has everything, and (where the server says so) all is acknowledged. @returns what is missing, or null */
  async settle(timeoutMs: number): Promise<string | null> {
    const { acknowledges } = this;
    const isDelivered = (): boolean => this.rooms.every(({ progress }) => progress.done === progress.sent);
    const isAcknowledged = (): boolean => !acknowledges || this.rooms.every(({ writers }) => writers.every((w) => w.acknowledged >= w.sent));
    await holdsWithin(timeoutMs, () => isDelivered() && isAcknowledged());
    if (!isDelivered()) return "not everybody got everything";
    if (!isAcknowledged()) return "not everything was acknowledged";
    return this.troubles();
  }

  /** Connections that ended and gaps that were seen. */
  troubles(): string | null {
    const gaps = this.rooms.reduce((sum, room) => sum + room.progress.gaps, 0);
    if (this.ended.length > 0) return `${this.ended.length} connections ended: ${this.ended.slice(0, 3).join(", ")}`;
    return gaps > 0 ? `${gaps} gaps in what was sent` : null;
  }

  /** Compare all replicas of each room. @returns what differs, or each room's state */
  compare(): { readonly difference: string | null; readonly states: FinalState[] } {
    const states: FinalState[] = [];
    for (const { document, members, writers } of this.rooms) {
      const texts = writers.map((writer) => textName(writer.options.clientId));
      const docs = members.map((member) => member.makeDoc());
      const difference = findDifferenceAmong(docs, texts);
      if (difference !== null) return { difference: `${document}: ${difference}`, states };
      const [first] = docs;
      if (first !== undefined) states.push({ document, state: Y.encodeStateAsUpdate(first), texts });
    }
    return { difference: null, states };
  }

  close(): void {
    this.isClosing = true;
    for (const client of this.clients) client.close();
  }

  private acknowledged(client: LoadClient, count: number): void {
    const times = this.sentAtMs.get(client);
    const nowMs = performance.now();
    for (let number = (this.counted.get(client) ?? 0) + 1; number <= count; number += 1) {
      const sentAtMs = times?.[number];
      if (sentAtMs !== undefined) this.acknowledgements.add(nowMs - sentAtMs);
    }
    this.counted.set(client, count);
  }
}
