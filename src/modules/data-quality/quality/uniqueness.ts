/** Rows and keys that occur more than once: found by a 64-bit hash, then compared cell by cell. */

import { type Column, columnsPerRelation, count, type Frame, fromOf } from '../frame.ts';
import { type FailingRows, firstRows } from './failing-rows.ts';

/**
 * Rows beyond the first of their kind; NULL equals NULL.
 * @param distinct how many different values each column holds, in their order, where that is known: a column without a repeated cell has no
 * repeated row, and a few columns that differ enough are looked at before all of them are.
 */
export async function duplicateRows(frame: Frame, distinct: readonly (number | null)[] = []): Promise<FailingRows> {
  const none = { count: 0, rows: [] };
  if (distinct.some((values) => values === frame.rows)) return none;
  const leading = leadingColumns(frame, distinct);
  if (leading !== null) {
    const cells = leading.map(({ index }) => `c${index}`).join(', ');
    const repeated = `SELECT hash(${cells}) AS h FROM ${fromOf(frame, leading)} GROUP BY h HAVING count(*) > 1`;
    const [[any] = []] = await frame.engine.rows(`SELECT count(*) FROM (${repeated})`);
    if (count(any) === 0) return none;
  }
  const hashed = hashedRows(frame);
  const repeatedHashes = `SELECT h FROM (${hashed}) GROUP BY h HAVING count(*) > 1`;
  // Most tables have none: then the table is read once.
  const [[any] = []] = await frame.engine.rows(`SELECT count(*) FROM (${repeatedHashes})`);
  if (count(any) === 0) return none;
  const suspects = `SELECT r FROM (${hashed}) WHERE h IN (${repeatedHashes})`;
  const cells = frame.columns.map(({ index }) => `c${index}`).join(', ');
  const repeated = `SELECT r FROM (SELECT r, row_number() OVER (PARTITION BY ${cells} ORDER BY r) AS place FROM ${fromOf(frame, frame.columns)} WHERE r IN (${suspects})) WHERE place > 1`;
  const [[rows] = []] = await frame.engine.rows(`SELECT count(*) FROM (${repeated})`);
  return { count: count(rows), rows: await firstRows(frame, repeated) };
}

/** Combinations of values a pair of rows may meet in, for each pair: with so many, rows that agree by chance are rare. */
const roomPerPair = 100;

/** The fewest columns, most varied first, in which different rows would hardly agree by chance; null when that takes half of them. */
function leadingColumns(frame: Frame, distinct: readonly (number | null)[]): Column[] | null {
  const varied = frame.columns
    .flatMap((column, k) => ((distinct[k] ?? 0) > 1 ? [{ column, values: distinct[k] ?? 0 }] : []))
    .toSorted((a, b) => b.values - a.values);
  const leading: Column[] = [];
  let combinations = 1;
  for (const { column, values } of varied) {
    leading.push(column);
    combinations *= values;
    if (combinations >= roomPerPair * frame.rows * frame.rows) return leading.length * 2 < frame.columns.length ? leading : null;
  }
  return null;
}

function hashedRows(frame: Frame): string {
  const parts = frame.relations.map((relation, number) => {
    const own = frame.columns.slice(number * columnsPerRelation, (number + 1) * columnsPerRelation);
    const cells = (frame.relations.length === 1 ? frame.columns : own).map(({ index }) => `c${index}`).join(', ');
    return `(SELECT r, hash(${cells}) AS h${number} FROM ${relation})`;
  });
  const [first, ...others] = parts;
  const joined = [first, ...others.map((part) => `JOIN ${part} USING (r)`)].join(' ');
  return `SELECT r, hash(${parts.map((_, number) => `h${number}`).join(', ')}) AS h FROM ${joined}`;
}

export type KeyCounts = FailingRows & { readonly distinct: number; readonly withKey: number };

/** Rows whose key occurs more than once, all members counted. Rows without a whole key are left out. */
export async function duplicateKeys(frame: Frame, key: readonly Column[]): Promise<KeyCounts> {
  const from = fromOf(frame, key);
  const cells = key.map(({ cell }) => cell).join(', ');
  const present = key.map(({ cell }) => `${cell} IS NOT NULL`).join(' AND ');
  const groups = `SELECT ${key.map(({ cell }, k) => `${cell} AS k${k}`).join(', ')}, count(*) AS n FROM ${from} WHERE ${present} GROUP BY ALL`;
  const [[distinct, withKey, members] = []] = await frame.engine.rows(
    `SELECT count(*), sum(n)::BIGINT, (sum(n) FILTER (n > 1))::BIGINT FROM (${groups})`,
  );
  const repeated = `SELECT r FROM (SELECT r, count(*) OVER (PARTITION BY ${cells}) AS n FROM ${from} WHERE ${present}) WHERE n > 1`;
  const rows = count(members) === 0 ? [] : await firstRows(frame, repeated);
  return { distinct: count(distinct), withKey: count(withKey), count: count(members), rows };
}
