import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { assertTablesMatchDatabase } from '../../platform/database/table-match.ts';
import { sharedDatabase, type TestDatabase } from '../../platform/database/test-database.ts';
import { changeAlert, changeOf, type Raise, raise, toAlert, windowMs } from './alert.ts';
import { deservesAlert } from './jobs.ts';
import { countNear, linkRows, listRows, readRecent, readStatistics } from './store.ts';
import { alert } from './table.ts';

const database = sharedDatabase({ after });

const at = (minutes: number) => new Date(Date.now() + minutes * 60_000);
function shell(extra: Partial<Raise> = {}): Raise {
  return {
    title: 'Loading it runs a shell command',
    description: '',
    severity: 'high',
    source: 'model-scanner',
    fingerprint: 'one',
    asset: { id: randomUUID(), name: 'churn-model' },
    vulnerability: null,
    at: at(0),
    ...extra,
  };
}
async function payloads({ owner, workspaceId }: TestDatabase, type: string): Promise<Record<string, unknown>[]> {
  const { rows } = await owner.query<{ payload: Record<string, unknown> }>(
    'select payload from platform.outbox where type = $1 and workspace_id = $2 order by id',
    [type, workspaceId],
  );
  return rows.map(({ payload }) => payload);
}

test('the table matches the migration', async () => {
  const { owner } = await database();
  await assertTablesMatchDatabase(owner, [alert]);
});
test('the same thing inside the window counts up, later it is a new alert', async () => {
  const base = await database();
  const rows = await base.run(async () => [
    await raise(shell()),
    await raise(shell({ at: at(30) })),
    await raise(shell({ at: new Date(at(30).getTime() + windowMs + 1000) })),
  ]);
  assert.deepEqual(
    rows.map(({ count }) => count),
    [1, 2, 1],
  );
  assert.equal(rows[0]?.id, rows[1]?.id);
  assert.notEqual(rows[0]?.id, rows[2]?.id);
  assert.equal((await payloads(base, 'alert.raised')).length, 2);
  assert.equal((await payloads(base, 'alert.changed')).length, 1);
});
test('another source or fingerprint is another alert', async () => {
  const { run } = await database();
  const ids = await run(async () => [
    await raise(shell()),
    await raise(shell({ source: 'gateway' })),
    await raise(shell({ fingerprint: 'two' })),
  ]);
  assert.equal(new Set(ids.map(({ id }) => id)).size, 3);
});
test('an acknowledged alert stays so when repeated, and is new again when it became more severe', async () => {
  const base = await database();
  const context = base.context();
  const states = await base.run(async () => {
    const { id } = await raise(shell());
    const acknowledged = await changeAlert(id, { state: 'acknowledged' }, context);
    const repeated = await raise(shell({ at: at(1) }));
    const graver = await raise(shell({ at: at(2), severity: 'critical' }));
    return [acknowledged, repeated, graver].map(({ state, severity }) => `${state} ${severity}`);
  });
  assert.deepEqual(states, ['acknowledged high', 'acknowledged high', 'new critical']);
});
test('a closed alert is over: the same thing again opens a new one', async () => {
  const base = await database();
  const [first, second] = await base.run(async () => {
    const { id } = await raise(shell());
    return [await changeAlert(id, { state: 'closed', cause: 'expected' }, base.context()), await raise(shell({ at: at(1) }))];
  });
  assert.equal(first?.state, 'closed');
  assert.notEqual(first?.id, second?.id);
});
test('refuses what its state does not allow, a close without cause and an old version', async () => {
  const base = await database();
  const { id } = await base.run(() => raise(shell()));
  const change = (fields: Parameters<typeof changeAlert>[1]) => base.run(() => changeAlert(id, fields, base.context()));
  await assert.rejects(change({ state: 'closed' }), { code: 'security-alerts.causeMissing' });
  await change({ state: 'closed', cause: 'duplicate' });
  await assert.rejects(change({ state: 'acknowledged' }), { code: 'security-alerts.noSuchMove' });
  await assert.rejects(change({ state: 'new', version: 1 }), { code: 'request.conflict', status: 409 });
  await assert.rejects(
    base.run(() => changeAlert(randomUUID(), { note: 'x' }, base.context())),
    { code: 'security-alerts.notFound' },
  );
});
test('lists by state, severity and words, latest first, and counts', async () => {
  const { run, otherWorkspaceId } = await database();
  await run(async () => {
    await raise(shell({ fingerprint: 'a', at: at(1) }));
    await raise(shell({ fingerprint: 'b', at: at(3), severity: 'critical', title: 'Native code is loaded' }));
    await raise(shell({ fingerprint: 'c', at: at(2) }));
  });
  const titles = async (filter: Parameters<typeof listRows>[0]) => (await run(() => listRows(filter, {}))).items.map(({ title }) => title);
  assert.deepEqual(await titles({ state: 'new,acknowledged' }), [
    'Native code is loaded',
    'Loading it runs a shell command',
    'Loading it runs a shell command',
  ]);
  assert.deepEqual(await titles({ severity: 'critical' }), ['Native code is loaded']);
  assert.deepEqual(await titles({ q: 'NATIVE churn' }), ['Native code is loaded']);
  assert.deepEqual(await titles({ state: 'closed' }), []);
  const { rows, open, fresh } = await run(() => readRecent(2));
  assert.deepEqual([rows.length, open, fresh], [2, 3, 3]);
  const statistics = await run(() => readStatistics(7));
  assert.equal(statistics.perDay.at(-1)?.raised, 3);
  assert.deepEqual(
    statistics.openBySeverity.map(({ count }) => count),
    [1, 2, 0, 0, 0],
  );
  assert.equal(statistics.medianToAcknowledgeMs, null);
  assert.equal((await run(() => readRecent(10), { workspaceId: otherWorkspaceId })).open, 0);
});
test('is raised for what is critical, and for attacks in an artefact from high on', () => {
  assert.deepEqual(
    (
      [
        ['critical', false],
        ['high', true],
        ['high', false],
        ['medium', true],
      ] as const
    ).map(([severity, malicious]) => deservesAlert({ severity, malicious })),
    [true, true, false, false],
  );
});

test('both vocabularies mean the same, and contradictions are refused', () => {
  const of = (said: Parameters<typeof changeOf>[0]) => [changeOf(said).state, changeOf(said).cause];
  assert.deepEqual(of({ status: 'in_progress' }), ['acknowledged', undefined]);
  assert.deepEqual(of({ acknowledged: true }), ['acknowledged', undefined]);
  assert.deepEqual(of({ status: 'resolved' }), ['closed', 'true-positive']);
  assert.deepEqual(of({ status: 'false_positive' }), ['closed', 'false-alarm']);
  assert.deepEqual(of({ resolution: { reason: 'duplicate', note: 'x' } }), ['closed', 'duplicate']);
  assert.throws(() => changeOf({ state: 'new', status: 'resolved' }), { code: 'security-alerts.saidTwice', status: 422 });
});
test('says what it is about, keeps the detected severity, and knows which others may be the same matter', async () => {
  const base = await database();
  const asset = { id: randomUUID(), name: 'fraud' };
  const first = await base.run(() => raise(shell({ asset, category: 'model-evasion', technique: ['AML.T0043'], fingerprint: 'a' })));
  const second = await base.run(() => raise(shell({ asset, category: 'extraction', fingerprint: 'b' })));
  await base.run(() => raise(shell({ category: 'other', fingerprint: 'c' })));
  const sameTechnique = await base.run(() => raise(shell({ category: 'other', technique: ['AML.T0043'], fingerprint: 'd' })));
  assert.deepEqual(toAlert(second).correlatedWith, [first.id]);
  const { items } = await base.run(() => listRows({ category: 'model-evasion', status: 'open' }, {}));
  assert.deepEqual(
    items.map(({ correlatedWith }) => correlatedWith),
    [[second.id, sameTechnique.id]],
  );
  const lowered = await base.run(() => changeAlert(first.id, { severity: 'low' }, base.context()));
  assert.deepEqual([lowered.severity, lowered.detectedSeverity, toAlert(lowered).status], ['low', 'high', 'open']);
  assert.deepEqual(await base.run(() => listRows({ status: 'false_positive' }, {})).then((page) => page.items), []);
});
test('counts what was raised for a matter lately, and not what is of an incident already', async () => {
  const base = await database();
  const asset = { id: randomUUID(), name: 'fraud' };
  const once = await base.run(() => raise(shell({ asset, category: 'x', fingerprint: 'a' })));
  await base.run(() => raise(shell({ asset, category: 'x', fingerprint: 'a' })));
  await base.run(() => raise(shell({ asset, category: 'x', fingerprint: 'b' })));
  const near = () => base.run(() => countNear({ assetId: asset.id, category: 'x', withinMs: 600_000 }));
  assert.equal((await near()).occurrences, 3);
  assert.equal(await base.run(() => linkRows([once.id], { id: randomUUID(), number: 4 })), 1);
  assert.equal((await near()).occurrences, 1);
});
test('refuses evidence that is too large to be kept', async () => {
  const base = await database();
  await assert.rejects(
    base.run(() => raise(shell({ evidence: { text: 'x'.repeat(40_000) } }))),
    { code: 'security-alerts.evidenceTooLarge', status: 413 },
  );
});
