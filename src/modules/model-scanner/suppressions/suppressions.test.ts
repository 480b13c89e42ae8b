import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertTablesMatchDatabase } from '../../../platform/database/table-match.ts';
import { SuppressionDraft } from '../contract.ts';
import { compareStored } from '../scans/compare-store.ts';
import { findScan, listFindingRows } from '../store.ts';
import { scanFileTable, scanFindingTable, scanTable, scheduleTable, suppressionTable, uploadTable } from '../table.ts';
import { file, finding, TestScanner } from '../test-scanner.ts';
import { listSuppressionRows } from './suppression-store.ts';
import { checkExpiry, endExpired, lift, restore, suppress } from './suppressions.ts';

const scanners = TestScanner.shared({ after });

const whole = { after: undefined, limit: 100 };
const refused = (code: string) => (error: unknown) => error instanceof Error && 'code' in error && error.code === `model-scanner.${code}`;
const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const because = { reason: 'It is our own example', owner: 'Ada', expires: inDays(30) };

test('tables match the migrations', async (t) => {
  const { base } = await scanners(t);
  await assertTablesMatchDatabase(base.owner, [scanTable, scanFileTable, scanFindingTable, scheduleTable, suppressionTable, uploadTable]);
});

async function suppressed(scanner: TestScanner, scanId: string) {
  const { items } = await scanner.run(() => listFindingRows({ scanId }, whole));
  return items.map(({ path, suppression }) => [path, suppression?.owner ?? null]);
}

test('a suppression holds the finding by its fingerprint in every scan, is seen in lists, and can be lifted and restored', async (t) => {
  const scanner = await scanners(t);
  const one = await scanner.scan({ findings: [finding('a.pkl'), finding('b.pkl', { fingerprint: 'b'.repeat(64) })] });
  const { items } = await scanner.run(() => listFindingRows({ scanId: one }, whole));
  const wanted = items.find(({ path }) => path === 'a.pkl');
  assert.ok(wanted);
  const made = await scanner.run((context) => suppress({ ...because, finding: wanted.id }, context));
  assert.equal(made.state, 'holds');
  const again = await scanner.scan({ findings: [finding('moved/a.pkl')] });
  assert.deepEqual(await suppressed(scanner, one), [
    ['a.pkl', 'Ada'],
    ['b.pkl', null],
  ]);
  assert.deepEqual(await suppressed(scanner, again), [['moved/a.pkl', 'Ada']], 'a moved file keeps it');
  const only = await scanner.run(() => listFindingRows({ scanId: one, suppressed: false }, whole));
  assert.deepEqual(
    only.items.map(({ path }) => path),
    ['b.pkl'],
  );
  await assert.rejects(
    scanner.run((context) => suppress({ ...because, finding: wanted.id }, context)),
    refused('alreadySuppressed'),
  );

  assert.equal((await scanner.run((context) => lift(made.id, context))).state, 'lifted');
  assert.deepEqual(await suppressed(scanner, again), [['moved/a.pkl', null]]);
  await assert.rejects(
    scanner.run((context) => lift(made.id, context)),
    refused('suppressionEnded'),
  );
  assert.equal((await scanner.run(() => restore(made.id))).state, 'holds');
  assert.deepEqual(
    (await scanner.events('model-scanner.suppression-changed')).map(({ held, scanIds }) => [held, scanIds]),
    [
      [true, [one]],
      [false, [again]],
      [true, [again]],
    ],
    'the newest scan of the source that still reports it',
  );
});

test('past its last day it holds nothing, is told once, and another may take its place', async (t) => {
  const scanner = await scanners(t);
  const scanId = await scanner.scan({ findings: [finding('a.pkl')] });
  const { items } = await scanner.run(() => listFindingRows({ scanId }, whole));
  const draft = { ...because, finding: items[0]?.id ?? '' };
  const { id } = await scanner.run((context) => suppress(draft, context));
  await scanner.base.owner.query('update model_scanner.suppression set expires = current_date - 1 where id = $1', [id]);
  assert.deepEqual(await suppressed(scanner, scanId), [['a.pkl', null]]);
  assert.equal(await scanner.run(endExpired), 1);
  assert.equal(await scanner.run(endExpired), 0);
  const listed = await scanner.run(() => listSuppressionRows({ state: 'expired' }, whole));
  assert.deepEqual(
    listed.items.map((one) => one.id),
    [id],
  );
  await scanner.run((context) => suppress(draft, context));
  assert.deepEqual(await suppressed(scanner, scanId), [['a.pkl', 'Ada']]);
});

test('a finding of another workspace cannot be suppressed, and a suppression there holds nothing here', async (t) => {
  const scanner = await scanners(t);
  const scanId = await scanner.scan({ findings: [finding('a.pkl')] });
  const { items } = await scanner.run(() => listFindingRows({ scanId }, whole));
  await assert.rejects(
    scanner.run((context) => suppress({ ...because, finding: items[0]?.id ?? '' }, context), scanner.other),
    refused('findingNotFound'),
  );
  const made = await scanner.run((context) => suppress({ ...because, finding: items[0]?.id ?? '' }, context));
  assert.equal((await scanner.run(() => listSuppressionRows({}, whole), scanner.other)).total, 0);
  await assert.rejects(
    scanner.run((context) => lift(made.id, context), scanner.other),
    refused('suppressionNotFound'),
  );
});

test('the last day lies between tomorrow and 365 days from now', () => {
  const now = new Date('2026-05-10T23:59:59Z');
  checkExpiry('2026-05-11', now);
  checkExpiry('2027-05-10', now);
  for (const day of ['2026-05-10', '2026-05-09', '2027-05-11', '9999-12-31'])
    assert.throws(() => checkExpiry(day, now), refused('suppressionDate'), day);
});

test('a reason of nine characters, no owner or no date are refused', () => {
  const draft = { finding: '0190a000-0000-7000-8000-000000000001', reason: 'long enough', owner: 'Ada', expires: '2026-05-11' };
  assert.ok(SuppressionDraft.safeParse(draft).success);
  for (const wrong of [{ reason: '123456789' }, { reason: '          1          ' }, { owner: ' ' }, { expires: '2026-13-01' }])
    assert.ok(!SuppressionDraft.safeParse({ ...draft, ...wrong }).success, JSON.stringify(wrong));
});

test('two scans are compared by fingerprint: new, gone, unchanged also when the file moved, and verdicts that changed', async (t) => {
  const scanner = await scanners(t);
  const [b, c] = ['b'.repeat(64), 'c'.repeat(64)];
  const before = await scanner.scan({
    findings: [finding('a.pkl'), finding('b.pkl', { fingerprint: b, severity: 'low' })],
    files: [file('a.pkl', { verdict: 'malicious' }), file('b.pkl', { verdict: 'risky' })],
  });
  const after = await scanner.scan({
    findings: [finding('moved/a.pkl'), finding('c.pkl', { fingerprint: c })],
    files: [file('moved/a.pkl', { verdict: 'malicious' }), file('b.pkl', { verdict: 'clean' }), file('c.pkl', { verdict: 'malicious' })],
  });
  const compared = await scanner.run(async () => {
    const [one, two] = [await findScan(before), await findScan(after)];
    assert.ok(one && two);
    return compareStored(one, two);
  });
  assert.deepEqual(compared.counts, { new: 1, gone: 1, unchanged: 1, files: 4 });
  assert.deepEqual(
    compared.findings.map(({ change, path }) => [change, path]),
    [
      ['new', 'c.pkl'],
      ['gone', 'b.pkl'],
      ['unchanged', 'moved/a.pkl'],
    ],
    'worst first within what changed',
  );
  assert.deepEqual(
    compared.files.find(({ path }) => path === 'b.pkl'),
    { path: 'b.pkl', change: 'verdict', before: 'risky', after: 'clean' },
  );
});
