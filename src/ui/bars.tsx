/** Counts as bars: per day with at most two series, or one horizontal bar per row with its words. */
import type { ReactNode } from 'react';
import { ChartFrame } from './chart-table.tsx';
import { useElementWidth } from './element-width.ts';
import { formatNumber } from './format.ts';
import { formatDate } from './time.ts';

export type BarSeries = { readonly name: string; readonly colour: 'c1' | 'c2' | 'c3' | 'c4' | 'c5' };
export type BarGroup = { readonly at: number /** One per series; null was not counted. */; readonly values: readonly (number | null)[] };
const fills = { c1: 'bg-c1', c2: 'bg-c2', c3: 'bg-c3', c4: 'bg-c4', c5: 'bg-c5' } as const;

type BarsProps = { label: string; series: readonly BarSeries[]; groups: readonly BarGroup[]; height?: number };
export function Bars({ label, series, groups, height = 66 }: BarsProps) {
  const [ref, width] = useElementWidth(260);
  const top = Math.max(1, ...groups.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const slot = width / Math.max(1, groups.length);
  const gap = Math.min(5, slot * 0.2);
  const bar = (slot - gap) / series.length;
  const totals = series.map(
    ({ name }, place) => `${formatNumber(groups.reduce((sum, { values }) => sum + (values[place] ?? 0), 0))} ${name.toLowerCase()}`,
  );
  const [first, last] = [groups[0], groups.at(-1)];
  return (
    <div ref={ref}>
      <ChartFrame
        summary={`${label}: ${totals.join(', ')}, highest in a day ${formatNumber(top)}.`}
        heads={['Day', ...series.map(({ name }) => name)]}
        rows={groups.map(({ at, values }) => [formatDate(at), ...values])}
        fileName={label.toLowerCase().replaceAll(' ', '-')}
      >
        <svg aria-hidden="true" width={width} height={height + 17} className="block text-count">
          <line x1={0} x2={width} y1={height} y2={height} stroke="var(--line)" />
          {groups.map(({ at, values }, group) =>
            values.map((value, place) => {
              const tall = value === null ? height : Math.max(value > 0 ? 2 : 0, (value / top) * (height - 2));
              const x = group * slot + place * bar;
              const common = { x, y: height - tall, width: Math.max(1, bar - 1), height: tall, rx: 1 };
              return value === null ? (
                <rect key={`${at} ${series[place]?.name}`} {...common} fill="none" stroke="var(--unknown)" strokeDasharray="2 2" />
              ) : (
                <rect key={`${at} ${series[place]?.name}`} {...common} fill={`var(--${series[place]?.colour ?? 'c1'})`} />
              );
            }),
          )}
          {first && (
            <text x={0} y={height + 14} className="fill-ink-3">
              {formatDate(first.at)}
            </text>
          )}
          {last && (
            <text x={width} y={height + 14} textAnchor="end" className="fill-ink-3">
              {formatDate(last.at)}
            </text>
          )}
        </svg>
      </ChartFrame>
      <Legend series={series} />
    </div>
  );
}

function Legend({ series }: { series: readonly BarSeries[] }) {
  if (series.length < 2) return null;
  return (
    <p className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-label text-ink-2">
      {series.map(({ name, colour }) => (
        <span key={name} className="inline-flex items-center gap-2">
          <span aria-hidden="true" className={`measure size-2 rounded-[2px] ${fills[colour]}`} />
          {name}
        </span>
      ))}
    </p>
  );
}

export type BarRow = {
  readonly id: string;
  /** Name, with its shape when it has one. */
  readonly name: ReactNode;
  /** 0 to 1; null is unknown and hatched. */
  readonly share: number | null;
  /** `37 of 42`; a link to its rows. */
  readonly figure: ReactNode;
};
/** One line per row: name, bar, figure. */
export function BarRows({ rows }: { rows: readonly BarRow[] }) {
  return (
    <ul className="grid grid-cols-[auto_minmax(0,1fr)_auto] gap-x-3 gap-y-1.5">
      {rows.map(({ id, name, share, figure }) => (
        <li key={id} className="col-span-3 grid grid-cols-subgrid items-center">
          <span className="flex items-center gap-2">{name}</span>
          {share === null ? (
            <span aria-hidden="true" className="hatch h-1.5 rounded-round" />
          ) : (
            <span aria-hidden="true" className="measure h-1.5 overflow-hidden rounded-round bg-line">
              <span className="block h-full rounded-round bg-c1" style={{ width: `${share * 100}%` }} />
            </span>
          )}
          <span className="text-right text-ink-2 tabular-nums">{figure}</span>
        </li>
      ))}
    </ul>
  );
}
