/** Reads bytes with the product's tables and weighs what is found: what the verdict of the scan would rest on. */
import { Budget } from '../../engine/budget.ts';
import { bytesSource } from '../../engine/source.ts';
import type { PickleFacts, PicklePlace } from '../facts.ts';
import { readPickle } from '../read-pickle.ts';
import type { PickleFactTables } from '../tables.ts';
import { type Weight, weighAnomaly, weighGlobal } from '../weigh.ts';

const order: readonly (Weight | 'incomplete')[] = ['malicious', 'suspicious', 'incomplete', 'risky', 'informational', 'clean'];

export type Reading = { readonly facts: PickleFacts; readonly weight: Weight | 'incomplete' };

const worse = (one: Weight | 'incomplete', other: Weight | 'incomplete'): Weight | 'incomplete' =>
  order.indexOf(one) <= order.indexOf(other) ? one : other;

/** True when `weight` is at least as bad as `bar`. */
export const atLeast = (weight: Weight | 'incomplete', bar: Weight): boolean => order.indexOf(weight) <= order.indexOf(bar);

/** Embedded pickles are read as well and count as members. */
export function readBytes(data: Uint8Array, tables: PickleFactTables, place: Partial<PicklePlace> = {}, depth = 0): Reading {
  let weight: Weight | 'incomplete' = 'clean';
  const nested = (bytes: Uint8Array, name: string): void => {
    if (depth < 4 && !/embedded (?!pickle)/.test(name)) weight = worse(weight, readBytes(bytes, tables, {}, depth + 1).weight);
  };
  const facts = readPickle(
    bytesSource(data),
    { containerPath: ['test.pkl'], offset: 0, whole: true, ...place },
    { budget: new Budget(), facts: tables, nested },
  );
  for (const fact of facts.globals) weight = worse(weight, weighGlobal(fact));
  for (const anomaly of facts.anomalies) weight = worse(weight, weighAnomaly(anomaly));
  if (facts.unread.length > 0) weight = worse(weight, 'incomplete');
  return { facts, weight };
}
