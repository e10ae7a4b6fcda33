/** What operators see of an open room: numbers, no content. */
import type { Room } from "./room.ts";

/** One open room, for operators. */
export type RoomStats = {
  readonly document: string;
  readonly people: number;
  readonly connections: number;
  /** What its snapshot and tail take in memory. */
  readonly bytes: number;
  readonly updatesSinceSnapshot: number;
  /** Accepted, not yet durable. */
  readonly unsavedUpdates: number;
  /** Something stored of it does not decode: it is shown read-only. Rule SY2. */
  readonly damaged: boolean;
};

/** The numbers of a room at this moment. */
export function statsOf(room: Room): RoomStats {
  return {
    document: room.document,
    people: new Set([...room.members].map((member) => member.person.id)).size,
    connections: room.members.size,
    bytes: room.bytes(),
    updatesSinceSnapshot: room.tail().updates,
    unsavedUpdates: room.accepted() - room.durable(),
    damaged: room.isDamaged,
  };
}
