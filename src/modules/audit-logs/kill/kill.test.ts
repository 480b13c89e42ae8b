import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testLog } from '../test-log.ts';
import { killMany } from './test-kill-run.ts';

test('kill -9 while records are written, sequenced and signed: none that was acknowledged is lost, no gap, no second root', {
  skip: process.platform === 'win32' ? 'kills by signal' : false,
}, async (t) => {
  const log = await testLog(t);
  const { acknowledged, entries, wrong } = await killMany(log, 3);
  assert.deepEqual(wrong, []);
  assert.ok(acknowledged >= 3 && entries >= acknowledged, `${acknowledged} acknowledged, ${entries} entries`);
});
