import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guardedDirectory } from '../test-database.ts';
import { killPostgresWhileWriting } from './crash-journey.ts';

test('PostgreSQL killed three times under load comes back by itself and has lost nothing it acknowledged', async () => {
  const report = await killPostgresWhileWriting({ dataDirectory: guardedDirectory('crash'), kills: 3 });
  assert.equal(report.lost, 0);
  assert.ok(report.acknowledged > 0, 'there was a load');
  assert.ok(report.longestOutageMs < 30_000, `${report.longestOutageMs} ms`);
});
