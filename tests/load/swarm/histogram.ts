/** Latencies in buckets that grow by two per cent: cheap to add to by the million, precise enough to compare. */
const FINEST_MS = 0.01;
const GROWTH = Math.log(1.02);

export class LatencyHistogram {
  private readonly counts = new Float64Array(1200);
  count = 0;
  maxMs = 0;

  add(ms: number): void {
    const place = ms <= FINEST_MS ? 0 : Math.min(this.counts.length - 1, Math.ceil(Math.log(ms / FINEST_MS) / GROWTH));
    this.counts[place] = (this.counts[place] ?? 0) + 1;
    this.count += 1;
    if (ms > this.maxMs) this.maxMs = ms;
  }

  clear(): void {
    this.counts.fill(0);
    this.count = 0;
    this.maxMs = 0;
  }

  /** @param share 0.99 for the 99th percentile. @returns ms; 0 when there is nothing */
  percentile(share: number): number {
    const wanted = Math.ceil(this.count * share);
    let seen = 0;
    for (let place = 0; place < this.counts.length; place += 1) {
      seen += this.counts[place] ?? 0;
      if (seen >= wanted && seen > 0) return Math.min(this.maxMs, FINEST_MS * Math.exp(place * GROWTH));
    }
    return this.maxMs;
  }
}
