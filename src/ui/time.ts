/** Times as words. Lists show one form, the title the other. Words are English, as the pages are; zones are the reader's own. */
import { withUnit } from './format.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

type Moment = Date | string | number;
const millis = (at: Moment): number => new Date(at).getTime();

const steps = [
  [365 * day, 'y'],
  [day, 'd'],
  [hour, 'h'],
  [minute, 'min'],
  [second, 's'],
] as const;

/** A length of time in its largest unit: `41 ms`, `2.3 s`, `15 h`, `3 d`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return 'unknown';
  const length = Math.abs(ms);
  if (length < second) return withUnit(Math.round(length), 'ms');
  if (length < 10 * second) return withUnit((length / second).toFixed(1), 's');
  const [size, unit] = steps.find(([step]) => length >= step) ?? [second, 's'];
  return withUnit(Math.floor(length / size), unit);
}

/** `now`, `2 min`, `3 h`, `5 d`: distance without direction, for columns that say the direction themselves. */
export function formatAge(at: Moment, now: number): string {
  const distance = Math.abs(now - millis(at));
  return distance < minute ? 'now' : formatDuration(distance);
}

/** `now`, `2 min ago`, `in 3 h`. */
export function formatRelative(at: Moment, now: number): string {
  const distance = now - millis(at);
  if (!Number.isFinite(distance)) return 'unknown';
  if (Math.abs(distance) < minute) return 'now';
  return distance > 0 ? `${formatDuration(distance)} ago` : `in ${formatDuration(distance)}`;
}

type DateOptions = { now?: number; timeZone?: string | undefined };
const dateFormat = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-GB', options);

/** `12 May`, with the year when it is not this one. */
export function formatDate(at: Moment, { now = Date.now(), timeZone }: DateOptions = {}): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const yearOf = (moment: Moment) => dateFormat({ year: 'numeric', ...zone }).format(new Date(moment));
  const year = yearOf(at) === yearOf(now) ? {} : ({ year: 'numeric' } as const);
  return dateFormat({ day: 'numeric', month: 'short', ...year, ...zone }).format(new Date(at));
}

/** `09:41`. */
export function formatClock(at: Moment, { timeZone }: DateOptions = {}): string {
  return dateFormat({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(timeZone === undefined ? {} : { timeZone }) }).format(
    new Date(at),
  );
}

/** `Today`, `Yesterday`, `Monday` within the last week, else the date: day heads of feeds. */
export function formatDay(at: Moment, { now = Date.now(), timeZone }: DateOptions = {}): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const dayNumber = (moment: Moment) => {
    const [year, month, date] = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', ...zone })
      .format(new Date(moment))
      .split('-')
      .map(Number);
    return Date.UTC(year ?? 0, (month ?? 1) - 1, date ?? 1) / day;
  };
  const past = dayNumber(now) - dayNumber(at);
  if (past === 0) return 'Today';
  if (past === 1) return 'Yesterday';
  if (past > 1 && past < 7) return dateFormat({ weekday: 'long', ...zone }).format(new Date(at));
  return formatDate(at, { now, timeZone });
}

/** Absolute, zone named: `12 May 2025, 18:10:07 CEST`. For titles, exports and copied text. */
export function formatMoment(at: Moment, { timeZone }: DateOptions = {}): string {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return 'unknown';
  return dateFormat({
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(moment);
}
