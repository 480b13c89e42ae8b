import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hoursPerWeek, judgeSeason } from './season.ts';

/** mulberry32: the numbers are the same in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

type Shape = { readonly seed: number; readonly everyHours: number; readonly weeks: number; readonly noise?: number };
/** Logarithms of orders by the hour: a weekend of a fifth, a night of a tenth, and noise that multiplies. `hour` counts back from a Wednesday noon. */
function season(hour: number): number {
  const at = (((84 - hour) % hoursPerWeek) + hoursPerWeek) % hoursPerWeek;
  const isWeekend = at >= 120;
  const isNight = at % 24 < 6;
  return 10_000 * (isWeekend ? 0.2 : 1) * (isNight ? 0.1 : 1);
}
function series({ seed, everyHours, weeks, noise = 0.05 }: Shape): { history: Map<number, number>; next: number; random: () => number } {
  const random = generator(seed);
  const value = (hour: number): number => Math.log(season(hour)) + noise * normal(random);
  const history = new Map<number, number>();
  for (let hour = everyHours; hour <= weeks * hoursPerWeek; hour += everyHours) history.set(hour, value(hour));
  return { history, next: value(0), random };
}
const runs = 1000;
const share = (flagged: (seed: number) => boolean): number => {
  let count = 0;
  for (let seed = 1; seed <= runs; seed += 1) if (flagged(seed)) count += 1;
  return count / runs;
};
const daily = { everyHours: 24, weeks: 8 };

describe('values held against their hour of the week', () => {
  test('a series with its weekend and its noise stays quiet: at most one run in a hundred is flagged', () => {
    for (const shape of [daily, { everyHours: 24, weeks: 5 }, { everyHours: 24, weeks: 8, noise: 0.5 }]) {
      const flagged = share((seed) => {
        const { history, next } = series({ ...shape, seed });
        return judgeSeason(history, next).status === 'unusual';
      });
      assert.ok(flagged <= 0.01, `${JSON.stringify(shape)}: ${flagged}`);
    }
  });

  test('half of the usual volume is found nearly always, though every weekend has less', () => {
    const found = share((seed) => {
      const { history, next } = series({ ...daily, seed });
      return judgeSeason(history, next - Math.LN2).status === 'unusual';
    });
    assert.ok(found >= 0.99, String(found));
    const { history } = series({ ...daily, seed: 1 });
    assert.ok(
      [...history.values()].some((value) => value < Math.log(2500)),
      'the weekends of the series',
    );
  });

  test('a value that is ten times that of the night is usual by day and not by night', () => {
    const { history, next } = series({ everyHours: 1, weeks: 8, seed: 5 });
    assert.equal(judgeSeason(history, next).status, 'usual');
    // Twelve hours later it is midnight of a Wednesday: a thousand orders are usual, ten thousand are not.
    const later = new Map([...history].map(([hour, value]) => [hour + 12, value]));
    assert.equal(judgeSeason(later, Math.log(1000)).status, 'usual');
    const verdict = judgeSeason(later, next);
    assert.deepEqual([verdict.status, verdict.status === 'unusual' && verdict.by], ['unusual', 'level']);
  });

  test('a small lasting shift is found by the late values together', () => {
    const found = share((seed) => {
      const random = generator(seed);
      const history = new Map<number, number>();
      // Three standard deviations more for the last six days of eight weeks: any one of them alone is rarely beyond five.
      for (let day = 1; day <= 56; day += 1) history.set(day * 24, 100 + normal(random) + (day <= 6 ? 3 : 0));
      const verdict = judgeSeason(history, 103);
      return verdict.status === 'unusual' && verdict.by === 'trend';
    });
    const quiet = share((seed) => {
      const random = generator(seed);
      const history = new Map<number, number>();
      for (let day = 1; day <= 56; day += 1) history.set(day * 24, 100 + normal(random));
      return judgeSeason(history, 100 + normal(random)).status === 'unusual';
    });
    assert.ok(found > 0.85 && quiet < 0.05, `${found} against ${quiet}`);
  });

  test('too little history is unknown and says what it takes', () => {
    const { history, next } = series({ everyHours: 24, weeks: 3, seed: 1 });
    assert.deepEqual(judgeSeason(history, next), {
      status: 'unknown',
      reason: 'this hour of the week is known of 3 other weeks; it takes 4',
    });
    const weekly = new Map([1, 2, 3, 4, 5].map((week) => [week * hoursPerWeek, 10]));
    assert.deepEqual(judgeSeason(weekly, 10), {
      status: 'unknown',
      reason: '4 values older than a week can be held against other weeks; it takes 28',
    });
  });

  test('a constant series bears its floor and nothing beyond', () => {
    const history = new Map(Array.from({ length: 56 }, (_, day) => [(day + 1) * 24, 5]));
    assert.equal(judgeSeason(history, 5).status, 'usual');
    assert.equal(judgeSeason(history, 5.1, 0.2).status, 'usual');
    assert.equal(judgeSeason(history, 5.3, 0.2).status, 'unusual');
  });
});
