/** The fuse: words over a 3 px bar of the time left. */
import { classNames } from './class-names.ts';
import { type DueInput, type DueUrgency, dueWords } from './due.ts';
import { useNow } from './now.ts';
import { formatMoment } from './time.ts';

const inks: Readonly<Record<DueUrgency, string>> = {
  critical: 'text-critical-ink font-strong',
  high: 'text-high-ink font-name',
  calm: 'text-ink-2',
  hold: 'text-ink-2',
  none: 'text-ink-3',
};
const fills: Readonly<Record<DueUrgency, string>> = { critical: 'bg-critical', high: 'bg-high', calm: 'bg-ink-3', hold: '', none: '' };

export function DueBar({ due, start, onHold, width = 76 }: DueInput & { width?: number | string }) {
  const { text, urgency, left } = dueWords({ due, start, onHold }, useNow());
  return (
    <span className="inline-block align-middle" style={{ width }} title={due === null ? undefined : `Due ${formatMoment(due)}`}>
      <span className={classNames('block text-label whitespace-nowrap tabular-nums', inks[urgency])}>{text}</span>
      {left !== null && (
        <span aria-hidden="true" className="measure mt-1 block h-[3px] overflow-hidden rounded-round bg-line">
          <span
            className={classNames('block h-full rounded-round', fills[urgency])}
            style={{ width: `${Math.max(left > 0 ? 4 : 0, left * 100)}%` }}
          />
        </span>
      )}
    </span>
  );
}
