/** Cells hold one of the listed texts. */
import type { RuleOf } from '../rule.ts';
import { defineCellKind } from './kind.ts';

export const setRule = defineCellKind<RuleOf<'set'>>({
  kind: 'set',
  says: ({ column, values }) => `${column} is one of ${values.length} values`,
  holds: ({ values }, { cell }, binding) =>
    `(${values.map((value) => `${cell}::VARCHAR = $${binding.place(value)}`).join(' OR ') || 'false'})`,
  flags: [{ table: 'a,b\nopen,1\nshut,1\n', rule: { kind: 'set', column: 'a', values: ['open', "it's"] }, rows: [1] }],
  passes: [{ table: "a,b\nopen,1\nit's,1\n", rule: { kind: 'set', column: 'a', values: ['open', "it's"] } }],
});
