/** A running job: done of total, rate, estimate, cancel. Unknown total is a count without a bar. */
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { formatNumber } from './format.ts';
import { formatDuration } from './time.ts';

export type ProgressFacts = {
  readonly done: number;
  readonly total: number | null;
  /** `files`. */
  readonly unit: string;
  readonly ratePerSecond?: number | null | undefined;
  readonly remainingMs?: number | null | undefined;
  readonly note?: string | null | undefined;
};
type ProgressProps = {
  label: string;
  facts: ProgressFacts;
  onCancel?: (() => void) | undefined;
  isCancelling?: boolean;
  /** Refused or failed parts are listed, not summed away. */
  children?: ReactNode;
};

export function progressWords({ done, total, unit, ratePerSecond, remainingMs }: ProgressFacts): string {
  const parts = [total === null ? `${formatNumber(done)} ${unit}` : `${formatNumber(done)} of ${formatNumber(total)} ${unit}`];
  if (ratePerSecond !== null && ratePerSecond !== undefined && ratePerSecond > 0)
    parts.push(`${formatNumber(ratePerSecond, { digits: ratePerSecond < 10 ? 1 : 0 })}/s`);
  if (remainingMs !== null && remainingMs !== undefined) parts.push(`about ${formatDuration(Math.max(1000, remainingMs))}`);
  return parts.join(', ');
}

export function Progress({ label, facts, onCancel, isCancelling = false, children }: ProgressProps) {
  const { done, total, note } = facts;
  const share = total === null || total === 0 ? null : Math.min(1, done / total);
  const words = progressWords(facts);
  return (
    <div className="min-w-0">
      <div className="flex items-baseline gap-3">
        <span className="min-w-0 flex-1 truncate font-name" title={label}>
          {label}
        </span>
        {onCancel && (
          <Button size="small" busy={isCancelling && 'Stopping…'} onClick={onCancel}>
            Cancel
          </Button>
        )}
      </div>
      {share !== null && (
        <div
          role="progressbar"
          aria-label={label}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(share * 100)}
          aria-valuetext={words}
          className="measure mt-1.5 h-1.5 overflow-hidden rounded-round bg-line"
        >
          <div className="h-full origin-left rounded-round bg-accent transition-transform" style={{ transform: `scaleX(${share})` }} />
        </div>
      )}
      <p className="mt-1 text-label text-ink-2 tabular-nums">
        {words}
        {note ? <span className="text-ink-3"> · {note}</span> : null}
      </p>
      {children}
    </div>
  );
}
