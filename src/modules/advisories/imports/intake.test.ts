import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { zipOf } from '../test-archive.ts';
import { Intake } from './intake.ts';
import { withFile } from './read-file.ts';

type Owner = { after(release: () => void): void };
function fileWith(t: Owner, bytes: Uint8Array | string): string {
  const folder = mkdtempSync(join(tmpdir(), 'advisories-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'file');
  writeFileSync(path, bytes);
  return path;
}
function opened(t: Owner, bytes: Uint8Array | string): Intake {
  const intake = new Intake(fileWith(t, bytes));
  t.after(() => intake.close());
  return intake;
}

const osv = (id: string) =>
  JSON.stringify({ id, modified: '2024-05-01T00:00:00Z', affected: [{ package: { ecosystem: 'PyPI', name: 'x' }, versions: ['1.0'] }] });

test('an OSV archive: every record, broken ones named, the rest kept', (t) => {
  const intake = opened(
    t,
    zipOf([
      ['A-1.json', osv('A-1')],
      ['bad.json', '{'],
      ['A-2.json', osv('A-2')],
      ['note.txt', 'hello'],
    ]),
  );
  assert.deepEqual([intake.opened.kind, intake.opened.count, intake.opened.sha256.length], ['osv', 4, 64]);
  const piece = intake.read(0, 10);
  assert.deepEqual(
    piece.advisories.map(({ id }) => id),
    ['A-1', 'A-2'],
  );
  assert.deepEqual([piece.refused, piece.rejected], [['bad.json', 'note.txt'], 2]);
  assert.deepEqual(
    intake.read(2, 1).advisories.map(({ id }) => id),
    ['A-2'],
  );
});

test('EPSS: plain or packed, date from its comment, wrong rows counted', (t) => {
  const text =
    '#model_version:v2025.03.14,score_date:2025-08-20T00:00:00+0000\ncve,epss,percentile\nCVE-2024-1234,0.97,0.999\nCVE-2024-9999,2,0.1\nnonsense\nCVE-2023-1111,0.00042,0.05\n';
  for (const bytes of [text, gzipSync(text)]) {
    const intake = opened(t, bytes);
    assert.deepEqual([intake.opened.kind, intake.opened.count, intake.opened.date, intake.opened.rejected], ['epss', 2, '2025-08-20', 2]);
    assert.deepEqual(intake.read(0, 1).epss, [{ cve: 'CVE-2024-1234', probability: 0.97, percentile: 0.999 }]);
  }
  assert.throws(() => opened(t, 'epss,cve,percentile\n0.1,CVE-2024-1,0.2\n'), /first line/);
});

test('KEV: due dates and ransomware', (t) => {
  const entry = {
    cveID: 'CVE-2024-1234',
    vulnerabilityName: 'X',
    dateAdded: '2024-01-01',
    dueDate: '2024-01-22',
    knownRansomwareCampaignUse: 'Known',
  };
  const intake = opened(
    t,
    JSON.stringify({ catalogVersion: '2024.01.01', dateReleased: '2024-01-01T00:00:00Z', vulnerabilities: [entry, { cveID: 'nothing' }] }),
  );
  assert.deepEqual([intake.opened.kind, intake.opened.count, intake.opened.date, intake.opened.rejected], ['kev', 1, '2024-01-01', 1]);
  assert.deepEqual(intake.read(0, 10).kev, [{ cve: 'CVE-2024-1234', name: 'X', added: '2024-01-01', due: '2024-01-22', ransomware: true }]);
});

test('what is none of the three, cut or changed, is refused with a sentence and never hangs', (t) => {
  for (const bytes of ['', 'hello', '{}', '[]', gzipSync('x').subarray(0, 10), zipOf([['A-1.json', osv('A-1')]]).subarray(0, 40)])
    assert.throws(() => opened(t, bytes), { name: 'IntakeRefused' });
  const whole = zipOf([
    ['A-1.json', osv('A-1')],
    ['A-2.json', osv('A-2')],
  ]);
  for (let at = 0; at < whole.length; at += 3) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    try {
      const intake = opened(t, bytes);
      intake.read(0, 100);
    } catch (error) {
      assert.equal((error as Error).name, 'IntakeRefused');
    }
  }
});

test('a file is read in a worker, and a refused one is a problem with its reason', async (t) => {
  const path = fileWith(t, zipOf([['A-1.json', osv('A-1')]]));
  const { signal } = new AbortController();
  const ids = await withFile(path, signal, async ({ pieces }) => {
    const found: string[] = [];
    for await (const { advisories } of pieces()) found.push(...advisories.map(({ id }) => id));
    return found;
  });
  assert.deepEqual(ids, ['A-1']);
  await assert.rejects(
    withFile(fileWith(t, 'hello'), signal, async () => null),
    { code: 'advisories.unreadable', status: 422 },
  );
});

const shared = new URL('../../../../../shared/data/advisories/', import.meta.url);
const archive = new URL('osv-PyPI-all.zip', shared);
test('a real OSV export and a real KEV catalogue are read to the end', {
  skip: existsSync(archive) ? false : 'skipped: no real export beside this checkout',
}, (t) => {
  const intake = new Intake(archive.pathname);
  t.after(() => intake.close());
  const { advisories, rejected } = intake.read(0, 100_000);
  // Counted with another program: 2,661 entries, 10 of them withdrawn, 202 with a vector.
  assert.deepEqual([advisories.length, rejected, advisories.filter(({ withdrawn }) => withdrawn !== null).length], [2661, 0, 10]);
  assert.equal(advisories.filter(({ cvssScore }) => cvssScore !== null).length, 202);
  const kev = new Intake(new URL('kev.json', shared).pathname);
  t.after(() => kev.close());
  assert.deepEqual([kev.opened.kind, kev.opened.count, kev.opened.date], ['kev', 1404, '2025-08-25']);
});
