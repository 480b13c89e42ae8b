/** The findings of what is chosen, one line each, folded to a summary until somebody opens it. */
import { useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { classNames } from '../../../ui/class-names.ts';
import { formatNumber } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';
import { SeverityShape } from '../../../ui/severity.tsx';
import type { StoredFinding } from '../contract.ts';

type FindingListProps = { rows: readonly StoredFinding[]; chosen: string; total: number; onChoose: (id: string) => void };
const mostShown = 200;

export function FindingList({ rows, chosen, total, onChoose }: FindingListProps) {
  const [isOpen, setOpen] = useState(false);
  const held = rows.filter(({ suppression }) => suppression !== null).length;
  return (
    <div className="border-b border-line">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 tablet:px-6">
        <span className="font-name tabular-nums">{formatNumber(total)} findings</span>
        {held > 0 && <span className="text-ink-2">{formatNumber(held)} suppressed</span>}
        <Button kind="quiet" size="small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Fold the list' : 'Show the list'}
        </Button>
      </div>
      {isOpen && (
        <ScrollRegion label="Findings" className="max-h-64 overflow-y-auto border-t border-line">
          <ul>
            {rows.slice(0, mostShown).map(({ id, title, severity, path, suppression }) => (
              <li key={id}>
                <button
                  type="button"
                  aria-current={id === chosen || undefined}
                  onClick={() => onChoose(id)}
                  className={classNames(
                    'finger flex w-full items-center gap-3 px-4 py-1.5 text-left tablet:px-6',
                    id === chosen ? 'bg-accent-tint' : 'hover:bg-hover',
                  )}
                >
                  <SeverityShape severity={severity} />
                  <span className={classNames('min-w-0 flex-1 truncate', suppression !== null && 'text-ink-3 line-through')}>
                    {inertLine(title, 200)}
                  </span>
                  <span className="mono hidden max-w-[40%] truncate text-code text-ink-2 tablet:block" title={inertLine(path, 400)}>
                    {inertLine(path, 400)}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </ScrollRegion>
      )}
    </div>
  );
}
