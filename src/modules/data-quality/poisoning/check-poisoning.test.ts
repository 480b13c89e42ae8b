import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { z } from 'zod';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { checkPoisoning } from '../contract.ts';
import { routes } from '../service.ts';
import { csv, withFrames } from '../test-frames.ts';
import { checkForPoisoning, type PoisoningOptions } from './check-poisoning.ts';
import { cloudSet, type PlainSet, withRandomFlips } from './test-planted-sets.ts';

type Answer = z.output<typeof checkPoisoning.output>;
const clean = cloudSet(400, 21);
const flipped = withRandomFlips(clean, 0.08, 22);
let folder = '';

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'poisoning-check-'));
  writeFileSync(join(folder, 'clean.csv'), textOf(clean));
  writeFileSync(join(folder, 'flipped.csv'), textOf(flipped.set));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function textOf({ columns, rows, labels }: PlainSet): string {
  return [
    [...columns, 'label', 'part'].join(','),
    ...rows.map((row, k) => [...row, `class-${labels[k]}`, k % 2 === 0 ? 'train' : 'test'].join(',')),
  ].join('\n');
}

async function ask(input: object): Promise<Answer> {
  const route = routes.find(({ endpoint }) => endpoint.path === checkPoisoning.path);
  const context = { signal: new AbortController().signal } as RequestContext;
  return checkPoisoning.output.parse(await route?.run(checkPoisoning.input.parse(input), context));
}
const upload = (set: PlainSet) => ({ upload: { name: 'set.csv', base64: Buffer.from(textOf(set)).toString('base64') } });

test('the door names the flipped rows, the families not run and their reasons, and gives the seed back', async () => {
  const answer = await ask({ data: upload(flipped.set), label: 'label', split: 'part', seed: 5 });
  assert.deepEqual([answer.verdict, answer.decidedBy, answer.seed], ['poisoned', ['label-quality'], 5]);
  const right = answer.flagged.filter(({ row }) => flipped.planted.has(row)).length;
  assert.ok(right >= 0.9 * answer.flagged.length, `${right} of ${answer.flagged.length}`);
  assert.deepEqual(
    answer.notRun.map(({ family }) => family),
    ['gradient-anomaly', 'ensemble-validation'],
  );
  assert.deepEqual(
    answer.classes.map(({ label }) => label),
    ['class-0', 'class-1', 'class-2'],
  );
});

/** What the process of a check does, without starting one. */
async function judged(given: Partial<PoisoningOptions>, set: PlainSet, baseline?: PlainSet): Promise<Answer> {
  const options = { label: 'label', seed: 1, columns: undefined, split: undefined, order: undefined, ...noEvidence, ...given };
  const tables = [set, ...(baseline === undefined ? [] : [baseline])].map((one) => csv(textOf(one)));
  return withFrames(tables, async (frame, before) => {
    assert.ok(frame);
    return checkPoisoning.output.parse({ ingest: frame.ingest, ...(await checkForPoisoning(frame, options, before ?? null)) });
  });
}
const noEvidence = { gradients: undefined, activations: undefined, modelPredictions: undefined };

test('predictions of models and a baseline are evidence; the rows of the baseline are not named', async () => {
  const modelPredictions = ['a', 'b'].map((model) => ({ model, labels: clean.labels.map((label) => `class-${label}`) }));
  const answer = await judged({ modelPredictions, columns: ['c0', 'c1', 'c2'] }, flipped.set);
  assert.ok(answer.families.some(({ family }) => family === 'ensemble-validation'));
  const against = await judged({}, flipped.set, clean);
  assert.ok(against.flagged.every(({ row }) => row < clean.rows.length));
  assert.ok(against.families.some(({ family }) => family === 'distribution'));
});

test('a label that is a measure, vectors of the wrong number and unknown columns are refused', async () => {
  await assert.rejects(judged({ label: 'c0' }, clean), { code: 'data-quality.badLabel', status: 422 });
  await assert.rejects(judged({ gradients: [[1]] }, clean), { code: 'data-quality.misaligned', status: 422 });
  await assert.rejects(judged({ label: 'nothing' }, clean), { code: 'data-quality.noSuchColumn' });
});

test('the command ends with 1 on a poisoned file, 0 on a clean one, 2 when nothing can be said', async () => {
  const program = join(import.meta.dirname, '../../../apps/cli/main.ts');
  const run = (...args: readonly string[]) =>
    new Promise<{ code: number; out: string }>((resolve) => {
      execFile(process.execPath, [program, 'data-quality', 'poisoning', ...args], { cwd: folder }, (error, out) =>
        resolve({ code: error ? Number(error.code) : 0, out }),
      );
    });
  const poisoned = await run('flipped.csv', '--label', 'label');
  assert.deepEqual([poisoned.code, /POISONED/.test(poisoned.out), /label-quality/.test(poisoned.out)], [1, true, true]);
  const well = await run('clean.csv', '--label', 'label', '--json');
  assert.deepEqual([well.code, JSON.parse(well.out).verdict], [0, 'clean']);
  writeFileSync(join(folder, 'small.csv'), 'a,label\n1,x\n2,y\n3,x\n');
  assert.equal((await run('small.csv', '--label', 'label')).code, 2);
});
