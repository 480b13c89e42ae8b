import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commonProblems } from '../contract/problem.ts';
import { withFreshProof } from './step-up.ts';

test('a refusal stays one where no dialog can ask', async () => {
  let sent = 0;
  const send = async () => {
    sent += 1;
    throw commonProblems.stepUpNeeded({ minutes: 5 });
  };
  await assert.rejects(withFreshProof(send), { code: 'request.stepUpNeeded' });
  assert.equal(sent, 1);
});
test('other refusals are none of its business', async () => {
  await assert.rejects(
    withFreshProof(async () => {
      throw commonProblems.forbidden({ permission: 'users:update' });
    }),
    { code: 'request.forbidden' },
  );
  assert.equal(await withFreshProof(async () => 7), 7);
});
