/** The scores that calibrated a detector as a histogram, its threshold, and where one input lies. */
import { ChartFrame } from '../../../ui/chart-table.tsx';
import { useElementWidth } from '../../../ui/element-width.ts';
import { formatMeasured, formatPercent } from '../../../ui/format.ts';
import { pText } from '../threat-words.tsx';

export type ScoreStandingProps = {
  name: string;
  /** Quantiles of the calibration scores in equal steps, ascending. */
  quantiles: readonly number[];
  threshold: number | null;
  /** null: only the distribution is drawn. */
  sample: { readonly score: number; readonly pValue: number | null } | null;
};
const barCount = 28;
const height = 84;
const foot = 16;
/** A sample far beyond everything would make the rest a line: it is drawn at the edge, and the table says its number. */
const farthest = 0.5;

type Range = { readonly low: number; readonly high: number };

function rangeOf(quantiles: readonly number[], marks: readonly number[]): Range {
  const low = quantiles[0] ?? 0;
  const high = quantiles.at(-1) ?? 1;
  const reach = (high - low || 1) * farthest;
  const shown = marks.map((mark) => Math.min(high + reach, Math.max(low - reach, mark)));
  return { low: Math.min(low, ...shown), high: Math.max(high, ...shown, low + 1e-9) };
}

/** Share of the calibration scores at or below x, between quantiles by straight lines. */
function shareBelow(quantiles: readonly number[], x: number): number {
  const steps = quantiles.length - 1;
  let place = quantiles.findIndex((value) => value > x);
  if (place === 0) return 0;
  if (place < 0) place = steps + 1;
  if (place > steps) return 1;
  const from = quantiles[place - 1] ?? x;
  const to = quantiles[place] ?? x;
  return (place - 1 + (to > from ? (x - from) / (to - from) : 0)) / steps;
}

export function ScoreStanding({ name, quantiles, threshold, sample }: ScoreStandingProps) {
  const [ref, width] = useElementWidth(300);
  const marks = [threshold, sample?.score ?? null].filter((mark) => mark !== null);
  const range = rangeOf(quantiles, marks);
  const at = (bar: number): number => range.low + ((range.high - range.low) * bar) / barCount;
  const bars = Array.from({ length: barCount }, (_, bar) => ({
    from: at(bar),
    share: shareBelow(quantiles, at(bar + 1)) - (bar === 0 ? 0 : shareBelow(quantiles, at(bar))),
  }));
  const top = Math.max(1e-9, ...bars.map(({ share }) => share));
  const x = (value: number): number => ((Math.min(range.high, Math.max(range.low, value)) - range.low) / (range.high - range.low)) * width;
  return (
    <div ref={ref} className="min-w-0 overflow-x-clip">
      <ChartFrame
        summary={summaryOf({ name, quantiles, threshold, sample })}
        heads={['Score from', 'Share of normal rows']}
        rows={bars.map(({ from, share }) => [formatMeasured(from), formatPercent(share, { digits: 1 })])}
        fileName={`scores-${name.toLowerCase().replaceAll(' ', '-')}`}
      >
        <svg aria-hidden="true" width={width} height={height + foot} className="block text-count">
          {bars.map(({ from, share }, bar) => (
            <rect
              key={from}
              x={(bar * width) / barCount + 0.5}
              width={Math.max(1, width / barCount - 1)}
              // A square root keeps the rare scores visible, which are what this is about.
              y={height - Math.sqrt(share / top) * (height - 10)}
              height={Math.sqrt(share / top) * (height - 10)}
              fill="var(--c1)"
            />
          ))}
          <line x1={0} x2={width} y1={height} y2={height} stroke="var(--line-strong)" />
          {threshold !== null && (
            <line x1={x(threshold)} x2={x(threshold)} y1={4} y2={height} stroke="var(--ink-3)" strokeDasharray="3 3" />
          )}
          {sample !== null && <SampleMark x={x(sample.score)} width={width} />}
          <text x={0} y={height + foot - 3} className="fill-ink-3">
            {formatMeasured(range.low)}
          </text>
          <text x={width} y={height + foot - 3} textAnchor="end" className="fill-ink-3">
            {formatMeasured(range.high)}
          </text>
        </svg>
      </ChartFrame>
    </div>
  );
}

function SampleMark({ x, width }: { x: number; width: number }) {
  // Whole at both ends of the axis too.
  const tip = Math.min(width - 5, Math.max(5, x));
  return (
    <g>
      <line x1={x} x2={x} y1={6} y2={height} stroke="var(--ink)" strokeWidth={2} />
      <path d={`M${tip - 5} 0H${tip + 5}L${x} 8Z`} fill="var(--ink)" />
    </g>
  );
}

function summaryOf({ name, quantiles, threshold, sample }: ScoreStandingProps): string {
  const middle = quantiles[Math.floor(quantiles.length / 2)];
  const parts = [
    `${name}: scores of normal rows from ${formatMeasured(quantiles[0])} to ${formatMeasured(quantiles.at(-1))}, half below ${formatMeasured(middle)}`,
    threshold === null ? 'no threshold' : `threshold ${formatMeasured(threshold)}`,
    sample === null ? null : `this input ${formatMeasured(sample.score)}, p ${pText(sample.pValue)}`,
  ];
  return `${parts.filter((part) => part !== null).join('; ')}.`;
}

export function StandingLegend({ hasSample }: { hasSample: boolean }) {
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1 text-label text-ink-2">
      <span className="inline-flex items-center gap-2">
        <span aria-hidden="true" className="measure size-2 rounded-[2px] bg-c1" />
        normal rows (height: square root of their share)
      </span>
      <span className="inline-flex items-center gap-2">
        <span aria-hidden="true" className="h-0 w-4 border-t border-dashed border-ink-3" />
        threshold at the asked rate
      </span>
      {hasSample && (
        <span className="inline-flex items-center gap-2">
          <span aria-hidden="true" className="h-3 w-0.5 bg-ink" />
          this input
        </span>
      )}
    </p>
  );
}
