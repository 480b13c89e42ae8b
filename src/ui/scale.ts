/** Axis arithmetic of the small charts. */

export type Point = { readonly at: number /** null: nothing was measured, the line breaks. */; readonly value: number | null };
export type Span = { readonly low: number; readonly high: number };

/** Lowest and highest measured value, or null when nothing was measured. */
export function extent(points: readonly Point[]): Span | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { value } of points) {
    if (value === null) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? { low, high } : null;
}

/** Two to `most` round values (1, 2 or 5 × 10ⁿ apart) whose span covers low to high. */
export function readableTicks({ low, high }: Span, most = 3): number[] {
  const span = high > low ? high - low : Math.max(1, Math.abs(high) * 0.1);
  const base = high > low ? low : low - span / 2;
  const top = base + span;
  let exponent = Math.floor(Math.log10(span / most));
  for (; ; exponent += 1) {
    for (const factor of [1, 2, 5]) {
      const step = factor * 10 ** exponent;
      const first = Math.floor(base / step + 1e-9);
      const last = Math.ceil(top / step - 1e-9);
      if (last - first + 1 <= most)
        return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
    }
  }
}

/** SVG path through the measured points; a gap begins a new stroke. Coordinates are rounded to a tenth. */
export function brokenPath(points: readonly Point[], x: (at: number) => number, y: (value: number) => number): string {
  let pen = false;
  const steps: string[] = [];
  for (const { at, value } of points) {
    if (value === null) {
      pen = false;
      continue;
    }
    steps.push(`${pen ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`);
    pen = true;
  }
  return steps.join('');
}

/** Maps a domain onto pixels; a domain without width maps to the middle. */
export function linear(from: Span, to: Span): (value: number) => number {
  const width = from.high - from.low;
  if (width === 0) return () => (to.low + to.high) / 2;
  return (value) => to.low + ((value - from.low) / width) * (to.high - to.low);
}
