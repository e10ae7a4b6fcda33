/**
 * Changing bytes so that they stay nearly right: parsers break on what is almost well-formed, hardly ever on noise.
 */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import type { Random } from "../../support/random.ts";

const EDGES = [0, 1, 2, 10, 31, 63, 64, 127, 128, 2 ** 14, 2 ** 16, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40, 2 ** 53 - 1];
const EDGE_BYTES = [0, 1, 5, 6, 7, 8, 9, 10, 0x3f, 0x40, 0x74, 0x75, 0x76, 0x77, 0x7d, 0x7f, 0x80, 0xbf, 0xc0, 0xed, 0xf4, 0xff];
const varUint = (value: number): Uint8Array => encoding.encode((encoder) => encoding.writeVarUint(encoder, value));
const varString = (text: string): Uint8Array => encoding.encode((encoder) => encoding.writeVarString(encoder, text));
const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

/** The number that stands at a place, and where it ends; null when none can be read there. */
function numberAt(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } | null {
  try {
    const decoder = decoding.createDecoder(bytes.subarray(at));
    const value = decoding.readVarUint(decoder);
    return { value, end: at + decoder.pos };
  } catch {
    // Cut off, or too large: then it is no number to change.
    return null;
  }
}

type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

const section = (bytes: Uint8Array, random: Random): readonly [number, number] => {
  const from = random.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + 1 + random.below(random.chance(0.7) ? 8 : 64))];
};

const MUTATIONS: readonly Mutation[] = [
  // A bit; a byte.
  (bytes, random) => bytes.map((byte, at) => (at === Math.floor(random.below(bytes.length)) ? byte ^ (1 << random.below(8)) : byte)),
  (bytes, random) => {
    const changed = Uint8Array.from(bytes);
    if (bytes.length > 0) changed[random.below(bytes.length)] = random.chance(0.7) ? random.pick(EDGE_BYTES) : random.below(256);
    return changed;
  },
  // Cut off; with something behind.
  (bytes, random) => bytes.slice(0, random.below(bytes.length + 1)),
  (bytes, random, other) => join(bytes, other.subarray(...section(other, random))),
  // A section taken out, doubled, moved, or put in from elsewhere.
  (bytes, random) => {
    const [from, to] = section(bytes, random);
    return join(bytes.subarray(0, from), bytes.subarray(to));
  },
  (bytes, random) => {
    const [from, to] = section(bytes, random);
    return join(bytes.subarray(0, to), bytes.subarray(from));
  },
  (bytes, random) => {
    const [from, to] = section(bytes, random);
    const rest = join(bytes.subarray(0, from), bytes.subarray(to));
    const at = random.below(rest.length + 1);
    return join(rest.subarray(0, at), bytes.subarray(from, to), rest.subarray(at));
  },
  (bytes, random, other) => {
    const [from, to] = section(bytes, random);
    return join(bytes.subarray(0, from), other.subarray(...section(other, random)), bytes.subarray(to));
  },
  // A number (a length, a count, a clock, a client) that is another, or written too long.
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    const found = numberAt(bytes, at);
    if (found === null) return bytes;
    const next = random.chance(0.5) ? Math.max(0, found.value + random.below(5) - 2) : random.pick(EDGES);
    const written = random.chance(0.9) ? varUint(next) : join(varUint(found.value | 0x80), Uint8Array.of(0x80, 0x80, 0));
    return join(bytes.subarray(0, at), written, bytes.subarray(found.end));
  },
  // A string with its length, kept right: other words, JSON that nests, JSON that is none, bytes that are no UTF-8.
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    const found = numberAt(bytes, at);
    if (found === null || found.end + found.value > bytes.length) return bytes;
    const depth = random.pick([1, 63, 64, 65, 200, 20_000]);
    const text = random.pick([
      "",
      "undefined",
      "null",
      "{}",
      '{"__proto__":{"a":1}}',
      "½\u0000",
      "[".repeat(depth) + "]".repeat(depth),
      '{"a":'.repeat(depth) + "1" + "}".repeat(depth),
    ]);
    const bad = join(varUint(3), Uint8Array.of(0xed, 0xa0, 0x80));
    return join(bytes.subarray(0, at), random.chance(0.1) ? bad : varString(text), bytes.subarray(found.end + found.value));
  },
  // Two updates without deletions as one: clients in any order, or twice.
  (bytes, random, other) => {
    const [first, second] = random.chance(0.5) ? [bytes, other] : [other, bytes];
    const [one, two] = [numberAt(first, 0), numberAt(second, 0)];
    if (one === null || two === null || first.at(-1) !== 0 || second.at(-1) !== 0) return bytes;
    return join(varUint(one.value + two.value), first.subarray(one.end, -1), second.subarray(two.end, -1), Uint8Array.of(0));
  },
  // Values that nest: arrays in arrays, objects in objects.
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    const depth = random.pick([2, 63, 64, 65, 1_000]);
    const one = random.chance(0.5) ? Uint8Array.of(117, 1) : Uint8Array.of(118, 1, 1, 97);
    return join(bytes.subarray(0, at), ...Array.from({ length: depth }, () => one), Uint8Array.of(126), bytes.subarray(at));
  },
];

/** One to four changes, one after the other. @param other bytes of another case, to take parts from */
export function mutate(bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  let changed = bytes;
  const times = 1 + random.below(random.chance(0.7) ? 2 : 4);
  for (let time = 0; time < times; time++) changed = random.pick(MUTATIONS)(changed, random, other);
  return changed;
}
