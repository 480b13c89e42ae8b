/** Who is on call: rotations in local time of a named zone, with overrides. Pure. */
import type { Member, Shift } from '../contract.ts';

export type Rotation = {
  readonly timeZone: string;
  readonly rotation: 'daily' | 'weekly';
  /** Local time of the handoff, HH:MM. */
  readonly handoff: string;
  /** First local day of the first member, YYYY-MM-DD. */
  readonly startsOn: string;
  readonly members: readonly Member[];
};
export type Replacement = {
  readonly userId: string;
  readonly name: string;
  readonly destinationIds: readonly string[];
  readonly from: Date;
  readonly until: Date;
};

const dayMs = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(timeZone, made);
  return made;
}

/** What the clock on the wall shows there, as if it were UTC: milliseconds. */
function wallOf(at: number, timeZone: string): number {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

/**
 * The moment at which a wall clock shows a local day and time.
 * A time that is skipped in spring is taken as much later as the clock jumps; one that comes twice in autumn is the first.
 * @param day whole days since 1970-01-01 of the local calendar
 * @param minutes of the day
 * @returns milliseconds since 1970 UTC
 */
export function momentOf(day: number, minutes: number, timeZone: string): number {
  const wanted = day * dayMs + minutes * 60_000;
  const offsetBefore = wallOf(wanted - dayMs, timeZone) - (wanted - dayMs);
  const first = wanted - offsetBefore;
  if (wallOf(first, timeZone) === wanted) return first;
  const offsetAfter = wallOf(wanted + dayMs, timeZone) - (wanted + dayMs);
  const second = wanted - offsetAfter;
  return wallOf(second, timeZone) === wanted ? second : first;
}

function startOf({ rotation, handoff, startsOn, timeZone }: Rotation, turn: number): number {
  const [hours = 0, minutes = 0] = handoff.split(':').map(Number);
  const firstDay = Date.parse(`${startsOn}T00:00:00Z`) / dayMs;
  return momentOf(firstDay + turn * lengthOf(rotation), hours * 60 + minutes, timeZone);
}
const lengthOf = (rotation: Rotation['rotation']): number => (rotation === 'weekly' ? 7 : 1);

/** Which turn runs at a moment, from 0; negative before the first. */
function turnAt(rotation: Rotation, at: number): number {
  const about = Math.floor((at - startOf(rotation, 0)) / (lengthOf(rotation.rotation) * dayMs));
  // Daylight saving moves a handoff by an hour against whole days.
  for (let turn = about + 1; turn > about - 2; turn -= 1) if (startOf(rotation, turn) <= at) return turn;
  return about - 2;
}

/**
 * Shifts from one moment on, in order and without gaps, overrides laid over the rotation.
 * @param span how far to look, in milliseconds; at most 60 shifts are answered.
 */
export function shiftsFrom(rotation: Rotation, overrides: readonly Replacement[], { at, span }: { at: number; span: number }): Shift[] {
  const { members } = rotation;
  if (members.length === 0) return [];
  const regular: Shift[] = [];
  for (let turn = Math.max(0, turnAt(rotation, at)); regular.length < 60; turn += 1) {
    const [from, until] = [startOf(rotation, turn), startOf(rotation, turn + 1)];
    if (from >= at + span) break;
    const member = members[turn % members.length];
    if (member !== undefined && until > at) regular.push(shiftOf(member, from, until, false));
  }
  return overrides
    .reduce<Shift[]>((shifts, one) => lay(shifts, one), regular)
    .filter((shift) => Date.parse(shift.until) > at && Date.parse(shift.from) < at + span)
    .slice(0, 60);
}

/** Who is on call at a moment; null before the first turn when nobody stands in. */
export function onCallAt(rotation: Rotation, overrides: readonly Replacement[], at: number): Shift | null {
  return shiftsFrom(rotation, overrides, { at, span: 1 }).find((shift) => Date.parse(shift.from) <= at) ?? null;
}

type Person = { readonly userId: string; readonly name: string; readonly destinationIds: readonly string[] };
function shiftOf({ userId, name, destinationIds }: Person, from: number, until: number, isOverride: boolean): Shift {
  return {
    userId,
    name,
    destinationIds: [...destinationIds],
    from: new Date(from).toISOString(),
    until: new Date(until).toISOString(),
    isOverride,
  };
}

function lay(shifts: readonly Shift[], one: Replacement): Shift[] {
  const [from, until] = [one.from.getTime(), one.until.getTime()];
  const cut = shifts.flatMap((shift) => {
    const [start, end] = [Date.parse(shift.from), Date.parse(shift.until)];
    if (end <= from || start >= until) return [shift];
    return [
      ...(start < from ? [{ ...shift, until: one.from.toISOString() }] : []),
      ...(end > until ? [{ ...shift, from: one.until.toISOString() }] : []),
    ];
  });
  return [...cut, shiftOf(one, from, until, true)].sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
}
