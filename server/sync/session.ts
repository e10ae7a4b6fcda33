/**
 * One client of one room: bytes in, bytes out, no socket.
 *
 * Always true: frames are handled in the order they came, one at a time; a frame that cannot be read ends this session only; an
 * acknowledgement counts messages whose content is durable, in order, none left out. Rules SY3, SY4, SY7 to SY11.
 * Left to others: what is stored and who else hears (room), who may come in (adapter, hub).
 */
import { joinAwareness, scanAwareness } from "#core/protocol/awareness";
import type { CloseReason } from "#core/protocol/close-codes";
import { scanStateVector, scanUpdate, type UpdateScan } from "#core/protocol/update-scan";
import {
  encodeAwarenessFrame,
  encodeClosing,
  encodeDenied,
  encodeNotice,
  encodePersisted,
  encodeStep1,
  encodeStep2,
  encodeUpdate,
  parseClientFrame,
  type SyncNotice,
} from "#core/protocol/wire";
import { LIMITS } from "#core/limits";
import { SECOND_MS, type Clock } from "#core/time";
import type { PersonId, SessionId } from "#core/ids";
import type { Log } from "#server/observe/log";
import type { CountedLimit, SyncMeters } from "#server/observe/meters";
import type { Member, Room } from "./room.ts";

/** Who the client is, and by which sign-in: the same shape as the hub's. */
type SignedInPerson = { readonly id: PersonId; readonly name: string; readonly sessionId: SessionId };

/** What the adapter may do with a session. */
export type Session = {
  /** Take in one websocket message. Never throws. */
  readonly receive: (frame: Uint8Array) => void;
  /** The network has taken all that was handed to it. */
  readonly drained: () => void;
  /** The connection is gone: stop speaking for it and tell the others. Edits that came before are still taken in. May be called twice. */
  readonly end: () => void;
};

/** What the hub may do besides. */
export type SessionControl = Session & {
  readonly person: SignedInPerson;
  readonly document: string;
  readonly hasEnded: () => boolean;
  /** Something that the client sent is not handled yet: its room is loading, or a client id is being bound. */
  readonly isInHand: () => boolean;
  /** The room is loaded: greet the client and handle what has been waiting. */
  readonly attach: (room: Room) => void;
  readonly setMayWrite: (mayWrite: boolean) => void;
  readonly notice: (json: unknown) => void;
  /** Say something harmless if nothing was said since the last call: the stock client hangs up after 30 s of silence. */
  readonly keepAlive: () => void;
  /** Tell the client why, and end. */
  readonly shut: (reason: CloseReason) => void;
};

export type SessionOptions = {
  readonly document: string;
  readonly person: SignedInPerson;
  readonly mayWrite: boolean;
  readonly wantsAck: boolean;
  /** Hand protocol messages to the network, together. The same array object comes once for each receiver: it can be encoded once. */
  readonly send: (frames: readonly Uint8Array[]) => void;
  readonly close: (reason: CloseReason) => void;
  /** Bytes handed to `send` that the network has not taken yet. */
  readonly bufferedBytes: () => number;
  readonly clock: Clock;
  readonly meters: SyncMeters;
  /** True when no more edits can be kept for the store. */
  readonly isFull: () => boolean;
  /** True when the hub writes what it has and then ends: what still waits here, of clients that have gone, is not handled any more. */
  readonly isClosing: () => boolean;
  readonly logger: Log;
  readonly onEnd: () => void;
  /** After `onEnd`: nothing that came before it is in hand any more. Not called when nothing was. */
  readonly onSettled: () => void;
};

type SyncUpdate = { readonly type: "step2" | "update"; readonly update: Uint8Array };

const KEEP_ALIVE = encodeAwarenessFrame(joinAwareness([]));
/** A refusal is told at most this often. */
const TELL_AGAIN_MS = SECOND_MS;

/** Makes a session that waits for its room. */
export function makeSession(options: SessionOptions): SessionControl {
  const { document, person, wantsAck, clock, meters } = options;
  let room: Room | null = null;
  let mayWrite = options.mayWrite;
  /** The line is gone: nothing is sent or received any more. What came before is still handled. */
  let ended = false;
  /** We ended it: what is waiting is not handled either. */
  let dismissed = false;
  const isDismissed = () => dismissed || options.isClosing();
  /** Frames that wait for the room, or for the frame before them. */
  let inbox: Uint8Array[] = [];
  let inboxBytes = 0;
  let busy = false;

  const frames = makeAllowance(clock, { burst: LIMITS.frameBurst, perSecond: LIMITS.maxFramesPerSecond });
  const questions = makeAllowance(clock, { burst: LIMITS.questionBurst, perSecond: LIMITS.maxQuestionsPerSecond });
  let isSynced = false;
  let sentSinceTick = false;
  let toldAtMs = -Infinity;
  let takenApart = 0;
  let newClientIds = 0;

  /** Sync updates received, and of those the ones that are not yet acknowledged: durable once the room's `durable` reaches `place`. */
  let received = 0;
  let unacknowledged: { count: number; readonly place: number }[] = [];
  /** An update was not taken (gap, or not allowed): nothing after it is acknowledged until a step 2 carries all that the client has. */
  let untaken = false;

  /** What a reader that fell behind is owed once it has caught up: all since `vector`, as an answer (step 2) if it asked. Rule SY25. */
  let owed: { readonly vector: Uint8Array; readonly isAnswer: boolean; readonly sinceMs: number } | null = null;

  /** What was waiting right after the last answer: a document may be larger than all else that may wait. */
  let answerBytes = 0;

  const send = (frames: readonly Uint8Array[]) => {
    sentSinceTick = true;
    meters.framesOut += frames.length;
    for (const frame of frames) meters.bytesOut += frame.length;
    options.send(frames);
  };

  /** For what must arrive, and is small. */
  const deliver = (frame: Uint8Array) => {
    if (ended) return;
    if (options.bufferedBytes() <= answerBytes + LIMITS.maxSendBufferBytes) {
      send([frame]);
      return;
    }
    meters.limitsHit.maxSendBufferBytes += 1;
    meters.slowReadersCut += 1;
    shut("tryLater");
  };

  const isBehind = (): boolean => options.bufferedBytes() > LIMITS.resyncLaterBytes;

  const tell: Member["tell"] = (frames, vectorBefore) => {
    if (ended || owed !== null) return;
    if (isBehind()) owed = { vector: vectorBefore(), isAnswer: false, sinceMs: clock.nowMs() };
    else send(frames);
  };

  /** Send what somebody at this state vector lacks. @returns false when it is no state vector */
  const sendSince = (here: Room, vector: Uint8Array, isAnswer: boolean): boolean => {
    const updates = here.since(vector);
    if (updates === null) return false;
    const last = updates.length - 1;
    send(updates.map((update, index) => (isAnswer && index === last ? encodeStep2(update) : encodeUpdate(update))));
    answerBytes = options.bufferedBytes();
    return true;
  };

  const catchUp = () => {
    if (owed === null || room === null || ended) return;
    const { vector, isAnswer } = owed;
    owed = null;
    meters.resyncs += 1;
    sendSince(room, vector, isAnswer);
    if (isAnswer) isSynced = true;
    const everybody = room.awareness.everybody(member);
    if (everybody !== null) deliver(everybody);
    onDurable();
  };

  const notice = (json: unknown) => {
    if (wantsAck) deliver(encodeNotice(json));
  };

  const onDurable = () => {
    // A reader that is behind hears of it when it has caught up: the last count says all.
    if (unacknowledged.length === 0 || room === null || owed !== null) return;
    const durable = room.durable();
    const waiting = unacknowledged.findIndex((entry) => entry.place > durable);
    const done = waiting === -1 ? unacknowledged : unacknowledged.slice(0, waiting);
    const last = done.at(-1);
    if (last === undefined) return;
    unacknowledged = unacknowledged.slice(done.length);
    meters.acknowledgements += 1;
    deliver(encodePersisted(last.count));
  };

  const member: Member = { person, tell, onDurable, isSynced: () => isSynced };

  const end = () => {
    if (ended) return;
    ended = true;
    owed = null;
    unacknowledged = [];
    room?.leave(member);
    room?.awareness.leave(member);
    options.onEnd();
  };

  const settleEnded = () => {
    if (ended && !busy && inbox.length === 0) options.onSettled();
  };

  const shut = (reason: CloseReason) => {
    dismissed = true;
    inbox = [];
    if (ended) {
      settleEnded();
      return;
    }
    if (reason !== "restart") options.logger.info({ document, personId: person.id, reason }, "a connection was closed");
    if (wantsAck) options.send([encodeClosing(reason)]);
    options.close(reason);
    end();
  };

  const malformed = () => {
    meters.malformedFrames += 1;
    shut("malformed");
  };

  /** End because a limit was run into. */
  const hit = (limit: CountedLimit, reason: CloseReason) => {
    meters.limitsHit[limit] += 1;
    shut(reason);
  };

  /** Acknowledge message number `count` when all that the room has accepted by now is durable. */
  const settle = (here: Room, count: number, type: SyncUpdate["type"]) => {
    if (type === "step2") untaken = false;
    if (untaken || !wantsAck || ended) return;
    const last = unacknowledged.at(-1);
    if (last?.place === here.accepted()) last.count = count;
    else unacknowledged.push({ count, place: here.accepted() });
    if (here.durable() >= here.accepted()) onDurable();
  };

  const refuse = () => {
    meters.updatesRefused += 1;
    untaken = true;
    if (clock.nowMs() - toldAtMs < TELL_AGAIN_MS) return;
    toldAtMs = clock.nowMs();
    options.logger.info({ document, personId: person.id }, "an edit was refused");
    const reason = room?.isDamaged === true ? "damaged" : "read-only";
    if (wantsAck) notice({ type: "refused", reason } satisfies SyncNotice);
    else deliver(encodeDenied("You may read this document but not change it."));
  };

  /** Not taken now: the answer to this step 1 will carry it, and all else that the client has. */
  const askForAll = (here: Room) => {
    if (!untaken) deliver(encodeStep1(here.stateVector()));
    untaken = true;
  };

  /** Rule SY4: what does not fit is asked for again, and what answers that is taken as far as it fits. */
  const handleGap = (here: Room, message: SyncUpdate, count: number): Promise<void> | null => {
    if (message.type === "update") {
      askForAll(here);
      return null;
    }
    takenApart += 1;
    if (takenApart > LIMITS.maxTakenApart) {
      hit("maxTakenApart", "tooMany");
      return null;
    }
    const fitting = here.fitting(message.update);
    const scan = fitting && scanUpdate(fitting);
    if (fitting === null || scan === null || here.compare(scan).is === "gap") {
      malformed();
      return null;
    }
    return handleUpdate(here, { type: "step2", update: fitting }, count);
  };

  /** @returns a promise when client ids have to be bound first; then the same update is handled from the start */
  const handleUpdate = (here: Room, message: SyncUpdate, count: number): Promise<void> | null => {
    const scan = scanUpdate(message.update);
    if (scan === null) {
      malformed();
      return null;
    }
    const comparison = here.compare(scan);
    if (comparison.is === "known") {
      meters.updatesKnown += 1;
      settle(here, count, message.type);
      return null;
    }
    if (!mayWrite || here.isDamaged) {
      refuse();
      return null;
    }
    if (comparison.is === "gap") meters.updatesWithGap += 1;
    if (comparison.is === "gap") return handleGap(here, message, count);
    return takeNews(here, message, { count, scan, writers: comparison.writers });
  };

  const takeNews = (
    here: Room,
    message: SyncUpdate,
    { count, scan, writers }: { count: number; scan: UpdateScan; writers: readonly number[] },
  ): Promise<void> | null => {
    const unbound = writers.filter((clientId) => here.ownerOf(clientId) === undefined);
    if (unbound.length > 0) {
      newClientIds += unbound.length;
      if (newClientIds > LIMITS.maxNewClientIds) {
        hit("maxNewClientIds", "tooMany");
        return null;
      }
      const kept = { type: message.type, update: Uint8Array.from(message.update) };
      return here.claim(unbound, person.id).then(() => (isDismissed() ? undefined : (handleUpdate(here, kept, count) ?? undefined)));
    }
    const owners = new Set(writers.map((clientId) => here.ownerOf(clientId)));
    const isForeign = [...owners].some((owner) => owner !== person.id);
    if (isForeign && message.type === "update") {
      // Rule SY9: what others wrote comes in only with a whole sync, because that is how lost edits are healed.
      askForAll(here);
    } else if (!here.hasSpaceFor(message.update.length)) {
      hit("maxDocumentBytes", "documentFull");
    } else if (options.isFull()) {
      hit("maxUnsavedBytes", "tryLater");
    } else {
      const [onlyOwner] = owners;
      const writer = owners.size === 1 && onlyOwner !== undefined ? onlyOwner : person.id;
      here.accept({ update: message.update, scan, personId: writer, from: member });
      settle(here, count, message.type);
    }
    return null;
  };

  const handle = (here: Room, frame: Uint8Array): Promise<void> | null => {
    const message = parseClientFrame(frame);
    if (message === null) {
      malformed();
      return null;
    }
    if ((message.type === "step1" || message.type === "queryAwareness") && !questions(1)) {
      hit("maxQuestionsPerSecond", "tooMany");
      return null;
    }
    switch (message.type) {
      case "step1":
        if (scanStateVector(message.stateVector) === null) malformed();
        else if (isBehind() || owed !== null)
          owed = { vector: Uint8Array.from(message.stateVector), isAnswer: true, sinceMs: owed?.sinceMs ?? clock.nowMs() };
        else if (sendSince(here, message.stateVector, true)) isSynced = true;
        else malformed();
        return null;
      case "step2":
      case "update":
        if (message.type === "update" && message.update.length > LIMITS.maxUpdateBytes) {
          hit("maxUpdateBytes", "tooLarge");
          return null;
        }
        received += 1;
        return handleUpdate(here, message, received);
      case "awareness": {
        const entries = scanAwareness(message.body);
        if (entries === "tooLarge") hit("maxAwarenessBytes", entries);
        else if (entries === "malformed") malformed();
        else if (!ended) here.awareness.take(member, entries);
        return null;
      }
      case "queryAwareness": {
        if (owed !== null) return null;
        const everybody = here.awareness.everybody();
        if (everybody !== null) deliver(everybody);
        return null;
      }
    }
  };

  const drain = () => {
    while (room !== null && !busy && !isDismissed()) {
      const frame = inbox.shift();
      if (frame === undefined) return;
      inboxBytes -= frame.length;
      run(room, frame);
    }
  };

  const run = (here: Room, frame: Uint8Array) => {
    const waiting = handle(here, frame);
    if (waiting === null) return;
    busy = true;
    // Claims never reject; anything else that throws in here is a bug and may stop the process.
    void waiting.then(() => {
      busy = false;
      drain();
      settleEnded();
    });
  };

  return {
    person,
    document,
    hasEnded: () => ended,
    isInHand: () => busy || inbox.length > 0,
    receive: (frame) => {
      if (ended) return;
      meters.framesIn += 1;
      meters.bytesIn += frame.length;
      if (frame.length > LIMITS.maxFrameBytes) hit("maxFrameBytes", "tooLarge");
      else if (!frames(1 + frame.length / LIMITS.bytesPerCountedFrame)) hit("maxFramesPerSecond", "tooMany");
      else if (room !== null && !busy) run(room, frame);
      else if (inbox.length >= LIMITS.maxWaitingFrames || inboxBytes + frame.length > 2 * LIMITS.maxFrameBytes) hit("maxWaitingFrames", "tryLater");
      else {
        inbox.push(Uint8Array.from(frame));
        inboxBytes += frame.length;
      }
    },
    drained: () => {
      answerBytes = 0;
      catchUp();
    },
    end,
    attach: (loaded) => {
      if (dismissed) return;
      room = loaded;
      if (ended) {
        drain();
        settleEnded();
        return;
      }
      room.join(member);
      if (room.isDamaged) notice({ type: "access", mayWrite: false, reason: "damaged" } satisfies SyncNotice);
      else if (mayWrite) deliver(encodeStep1(room.stateVector()));
      const everybody = room.awareness.everybody();
      if (everybody !== null) deliver(everybody);
      drain();
    },
    setMayWrite: (next) => {
      if (next === mayWrite) return;
      mayWrite = next;
      if (ended || room?.isDamaged === true) return;
      notice({ type: "access", mayWrite } satisfies SyncNotice);
      // What they wrote meanwhile, only for themselves, can come in now.
      if (mayWrite && room !== null) deliver(encodeStep1(room.stateVector()));
    },
    notice,
    keepAlive: () => {
      if (owed !== null && clock.nowMs() - owed.sinceMs > LIMITS.slowReaderMs) {
        meters.slowReadersCut += 1;
        shut("tryLater");
        return;
      }
      if (!sentSinceTick && room !== null) deliver(KEEP_ALIVE);
      sentSinceTick = false;
    },
    shut,
  };
}

/** So much at once, and so much a second after that. Answers whether `cost` was still within it. */
function makeAllowance(clock: Clock, { burst, perSecond }: { readonly burst: number; readonly perSecond: number }): (cost: number) => boolean {
  let left = burst;
  let atMs = clock.nowMs();
  return (cost) => {
    const nowMs = clock.nowMs();
    // A clock that is set back gives nothing and takes nothing.
    left = Math.min(burst, left + (Math.max(0, nowMs - atMs) * perSecond) / SECOND_MS);
    atMs = nowMs;
    left -= cost;
    return left >= 0;
  };
}
