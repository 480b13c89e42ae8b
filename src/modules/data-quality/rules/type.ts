/** Cells are of a type. */
import { timeOf } from '../ingest/agree-types.ts';
import type { RuleOf } from '../rule.ts';
import { defineCellKind } from './kind.ts';

export const typeRule = defineCellKind<RuleOf<'type'>>({
  kind: 'type',
  says: ({ column, type }) => `${column} is of type ${type}`,
  holds: ({ type }, column) => {
    const { number, cell } = column;
    if (type === 'number') return `(${number} IS NOT NULL)`;
    if (type === 'integer') return `coalesce(${number} = trunc(${number}) AND isfinite(${number}), false)`;
    if (type === 'boolean') return `(lower(${cell}::VARCHAR) IN ('true', 'false'))`;
    if (type === 'time') return `(${timeOf(column)} IS NOT NULL)`;
    return 'true';
  },
  flags: [{ table: 'a,b\n1,x\n1.5,x\n', rule: { kind: 'type', column: 'a', type: 'integer' }, rows: [1] }],
  passes: [
    { table: 'a,b\n2024-01-01,x\n,x\n', rule: { kind: 'type', column: 'a', type: 'time' } },
    { table: 'a,b\ntrue,x\nFALSE,x\n', rule: { kind: 'type', column: 'a', type: 'boolean' } },
  ],
});
