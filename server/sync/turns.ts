/** The real event loop, for the pacer: when a turn ends, and how the main thread rests. */
import type { Turns } from "./pacer.ts";

/** @param isNeeded somebody else needs the thread just now */
export function makeTurns(isNeeded: () => boolean): Turns {
  const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));
  return {
    atEnd: (run) => void setImmediate(run),
    // The processor is free meanwhile: the other threads go on, and what arrives waits in the kernel.
    rest: (ms) => void Atomics.wait(nobodyWakes, 0, 0, ms),
    isNeeded,
  };
}
