import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { forgetLocalRoutes, serveLocally } from '../../../platform/http/call.ts';
import { handle } from '../../../platform/http/handle.ts';
import { type AdvisoryMatch, type AdvisorySummary, advisorySummary, listMatches } from '../../advisories/contract.ts';
import { storeComponents } from '../bills/component-store.ts';
import type { ScannedPackage } from '../contract.ts';
import { findScan } from '../store.ts';
import { file, TestScanner } from '../test-scanner.ts';
import { readResult } from './result-store.ts';
import { advisoryAnswerOf } from './scan-advisories.ts';
import { storedReport } from './stored-report.ts';

const scanners = TestScanner.shared({ after });

const purl = 'pkg:pypi/torch@1.13.0';
const torch: ScannedPackage = {
  ecosystem: 'PyPI',
  name: 'torch',
  version: '1.13.0',
  requirement: '==1.13.0',
  relation: 'direct',
  scope: 'runtime',
  digest: null,
  origin: null,
  purl,
  place: 'requirements.txt:3',
};
const lodash: ScannedPackage = { ...torch, ecosystem: 'npm', name: 'lodash', purl: 'pkg:npm/lodash@4.17.15', version: '4.17.15' };
const found: AdvisoryMatch = {
  id: randomUUID(),
  assetId: null,
  path: '/models/requirements.txt',
  place: 'requirements.txt:3',
  purl,
  ecosystem: 'PyPI',
  name: 'torch',
  version: '1.13.0',
  requirement: '==1.13.0',
  relation: 'direct',
  advisoryId: 'CVE-2022-45907',
  ids: ['CVE-2022-45907', 'PYSEC-2022-43015'],
  state: 'affected',
  fixed: '1.13.1',
  summary: 'Arbitrary code through a type line',
  severity: 'critical',
  cvssScore: 9.8,
  cvssVector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  malicious: false,
  cwes: ['CWE-94'],
  scanId: randomUUID(),
  matchedAt: '2026-05-01T00:00:00.000Z',
  kev: null,
  kevDue: null,
  ransomware: null,
  epss: null,
  epssPercentile: null,
  epssDate: null,
};
const counts = { components: 2, affectedComponents: 1, uncoveredComponents: 1 };
const imported: AdvisorySummary = {
  ...counts,
  ecosystems: [{ ecosystem: 'PyPI', dataDate: '2026-05-01', importedAt: '2026-05-02T00:00:00.000Z', records: 2651 }],
  kev: null,
  epss: null,
};

/** Advisories played by one match. */
function serveAdvisories(t: { after(release: () => void): void }, summary: AdvisorySummary): void {
  const none = { transaction: 'none' as const };
  const items = [found, { ...found, id: randomUUID(), purl: 'pkg:pypi/other@1', advisoryId: 'CVE-2020-1' }];
  serveLocally([
    handle(advisorySummary, () => summary, none),
    handle(listMatches, () => ({ items, nextCursor: null, total: 2, totalIsEstimate: false }), none),
  ]);
  t.after(forgetLocalRoutes);
}

async function scanWithPackages(scanner: TestScanner): Promise<string> {
  const lists = [file('requirements.txt', { format: 'requirements', role: 'config', packages: [torch, lodash] })];
  const id = await scanner.scan({ path: '/models', files: lists });
  await scanner.run(async () => {
    const scan = await findScan(id);
    assert.ok(scan);
    await storeComponents(id, { ...(await readResult(scan)), files: lists }, new Map());
  });
  return id;
}

async function htmlOf(scanner: TestScanner, id: string): Promise<string> {
  const scan = await scanner.run(() => findScan(id));
  assert.ok(scan);
  return scanner.within(async (context) => {
    const pieces: string[] = [];
    for await (const piece of storedReport(scan, { format: 'html', version: '1.6' }, context).body) pieces.push(String(piece));
    return pieces.join('');
  });
}

test('the HTML report of a stored scan says which advisories it was compared with and what they say', async (t) => {
  const scanner = await scanners(t);
  serveAdvisories(t, imported);
  const text = await htmlOf(scanner, await scanWithPackages(scanner));
  assert.match(text, /Compared with OSV PyPI of 2026-05-01 \(\d+ days old\), 2,651 records; KEV not imported; EPSS not imported/);
  assert.match(text, /1 package not checked: no advisories of their ecosystem/);
  assert.match(text, /torch 1\.13\.0 has CVE-2022-45907/);
  assert.doesNotMatch(text, /CVE-2020-1\b/, 'a package that this scan did not see');
});

test('without imported advisories packages are not checked, which is not the same as not affected', async (t) => {
  const scanner = await scanners(t);
  serveAdvisories(t, { ...imported, ecosystems: [], affectedComponents: null });
  const text = await htmlOf(scanner, await scanWithPackages(scanner));
  assert.match(text, /Not checked for known vulnerabilities/);
  assert.doesNotMatch(text, /CVE-2022-45907/);
});

test('what is only possible is one step milder, and data of no stated day has no age', async (t) => {
  const scanner = await scanners(t);
  serveAdvisories(t, { ...imported, kev: { dataDate: null, importedAt: '2026-05-02T00:00:00.000Z', records: 3 } });
  const files = [file('requirements.txt', { packages: [torch] })];
  const answer = await scanner.run(() => advisoryAnswerOf({ path: '/models' }, { files }, new Date('2026-05-11T12:00:00Z')));
  assert.equal(answer?.basis, 'OSV PyPI of 2026-05-01 (10 days old), 2,651 records; KEV of unknown age, 3 records; EPSS not imported');
  assert.deepEqual(
    answer?.matches.map(({ id, severity }) => [id, severity]),
    [['CVE-2022-45907', 'critical']],
  );
});
