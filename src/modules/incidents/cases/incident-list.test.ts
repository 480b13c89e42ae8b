import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/test-database.ts';
import { seedIncidents } from '../test-rows.ts';
import { listFilters } from './incident-list.bench.ts';
import { type IncidentFilter, incidentOfDetection, listIncidentRows } from './incident-store.ts';

describe('the list of many incidents', () => {
  let base: TestDatabase;
  const ending: (() => Promise<void>)[] = [];
  before(async () => {
    base = await testDatabase({ after: (release) => void ending.push(release) });
    await seedIncidents(base.owner, base.workspaceId, 5000);
  });
  after(async () => {
    for (const release of ending.reverse()) await release();
  });

  /** How often a table was read from its beginning to its end by the work, in this very transaction. */
  const wholeReads = (table: string, work: () => Promise<unknown>): Promise<number> =>
    base.run(async () => {
      await work();
      const { rows } = await db().execute<{ whole: string }>(
        sql`select seq_scan as whole from pg_stat_xact_user_tables where schemaname = 'incidents' and relname = ${table}`,
      );
      return Number(rows[0]?.whole);
    });

  test('no filter of the page reads the whole table for its live incidents', async () => {
    for (const filter of (await listFilters(base)).filter(({ state, source }) => state === undefined && source === undefined)) {
      const whole = await wholeReads('incident', () => listIncidentRows(filter, { limit: 50 }));
      assert.equal(whole, 0, JSON.stringify(filter));
    }
  });

  test('the incident of a detection is found by an index', async () => {
    assert.equal(await wholeReads('incident_alert', () => incidentOfDetection(randomUUID())), 0);
    const plan = await base.run(() =>
      db().execute(sql`explain select incident_id from incidents.incident_alert where detection_id = ${randomUUID()}::uuid`),
    );
    assert.match(plan.rows.map((row) => String(row['QUERY PLAN'])).join('\n'), /incident_alert_of_detection/);
  });

  test('finds beginnings of words of title, asset and number, all of them, and nothing of another workspace', async () => {
    const found = async (filter: IncidentFilter, workspaceId = base.workspaceId) =>
      (await base.run(() => listIncidentRows(filter, { limit: 500 }), { workspaceId })).items.map(({ number }) => number);
    assert.deepEqual(await found({ q: 'INC-1000010' }), [1_000_010]);
    // Of 5,000 incidents over 500 assets ten are of each; of those of model-20 every one is live.
    assert.equal(
      (await found({ q: 'crafted model-20', state: 'open,investigating,contained,resolved', asset_id: await assetOf('model-20') })).length,
      10,
    );
    assert.deepEqual(await found({ q: 'model-20 nothing' }), []);
    assert.deepEqual(await found({ q: `' | x:*` }), []);
    assert.deepEqual(await found({ q: '%' }), []);
    assert.deepEqual(await found({ q: 'INC-1000010' }, base.otherWorkspaceId), []);
  });

  const assetOf = async (name: string): Promise<string> => {
    const { rows } = await base.owner.query<{ id: string }>('select asset_id as id from incidents.incident where asset_name = $1 limit 1', [
      name,
    ]);
    return rows[0]?.id ?? '';
  };
});
