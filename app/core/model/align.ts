/** Alignment of two sequences that keeps order: which of the old may stay as which of the new. Pure. */

export type Pair = { readonly a: number; readonly b: number };

/**
 * The pairs, in order, whose scores add up to the most.
 *
 * @param score how well the two go together; 0 or less when they must not be paired
 * Equal ends are paired first, so that the quadratic part is only what differs.
 */
export function align(sizes: { a: number; b: number }, score: (a: number, b: number) => number, same: (a: number, b: number) => boolean): Pair[] {
  let head = 0;
  while (head < sizes.a && head < sizes.b && same(head, head)) head += 1;
  let tail = 0;
  while (tail < sizes.a - head && tail < sizes.b - head && same(sizes.a - 1 - tail, sizes.b - 1 - tail)) tail += 1;
  const pairs: Pair[] = [];
  for (let at = 0; at < head; at += 1) pairs.push({ a: at, b: at });
  for (const pair of alignAll({ a: sizes.a - head - tail, b: sizes.b - head - tail }, (a, b) => score(a + head, b + head))) {
    pairs.push({ a: pair.a + head, b: pair.b + head });
  }
  for (let at = tail; at > 0; at -= 1) pairs.push({ a: sizes.a - at, b: sizes.b - at });
  return pairs;
}

function alignAll(sizes: { a: number; b: number }, score: (a: number, b: number) => number): Pair[] {
  const width = sizes.b + 1;
  // best[a * width + b]: the most that can be had from a.. and b.. onwards.
  const best = new Float64Array((sizes.a + 1) * width);
  const at = (a: number, b: number): number => best[a * width + b] ?? 0;
  const scores = new Float64Array(sizes.a * sizes.b);
  for (let a = sizes.a - 1; a >= 0; a -= 1) {
    for (let b = sizes.b - 1; b >= 0; b -= 1) {
      const together = score(a, b);
      scores[a * sizes.b + b] = together;
      const skip = Math.max(at(a + 1, b), at(a, b + 1));
      best[a * width + b] = together > 0 ? Math.max(skip, together + at(a + 1, b + 1)) : skip;
    }
  }
  const pairs: Pair[] = [];
  for (let a = 0, b = 0; a < sizes.a && b < sizes.b;) {
    const together = scores[a * sizes.b + b] ?? 0;
    if (together > 0 && at(a, b) === together + at(a + 1, b + 1)) pairs.push({ a: a++, b: b++ });
    else if (at(a, b) === at(a + 1, b)) a += 1;
    else b += 1;
  }
  return pairs;
}
