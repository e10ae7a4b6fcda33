/**
 * One client of one room: bytes in, bytes out, no socket.
 */
export type Session = {
  /** Take in one websocket message. Never throws. */
  readonly receive: (frame: Uint8Array) => void;
  /** The connection is gone: stop speaking for it and tell the others. May be called twice. */
  readonly end: () => void;
};
