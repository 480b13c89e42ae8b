/** How old the newest row is. The moment of asking is an input: the engine's clock is never looked at. */

import { count, type Frame, fromOf } from '../frame.ts';
import { timeOf } from '../ingest/agree-types.ts';
import { columnNamed } from '../rule.ts';
import { failingRows } from './failing-rows.ts';
import { known, type Metric, unknown } from './metric.ts';

export type FreshnessOptions = { readonly column: string /** ISO 8601. */; readonly asOf: string; readonly maxAgeMs: number };

/** Times later than this after `asOf` are errors: one future row would make a dead feed look fresh. */
export const graceMs = 5 * 60_000;

/** 1 while the newest row is at most `maxAgeMs` old, falling linearly to 0 at twice that. Numerator and denominator are in ms. */
export async function freshness(frame: Frame, { column: name, asOf, maxAgeMs }: FreshnessOptions): Promise<Metric> {
  const column = columnNamed(frame, name);
  if (column.type !== 'time') return unknown(`column ${name} holds no times`);
  const moment = Date.parse(asOf);
  const time = `epoch_ms(${timeOf(column)})`;
  const [[newest] = []] = await frame.engine.rows(`SELECT max(${time}) FILTER (${time} <= $1) FROM ${fromOf(frame, [column])}`, [
    BigInt(moment + graceMs),
  ]);
  const future = await failingRows(frame, { columns: [column], where: `${time} > $1`, values: [BigInt(moment + graceMs)] });
  const old = await failingRows(frame, { columns: [column], where: `${time} < $1`, values: [BigInt(moment - maxAgeMs)] });
  if (newest === null || newest === undefined) return unknown(`column ${name} holds no time up to ${asOf}`);
  const age = Math.max(0, moment - count(newest));
  const numerator = Math.max(0, Math.min(maxAgeMs, 2 * maxAgeMs - age));
  const failures = [
    { check: 'later than asOf', columns: [name], of: frame.rows, ...future },
    { check: 'older than maxAge', columns: [name], of: frame.rows, ...old },
  ];
  return known({ numerator, denominator: maxAgeMs, failures: failures.filter(({ count: rows }) => rows > 0) });
}
