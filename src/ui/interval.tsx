/** A measured value with its interval against a limit: drawing and words say the same. */
import { classNames } from './class-names.ts';
import { formatNumber, formatRange } from './format.ts';
import { linear } from './scale.ts';
import { Shape } from './shape.tsx';
import { type Outcome, outcomeMeanings, toneFill } from './words.ts';

type IntervalProps = {
  name: string;
  /** null: unknown, with `reason`. */
  value: number | null;
  low?: number | undefined;
  high?: number | undefined;
  /** `limit 0.10`, `at least 0.60`. */
  limit?: { readonly value: number; readonly words: string } | undefined;
  outcome: Outcome;
  /** Ends of the track. */
  range: { readonly low: number; readonly high: number };
  digits?: number;
  reason?: string;
};

export function Interval({ name, value, low, high, limit, outcome, range, digits = 2, reason }: IntervalProps) {
  const { shape, tone, word } = outcomeMeanings[outcome];
  const place = linear(range, { low: 0, high: 100 });
  const at = (number: number): string => `${Math.min(100, Math.max(0, place(number)))}%`;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 border-b border-line py-1.5 last:border-b-0 tablet:grid-cols-[minmax(0,10rem)_4rem_minmax(0,1fr)_6.25rem_5.5rem]">
      <span className="flex min-w-0 items-center gap-2 font-name">
        <Shape name={shape} tone={tone} label={word} size={13} />
        <span className="truncate" title={name}>
          {name}
        </span>
      </span>
      <span className="text-right font-strong tabular-nums">{formatNumber(value, { digits })}</span>
      {value === null ? (
        <span aria-hidden="true" className="hatch col-span-2 h-1.5 rounded-tag tablet:col-span-1" />
      ) : (
        <span aria-hidden="true" className="measure relative col-span-2 h-1 rounded-round bg-line tablet:col-span-1">
          {low !== undefined && high !== undefined && (
            <span className={`absolute inset-y-0 ${toneFill[tone]}`} style={{ left: at(low), right: `calc(100% - ${at(high)})` }} />
          )}
          {limit && <span className="absolute -inset-y-1.5 w-[1.5px] bg-ink" style={{ left: at(limit.value) }} />}
          <span
            className={`absolute top-1/2 size-2.5 -translate-1/2 rounded-round border-2 border-surface ${toneFill[tone]}`}
            style={{ left: at(value) }}
          />
        </span>
      )}
      <span className={classNames('text-ink-2 tabular-nums', value === null && 'col-span-2')}>
        {value === null ? (reason ?? '') : low !== undefined && high !== undefined ? formatRange(low, high, { digits }) : ''}
      </span>
      {value !== null && <span className="text-right text-ink-2 tabular-nums tablet:text-left">{limit?.words}</span>}
    </div>
  );
}
