/** Hours of a week in a time zone: when a rule applies, and when a destination wants to be left alone. */
import { z } from 'zod';

const clock = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const Clock = z.string().regex(clock, 'must be a time as 22:00');

const HoursFields = z.strictObject({
  zone: z.string().min(1).max(60).refine(isZone, 'is no time zone of the IANA list, as Europe/Berlin').describe('IANA time zone.'),
  from: Clock,
  to: Clock.describe('Up to here, not including it. Before or equal to `from`: it ends on the next day.'),
  days: z
    .array(z.int().min(1).max(7))
    .min(1)
    .max(7)
    .refine((days) => new Set(days).size === days.length, 'names a day twice')
    .describe('Days on which it begins, 1 is Monday.'),
});
/** Hours that leave a gap: quiet ones must end, and a rule without hours says "always" already. */
export const Hours = HoursFields.refine(
  ({ from, to, days }) => from !== to || days.length < 7,
  'covers the whole week: leave it out instead',
);
export type Hours = z.infer<typeof Hours>;

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  // Zones are validated, so there are some 600 at most.
  formats.set(zone, made);
  return made;
}

/** ISO day (1 is Monday) and minute of the day that a wall clock of the zone shows. */
function wallClock(at: Date, zone: string): { day: number; minute: number } {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const day = weekdays.indexOf(parts.get('weekday') ?? '') + 1;
  return { day, minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) };
}

const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

/** Is this instant within the hours? Hours over midnight belong to the day they began on. */
export function isWithin({ zone, from, to, days }: Hours, at: Date): boolean {
  const { day, minute } = wallClock(at, zone);
  const [start, end] = [minuteOf(from), minuteOf(to)];
  const before = day === 1 ? 7 : day - 1;
  if (start < end) return days.includes(day) && minute >= start && minute < end;
  return (days.includes(day) && minute >= start) || (days.includes(before) && minute < end);
}

const minuteMs = 60_000;
const longestMinutes = 7 * 24 * 60;

/**
 * The first minute at or after `at` that is outside the hours. Steps over wall-clock minutes, so a change to summer time
 * inside them is counted as people see it.
 * Hours leave a gap every week, so there is one.
 */
export function endOf(hours: Hours, at: Date): Date {
  if (!isWithin(hours, at)) return at;
  const first = Math.floor(at.getTime() / minuteMs) * minuteMs;
  // An hour at a time, then back by the minute: at most 168 + 60 looks.
  for (let minutes = 60; minutes <= longestMinutes; minutes += 60) {
    if (isWithin(hours, new Date(first + minutes * minuteMs))) continue;
    let end = minutes;
    while (end > minutes - 60 && !isWithin(hours, new Date(first + (end - 1) * minuteMs))) end -= 1;
    return new Date(first + end * minuteMs);
  }
  return new Date(first + longestMinutes * minuteMs);
}
