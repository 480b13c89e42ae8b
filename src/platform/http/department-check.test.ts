import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import type { Actor } from '../../contract/actor.ts';
import { isSameDepartment } from '../../contract/department.ts';
import { endpoint } from '../../contract/endpoint.ts';
import { departmentJudge, judged } from './department-check.ts';

const held = (department: string | null): Pick<Actor, 'heldTo'> => ({ heldTo: { department } });

test('departments are alike whatever their case, outer blanks and way of composing letters, and no further', () => {
  for (const [one, other] of [
    ['Risk', ' risk\t'],
    ['STRASSE', 'straße'],
    ['Ödland', 'o\u0308DLAND'],
    ['ΟΔΟΣ', 'οδος'],
  ] as const)
    assert.equal(isSameDepartment(one, other), true, `${one} and ${other}`);
  for (const [one, other] of [
    ['Risk', 'Risks'],
    ['Risk', 'Ri sk'],
    ['Risk', 'R\u0456sk'],
    ['Odland', 'Ödland'],
    ['Risk', null],
    [null, null],
    [' ', ' '],
  ] as const)
    assert.equal(isSameDepartment(one, other), false, `${one} and ${other}`);
});

test('who is held changes what is theirs, and neither takes nor gives away', () => {
  const { demand } = departmentJudge(held('Fraud'));
  assert.doesNotThrow(() => demand({ before: 'fraud' }));
  assert.doesNotThrow(() => demand({ before: 'fraud', after: 'FRAUD ' }));
  assert.throws(() => demand({ before: 'Credit' }), { code: 'department.other', status: 403, message: /own department, Fraud.*Credit/ });
  assert.throws(() => demand({ before: null, after: 'Fraud' }), { code: 'department.other', message: /no department/ });
  assert.throws(() => demand({ before: 'Fraud', after: null }), { code: 'department.leaves', status: 403 });
  assert.throws(() => demand({ before: 'Fraud', after: 'Credit' }), { code: 'department.leaves', message: /Credit/ });
});

test('who has no department changes nothing, not even what has none', () => {
  for (const department of [null, '  ']) {
    const { demand, ofNew } = departmentJudge(held(department));
    for (const before of ['Fraud', null, '  ']) assert.throws(() => demand({ before }), { code: 'department.none', status: 403 });
    assert.throws(() => ofNew(undefined), { code: 'department.none' });
  }
});

test('what they make is of their own department, and of no other', () => {
  const { ofNew } = departmentJudge(held('Fraud'));
  assert.deepEqual([ofNew(undefined), ofNew(null), ofNew('FRAUD')], ['Fraud', 'Fraud', 'FRAUD']);
  assert.throws(() => ofNew('Credit'), { code: 'department.other' });
});

test('who is not held is asked nothing', () => {
  const { demand, ofNew } = departmentJudge({});
  assert.doesNotThrow(() => demand({ before: 'Credit', after: null }));
  assert.deepEqual([ofNew(undefined), ofNew('Credit')], [undefined, 'Credit']);
});

test('an endpoint that forgets to judge fails for who is held, and for nobody else', async () => {
  const forgetful = endpoint({
    method: 'POST',
    path: '/api/things',
    tag: 'things',
    operation: 'change',
    access: 'ai-assets:update',
    ofDepartment: true,
    summary: 'Changes a thing',
    input: z.object({}),
    output: z.object({}),
  });
  const actor: Actor = { kind: 'user', id: 'eve', workspaceId: 'w', role: 'engineer', permissions: new Set() };
  const engineer = { ...actor, ...held('Fraud') };
  const ask = async () => departmentJudge(engineer).demand({ before: 'Fraud' });
  await assert.rejects(
    judged(forgetful, engineer, async () => 'done'),
    { code: 'request.internal', status: 500 },
  );
  assert.equal(await judged(forgetful, actor, async () => 'done'), 'done');
  assert.equal(await judged({ ...forgetful, ofDepartment: false }, engineer, async () => 'done'), 'done');
  await judged(forgetful, engineer, ask);
  // A judgement in a call inside does not stand for one of the outer.
  await assert.rejects(
    judged(forgetful, engineer, () => judged(forgetful, engineer, ask)),
    { code: 'request.internal' },
  );
});
