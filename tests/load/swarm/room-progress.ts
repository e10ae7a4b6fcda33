/**
 * Who has seen what in one room: each writer's clocks are timed from sending until each of the others has them.
 *
 * Always true: a delivery is one clock seen for the first time by one other person; a clock that comes before the ones below it is an error.
 */
import type { LatencyHistogram } from "./histogram.ts";
import { readClocks } from "./progress.ts";

type Writer = { readonly clientId: number; readonly member: number; sentAtMs: number[]; othersLeft: number[]; done: number };

export class RoomProgress {
  readonly latency: LatencyHistogram;
  deliveries = 0;
  /** Clocks sent, and of them those that everybody else has. */
  sent = 0;
  done = 0;
  gaps = 0;
  private readonly writers = new Map<number, Writer>();
  /** For each member: how far they have each writer. */
  private readonly seen: Map<number, number>[];
  private readonly onDone: (clientId: number) => void;

  constructor(members: number, latency: LatencyHistogram, onDone: (clientId: number) => void = () => undefined) {
    this.latency = latency;
    this.seen = Array.from({ length: members }, () => new Map<number, number>());
    this.onDone = onDone;
  }

  addWriter(clientId: number, member: number): void {
    this.writers.set(clientId, { clientId, member, sentAtMs: [], othersLeft: [], done: 0 });
  }

  /** The writer sends its next clock now. */
  typed(clientId: number, nowMs: number): void {
    const writer = this.writers.get(clientId);
    if (writer === undefined) throw new Error("somebody typed who is no writer");
    writer.sentAtMs.push(nowMs);
    writer.othersLeft.push(this.seen.length - 1);
    this.sent += 1;
  }

  /** A member was sent an update. */
  received(member: number, update: Uint8Array, nowMs: number): void {
    const seen = this.seen[member];
    if (seen === undefined) return;
    readClocks(update, (clientId, start, end) => {
      const writer = this.writers.get(clientId);
      // Some servers send a writer's own edits back.
      if (writer === undefined || writer.member === member) return;
      const from = seen.get(clientId) ?? 0;
      if (start > from) this.gaps += 1;
      if (end <= from) return;
      seen.set(clientId, end);
      for (let clock = from; clock < end; clock += 1) this.delivered(writer, clock, nowMs);
    });
  }

  private delivered(writer: Writer, clock: number, nowMs: number): void {
    const left = writer.othersLeft[clock];
    const sentAtMs = writer.sentAtMs[clock];
    if (left === undefined || sentAtMs === undefined) throw new Error("a clock came that nobody sent");
    this.deliveries += 1;
    this.latency.add(nowMs - sentAtMs);
    writer.othersLeft[clock] = left - 1;
    if (left > 1) return;
    this.done += 1;
    this.onDone(writer.clientId);
  }
}
