/** When a schedule runs next. Pure; the time zone's rules are those of the ICU data that Node brings. */

export type Rhythm = {
  readonly every: 'off' | 'daily' | 'weekly';
  /** 0 Sunday … 6 Saturday; only weekly looks at it. */
  readonly weekday: number;
  /** `HH:MM` on the wall clock of `timeZone`. */
  readonly time: string;
  readonly timeZone: string;
};

const minuteMs = 60_000;
const dayMs = 86_400_000;

type WallClock = { readonly year: number; readonly month: number; readonly day: number; readonly hour: number; readonly minute: number };

/**
 * The first moment after `after` that the rhythm names; null for `off`.
 *
 * A time that the clock skips on the day summer time begins runs as much later as the clock jumps; one that happens twice runs the first time only.
 * @throws RangeError when the time zone is unknown; the contract refuses those.
 */
export function nextRun({ every, weekday, time, timeZone }: Rhythm, after: Date): Date | null {
  if (every === 'off') return null;
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const clock = clockOf(timeZone);
  const today = clock(after);
  // Nine days hold every weekday and both edges, whatever the zone does.
  for (let ahead = -1; ahead <= 8; ahead += 1) {
    const date = new Date(Date.UTC(today.year, today.month - 1, today.day) + ahead * dayMs);
    if (every === 'weekly' && date.getUTCDay() !== weekday) continue;
    const wall = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), hour, minute };
    const moment = momentOf(wall, clock);
    if (moment > after.getTime()) return new Date(moment);
  }
  return null;
}

/** The earliest moment at which the clock of the zone shows this; when it never does, the same distance after the jump. */
function momentOf(wall: WallClock, clock: (at: Date) => WallClock): number {
  const wanted = asUtc(wall);
  // Offsets a day before and after bracket any change of the clock.
  const offsets = [-dayMs, dayMs].map((step) => asUtc(clock(new Date(wanted + step))) - (wanted + step));
  const candidates = [...new Set(offsets)].map((offset) => wanted - offset).sort((a, b) => a - b);
  const exact = candidates.find((moment) => asUtc(clock(new Date(moment))) === wanted);
  if (exact !== undefined) return exact;
  // Skipped: with the offset from before the jump the clock shows the time moved on by the jump.
  return wanted - (offsets[0] ?? 0);
}

function asUtc({ year, month, day, hour, minute }: WallClock): number {
  return Date.UTC(year, month - 1, day, hour, minute);
}

function clockOf(timeZone: string): (at: Date) => WallClock {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (at) => {
    const parts = new Map(
      format.formatToParts(new Date(Math.floor(at.getTime() / minuteMs) * minuteMs)).map(({ type, value }) => [type, Number(value)]),
    );
    const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    return { year: of('year'), month: of('month'), day: of('day'), hour: of('hour'), minute: of('minute') };
  };
}
