/** Every key is found in another table. Rows without a whole key are not looked at; keys are compared as texts. */
import { fromOf } from '../frame.ts';
import { dataProblems } from '../refusal.ts';
import { columnNamed, type RuleOf } from '../rule.ts';
import { allPresent, defineRuleKind, named, rowQuestion, sourceNamed } from './kind.ts';

export const foreignKeyRule = defineRuleKind<RuleOf<'foreignKey'>>({
  kind: 'foreignKey',
  metric: 'consistency',
  says: ({ columns, source, referenced }) => `${named(columns)} is found in ${named(referenced)} of ${source}`,
  ask: (rule, room) => {
    const other = sourceNamed(room, rule.source);
    if (rule.columns.length !== rule.referenced.length)
      throw dataProblems.badRule({ rule: 'foreignKey', reason: 'it names different numbers of columns on both sides' });
    const key = rule.columns.map((name) => columnNamed(room.frame, name));
    const referenced = rule.referenced.map((name) => columnNamed(other, name));
    const found = `SELECT ${referenced.map(({ cell }) => `${cell}::VARCHAR`).join(', ')} FROM ${fromOf(other, referenced)} WHERE ${allPresent(referenced)}`;
    return rowQuestion(rule, room, {
      columns: key,
      checked: () => allPresent(key),
      holds: () => `((${key.map(({ cell }) => `${cell}::VARCHAR`).join(', ')}) IN (${found}))`,
    });
  },
  flags: [
    {
      table: 'id,at\n1,x\n7,x\n,x\n',
      sources: { people: 'no,name\n1,Ann\n2,Bob\n' },
      rule: { kind: 'foreignKey', columns: ['id'], source: 'people', referenced: ['no'] },
      rows: [1],
    },
    {
      table: 'id,at\n1,x\n1,y\n',
      sources: { people: 'no,place\n1,x\n2,y\n' },
      rule: { kind: 'foreignKey', columns: ['id', 'at'], source: 'people', referenced: ['no', 'place'] },
      rows: [1],
    },
  ],
  passes: [
    {
      table: 'id,at\n1,x\n2,x\n1,x\n',
      sources: { people: 'no,name\n1,Ann\n2,Bob\n,Eve\n' },
      rule: { kind: 'foreignKey', columns: ['id'], source: 'people', referenced: ['no'] },
    },
  ],
});
