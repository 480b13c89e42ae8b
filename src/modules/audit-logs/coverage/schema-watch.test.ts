import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inDatabase, systemTransaction } from '../../../platform/database/database.ts';
import { schemaChanged } from '../contract.ts';
import { EntryLine } from '../entry.ts';
import { ensureMonthAcrossWorkspaces } from '../retention/retention-store.ts';
import { testLog } from '../test-log.ts';
import { verifyLog } from '../verifying/verify.ts';

test('changes of the schema outside migrations are entries, those of the platform itself are none, and who switches this off is named', async (t) => {
  const log = await testLog(t);
  // Migrations have made hundreds of changes, and a month is made by a function of theirs.
  await inDatabase(log.database, () => systemTransaction(() => ensureMonthAcrossWorkspaces(new Date('2031-05-05T00:00:00Z'))));
  assert.equal(await log.sequence(), 0);

  await log.owner.query('create table public.side_door (id integer)');
  await log.owner.query('create temporary table not_of_the_schema (id integer)');
  await log.owner.query('alter table audit_logs.head disable row level security; alter table audit_logs.head enable row level security');
  await log.owner.query('drop table public.side_door');
  await log.sequence();
  const { rows } = await log.owner.query<{ line: Buffer }>('select line from audit_logs.entry order by index');
  const entries = rows.map(({ line }) => EntryLine.parse(JSON.parse(line.toString('utf8'))));
  assert.deepEqual(
    entries.map(({ action, change }) => [action, change?.after]),
    [
      ['database.schema-changed', { command: 'CREATE TABLE', objects: ['table public.side_door'] }],
      ['database.schema-changed', { command: 'ALTER TABLE', objects: ['table audit_logs.head'] }],
      ['database.schema-changed', { command: 'ALTER TABLE', objects: ['table audit_logs.head'] }],
      ['database.schema-changed', { command: 'DROP TABLE', objects: ['table public.side_door'] }],
    ],
  );
  const news = await log.owner.query<{ payload: unknown }>(
    "select payload from platform.outbox where type = 'audit-log.schema-changed' order by id",
  );
  const told = news.rows.map(({ payload }) => schemaChanged.payload.parse(payload));
  assert.deepEqual(
    told.map(({ command, objects }) => [command, objects]),
    entries.map(({ change }) => Object.values(change?.after ?? {})),
    'each is told whoever watches security, in words the event knows',
  );
  const verify = () => inDatabase(log.database, () => verifyLog({ restart: true }, log.context()));
  assert.equal((await verify()).state, 'verified');
  await log.owner.query('alter event trigger aispm_schema_changed disable');
  assert.deepEqual(
    (await verify()).defects.map(({ kind, sentence }) => [kind, sentence]),
    [['guard', 'The event trigger that notes changes of the schema is missing or switched off.']],
  );
});
