/** Cells against a table of true values, matched by key. */
import { type Column, count, type Frame, fromOf, isNumeric } from '../frame.ts';
import { columnNamed } from '../rule.ts';
import { type Failure, known, type Metric, unknown } from './metric.ts';

export type TruthOptions = { readonly key: readonly string[]; readonly absolute: number; readonly relative: number };

/**
 * Equal cells ÷ compared cells. Compared are cells that are there on both sides, in rows whose key is in the truth; of a repeated key the
 * first row counts, so that nothing fans out. Numbers are equal within max(absolute, relative·|truth|), text after NFC and trimming.
 */
export async function accuracy(frame: Frame, truth: Frame, options: TruthOptions): Promise<Metric> {
  const shared = frame.columns.filter(({ name }) => !options.key.includes(name) && truth.columns.some((column) => column.name === name));
  if (shared.length === 0) return unknown('the truth shares no column besides the key');
  let compared = 0;
  const failures: Failure[] = [];
  for (const column of shared) {
    const found = await compareColumn(frame, truth, { column, options });
    compared += found.of;
    failures.push(found);
  }
  if (compared === 0) return unknown('no key of the data is in the truth');
  const wrong = failures.reduce((sum, { count: rows }) => sum + rows, 0);
  return known({ numerator: compared - wrong, denominator: compared, failures: failures.filter(({ count: rows }) => rows > 0) });
}

async function compareColumn(frame: Frame, truth: Frame, { column, options }: { column: Column; options: TruthOptions }): Promise<Failure> {
  const other = columnNamed(truth, column.name);
  const numeric = isNumeric(column) && isNumeric(other);
  const side = (of: Frame, own: Column) => firstOfKey(of, { own, key: options.key.map((name) => columnNamed(of, name)), numeric });
  const joined = `FROM (${side(frame, column)}) a JOIN (${side(truth, other)}) b USING (${options.key.map((_, k) => `k${k}`).join(', ')}) WHERE a.v IS NOT NULL AND b.v IS NOT NULL`;
  const equal = numeric ? 'abs(a.v - b.v) <= greatest($1, $2 * abs(b.v))' : 'a.v = b.v';
  const values = numeric ? [options.absolute, options.relative] : [];
  const [[of] = []] = await frame.engine.rows(`SELECT count(*) ${joined}`);
  const wrong = await frame.engine.rows(`SELECT a.r, count(*) OVER () ${joined} AND NOT (${equal}) ORDER BY a.r LIMIT 100`, values);
  return {
    check: 'differs from the truth',
    columns: [column.name],
    count: count(wrong[0]?.[1]),
    of: count(of),
    rows: wrong.map(([row]) => count(row)),
  };
}

function firstOfKey(frame: Frame, { own, key, numeric }: { own: Column; key: readonly Column[]; numeric: boolean }): string {
  const value = numeric ? `nullif(${own.number}, 'NaN'::DOUBLE)` : `nfc_normalize(trim(${own.cell}::VARCHAR))`;
  const keys = key.map(({ cell }, k) => `${cell}::VARCHAR AS k${k}`).join(', ');
  const partition = key.map(({ cell }) => `${cell}::VARCHAR`).join(', ');
  const from = fromOf(frame, [own, ...key]);
  return `SELECT r, ${value} AS v, ${keys} FROM ${from} WHERE ${key.map(({ cell }) => `${cell} IS NOT NULL`).join(' AND ')} QUALIFY row_number() OVER (PARTITION BY ${partition} ORDER BY r) = 1`;
}
