/** Numbers as lib0 writes them: seven bits a byte, lowest first, the highest bit says that more follow. For frames that are made at their size. */

/** @param value a whole number from 0 to Number.MAX_SAFE_INTEGER */
export function varUintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length += 1;
  return length;
}

/** Write the number into `bytes`. @returns where it ends */
export function writeVarUintAt(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  let place = at;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    bytes[place] = (rest % 0x80) | 0x80;
    place += 1;
  }
  bytes[place] = rest;
  return place + 1;
}
