/** Whole cells match a pattern. RE2: linear in the text, whatever the pattern. */
import type { RuleOf } from '../rule.ts';
import { defineCellKind } from './kind.ts';

export const patternRule = defineCellKind<RuleOf<'pattern'>>({
  kind: 'pattern',
  says: ({ column, pattern }) => `${column} matches ${pattern}`,
  holds: ({ pattern }, { cell }, binding) => `regexp_full_match(${cell}::VARCHAR, $${binding.place(pattern)})`,
  flags: [{ table: 'a,b\nAB,1\nABC,1\n', rule: { kind: 'pattern', column: 'a', pattern: '[A-Z]{2}' }, rows: [1] }],
  passes: [{ table: 'a,b\nAB,1\n,1\n', rule: { kind: 'pattern', column: 'a', pattern: '[A-Z]{2}' } }],
});
