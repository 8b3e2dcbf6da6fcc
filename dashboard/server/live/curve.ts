import type { Numbers } from "../wire.js";

/** x and y of at most four points of a bucket: first, lowest, highest, last, with their running numbers. */
const slots = 4;
const fields = 3;

/**
 * A curve of any length in fixed memory. Neighbouring points share a bucket that keeps its first, lowest, highest and last
 * point, so a spike is never lost; when all buckets are used, pairs are joined. Exact up to `4 × buckets` points.
 * Selection after Jugel et al., "M4", Proc. VLDB 7 (2014) 797.
 */
export class Curve {
  private readonly data: Float64Array;
  private used = 0;
  private span = slots;
  private inLast = 0;
  /** Points taken so far. */
  length = 0;

  /** @param buckets how many to keep; even */
  constructor(private readonly buckets: number) {
    this.data = new Float64Array(buckets * slots * fields);
  }

  /** Adds a point. A point that is not finite is left out. */
  push(x: number, y: number): void {
    if (!Number.isFinite(x) || !Number.isFinite(y)) return;
    if (this.used === 0 || this.inLast === this.span) this.open();
    const bucket = (this.used - 1) * slots * fields;
    if (this.span === slots) this.put(bucket + this.inLast * fields, x, y);
    else this.merge(bucket, this.length, x, y);
    this.inLast++;
    this.length++;
  }

  /** Forgets all points. */
  clear(): void {
    this.used = 0;
    this.span = slots;
    this.inLast = 0;
    this.length = 0;
  }

  /** The points kept, in the order they came. */
  points(): { x: number[]; y: number[] } {
    const x: number[] = [];
    const y: number[] = [];
    let last = -1;
    for (let bucket = 0; bucket < this.used; bucket++) {
      const order = this.order(bucket * slots * fields, bucket === this.used - 1 ? this.inLast : this.span);
      for (const at of order) {
        const index = this.data[at] ?? 0;
        if (index === last) continue;
        last = index;
        x.push(this.data[at + 1] ?? NaN);
        y.push(this.data[at + 2] ?? NaN);
      }
    }
    return { x, y };
  }

  private open(): void {
    if (this.used === this.buckets) this.halve();
    this.used++;
    this.inLast = 0;
    if (this.span > slots) this.empty((this.used - 1) * slots * fields);
  }

  private put(at: number, x: number, y: number): void {
    this.data[at] = this.length;
    this.data[at + 1] = x;
    this.data[at + 2] = y;
  }

  private empty(bucket: number): void {
    for (let slot = 0; slot < slots; slot++) this.data[bucket + slot * fields] = -1;
  }

  private merge(bucket: number, index: number, x: number, y: number): void {
    const { data } = this;
    const set = (slot: number): void => {
      data[bucket + slot * fields] = index;
      data[bucket + slot * fields + 1] = x;
      data[bucket + slot * fields + 2] = y;
    };
    if ((data[bucket] ?? -1) < 0) for (let slot = 0; slot < slots; slot++) set(slot);
    if (y < (data[bucket + fields + 2] ?? Infinity)) set(1);
    if (y > (data[bucket + 2 * fields + 2] ?? -Infinity)) set(2);
    set(3);
  }

  private halve(): void {
    const width = slots * fields;
    const points: { index: number; x: number; y: number }[] = [];
    for (let pair = 0; pair < this.used / 2; pair++) {
      points.length = 0;
      for (const bucket of [2 * pair, 2 * pair + 1]) {
        for (const at of this.order(bucket * width, this.span)) {
          points.push({ index: this.data[at] ?? 0, x: this.data[at + 1] ?? NaN, y: this.data[at + 2] ?? NaN });
        }
      }
      this.empty(pair * width);
      for (const point of points) this.merge(pair * width, point.index, point.x, point.y);
    }
    this.used /= 2;
    this.span *= 2;
    this.inLast = this.span;
  }

  /** Where the points of a bucket stand, in the order they came. */
  private order(bucket: number, filled: number): number[] {
    const count = this.span === slots ? Math.min(filled, slots) : slots;
    const at = Array.from({ length: count }, (_, slot) => bucket + slot * fields);
    if (this.span === slots) return at; // every point of its own
    return at.sort((a, b) => (this.data[a] ?? 0) - (this.data[b] ?? 0));
  }
}

/**
 * A whole curve thinned to about `4 × buckets` points; a short one is given back point by point. Gaps (points that are not
 * finite) stay gaps.
 */
export function thin(x: ArrayLike<number>, y: ArrayLike<number>, buckets: number): { x: Numbers; y: Numbers } {
  const length = Math.min(x.length, y.length);
  const out: { x: (number | null)[]; y: (number | null)[] } = { x: [], y: [] };
  const short = length <= slots * buckets;
  for (let from = 0, to = 0; from < length; from = to) {
    const gap = !isPoint(x, y, from);
    while (to < length && isPoint(x, y, to) !== gap) to++;
    if (gap) continue;
    // Each piece gets buckets by its share of the points, and enough to keep its shape.
    const curve = new Curve(
      short
        ? 2 * Math.ceil((to - from) / slots / 2)
        : Math.max(4, 2 * Math.round((buckets * (to - from)) / length / 2)),
    );
    for (let i = from; i < to; i++) curve.push(x[i] ?? NaN, y[i] ?? NaN);
    const kept = curve.points();
    const gapBefore = out.x.length > 0 ? [null] : [];
    out.x = out.x.concat(gapBefore, kept.x.map(cell));
    out.y = out.y.concat(gapBefore, kept.y.map(cell));
  }
  return out;
}

function isPoint(x: ArrayLike<number>, y: ArrayLike<number>, i: number): boolean {
  return Number.isFinite(x[i]) && Number.isFinite(y[i]);
}

/** Seven digits are beyond what a screen shows, and a third of the bytes. */
export function cell(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? Number(value.toPrecision(7)) : null;
}
