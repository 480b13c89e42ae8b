/** What to do with the selected rows, at the foot of the list. */
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { formatNumber, formatTotal } from './format.ts';
import { useKeys } from './keys.ts';

type BulkBarProps = {
  selected: number;
  /** Rows in the filter, for "all 1,284 in this filter". */
  total: number | undefined;
  totalIsEstimate?: boolean;
  /** True once the whole filter is meant, as of the moment shown. */
  isWholeFilter?: boolean;
  onWholeFilter?: () => void;
  onClear: () => void;
  /** Buttons; each previews refusals before it runs. */
  children: ReactNode;
};

export function BulkBar({
  selected,
  total,
  totalIsEstimate = false,
  isWholeFilter = false,
  onWholeFilter,
  onClear,
  children,
}: BulkBarProps) {
  useKeys('Selection', selected > 0 ? [{ keys: 'Escape', label: 'Clear the selection', run: onClear }] : []);
  if (selected === 0) return null;
  const canWiden = onWholeFilter !== undefined && !isWholeFilter && total !== undefined && total > selected;
  return (
    <section
      aria-label="Selected rows"
      className="sticky bottom-0 z-10 flex flex-none animate-float flex-wrap items-center gap-2 border-t border-line bg-raised px-4 py-2 shadow-float tablet:px-6"
    >
      <span role="status" className="font-name tabular-nums">
        {isWholeFilter && total !== undefined
          ? `All ${formatTotal(total, totalIsEstimate)} in this filter`
          : `${formatNumber(selected)} selected`}
      </span>
      {canWiden && (
        <button
          type="button"
          onClick={onWholeFilter}
          className="rounded-tag font-name text-accent-ink hover:underline hover:underline-offset-2"
        >
          all {formatTotal(total, totalIsEstimate)} in this filter
        </button>
      )}
      <span className="ml-auto flex flex-wrap gap-2">
        {children}
        <Button kind="quiet" onClick={onClear} keys="Escape">
          Clear
        </Button>
      </span>
    </section>
  );
}
