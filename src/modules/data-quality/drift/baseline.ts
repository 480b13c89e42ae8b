/** A baseline: what later tables are compared with when the rows themselves are not kept. */
import { isCounted, numberAt } from '../../../math/counted-values.ts';
import { distinctOf } from '../../../math/moments.ts';
import { count, type Frame, fromOf } from '../frame.ts';
import { dataProblems } from '../refusal.ts';
import type { Baseline } from './baseline-shape.ts';
import type { Correlations } from './correlation.ts';
import { type Categories, frameSide, isNumericType, mostCorrelated, type NumberSide, type TableSide } from './drift-side.ts';
import { splitHalfNoise } from './drift-statistics.ts';

type BaselineColumn = Baseline['columns'][number];

/** Numbers kept of a column, and of all columns together: 8 bytes each. */
const mostKept = 50_000;
const mostKeptInAll = 1_000_000;
/** Words kept of a column that has too many to keep all. */
const mostWords = 100;

/**
 * @returns the state of a table: schema, counts, moments, evenly spaced order statistics (any share read from them is right to within
 * `error`), frequent values, correlations, noise floors, and the hash of the data. Nothing in it is a row.
 */
export async function baselineOf(frame: Frame, { seed }: { seed: number }): Promise<Baseline> {
  const side = frameSide(frame, { sampled: true });
  const numeric = side.columns.flatMap(({ name, type }) => (isNumericType(type) ? [name] : []));
  const kept = Math.max(100, Math.min(mostKept, Math.floor(mostKeptInAll / Math.max(1, numeric.length))));
  const columns = new Map<string, BaselineColumn>();
  for await (const numbers of side.numbers(numeric)) {
    const type = side.columns.find(({ name }) => name === numbers.name)?.type ?? 'number';
    columns.set(numbers.name, {
      name: numbers.name,
      type,
      missing: numbers.missing,
      numbers: stateOf(numbers, { kept, seed }),
      categories: null,
    });
  }
  for (const column of frame.columns) {
    if (columns.has(column.name)) continue;
    const all = await side.categories(column.name);
    const categories = { isComplete: all !== null, counts: [...(all ?? (await frequentWords(frame, column)))] };
    columns.set(column.name, { name: column.name, type: column.type, missing: await side.missing(column.name), numbers: null, categories });
  }
  const [[version] = []] = await frame.engine.rows('SELECT version()');
  return {
    kind: 'data-quality-baseline',
    version: 1,
    engine: `DuckDB ${String(version)}`,
    seed,
    rows: frame.rows,
    ingest: {
      ...frame.ingest,
      badRows: [...frame.ingest.badRows],
      renamed: [...frame.ingest.renamed],
      warnings: [...frame.ingest.warnings],
    },
    columns: frame.columns.flatMap(({ name }) => columns.get(name) ?? []),
    correlations: keptCorrelations(side, numeric),
  };
}

function stateOf(side: NumberSide, { kept, seed }: { kept: number; seed: number }): BaselineColumn['numbers'] {
  const { finite, least, most, mean, variance } = side;
  const sorted = side.order();
  if (finite === 0) return null;
  const size = Math.min(kept, finite);
  const sample = new Float64Array(size);
  for (let k = 0; k < size; k++) sample[k] = numberAt(sorted, Math.floor(((k + 0.5) * finite) / size));
  const sd = Math.sqrt(variance);
  return {
    finite,
    distinct: isCounted(sorted) ? sorted.values.length : distinctOf(sorted),
    least,
    most,
    mean,
    variance: Number.isFinite(variance) ? variance : null,
    sample: packed(sample),
    error: size === finite ? 0 : 1 / size,
    noise: splitHalfNoise(sorted, { sd, seed }),
  };
}

/** Long texts are cut: they are examples, not counts to compare with. */
async function frequentWords(frame: Frame, column: Frame['columns'][number]): Promise<[string, number][]> {
  const rows = await frame.engine.rows(
    `SELECT left(${column.cell}::VARCHAR, 200) AS v, count(*) AS n FROM ${fromOf(frame, [column])} WHERE ${column.cell} IS NOT NULL GROUP BY v ORDER BY n DESC, v LIMIT ${mostWords}`,
  );
  return rows.map(([value, cells]) => [String(value), count(cells)]);
}

function keptCorrelations(side: TableSide, names: readonly string[]): Baseline['correlations'] {
  const found = names.length > mostCorrelated ? null : side.correlations(names);
  if (found === null) return null;
  const { pearson, spearman } = found;
  return {
    columns: [...names],
    pearson: packed(pearson.r),
    pearsonRows: packed(pearson.n),
    spearman: packed(spearman.r),
    spearmanRows: packed(spearman.n),
  };
}

/** @throws data-quality.unreadable for a state whose numbers are not what they must be: it came from outside. */
export function baselineSide(baseline: Baseline): TableSide {
  const byName = new Map(baseline.columns.map((column) => [column.name, column]));
  const categoriesOf = (name: string): Categories => {
    const found = byName.get(name)?.categories ?? null;
    return found?.isComplete === true ? new Map(found.counts) : null;
  };
  return {
    rows: baseline.rows,
    columns: baseline.columns,
    async *numbers(names) {
      for (const name of names) {
        const column = byName.get(name);
        if (column !== undefined) yield sideOf(column);
      }
      return undefined;
    },
    missing: async (name) => byName.get(name)?.missing ?? baseline.rows,
    categories: async (name) => categoriesOf(name),
    rowSample: () => [],
    correlations: (names) => correlationsOf(baseline, names),
  };
}

function sideOf({ name, missing, numbers }: BaselineColumn): NumberSide {
  const base = { name, missing, noise: null };
  const none = new Float64Array(0);
  if (numbers === null)
    return { ...base, finite: 0, least: 0, most: 0, unordered: none, order: () => none, error: 0, mean: 0, variance: 0 };
  const { sample, distinct: _, variance, ...kept } = numbers;
  const sorted = unpacked(sample);
  const isSound =
    sorted.length > 0 &&
    sorted.length <= kept.finite &&
    sorted.every((value, k) => value - value === 0 && !(value < (sorted[k - 1] ?? value)));
  if (!isSound)
    throw dataProblems.unreadable({
      reason: `the baseline is damaged: the numbers of ${JSON.stringify(name.slice(0, 80))} are not in order.`,
    });
  return { ...base, ...kept, unordered: sorted, order: () => sorted, variance: variance ?? Infinity };
}

function correlationsOf({ correlations }: Baseline, names: readonly string[]) {
  if (correlations === null) return null;
  const places = names.map((name) => correlations.columns.indexOf(name));
  if (places.includes(-1)) return null;
  const pick = (r: string, n: string): Correlations => {
    const [from, rows] = [unpacked(r), unpacked(n)];
    const pairs = places.flatMap((j, to) => places.slice(0, to).map((i) => (Math.max(i, j) * (Math.max(i, j) - 1)) / 2 + Math.min(i, j)));
    const taken = (values: Float64Array) => Float64Array.from(pairs, (pair) => values[pair] ?? Number.NaN);
    return { r: taken(from), n: taken(rows) };
  };
  return {
    pearson: pick(correlations.pearson, correlations.pearsonRows),
    spearman: pick(correlations.spearman, correlations.spearmanRows),
  };
}

function packed(values: Float64Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

function unpacked(text: string): Float64Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % 8 !== 0) throw dataProblems.unreadable({ reason: 'the baseline is damaged: its numbers are cut off.' });
  const values = new Float64Array(bytes.length / 8);
  Buffer.from(values.buffer).set(bytes);
  return values;
}
