/** When did a table change? Its regimes in row order, and alarms of each column taken as a series. */
import { type Alarm, cusum, pageHinkley } from '../../../math/change-point.ts';
import { moments } from '../../../math/moments.ts';
import { keepFinite } from '../../../math/sorting.ts';
import { alignedNumbers, type Column, type Frame, isNumeric } from '../frame.ts';
import { timeOf } from '../ingest/agree-types.ts';
import { dataProblems } from '../refusal.ts';
import { columnNamed } from '../rule.ts';
import { type ReferenceWindow, type Regimes, regimesOf, rowsOfWindow } from './temporal.ts';

export type ChangeQuestion = {
  /** Numeric columns; undefined for all of them. */
  readonly columns: readonly string[] | undefined;
  readonly time: string | undefined;
  /** What the series are held against: a window of the time column, else the first rows. */
  readonly window: ReferenceWindow | undefined;
  readonly referenceRows: number;
  /** Rows that came together. */
  readonly burst: number;
  readonly seed: number;
};
export type SeriesAlarms = {
  readonly name: string;
  /** Of the reference rows; alarms count in them. Null when these do not vary: then nothing is said. */
  readonly target: number | null;
  readonly sd: number | null;
  readonly cusum: readonly Alarm[];
  readonly pageHinkley: readonly Alarm[];
  readonly alarms: number;
};
export type Changes = Regimes & { readonly series: readonly SeriesAlarms[]; readonly referenceRows: number };

const mostColumns = 50;
const mostAlarms = 100;
/** In standard deviations of the reference rows. */
const tolerance = 0.25;
const threshold = 25;

/** @throws data-quality.noColumns, .noSuchColumn. */
export async function findChanges(frame: Frame, question: ChangeQuestion): Promise<Changes> {
  const { columns: names, time, burst, seed } = question;
  const chosen = names === undefined ? frame.columns.filter(isNumeric) : names.map((name) => columnNamed(frame, name));
  const text = chosen.find((column) => !isNumeric(column));
  if (text !== undefined) throw dataProblems.noColumns({ reason: `${text.name} is ${text.type}, changes are looked for in numbers` });
  if (chosen.length === 0) throw dataProblems.noColumns({ reason: 'no column holds numbers' });
  if (chosen.length > mostColumns) throw dataProblems.noColumns({ reason: `more than ${mostColumns} numeric columns: name fewer` });
  const values = await alignedNumbers(frame, chosen);
  const times = time === undefined ? undefined : await timesOf(frame, columnNamed(frame, time));
  const reference = referenceOf(question, times, frame.rows);
  const series = chosen.map(({ name }, k) => alarmsOf(name, values[k] ?? new Float64Array(0), reference));
  return { ...regimesOf(values, { seed, times, burst }), series, referenceRows: reference.length };
}

/** Milliseconds since 1970; NaN where there is no time. */
async function timesOf(frame: Frame, column: Column): Promise<Float64Array> {
  if (column.type !== 'time') throw dataProblems.noColumns({ reason: `${column.name} is ${column.type}, not time` });
  const [times] = await alignedNumbers(frame, [{ ...column, number: `epoch_ms(${timeOf(column)})::DOUBLE` }]);
  return times ?? new Float64Array(0);
}

function referenceOf({ window, referenceRows }: ChangeQuestion, times: Float64Array | undefined, rows: number): Int32Array {
  if (window === undefined || times === undefined) return Int32Array.from({ length: Math.min(rows, referenceRows) }, (_, row) => row);
  let newest = Number.NEGATIVE_INFINITY;
  // Rows without a time are NaN, which is above nothing.
  for (const time of times) if (time > newest) newest = time;
  return rowsOfWindow(times, window, newest);
}

function alarmsOf(name: string, values: Float64Array, reference: Int32Array): SeriesAlarms {
  const known = keepFinite(Float64Array.from(reference, (row) => values[row] ?? Number.NaN));
  const none = { name, target: null, sd: null, cusum: [], pageHinkley: [], alarms: 0 };
  if (known.length < 2) return none;
  const { mean, variance } = moments(known);
  const sd = Math.sqrt((variance * known.length) / (known.length - 1));
  if (!(sd > 0 && Number.isFinite(sd))) return none;
  const sums = cusum(values, { target: mean, sd });
  const tests = pageHinkley(values, { tolerance: tolerance * sd, threshold: threshold * sd });
  const first = (alarms: readonly Alarm[]) => alarms.slice(0, mostAlarms);
  return { name, target: mean, sd, cusum: first(sums), pageHinkley: first(tests), alarms: sums.length + tests.length };
}
