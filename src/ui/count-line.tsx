/** How many of how many, what is new, and in which order: `38 of 1,284` · `12 new` · `Priority, highest first`. */
import { ArrowUp } from 'lucide-react';
import type { ReactNode } from 'react';
import { formatNumber, formatTotal } from './format.ts';
import { useKeys } from './keys.ts';

type CountLineProps = {
  /** Rows loaded. */
  shown: number;
  /** Rows of the filter; undefined while unknown. */
  total: number | undefined;
  totalIsEstimate?: boolean;
  /** Everything this person may see, when the filter is narrower. */
  all?: number | undefined;
  newCount?: number;
  onShowNew?: () => void;
  /** The order in words. */
  order?: ReactNode;
  /** Things beside the order: density, Select on a phone. */
  children?: ReactNode;
};

export function CountLine({ shown, total, totalIsEstimate = false, all, newCount = 0, onShowNew, order, children }: CountLineProps) {
  const hasNew = newCount > 0 && onShowNew !== undefined;
  // What stands in place of the rows says that there are none, or that they load.
  const hasRows = shown > 0 || (total ?? 0) > 0;
  useKeys('List', hasNew ? [{ keys: 'n', label: 'Show the new rows', run: onShowNew }] : []);
  return (
    <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1 px-4 pb-1 text-ink-2 tablet:px-6">
      <span role="status" className="tabular-nums">
        {hasRows && countWords(shown, total, totalIsEstimate, all)}
      </span>
      {hasNew && (
        <button
          type="button"
          onClick={onShowNew}
          className="relative inline-flex h-6 animate-float after:absolute after:-inset-2.5 tablet:after:hidden items-center gap-1 rounded-round bg-accent px-2.5 text-label font-name text-on-accent hover:bg-accent-hover"
        >
          <ArrowUp size={13} aria-hidden="true" />
          {formatNumber(newCount)} new
        </button>
      )}
      <span className="ml-auto inline-flex items-center gap-3">
        {hasRows && order}
        {children}
      </span>
    </div>
  );
}

function countWords(shown: number, total: number | undefined, isEstimate: boolean, all: number | undefined): string {
  if (total === undefined) return `${formatNumber(shown)} loaded`;
  if (all !== undefined && all !== total) return `${formatTotal(total, isEstimate)} of ${formatNumber(all)}`;
  if (shown < total) return `${formatNumber(shown)} of ${formatTotal(total, isEstimate)}`;
  return total === 1 ? '1 row' : `${formatTotal(total, isEstimate)} rows`;
}
