/** Present values as bars, the baseline as a dashed step line, on one scale. */
import { ChartFrame } from './chart-table.tsx';
import { useElementWidth } from './element-width.ts';
import { formatPercent } from './format.ts';

export type DistributionBin = {
  readonly label: string /** Shares of each whole, 0 to 1. */;
  readonly current: number;
  readonly baseline: number;
};
type DistributionProps = {
  label: string;
  bins: readonly DistributionBin[];
  currentName: string;
  baselineName: string;
  /** Under the axis: `claim amount, € thousand`. */
  axis?: string;
  height?: number;
};

export function Distribution({ label, bins, currentName, baselineName, axis, height = 92 }: DistributionProps) {
  const [ref, width] = useElementWidth(290);
  const top = Math.max(1e-9, ...bins.flatMap(({ current, baseline }) => [current, baseline]));
  const slot = width / Math.max(1, bins.length);
  const y = (share: number): number => height - (share / top) * (height - 4);
  const steps = bins.map(
    ({ baseline }, place) =>
      `${place === 0 ? 'M' : 'L'}${(place * slot).toFixed(1)} ${y(baseline).toFixed(1)}H${((place + 1) * slot).toFixed(1)}`,
  );
  const text = 'fill-ink-3 text-count';
  return (
    <div ref={ref}>
      <ChartFrame
        summary={`${label}: ${bins.length} ranges, ${currentName} against ${baselineName}.`}
        heads={['Range', currentName, baselineName]}
        rows={bins.map(({ label: range, current, baseline }) => [
          range,
          formatPercent(current, { digits: 1 }),
          formatPercent(baseline, { digits: 1 }),
        ])}
        fileName={label.toLowerCase().replaceAll(' ', '-')}
      >
        <svg aria-hidden="true" width={width} height={height + 17} className="block">
          {bins.map(({ label: range, current }, place) => (
            <rect
              key={range}
              x={place * slot + 1}
              y={y(current)}
              width={Math.max(1, slot - 2)}
              height={height - y(current)}
              fill="var(--c1)"
            />
          ))}
          <path d={steps.join('')} fill="none" stroke="var(--ink)" strokeWidth={1.5} strokeDasharray="3.5 2.5" />
          <line x1={0} x2={width} y1={height} y2={height} stroke="var(--line-strong)" />
          <text x={0} y={height + 13} className={text}>
            {bins[0]?.label}
          </text>
          {axis !== undefined && (
            <text x={width / 2} y={height + 13} textAnchor="middle" className={text}>
              {axis}
            </text>
          )}
          <text x={width} y={height + 13} textAnchor="end" className={text}>
            {bins.at(-1)?.label}
          </text>
        </svg>
      </ChartFrame>
      <DistributionLegend currentName={currentName} baselineName={baselineName} />
    </div>
  );
}

function DistributionLegend({ currentName, baselineName }: Pick<DistributionProps, 'currentName' | 'baselineName'>) {
  return (
    <p className="mt-1 flex gap-x-4 text-label text-ink-2">
      <span className="inline-flex items-center gap-2">
        <span aria-hidden="true" className="measure size-2 rounded-[2px] bg-c1" />
        {currentName}
      </span>
      <span className="inline-flex items-center gap-2">
        <span aria-hidden="true" className="w-4 border-t-2 border-dashed border-ink" />
        {baselineName}
      </span>
    </p>
  );
}
