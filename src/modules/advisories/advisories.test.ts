import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { overrideEnvironment } from '../../platform/config.ts';
import { inDatabase, transaction } from '../../platform/database/database.ts';
import { assertTablesMatchDatabase } from '../../platform/database/table-match.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/test-database.ts';
import type { AdvisoryImport } from './contract.ts';
import { importOpened } from './imports/import-file.ts';
import { importJob } from './imports/import-job.ts';
import { findImport, insertImport } from './imports/import-store.ts';
import { withFile } from './imports/read-file.ts';
import { worst } from './imports/several.ts';
import { insertComponents } from './matching/component-store.ts';
import { matchStored } from './matching/match-components.ts';
import { exploitationOf, findAdvisory, listAdvisoryRows, listMatchRows, readSummary } from './store.ts';
import * as tables from './table.ts';
import { zipOf } from './test-archive.ts';

type Owner = Parameters<typeof testDatabase>[0];
const assetId = '0190a0b0-0000-7000-8000-000000000001';
const scanId = '0190a0b0-0000-7000-8000-000000000002';

async function open(t: Owner): Promise<TestDatabase> {
  overrideEnvironment({ LOG_LEVEL: 'silent', LOG_DIR: '', SESSION_SECRET: 'for tests only, for tests only, 1' });
  return testDatabase(t);
}

function importing(base: TestDatabase, bytes: Buffer | string, name = 'all.zip'): Promise<AdvisoryImport> {
  const folder = mkdtempSync(join(tmpdir(), 'advisories-'));
  const path = join(folder, 'file');
  writeFileSync(path, bytes);
  const context = base.context();
  return inDatabase(base.database, () =>
    withFile(path, context.signal, async (reader) => {
      const { id } = await transaction(context, () => insertImport({ opened: reader.opened, name, importedBy: context.actor.id }));
      return importOpened(reader, id, context);
    }),
  ).finally(() => rmSync(folder, { recursive: true }));
}

function osv(id: string, more: object = {}, fixed = '2.0'): readonly [string, string] {
  const affected = [
    { package: { ecosystem: 'PyPI', name: 'Torch' }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }] },
  ];
  return [`${id}.json`, JSON.stringify({ id, modified: '2024-05-01T00:00:00Z', summary: `Something about ${id}`, affected, ...more })];
}
const aliased = { aliases: ['CVE-2024-1234'], severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N' }] };

function component(version: string | null, more: object = {}) {
  return {
    assetId,
    scanId,
    path: '/models/requirements.txt',
    ecosystem: 'PyPI',
    name: 'torch',
    version,
    requirement: null,
    origin: null,
    relation: 'direct',
    purl: `pkg:pypi/torch${version === null ? '' : `@${version}`}`,
    place: 'requirements.txt:1',
    ...more,
  };
}

function matching(base: TestDatabase) {
  return inDatabase(base.database, () => matchStored(null, { context: base.context() }));
}

test('tables match the migrations', async (t) => {
  const { owner } = await open(t);
  await assertTablesMatchDatabase(owner, [
    tables.importTable,
    tables.advisoryTable,
    tables.affectedTable,
    tables.kevTable,
    tables.epssTable,
    tables.componentTable,
    tables.matchTable,
  ]);
});

test('an import keeps what it was, and the same file again changes nothing', async (t) => {
  const base = await open(t);
  const archive = zipOf([
    osv('PYSEC-2024-1', aliased),
    osv('GHSA-aaaa-bbbb-cccc', { ...aliased, withdrawn: '2024-06-01T00:00:00Z' }),
    ['x.json', '{'],
  ]);
  const first = await importing(base, archive);
  assert.deepEqual(
    [first.kind, first.state, first.records, first.changed, first.rejected, first.refused, first.dataDate, first.ecosystems],
    ['osv', 'done', 2, 2, 1, ['x.json'], '2024-05-01', ['PyPI']],
  );
  const second = await importing(base, archive);
  assert.deepEqual([second.changed, second.sha256], [0, first.sha256]);
  const found = await base.run(() => findAdvisory('PYSEC-2024-1'));
  assert.deepEqual(
    [found?.item.shownId, found?.item.severity, found?.item.cvssScore, found?.item.kev],
    ['CVE-2024-1234', 'high', 7.5, null],
  );
});

test('stored components are matched, matched again when advisories arrive, and one the new version of an advisory leaves out is no longer', async (t) => {
  const base = await open(t);
  await base.run(() =>
    insertComponents([
      component('1.13.0'),
      component('2.0', { path: '/models/other.txt' }),
      component(null, { path: '/models/open.txt', requirement: '>=1' }),
    ]),
  );
  assert.equal((await base.run(() => readSummary())).affectedComponents, null, 'without advisories nothing was checked');
  await importing(base, zipOf([osv('PYSEC-2024-1', aliased)]));
  assert.deepEqual(await matching(base), { components: 3, affected: 1 });
  const { items } = await base.run(() => listMatchRows({}, {}));
  assert.deepEqual(
    items.map(({ path, advisoryId, state, fixed, severity, cvssScore }) => [path, advisoryId, state, fixed, severity, cvssScore]),
    [
      ['/models/requirements.txt', 'CVE-2024-1234', 'affected', '2.0', 'high', 7.5],
      ['/models/open.txt', 'CVE-2024-1234', 'open', '2.0', 'high', 7.5],
    ],
  );
  const summary = await base.run(() => readSummary());
  assert.deepEqual([summary.components, summary.affectedComponents, summary.uncoveredComponents, summary.ecosystems.length], [3, 1, 0, 1]);
  // The advisory is corrected: 1.13.0 was never affected.
  await importing(base, zipOf([osv('PYSEC-2024-1', { ...aliased, modified: '2024-07-01T00:00:00Z' }, '1.0')]));
  assert.deepEqual(await matching(base), { components: 3, affected: 0 });
  // And withdrawn.
  await importing(base, zipOf([osv('PYSEC-2024-1', { ...aliased, modified: '2024-08-01T00:00:00Z', withdrawn: '2024-08-01T00:00:00Z' })]));
  await matching(base);
  assert.equal((await base.run(() => listMatchRows({}, {}))).total, 0);
});

test('KEV and EPSS: unknown before an import, no after one that lacks the CVE, and gone rows leave', async (t) => {
  const base = await open(t);
  const ask = async (cve: string) => base.run(async () => worst([cve], await exploitationOf([cve])));
  assert.deepEqual([(await ask('CVE-2024-1234')).kev, (await ask('CVE-2024-1234')).epss], [null, null]);
  const kev = (cves: readonly string[]) =>
    JSON.stringify({
      catalogVersion: '1',
      dateReleased: '2024-05-01',
      vulnerabilities: cves.map((cveID) => ({ cveID, dueDate: '2024-05-22', knownRansomwareCampaignUse: 'Known' })),
    });
  await importing(base, kev(['CVE-2024-1234', 'CVE-2024-0001']), 'kev.json');
  await importing(base, '#score_date:2024-05-02\ncve,epss,percentile\nCVE-2024-1234,0.5,0.97\n', 'epss.csv');
  assert.deepEqual(await ask('CVE-2024-1234'), {
    kev: true,
    kevDue: '2024-05-22',
    ransomware: true,
    epss: 0.5,
    epssPercentile: 0.97,
    epssDate: '2024-05-02',
  });
  assert.deepEqual([(await ask('CVE-1999-0001')).kev, (await ask('CVE-1999-0001')).epss], [false, null]);
  const next = await importing(base, kev(['CVE-2024-0001']), 'kev.json');
  assert.deepEqual([next.records, next.changed], [1, 0]);
  assert.equal((await ask('CVE-2024-1234')).kev, false);
});

test('advisories are found by words, id, alias and package, and filtered by what is stored here', async (t) => {
  const base = await open(t);
  await importing(base, zipOf([osv('PYSEC-2024-1', aliased), osv('PYSEC-2024-2', { summary: 'Unsafe deserialisation in loader' })]));
  await base.run(() => insertComponents([component('1.0')]));
  await matching(base);
  const ids = async (filter: Parameters<typeof listAdvisoryRows>[0]) =>
    (await base.run(() => listAdvisoryRows(filter, {}))).items.map(({ id }) => id).sort();
  assert.deepEqual(await ids({ q: 'deserial' }), ['PYSEC-2024-2']);
  assert.deepEqual(await ids({ q: 'pysec-2024-1' }), ['PYSEC-2024-1']);
  assert.deepEqual(await ids({ q: 'CVE-2024-1234' }), ['PYSEC-2024-1']);
  assert.deepEqual(await ids({ q: 'torch' }), ['PYSEC-2024-1', 'PYSEC-2024-2']);
  assert.deepEqual(await ids({ q: "'; drop table x; --" }), []);
  assert.deepEqual(await ids({ severity: 'high' }), ['PYSEC-2024-1']);
  assert.deepEqual(await ids({ severity: 'unknown' }), ['PYSEC-2024-2']);
  assert.deepEqual(await ids({ here: 'true' }), ['PYSEC-2024-1', 'PYSEC-2024-2']);
  assert.deepEqual(await ids({ ecosystem: 'npm' }), []);
  assert.equal((await base.run(() => findAdvisory('PYSEC-2024-1')))?.item.affectedHere, 1);
});

test('another workspace sees none of it', async (t) => {
  const base = await open(t);
  await importing(base, zipOf([osv('PYSEC-2024-1', aliased)]));
  await base.run(() => insertComponents([component('1.0')]));
  await matching(base);
  const there = { workspaceId: base.otherWorkspaceId };
  assert.equal((await base.run(() => listAdvisoryRows({ q: 'something' }, {}), there)).total, 0);
  assert.equal((await base.run(() => listMatchRows({}, {}), there)).total, 0);
  assert.equal((await base.run(() => readSummary(), there)).components, 0);
});

test('an import whose uploaded file is gone fails with a reason, and a second run of its job changes nothing', async (t) => {
  const base = await open(t);
  const opened = { kind: 'osv', count: 3, date: null, sha256: 'f'.repeat(64), bytes: 10, rejected: 0 } as const;
  const { id } = await base.run(() => insertImport({ opened, name: 'all.zip', importedBy: 'somebody' }));
  const run = () =>
    inDatabase(base.database, () =>
      importJob.run(
        { importId: id },
        { id, context: base.context(), signal: new AbortController().signal, attempt: 1, progress: () => {} },
      ),
    );
  await assert.rejects(run(), { code: 'advisories.uploadLost' });
  const failed = await base.run(() => findImport(id));
  assert.deepEqual([failed?.state, failed?.problem?.code, failed?.expected], ['failed', 'advisories.uploadLost', 3]);
  assert.equal(await run(), null);
});
