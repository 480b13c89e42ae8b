/** Texts have a number of characters. */
import type { RuleOf } from '../rule.ts';
import { boundsInWords, defineCellKind } from './kind.ts';
import { between } from './range.ts';

export const lengthRule = defineCellKind<RuleOf<'length'>>({
  kind: 'length',
  says: ({ column, min, max }) => `the length of ${column} is ${boundsInWords(min, max)}`,
  holds: (rule, { cell }, binding) => between(`length(${cell}::VARCHAR)`, rule, binding),
  flags: [{ table: 'a,b\nab,1\nabc,1\n', rule: { kind: 'length', column: 'a', max: 2 }, rows: [1] }],
  passes: [{ table: 'a,b\näö,1\n,1\n', rule: { kind: 'length', column: 'a', min: 2, max: 2 } }],
});
