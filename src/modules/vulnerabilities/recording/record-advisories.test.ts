import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { serveLocally } from '../../../platform/http/call.ts';
import { handle } from '../../../platform/http/handle.ts';
import { type AdvisoryMatch, type Exploitation, listMatches, lookupExploitation } from '../../advisories/contract.ts';
import { getVulnerability, listHistory, listVulnerabilities } from '../contract.ts';
import { refreshExploitation } from '../scores/exploitation.ts';
import { TestWorkspace } from '../test-workspace.ts';
import { type AdvisoryRun, recordAdvisories } from './record-advisories.ts';

const nothing: Exploitation = { kev: null, kevDue: null, ransomware: null, epss: null, epssPercentile: null, epssDate: null };

/** The slice of advisories played by a list. */
class Advisories {
  matches: AdvisoryMatch[] = [];
  known: Exploitation = nothing;

  serve(): void {
    const none = { transaction: 'none' as const };
    serveLocally([
      handle(
        listMatches,
        ({ under, state }) => {
          const items = this.matches.filter(
            (match) => (under === undefined || match.path.startsWith(`${under}/`)) && (state?.split(',').includes(match.state) ?? true),
          );
          return { items, nextCursor: null, total: items.length, totalIsEstimate: false };
        },
        none,
      ),
      handle(lookupExploitation, ({ cves }) => ({ found: cves.map((cve) => ({ cve, ...this.known })) }), none),
    ]);
  }
}

function match(assetId: string, more: Partial<AdvisoryMatch> = {}): AdvisoryMatch {
  return {
    ...nothing,
    id: randomUUID(),
    assetId,
    path: '/models/requirements.txt',
    place: 'requirements.txt:3',
    purl: 'pkg:pypi/torch@1.13.0',
    ecosystem: 'PyPI',
    name: 'torch',
    version: '1.13.0',
    requirement: null,
    relation: 'direct',
    advisoryId: 'CVE-2024-1234',
    ids: ['CVE-2024-1234', 'PYSEC-2024-1'],
    state: 'affected',
    fixed: '1.13.1',
    summary: 'Unsafe loading',
    severity: 'high',
    cvssScore: 7.5,
    cvssVector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',
    malicious: false,
    cwes: ['CWE-502'],
    scanId: randomUUID(),
    matchedAt: new Date(0).toISOString(),
    ...more,
  };
}

async function open(t: Parameters<typeof TestWorkspace.open>[0]) {
  const workspace = await TestWorkspace.open(t);
  const advisories = new Advisories();
  advisories.serve();
  const { ask } = workspace.person('analyst', 'Ana');
  const context = workspace.base.context();
  let hour = 0;
  const look = (run: Partial<AdvisoryRun> = {}) => {
    hour += 1;
    const now = new Date(Date.now() + hour * 3_600_000);
    return workspace.within(context, () => recordAdvisories({ runId: randomUUID(), root: null, ...run }, { context, now }));
  };
  const list = async () => (await ask(listVulnerabilities, { sort: 'updated' })).items;
  return { workspace, advisories, ask, context, look, list, assetId: workspace.asset().id };
}

test('an affected component is a vulnerability with CVE, score, package without version, first fixed version and its evidence', async (t) => {
  const { advisories, look, list, assetId } = await open(t);
  advisories.matches = [match(assetId)];
  assert.deepEqual((await look()).opened, 1);
  const [found] = await list();
  assert.ok(found !== undefined);
  assert.deepEqual(
    [
      found.title,
      found.cveId,
      found.cvssScore,
      found.component,
      found.remedy,
      found.weakness,
      found.source,
      found.mark,
      found.location,
      found.kev,
    ],
    [
      'torch 1.13.0 is affected by CVE-2024-1234: Unsafe loading',
      'CVE-2024-1234',
      7.5,
      'pkg:pypi/torch',
      'Upgrade torch to 1.13.1 or later.',
      'CVE-2024-1234',
      'advisories',
      'imported',
      '/models/requirements.txt',
      null,
    ],
  );
  const again = await look();
  assert.deepEqual([again.opened, again.changed, again.gone], [0, 0, 0], 'looking again changes nothing');
});

test('what no advisory speaks about any more is resolved with that reason; a look at another folder ends nothing', async (t) => {
  const { advisories, ask, look, list, assetId, workspace } = await open(t);
  advisories.matches = [match(assetId)];
  await look();
  advisories.matches = [];
  assert.equal((await look({ root: '/other' })).gone, 0);
  assert.deepEqual([(await look()).resolved, (await list())[0]?.status, (await list())[0]?.verification], [1, 'resolved', 'verified']);
  const [found] = await list();
  const history = await ask(listHistory, { id: found?.id ?? '' });
  assert.match(history.items[0]?.why ?? '', /No advisory speaks about this component/);
  assert.equal((await workspace.events('vulnerability.resolved')).length, 1);
  advisories.matches = [match(assetId)];
  assert.equal((await look()).reopened, 1);
});

test('an advisory that gets its CVE later stays the same vulnerability', async (t) => {
  const { advisories, look, list, assetId } = await open(t);
  advisories.matches = [match(assetId, { advisoryId: 'PYSEC-2024-1', ids: ['PYSEC-2024-1'] })];
  await look();
  const [before] = await list();
  advisories.matches = [match(assetId)];
  const second = await look();
  assert.deepEqual([second.opened, second.resolved], [0, 0]);
  const rows = await list();
  assert.deepEqual([rows.length, rows[0]?.id], [1, before?.id]);
});

test('only possible: one step milder and said so; open ranges and uncomparable versions are no vulnerabilities', async (t) => {
  const { advisories, look, list, assetId } = await open(t);
  advisories.matches = [
    match(assetId, { version: null, requirement: '>=1,<1.13', state: 'possible' }),
    match(assetId, { advisoryId: 'CVE-2024-2', ids: ['CVE-2024-2'], state: 'open' }),
    match(assetId, { advisoryId: 'CVE-2024-3', ids: ['CVE-2024-3'], state: 'unknown' }),
  ];
  await look();
  const rows = await list();
  assert.deepEqual(
    rows.map(({ severity, title }) => [severity, title]),
    [['medium', 'torch may be affected by CVE-2024-1234: Unsafe loading']],
  );
});

test('a malicious package is critical and an attack in the asset', async (t) => {
  const { advisories, look, list, assetId } = await open(t);
  advisories.matches = [
    match(assetId, {
      advisoryId: 'MAL-2024-1',
      ids: ['MAL-2024-1'],
      malicious: true,
      severity: 'critical',
      cvssScore: null,
      cvssVector: null,
      fixed: null,
    }),
  ];
  await look();
  const [found] = await list();
  assert.deepEqual([found?.severity, found?.malicious], ['critical', true]);
  assert.match(found?.remedy ?? '', /compromised/);
});

test('KEV and EPSS reach open vulnerabilities: due date shortens, priority is asked again, history says why', async (t) => {
  const { advisories, ask, look, list, assetId, context, workspace } = await open(t);
  advisories.matches = [match(assetId)];
  await look();
  const [before] = await list();
  advisories.known = { ...nothing, kev: true, kevDue: '2024-06-01', ransomware: true, epss: 0.91 };
  assert.equal(await workspace.within(context, () => refreshExploitation(randomUUID(), { context })), 1);
  const after = await ask(getVulnerability, { id: before?.id ?? '' });
  assert.deepEqual([after.kev, after.epss], [true, 0.91]);
  assert.ok(Date.parse(after.dueAt ?? '') < Date.parse(before?.dueAt ?? ''));
  assert.deepEqual([workspace.questions.get(after.id)?.kev, workspace.questions.get(after.id)?.epss], [true, 0.91]);
  const history = await ask(listHistory, { id: after.id });
  assert.ok(history.items.some(({ why }) => why === 'It is known to be exploited.'));
  assert.equal(await workspace.within(context, () => refreshExploitation(randomUUID(), { context })), 0, 'again changes nothing');
});

test('components of nobody are counted, not guessed', async (t) => {
  const { advisories, look, list } = await open(t);
  advisories.matches = [match(randomUUID()), match('', { assetId: null })];
  assert.deepEqual([(await look()).rejected, (await list()).length], [2, 0]);
});
