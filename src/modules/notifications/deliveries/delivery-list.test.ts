import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/test-database.ts';
import { seedDeliveries } from '../test-rows.ts';
import { listFilters } from './delivery-list.bench.ts';
import { listDeliveryRows } from './delivery-store.ts';

describe('the ledger of many deliveries', () => {
  let base: TestDatabase;
  const ending: (() => Promise<void>)[] = [];
  before(async () => {
    base = await testDatabase({ after: (release) => void ending.push(release) });
    await seedDeliveries(base.owner, base.workspaceId, 10_000);
  });
  after(async () => {
    for (const release of ending.reverse()) await release();
  });

  test('every filter answers in the order of the ledger, and the first page of all is not read from a sorted whole', async () => {
    for (const filter of await listFilters(base)) {
      const times = (await base.run(() => listDeliveryRows(filter, { limit: 50 }))).items.map(({ createdAt }) => createdAt);
      assert.deepEqual(times, times.toSorted().reverse(), JSON.stringify(filter));
    }
    const { rows } = await base.run(() =>
      db().execute(sql`explain select o.id from notifications.outbox o order by o.created_at desc, o.id desc limit 51`),
    );
    assert.match(rows.map((row) => String(row['QUERY PLAN'])).join('\n'), /Index (Only )?Scan using outbox_latest/);
  });

  test('what is dead or waits is found by an index of its own, and not by passing all that was delivered', async () => {
    for (const state of ['dead', 'queued', 'queued,dead']) {
      const { rows } = await base.run(() =>
        db().execute(sql`explain select o.id from notifications.outbox o where o.state = any(${sql.param(state.split(','))}::text[])
          order by o.created_at desc, o.id desc limit 51`),
      );
      assert.match(rows.map((row) => String(row['QUERY PLAN'])).join('\n'), /using outbox_unfinished/, state);
    }
  });

  test('the messages of one incident, one alert and one destination are found by an index', async () => {
    const named = (await listFilters(base)).filter(({ incident, alert, destination }) => incident ?? alert ?? destination);
    assert.equal(named.length, 5);
    for (const { incident, alert, destination } of named) {
      const { rows } = await base.run(() =>
        db().execute(sql`explain select id from notifications.outbox o
          where (${incident ?? null}::uuid is null or o.incident_id = ${incident ?? null}::uuid)
            and (${alert ?? null}::uuid is null or o.alert_id = ${alert ?? null}::uuid)
            and (${destination ?? null}::uuid is null or o.destination_id = ${destination ?? null}::uuid)
          order by o.created_at desc, o.id desc limit 51`),
      );
      assert.match(rows.map((row) => String(row['QUERY PLAN'])).join('\n'), /Index (Only )?Scan using outbox_by_/);
    }
  });
});
