/** Points of at most five kinds on two linear axes; kinds differ by shape as well as hue, and the numbers stand in the table behind. */
import { ChartFrame } from './chart-table.tsx';
import { useElementWidth } from './element-width.ts';
import { formatNumber } from './format.ts';
import { linear, readableTicks, type Span } from './scale.ts';

export type ScatterPoint = { readonly x: number; readonly y: number; readonly kind: string; readonly name: string };
type ScatterProps = {
  label: string;
  points: readonly ScatterPoint[];
  /** In the order of their colours. */
  kinds: readonly string[];
  xName: string;
  yName: string;
  xSpan?: Span;
  height?: number;
  /** A point that is pressed; the same choice must exist elsewhere for the keyboard, as the rows below a chart do. */
  onChoose?: (point: ScatterPoint) => void;
};
const colours = ['var(--c1)', 'var(--c3)', 'var(--c2)', 'var(--c4)', 'var(--c5)'];
const left = 40;
const foot = 30;

export function Scatter({ label, points, kinds, xName, yName, xSpan, height = 190, onChoose }: ScatterProps) {
  const [ref, width] = useElementWidth(480);
  const xs = xSpan ?? spanOf(points.map(({ x }) => x));
  const ticks = readableTicks(spanOf(points.map(({ y }) => y)), 4);
  const x = linear(xs, { low: left + 6, high: width - 8 });
  const y = linear({ low: ticks[0] ?? 0, high: ticks.at(-1) ?? 1 }, { low: height - foot, high: 8 });
  const text = 'fill-ink-3 text-count tabular-nums';
  return (
    <div ref={ref}>
      <ChartFrame
        summary={`${label}: ${points.length} points of ${kinds.join(', ')}.`}
        heads={['Kind', xName, yName, 'What']}
        rows={points.map((point) => [point.kind, point.x, Number(point.y.toPrecision(4)), point.name])}
        fileName={label.toLowerCase().replaceAll(' ', '-')}
      >
        <svg aria-hidden="true" width={width} height={height} className="block overflow-visible">
          {ticks.map((tick) => (
            <g key={tick}>
              <line x1={left} x2={width} y1={y(tick)} y2={y(tick)} stroke="var(--line)" />
              <text x={left - 6} y={y(tick) + 4} textAnchor="end" className={text}>
                {formatNumber(tick, { digits: 2 })}
              </text>
            </g>
          ))}
          <line x1={left} x2={width} y1={height - foot + 6} y2={height - foot + 6} stroke="var(--line-strong)" />
          {points.map((point) => (
            <Dot
              key={`${point.kind} ${point.x} ${point.y}`}
              place={Math.max(0, kinds.indexOf(point.kind)) % colours.length}
              at={{ x: x(point.x), y: y(point.y) }}
              title={`${point.kind}: ${point.name}`}
              onChoose={onChoose === undefined ? undefined : () => onChoose(point)}
            />
          ))}
          <text x={left} y={height - 8} className={text}>
            {formatNumber(xs.low)}
          </text>
          <text x={(left + width) / 2} y={height - 8} textAnchor="middle" className={text}>
            {xName}
          </text>
          <text x={width} y={height - 8} textAnchor="end" className={text}>
            {formatNumber(xs.high)}
          </text>
        </svg>
      </ChartFrame>
      <p className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-label text-ink-2">
        {kinds.map((kind, place) => (
          <span key={kind} className="inline-flex items-center gap-2">
            <svg aria-hidden="true" width={10} height={10}>
              <Mark place={place % colours.length} at={{ x: 5, y: 5 }} />
            </svg>
            {kind}
          </span>
        ))}
        <span className="text-ink-3">up: {yName}</span>
      </p>
    </div>
  );
}

type Place = { readonly x: number; readonly y: number };
function Dot({ place, at, title, onChoose }: { place: number; at: Place; title: string; onChoose: (() => void) | undefined }) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the drawing is hidden from assistive technology; the rows below open the same
    <g onClick={onChoose} className={onChoose === undefined ? undefined : 'cursor-pointer'}>
      <title>{title}</title>
      <circle cx={at.x} cy={at.y} r={8} fill="transparent" />
      <Mark place={place} at={at} />
    </g>
  );
}

/** Disc, square, triangle, diamond, ring: told apart without colour. */
function Mark({ place, at: { x, y } }: { place: number; at: Place }) {
  const fill = colours[place] ?? 'var(--c5)';
  if (place === 1) return <rect x={x - 3.5} y={y - 3.5} width={7} height={7} fill={fill} fillOpacity={0.8} />;
  if (place === 2) return <path d={`M${x} ${y - 4.5}l4.3 7.6h-8.6z`} fill={fill} fillOpacity={0.8} />;
  if (place === 3) return <path d={`M${x} ${y - 4.8}l4.4 4.8l-4.4 4.8l-4.4-4.8z`} fill={fill} fillOpacity={0.8} />;
  if (place === 4) return <circle cx={x} cy={y} r={3.4} fill="none" stroke={fill} strokeWidth={1.8} />;
  return <circle cx={x} cy={y} r={3.6} fill={fill} fillOpacity={0.8} />;
}

function spanOf(values: readonly number[]): Span {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? { low, high } : { low: 0, high: 1 };
}
