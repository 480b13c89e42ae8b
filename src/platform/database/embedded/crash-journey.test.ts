import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyMadeCluster, guardedDirectory } from '../test-database.ts';
import { killPostgresWhileWriting } from './crash-journey.ts';

test('PostgreSQL killed three times under load comes back by itself and has lost nothing it acknowledged', async () => {
  const dataDirectory = guardedDirectory('crash');
  // Migrated already; the server that is killed runs with the settings of service.
  await copyMadeCluster(dataDirectory);
  const report = await killPostgresWhileWriting({ dataDirectory, kills: 3 });
  assert.equal(report.lost, 0);
  assert.ok(report.acknowledged > 0, 'there was a load');
  assert.ok(report.longestOutageMs < 30_000, `${report.longestOutageMs} ms`);
});
