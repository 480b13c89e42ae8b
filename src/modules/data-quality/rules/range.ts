/** Numbers lie between bounds, which belong to the range. */
import type { Binding } from '../expression/binding.ts';
import type { RuleOf } from '../rule.ts';
import { boundsInWords, defineCellKind } from './kind.ts';

export const rangeRule = defineCellKind<RuleOf<'range'>>({
  kind: 'range',
  says: ({ column, min, max }) => `${column} is ${boundsInWords(min, max)}`,
  holds: (rule, column, binding) => between(column.number, rule, binding),
  flags: [{ table: 'a,b\n-1,x\n5,x\n11,x\n', rule: { kind: 'range', column: 'a', min: 0, max: 10 }, rows: [0, 2] }],
  passes: [{ table: 'a,b\n0,x\nNaN,x\n10,x\n', rule: { kind: 'range', column: 'a', min: 0, max: 10 } }],
});

/** What is no number is outside. */
export function between(sql: string, { min, max }: { min?: number | undefined; max?: number | undefined }, binding: Binding): string {
  const above = min === undefined ? [] : [`${sql} >= $${binding.place(min)}`];
  const below = max === undefined ? [] : [`${sql} <= $${binding.place(max)}`];
  return `coalesce(${[`${sql} IS NOT NULL`, ...above, ...below].join(' AND ')}, false)`;
}
