import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as rest } from 'node:timers/promises';
import { assessNow, cancelAssessment, getAssessment, getDataJob, listAssessments } from '../contract.ts';
import { TestDoor } from '../test-door.ts';
import { refused, type TestIntegrity } from '../test-integrity.ts';
import { integrityOfFile } from '../test-integrity-of-file.ts';
import { beginByJob } from './begin-assessment.ts';

describe('assessments that take long', () => {
  let integrity: TestIntegrity;
  const door = new TestDoor();
  integrityOfFile(door, (opened) => {
    integrity = opened;
  });
  const held = () => {
    const gate = Promise.withResolvers<void>();
    door.gate = gate.promise;
    const release = (): void => {
      door.gate = null;
      gate.resolve();
    };
    return { release };
  };
  async function until<T>(look: () => Promise<T | null>): Promise<T> {
    for (let round = 0; round < 200; round += 1) {
      const found = await look();
      if (found !== null) return found;
      await rest(50);
    }
    return assert.fail('it did not come within 10 s');
  }
  const wishFor = (assetId: string) => ({
    assetId,
    assetName: 'x',
    datasetName: 'x',
    monitorId: null,
    environment: 'training' as const,
    checks: ['quality' as const],
    trigger: 'person' as const,
    source: { asset: assetId },
    reference: null,
    options: { falseFlagRate: 0.05, sensitivity: 'medium' as const, seed: 1 },
    baselineId: null,
    requestedBy: 'somebody',
  });

  test('the job says how many rows the door has read; cancelled, what the door works on is called off', async () => {
    const { assetId } = await integrity.dataset('long.csv', 'x\n1\n');
    const gate = held();
    door.progress = { stage: 'reading', rows: 1_234_567 };
    await integrity.withJobs(async () => {
      const run = await integrity.run(() => beginByJob(wishFor(assetId)));
      const note = await until(async () => {
        const { progress } = await integrity.ask(getDataJob, { id: run?.jobId ?? '' });
        return progress?.note?.includes('rows') ? progress.note : null;
      });
      assert.equal(note, 'quality: 1,234,567 rows read so far');
      await integrity.ask(cancelAssessment, { id: run?.id ?? '' });
      await until(async () => (door.calledOff > 0 ? true : null));
      assert.equal((await integrity.jobEnded(run?.jobId ?? '')).state, 'cancelled');
      assert.equal((await integrity.ask(getAssessment, { id: run?.id ?? '' })).state, 'cancelled');
    });
    gate.release();
  });

  test('one that somebody waits for is cancelled by another: the wait ends, and the door is called off', async () => {
    const { assetId } = await integrity.dataset('waited.csv', 'x\n1\n');
    const gate = held();
    const before = door.calledOff;
    const waiting = assert.rejects(integrity.ask(assessNow, { assetId, checks: ['quality'] }), refused('data-quality.checkStopped'));
    const run = await until(async () => (await integrity.ask(listAssessments, { asset_id: assetId, state: 'running' })).items[0] ?? null);
    assert.equal((await integrity.ask(cancelAssessment, { id: run.id }, integrity.person('engineer'))).state, 'cancelled');
    await waiting;
    assert.equal(door.calledOff, before + 1);
    assert.deepEqual(await integrity.ask(getAssessment, { id: run.id }).then(({ state, outcome }) => [state, outcome]), [
      'cancelled',
      null,
    ]);
    gate.release();
  });
});
