import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type SignedLog, signedLog } from '../anchors/test-signed-log.ts';
import type { Defect } from '../contract.ts';
import { readRuns } from './run-store.ts';
import { dueKind, verifyDue, verifyOnce } from './scheduled-verification.ts';

test('everything is due each week, what is new each hour', () => {
  const now = Date.parse('2026-05-08T12:00:00Z');
  const runs = (whole: string, fresh: string) => [
    { kind: 'whole' as const, at: whole },
    { kind: 'new' as const, at: fresh },
  ];
  assert.equal(dueKind([], now), 'whole');
  assert.equal(dueKind(runs('2026-05-01T11:00:00Z', '2026-05-08T11:30:00Z'), now), 'whole');
  assert.equal(dueKind(runs('2026-05-07T11:00:00Z', '2026-05-08T10:59:00Z'), now), 'new');
  assert.equal(dueKind(runs('2026-05-07T11:00:00Z', '2026-05-08T11:30:00Z'), now), null);
});

describe('a scheduled verification', () => {
  let log: SignedLog;
  const raised: (readonly Defect[])[] = [];
  const raise = async (defects: readonly Defect[]): Promise<void> => {
    raised.push(defects);
  };
  before(async () => {
    log = await signedLog({ after });
    await log.fill(8);
    await log.sign();
  });

  test('goes over the whole log first, then over what is new, and raises nothing when all is well', async () => {
    const [first] = await log.inside(() => verifyDue(raise));
    assert.deepEqual([first?.kind, first?.checkedFrom, first?.checkedTo, first?.defectCount], ['whole', 0, 8, 0]);
    assert.deepEqual(await log.inside(() => verifyDue(raise)), []);
    await log.fill(3);
    const next = await log.inside(() => verifyOnce('new', log.context(), raise));
    assert.deepEqual([next.checkedFrom, next.checkedTo, next.defectCount], [8, 11, 0]);
    assert.deepEqual(raised, []);
  });

  test('raises what it finds, each time: a projection that was edited, a grant, a trigger', async () => {
    const { owner } = log;
    await owner.query('grant update on audit_logs.entry to aispm_app');
    const granted = await log.inside(() => verifyOnce('new', log.context(), raise));
    assert.match(granted.defects[0]?.sentence ?? '', /application role was given UPDATE/);
    await owner.query('revoke update on audit_logs.entry from aispm_app');
    const months = await owner.query<{ name: string }>('select partition::text as name from audit_logs.month where attached');
    for (const { name } of months.rows) await owner.query(`alter table ${name} disable trigger user`);
    await owner.query("update audit_logs.entry set action = 'nothing' where index = 4");
    for (const attempt of [1, 2]) {
      const { defects } = await log.inside(() => verifyOnce('new', log.context(), raise));
      assert.deepEqual(new Set(defects.map(({ kind }) => kind)), new Set(['projection', 'guard']), `attempt ${attempt}`);
    }
    assert.equal(raised.length, 3);
    const runs = await log.run(readRuns);
    assert.deepEqual(
      runs.map(({ kind, defectCount }) => [kind, defectCount > 0]),
      [
        ['new', true],
        ['whole', false],
      ],
    );
  });
});
