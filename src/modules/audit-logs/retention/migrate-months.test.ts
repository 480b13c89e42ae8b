import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { overrideEnvironment, projectRoot } from '../../../platform/config.ts';
import { inDatabase } from '../../../platform/database/database.ts';
import { type Migration, migrate } from '../../../platform/database/migrate.ts';
import { migrations } from '../../../platform/database/migrations.generated.ts';
import { testDatabase } from '../../../platform/database/test-database.ts';
import { leafOf, lineOf, zeroLeaf } from '../entry.ts';
import { sequenceWorkspace } from '../recording/sequencer.ts';
import { installSink } from '../recording/sink.ts';
import { openSealed } from '../sealed/read-sealed.ts';
import { recordChange } from '../test-log.ts';
import { forgetVerifications, verifyLog } from '../verifying/verify.ts';

test('entries of before there were months and sealed parts go on being verified, byte for byte, and the log goes on', async (t) => {
  overrideEnvironment({ LOG_LEVEL: 'silent', LOG_DIR: '' });
  const shaOf = (path: string): string =>
    createHash('sha256')
      .update(readFileSync(join(projectRoot, path)))
      .digest('hex');
  const mine: Migration[] = migrations
    .filter(({ slice }) => slice === 'platform' || slice === 'audit-logs')
    .map((one) => ({ ...one, sha256: shaOf(one.path) }));
  const before = mine.filter(({ slice, name }) => slice === 'platform' || name < '0003');
  const { target, owner, database, workspaceId, run, context } = await testDatabase(t, { migrations: before });
  installSink();
  forgetVerifications();

  let prev = zeroLeaf;
  const lines = Array.from({ length: 30 }, (_, index) => {
    const time = new Date(Date.UTC(2025, 10 + Math.floor(index / 10), 3, 10, index)).toISOString().replace('Z', '000Z');
    const id = `0190a0b0-0000-7000-8000-${String(index).padStart(12, '0')}`;
    const line = lineOf({
      v: 1,
      id,
      time,
      workspace: workspaceId,
      index,
      prev,
      actor: { kind: 'user', id: 'ada', roles: [] },
      action: 'ai-assets.update',
      resource: { type: 'ai-assets', id: `a${index}` },
      outcome: 'done',
      request: { trace: 'old', process: 'gateway' },
    });
    prev = leafOf(line);
    return { index, id, time, line };
  });
  for (const { index, id, time, line } of lines)
    await owner.query(
      `insert into audit_logs.entry (workspace_id, index, id, time, line, leaf, actor_kind, actor_id, action, resource_type, resource_id, outcome, trace_id)
       values ($1, $2, $3, $4, $5, sha256('\\x00'::bytea || $5), 'user', 'ada', 'ai-assets.update', 'ai-assets', $6, 'done', 'old')`,
      [workspaceId, index, id, time, line, `a${index}`],
    );
  await owner.query('insert into audit_logs.head (workspace_id, size, leaf, time) values ($1, 30, $2, $3)', [
    workspaceId,
    Buffer.from(prev, 'hex'),
    lines.at(-1)?.time,
  ]);
  await owner.query("insert into audit_logs.private (entry_id, workspace_id, address) values ($1, $2, '198.51.100.4')", [
    lines[3]?.id,
    workspaceId,
  ]);

  const applied = await migrate(target, { migrations: mine });
  assert.ok(applied.includes('audit-logs/0004_months'));
  const { rows } = await owner.query<{ line: Buffer; part: string }>(
    'select line, tableoid::regclass::text as part from audit_logs.entry order by index',
  );
  assert.deepEqual(
    rows.map(({ line }) => line.toString()),
    lines.map(({ line }) => line.toString()),
  );
  assert.deepEqual(
    [...new Set(rows.map(({ part }) => part))],
    ['audit_logs.entry_2025_11', 'audit_logs.entry_2025_12', 'audit_logs.entry_2026_01'],
  );
  await run(() => recordChange(1));
  while ((await inDatabase(database, () => sequenceWorkspace(workspaceId))) > 0);
  const { state, size, goodTo } = await inDatabase(database, () => verifyLog({ restart: true }, context()));
  assert.deepEqual([state, size, goodTo], ['verified', 31, 31]);
  const { parts } = await run(() => openSealed({ id: lines[3]?.id ?? '' }));
  assert.deepEqual(
    parts.map((part) => [part.state, part.values]),
    [['open', { address: '198.51.100.4', userAgent: null }]],
  );
});
