/** Volume, missing values and means of a monitor against the same hour of the weeks before: what left its season deserves an alert. */
import type { Candidate, SeriesJudgement } from '../assessments/judge.ts';
import type { Found } from '../assessments/run-checks.ts';
import type { MeasuredRun, Measurement } from './metric-store.ts';
import { judgeSeason, type SeasonVerdict } from './season.ts';
import { readHistories, type SeriesHistory } from './series-store.ts';

const noSeries: SeriesJudgement = { candidates: [], judged: 0 };

/** The floors of drift at medium: a missing rate by a hundredth, a mean by a twentieth of the column's standard deviation. */
const missingFloor = 0.01;
const meanFloor = 0.05;
/** A volume by a twentieth. */
const volumeFloor = 0.05;

/** Joins the ambient transaction. */
export async function judgeSeries(run: MeasuredRun, found: Found, measurements: readonly Measurement[]): Promise<SeriesJudgement> {
  if (run.monitorId === null) return noSeries;
  const watched = measurements.filter(({ metric }) => metric === 'rows' || metric === 'missingRate' || metric === 'mean');
  return judgeHistories(await readHistories(run, watched), deviationsOf(found));
}

function deviationsOf({ quality }: Found): Map<string, number> {
  return new Map((quality?.columns ?? []).map(({ name, numbers }) => [name, numbers?.sd ?? 0]));
}

/** Pure. @param deviations standard deviation of each numeric column in the table of now. */
export function judgeHistories(series: readonly SeriesHistory[], deviations: ReadonlyMap<string, number>): SeriesJudgement {
  const candidates: Candidate[] = [];
  let judged = 0;
  for (const one of series) {
    const verdict = verdictOf(one, deviations.get(one.column) ?? 0);
    if (verdict.status !== 'unknown') judged += 1;
    if (verdict.status === 'unusual') candidates.push(candidateOf(one, verdict));
  }
  return { candidates, judged };
}

/** Volumes vary by shares of themselves, so their logarithms are compared. */
function verdictOf({ metric, value, history }: SeriesHistory, deviation: number): SeasonVerdict {
  if (metric !== 'rows') return judgeSeason(history, value, metric === 'mean' ? meanFloor * deviation : missingFloor);
  const logs = new Map([...history].map(([hour, rows]) => [hour, Math.log1p(rows)]));
  return judgeSeason(logs, Math.log1p(value), Math.log1p(volumeFloor));
}

type Unusual = Extract<SeasonVerdict, { expected: number }>;

function candidateOf({ metric, column, value }: SeriesHistory, { expected, limit, distance, by, weeks }: Unusual): Candidate {
  const back = (at: number): number => (metric === 'rows' ? Math.expm1(at) : at);
  const bound = back(expected + Math.sign(distance) * limit);
  const [now, usual, edge] = [value, back(expected), bound].map((number) => wordOf(metric, number));
  const how =
    by === 'level'
      ? `The bound is ${edge}: five robust standard deviations from the median, or where 95 % of the past lay, whichever is farther.`
      : 'No single value gave it away, but the late ones together lie beyond what they used to (exponentially weighted mean).';
  return {
    kind: 'series',
    column: column === '' ? null : column,
    subject: metric,
    // Twice as far as what was bearable is no slip.
    severity: Math.abs(distance) > 2 * limit ? 'high' : 'medium',
    title: `${titleOf(metric, column)}: ${now}, usually about ${usual} at this hour of the week`,
    detail: `Held against the same hour of ${weeks} other weeks. ${how}`,
    value,
    threshold: by === 'level' ? bound : null,
  };
}

function titleOf(metric: Measurement['metric'], column: string): string {
  if (metric === 'rows') return 'Rows';
  return `${metric === 'mean' ? 'Mean' : 'Missing values'} of ${column.slice(0, 180)}`;
}

function wordOf(metric: Measurement['metric'], value: number): string {
  if (metric === 'rows') return Math.round(value).toLocaleString('en-US');
  return metric === 'missingRate' ? `${Math.round(value * 1000) / 10} %` : String(Number(value.toPrecision(4)));
}
