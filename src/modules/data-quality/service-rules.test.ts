import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import type { Endpoint } from '../../contract/endpoint.ts';
import type { RequestContext } from '../../platform/http/handle.ts';
import { checkQuality, checkSuggest } from './contract.ts';
import { routes } from './service.ts';

async function ask<E extends Endpoint>(endpoint: E, input: unknown): Promise<z.output<E['output']>> {
  const route = routes.find((known) => known.endpoint.path === endpoint.path);
  const context = { signal: new AbortController().signal } as RequestContext;
  return endpoint.output.parse(await route?.run(endpoint.input.parse(input), context)) as z.output<E['output']>;
}
const upload = (content: string, name = 'data.csv') => ({ upload: { name, base64: Buffer.from(content).toString('base64') } });

test('rules with scope and tolerance, further tables, a page of failing rows and near duplicates come in one answer', async () => {
  const answer = await ask(checkQuality, {
    data: upload('id,person,amount\n1,ann,5\n2,eve,-1\n3,bob,-2\n4,bob,7\n'),
    sources: [{ name: 'people', data: { rows: [{ name: 'ann' }, { name: 'bob' }] } }],
    rules: [
      { kind: 'foreignKey', columns: ['person'], source: 'people', referenced: ['name'], severity: 'high', id: 'known person' },
      { kind: 'range', column: 'amount', min: 0, scope: "person != 'bob'", tolerance: { share: 0.5 } },
      { kind: 'crossColumn', expression: 'id > 0' },
    ],
    failing: { rule: 0 },
    nearDuplicates: {},
  });
  assert.deepEqual(
    answer.rules.map(({ verdict, count, of, rows }) => [verdict, count, of, rows]),
    [
      ['failed', 1, 4, [1]],
      ['tolerated', 1, 2, [1]],
      ['passed', 0, 4, []],
    ],
  );
  // Validity: two cells in scope, one is sound. Consistency: 4 + 4 looked at, one is broken.
  assert.deepEqual([answer.metrics.validity.numerator, answer.metrics.validity.denominator], [1, 2]);
  assert.deepEqual([answer.metrics.consistency.numerator, answer.metrics.consistency.denominator], [7, 8]);
  assert.deepEqual(answer.failing?.rows, [{ row: 1, cells: ['aaa'] }]);
  assert.equal(answer.nearDuplicates?.count, 0);
});

test('a mistake in an expression is a 422 that says where; two sources of one name are refused', async () => {
  const data = upload('a,b\n1,2\n');
  await assert.rejects(ask(checkQuality, { data, rules: [{ kind: 'crossColumn', expression: 'a >> b' }] }), {
    code: 'data-quality.badRule',
    status: 422,
    message: /character 4: a value is expected, not ">"/,
  });
  assert.equal(
    checkQuality.input.safeParse({
      data,
      sources: [
        { name: 'x', data },
        { name: 'x', data },
      ],
    }).success,
    false,
  );
});

test('suggested rules are rules: the table they come from keeps them', async () => {
  const data = upload(`id,kind\n${Array.from({ length: 80 }, (_, i) => `${i + 1},${'abc'[i % 3]}`).join('\n')}\n`);
  const { suggestions } = await ask(checkSuggest, { data });
  assert.ok(suggestions.length >= 4);
  const { rules } = await ask(checkQuality, { data, rules: suggestions.map(({ rule }) => rule) });
  assert.deepEqual(
    rules.filter(({ verdict }) => verdict !== 'passed'),
    [],
  );
});
