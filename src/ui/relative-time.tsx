/** Times in lists: one form shown, the absolute one with its zone in the title. */
import { useNow } from './now.ts';
import { formatAge, formatDate, formatMoment, formatRelative } from './time.ts';

type Moment = string | number | Date;

/** `3 h ago`; `form="age"` writes `3 h`, `form="date"` `12 May`. Null says what is missing: `never`. */
export function RelativeTime({
  at,
  form = 'relative',
  never = 'never',
}: {
  at: Moment | null;
  form?: 'relative' | 'age' | 'date';
  never?: string;
}) {
  const now = useNow();
  if (at === null) return <span className="text-ink-3">{never}</span>;
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return <span className="text-ink-3">unknown</span>;
  return (
    <time dateTime={moment.toISOString()} title={formatMoment(at)} className="whitespace-nowrap tabular-nums">
      {form === 'date' ? formatDate(at, { now }) : form === 'age' ? formatAge(at, now) : formatRelative(at, now)}
    </time>
  );
}

/** Both forms where it matters: `12 May 2026, 18:10:07 UTC, 15 h ago`. */
export function FullTime({ at }: { at: Moment }) {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} className="tabular-nums">
      {formatMoment(at)}, {formatRelative(at, now)}
    </time>
  );
}
