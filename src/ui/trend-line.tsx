/** One measure over time: 1.75 px line, last point marked, two or three ticks, dates at both ends, broken where nothing was measured. */

import { ChartFrame } from './chart-table.tsx';
import { useElementWidth } from './element-width.ts';
import { formatNumber } from './format.ts';
import { brokenPath, extent, linear, type Point, readableTicks } from './scale.ts';
import { formatDate, formatMoment } from './time.ts';

export type TrendEvent = { readonly at: number; readonly label: string };
type TrendLineProps = {
  /** What is measured: `Posture`. */
  label: string;
  points: readonly Point[];
  digits?: number;
  height?: number;
  /** Dashed verticals; the last one's words stand at the foot. */
  events?: readonly TrendEvent[];
  /** Fixes the axis, e.g. 0 to 100. Default fits the values. */
  range?: { readonly low: number; readonly high: number };
};
const narrowest = 24;
const digitWidth = 6.6;
const foot = 18;

export function TrendLine({ label, points, digits = 1, height = 104, events = [], range }: TrendLineProps) {
  const [ref, width] = useElementWidth(320);
  const span = range ?? extent(points);
  const format = (value: number | null | undefined) => formatNumber(value, { digits });
  const summary = trendSummary(label, points, format);
  const rows = points.map(({ at, value }) => [formatMoment(at), value === null ? null : Number(value.toFixed(digits))] as const);
  const [first, last] = [points[0], points.at(-1)];
  return (
    <div ref={ref}>
      <ChartFrame summary={summary} heads={['Time', label]} rows={rows} fileName={label.toLowerCase().replaceAll(' ', '-')}>
        {span === null || first === undefined || last === undefined ? (
          <div className="hatch flex items-center justify-center rounded-control" style={{ height }}>
            <span className="rounded-tag bg-surface px-2 py-0.5 text-unknown-ink">unknown: nothing measured yet</span>
          </div>
        ) : (
          <TrendDrawing
            points={points}
            ticks={readableTicks(span)}
            events={events}
            time={{ low: first.at, high: last.at }}
            width={width}
            height={height}
          />
        )}
      </ChartFrame>
    </div>
  );
}

type DrawingProps = {
  points: readonly Point[];
  ticks: readonly number[];
  events: readonly TrendEvent[];
  time: { low: number; high: number };
  width: number;
  height: number;
};
function TrendDrawing({ points, ticks, events, time, width, height }: DrawingProps) {
  const stepDigits = Math.max(0, ...ticks.map((tick) => (String(tick).split('.')[1] ?? '').length));
  const tickWords = ticks.map((tick) => formatNumber(tick, { digits: stepDigits }));
  const left = Math.max(narrowest, Math.max(...tickWords.map((words) => words.length)) * digitWidth + 6);
  const x = linear(time, { low: left, high: width - 5 });
  const y = linear({ low: ticks[0] ?? 0, high: ticks.at(-1) ?? 1 }, { low: height - foot - 4, high: 6 });
  const lastMeasured = points.findLast(({ value }) => value !== null);
  const lastEvent = events.at(-1);
  return (
    <svg aria-hidden="true" width={width} height={height} className="block overflow-visible text-count">
      {ticks.map((tick, place) => (
        <g key={tick}>
          <line x1={left} x2={width} y1={y(tick)} y2={y(tick)} stroke="var(--line)" />
          <text x={0} y={y(tick) + 4} className="fill-ink-3 tabular-nums">
            {tickWords[place]}
          </text>
        </g>
      ))}
      {events.map(({ at, label }) => (
        <line
          key={`${at} ${label}`}
          x1={x(at)}
          x2={x(at)}
          y1={0}
          y2={height - foot}
          stroke="var(--line-strong)"
          strokeDasharray="2.5 2.5"
        />
      ))}
      <path d={brokenPath(points, x, y)} fill="none" stroke="var(--c1)" strokeWidth={1.75} strokeLinejoin="round" strokeLinecap="round" />
      {lastMeasured?.value !== null && lastMeasured !== undefined && (
        <circle cx={x(lastMeasured.at)} cy={y(lastMeasured.value)} r={2.75} fill="var(--c1)" />
      )}
      <text x={left} y={height - 3} className="fill-ink-3">
        {formatDate(time.low)}
      </text>
      <text x={width} y={height - 3} textAnchor="end" className="fill-ink-3">
        {lastEvent?.label ?? formatDate(time.high)}
      </text>
    </svg>
  );
}

function trendSummary(label: string, points: readonly Point[], format: (value: number | null | undefined) => string): string {
  const measured = points.filter(({ value }) => value !== null);
  const span = extent(points);
  if (span === null) return `${label}: unknown, nothing measured yet.`;
  const gaps = points.length - measured.length;
  return `${label}: first ${format(measured[0]?.value)}, last ${format(measured.at(-1)?.value)}, lowest ${format(span.low)}, highest ${format(span.high)}${gaps > 0 ? `, ${gaps} of ${points.length} times not measured` : ''}.`;
}

/** A line without axes for a table cell; the words beside it carry the value. */
export function Sparkline({
  label,
  points,
  width = 72,
  height = 20,
}: {
  label: string;
  points: readonly Point[];
  width?: number;
  height?: number;
}) {
  const span = extent(points);
  const [first, last] = [points[0], points.at(-1)];
  if (span === null || first === undefined || last === undefined) return <span className="text-unknown-ink">unknown</span>;
  const x = linear({ low: first.at, high: last.at }, { low: 1, high: width - 3 });
  const y = linear(span, { low: height - 3, high: 3 });
  const end = points.findLast(({ value }) => value !== null);
  return (
    <svg
      width={width}
      height={height}
      role="img"
      aria-label={trendSummary(label, points, (value) => formatNumber(value, { digits: 1 }))}
      className="inline-block align-middle"
    >
      <path d={brokenPath(points, x, y)} fill="none" stroke="var(--c1)" strokeWidth={1.5} strokeLinejoin="round" />
      {end !== undefined && end.value !== null && <circle cx={x(end.at)} cy={y(end.value)} r={2} fill="var(--c1)" />}
    </svg>
  );
}
