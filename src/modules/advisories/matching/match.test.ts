import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Advisory } from '../advisory.ts';
import { readOsv } from '../imports/osv.ts';
import { advisoryIndex, type Component, clusters, matchComponent } from './match.ts';

type Events = readonly Readonly<Record<string, string>>[];
/** An OSV record as an export holds it. */
function record(
  id: string,
  ecosystem: string,
  name: string,
  affected: { events?: Events; type?: string; versions?: string[] },
  more: object = {},
): Advisory {
  const { events, type = 'ECOSYSTEM', versions } = affected;
  const advisory = readOsv({
    id,
    modified: '2024-01-01T00:00:00Z',
    affected: [{ package: { ecosystem, name }, ...(events ? { ranges: [{ type, events }] } : {}), ...(versions ? { versions } : {}) }],
    ...more,
  });
  assert.ok(advisory !== null);
  return advisory;
}

function asked(ecosystem: string, name: string, version: string | null, more: Partial<Component> = {}): Component {
  return { ecosystem, name, version, requirement: null, origin: null, ...more };
}

function states(advisory: Advisory, component: Component): (string | null)[] {
  return matchComponent(advisoryIndex([advisory]), component).map(({ state, fixed }) => `${state} ${fixed ?? '-'}`);
}

test('introduced opens, fixed closes before, whatever the order of the events; "0" is the beginning', () => {
  const advisory = record('GHSA-xxxx-0001', 'PyPI', 'Torch', {
    events: [{ fixed: '2.0.1' }, { introduced: '2.0.0' }, { introduced: '0' }, { fixed: '1.13.1' }],
  });
  const at = (version: string) => states(advisory, asked('PyPI', 'torch', version));
  assert.deepEqual(at('0.1'), ['affected 1.13.1']);
  assert.deepEqual(at('1.13.0'), ['affected 1.13.1']);
  assert.deepEqual(at('1.13.1'), []);
  assert.deepEqual(at('2.0.0'), ['affected 2.0.1']);
  assert.deepEqual(at('2.0.1'), []);
  // PEP 440: a release candidate of the fix comes before it.
  assert.deepEqual(at('2.0.1rc1'), ['affected 2.0.1']);
});

test('last_affected holds its version, limit does not', () => {
  const last = record('A-1', 'npm', 'x', { type: 'SEMVER', events: [{ introduced: '1.0.0' }, { last_affected: '1.2.0' }] });
  assert.deepEqual(states(last, asked('npm', 'x', '1.2.0')), ['affected -']);
  assert.deepEqual(states(last, asked('npm', 'x', '1.2.1')), []);
  const limit = record('A-2', 'npm', 'x', { type: 'SEMVER', events: [{ introduced: '0' }, { limit: '2.0.0' }] });
  assert.deepEqual(states(limit, asked('npm', 'x', '1.9.9')), ['affected -']);
  assert.deepEqual(states(limit, asked('npm', 'x', '2.0.0')), []);
});

test('a version that is listed is affected, also when no range holds it', () => {
  const advisory = record('A-3', 'PyPI', 'x', { events: [{ introduced: '2.0' }], versions: ['1.0.0'] });
  assert.deepEqual(states(advisory, asked('PyPI', 'x', '1.0')), ['affected -']);
  assert.deepEqual(states(advisory, asked('PyPI', 'x', '1.1')), []);
});

test('a local label is a build of the version before it, unless the advisory names labels', () => {
  const last = record('A-25', 'PyPI', 'torch', { events: [{ introduced: '0' }, { last_affected: '2.1.0' }], versions: ['2.1.2'] });
  const at = (advisory: Advisory, version: string) => states(advisory, asked('PyPI', 'torch', version)).length;
  assert.deepEqual(
    ['2.1.0+cu118', '2.1.2+cpu', '2.1.1+cpu'].map((version) => at(last, version)),
    [1, 1, 0],
  );
  const patched = record('A-26', 'PyPI', 'torch', { events: [{ introduced: '0' }, { fixed: '2.1.0+corp.2' }] });
  assert.deepEqual([at(patched, '2.1.0+corp.1'), at(patched, '2.1.0+corp.2')], [1, 0]);
});

test('code of one’s own is no package of a registry; a version that another file decides is unknown', () => {
  const all = record('A-27', 'PyPI', 'app', { events: [{ introduced: '0' }] });
  const from = (origin: string) => states(all, asked('PyPI', 'app', '1.0', { origin }));
  assert.deepEqual([from('.'), from('../own'), from('./wheels/app-1.0-py3-none-any.whl')], [[], [], ['affected -']]);
  assert.equal(from('https://pypi.example.org/simple').length, 1, 'a mirror serves the same packages');
  const maven = record('A-28', 'Maven', 'g:a', { events: [{ introduced: '0' }, { fixed: '2.0' }] });
  assert.deepEqual(states(maven, asked('Maven', 'g:a', null)), ['unknown -']);
  assert.deepEqual(states(maven, asked('Maven', 'g:a', null, { requirement: 'RELEASE' })), ['open 2.0']);
});

test('names meet in the normal form of their ecosystem', () => {
  assert.equal(states(record('A-4', 'PyPI', 'PyYAML_x.y', { events: [{ introduced: '0' }] }), asked('PyPI', 'pyyaml-x-y', '1')).length, 1);
  assert.equal(
    states(record('A-5', 'npm', '@Scope/Name', { events: [{ introduced: '0' }] }), asked('npm', '@scope/name', '1.0.0')).length,
    1,
  );
  assert.equal(states(record('A-6', 'Maven', 'g:a', { events: [{ introduced: '0' }] }), asked('Maven', 'g:A', '1.0')).length, 0);
  assert.equal(states(record('A-7', 'crates.io', 'a_b', { events: [{ introduced: '0' }] }), asked('crates.io', 'a-b', '1.0.0')).length, 1);
});

test('what is withdrawn matches nothing, and a malicious package is critical', () => {
  const gone = record('A-8', 'PyPI', 'x', { events: [{ introduced: '0' }] }, { withdrawn: '2024-02-01T00:00:00Z' });
  assert.deepEqual(states(gone, asked('PyPI', 'x', '1.0')), []);
  const bad = record('MAL-2024-1', 'npm', 'x', { type: 'SEMVER', events: [{ introduced: '0' }] });
  assert.deepEqual([bad.malicious, bad.severity], [true, 'critical']);
});

test('a version that cannot be compared is unknown, not clean', () => {
  const advisory = record('A-9', 'npm', 'x', { type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '2.0.0' }] });
  assert.deepEqual(states(advisory, asked('npm', 'x', 'main')), ['unknown -']);
  const odd = record('A-10', 'PyPI', 'x', { events: [{ introduced: '0' }, { fixed: 'next tuesday' }] });
  assert.deepEqual(states(odd, asked('PyPI', 'x', '1.0')), ['unknown -']);
});

test('git ranges speak about pinned commits only', () => {
  const fix = 'f'.repeat(40);
  const start = '1'.repeat(40);
  const advisory = record('A-11', 'PyPI', 'x', { type: 'GIT', events: [{ introduced: start }, { fixed: fix }] });
  const pinned = (commit: string) => states(advisory, asked('PyPI', 'x', null, { origin: `git+https://example.org/x@${commit}` }));
  assert.deepEqual(pinned(start), ['affected -']);
  assert.deepEqual(pinned(fix), []);
  assert.deepEqual(pinned('2'.repeat(40)), ['unknown -'], 'between two commits lies what only the repository knows');
  assert.deepEqual(states(advisory, asked('PyPI', 'x', '1.0')), []);
});

test('a requirement without lock: affected when all it allows is, possible when the newest it allows is, open when a fix is allowed', () => {
  const advisory = record('A-12', 'PyPI', 'x', { events: [{ introduced: '0' }, { fixed: '2.0' }] });
  const of = (requirement: string) => states(advisory, asked('PyPI', 'x', null, { requirement }));
  assert.deepEqual(of('<1.5'), ['affected 2.0']);
  assert.deepEqual(of('>=1.0,<2.0'), ['affected 2.0']);
  assert.deepEqual(of('>=1.0'), ['open 2.0']);
  assert.deepEqual(of(''), ['open 2.0']);
  assert.deepEqual(of('>=2.0'), []);
  assert.deepEqual(of('==1.4.*'), ['affected 2.0']);
  assert.deepEqual(of('~=1.4'), ['affected 2.0']);
  const endless = record('A-13', 'PyPI', 'x', { events: [{ introduced: '1.5' }] });
  assert.deepEqual(states(endless, asked('PyPI', 'x', null, { requirement: '>=1.0' })), ['possible -']);
  const middle = record('A-14', 'PyPI', 'x', { events: [{ introduced: '1.5' }, { fixed: '3.0' }] });
  assert.deepEqual(states(middle, asked('PyPI', 'x', null, { requirement: '>=1.0,<2.0' })), ['possible 3.0']);
});

test('a version or prefix that a requirement excludes is not allowed', () => {
  const one = record('A-20', 'PyPI', 'x', { events: [{ introduced: '0' }], versions: [] });
  const of = (advisory: Advisory, requirement: string) => states(advisory, asked('PyPI', 'x', null, { requirement }));
  // Only 1.5.0 is affected, and it is the one that is left out.
  const listed = record('A-21', 'PyPI', 'x', { versions: ['1.5.0'] });
  assert.deepEqual(of(listed, '>=1.0,!=1.5.0'), []);
  assert.equal(of(listed, '>=1.0,!=1.4.0').length, 1);
  // All of 1.5 is affected: the prefix takes it out, whatever stands before it.
  const series = record('A-22', 'PyPI', 'x', { events: [{ introduced: '1.5' }, { fixed: '1.5.9' }] });
  assert.deepEqual(of(series, '>=1.0,!=1.5.*'), []);
  assert.deepEqual(of(series, '!=1.5.*,<1.6'), []);
  assert.deepEqual(of(series, '>=1.5,<1.5.8,!=1.5.3'), ['affected 1.5.9']);
  // The newest allowed version lies below the hole.
  const old = record('A-23', 'PyPI', 'x', { events: [{ introduced: '0' }, { fixed: '2.0' }] });
  assert.deepEqual(of(old, '<=2.0,!=2.0'), ['affected 2.0']);
  assert.deepEqual(of(old, '>=1.0,!=1.2,!=1.3'), ['open 2.0']);
  // The narrower of two bounds holds, in whatever order they stand.
  assert.deepEqual(of(old, '>=2.1,>=1.0'), []);
  assert.deepEqual(of(one, '==1.0,!=1.0'), []);
});

test('a conda package that is a known Python package is asked about by the name it has there', () => {
  const torch = record('A-24', 'PyPI', 'torch', { events: [{ introduced: '0' }, { fixed: '2.6.0' }] });
  const conda = (name: string, version: string | null, requirement: string | null = null) =>
    states(torch, asked('conda', name, version, { requirement }));
  assert.deepEqual(conda('pytorch', '2.5.1'), ['affected 2.6.0']);
  assert.deepEqual(conda('pytorch', '2.6.0'), []);
  assert.deepEqual(conda('pytorch', null, '=2.5'), ['affected 2.6.0']);
  assert.deepEqual(conda('pytorch', null, '2.5.*=cuda*'), ['affected 2.6.0']);
  assert.deepEqual(conda('pytorch', null, '>=2.5,<3'), ['open 2.6.0']);
  assert.deepEqual(conda('pytorch', null, '2.5|2.6'), ['unknown -']);
  // conda's own torch is not the Python package of that name as far as anybody says.
  assert.deepEqual(conda('torch', '1.0'), []);
  assert.deepEqual(conda('libtorch', '2.5.1'), []);
});

test('requirements of npm, Cargo and Maven are read by their own rules', () => {
  const npm = record('A-15', 'npm', 'x', { type: 'SEMVER', events: [{ introduced: '1.0.0' }, { fixed: '1.4.2' }] });
  assert.deepEqual(states(npm, asked('npm', 'x', null, { requirement: '^1.2.0' })), ['open 1.4.2']);
  assert.deepEqual(states(npm, asked('npm', 'x', null, { requirement: '~1.2.0' })), ['affected 1.4.2']);
  assert.deepEqual(states(npm, asked('npm', 'x', null, { requirement: '^2.0.0 || ^3' })), []);
  assert.deepEqual(states(npm, asked('npm', 'x', null, { requirement: 'latest' })), ['open 1.4.2']);
  const crate = record('A-16', 'crates.io', 'x', { type: 'SEMVER', events: [{ introduced: '0.0.0-0' }, { fixed: '0.3.5' }] });
  assert.deepEqual(
    states(crate, asked('crates.io', 'x', null, { requirement: '0.2' })),
    ['affected 0.3.5'],
    '0.2 asks for >=0.2.0, <0.3.0',
  );
  const maven = record('A-17', 'Maven', 'g:a', { events: [{ introduced: '0' }, { fixed: '2.0' }] });
  assert.deepEqual(states(maven, asked('Maven', 'g:a', null, { requirement: '[1.0,2.0)' })), ['affected 2.0']);
  assert.deepEqual(states(maven, asked('Maven', 'g:a', null, { requirement: '[1.0,3.0)' })), ['open 2.0']);
});

test('records of one vulnerability are one; the highest first fix ends all of them', () => {
  const ghsa = record('GHSA-aaaa-bbbb-cccc', 'PyPI', 'x', { events: [{ introduced: '0' }, { fixed: '2.0' }] }, { aliases: ['CVE-2024-1'] });
  const pysec = record('PYSEC-2024-7', 'PyPI', 'x', { events: [{ introduced: '0' }, { fixed: '2.0.1' }] }, { aliases: ['CVE-2024-1'] });
  const other = record('PYSEC-2024-8', 'PyPI', 'x', { events: [{ introduced: '0' }] }, { related: ['CVE-2024-1'] });
  const found = clusters(matchComponent(advisoryIndex([ghsa, pysec, other]), asked('PyPI', 'x', '1.0')), 'PyPI');
  assert.deepEqual(
    found.map(({ id, ids, fixed }) => [id, ids, fixed]),
    [
      ['CVE-2024-1', ['CVE-2024-1', 'GHSA-aaaa-bbbb-cccc', 'PYSEC-2024-7'], '2.0.1'],
      ['PYSEC-2024-8', ['PYSEC-2024-8'], null],
    ],
  );
});

test('a cluster that would hold two CVEs is kept apart', () => {
  const one = record('GHSA-1', 'npm', 'x', { type: 'SEMVER', events: [{ introduced: '0' }] }, { aliases: ['CVE-2024-1'] });
  const two = record('GHSA-2', 'npm', 'x', { type: 'SEMVER', events: [{ introduced: '0' }] }, { aliases: ['CVE-2024-2', 'GHSA-1'] });
  const found = clusters(matchComponent(advisoryIndex([one, two]), asked('npm', 'x', '1.0.0')), 'npm');
  assert.deepEqual(
    found.map(({ id }) => id),
    ['CVE-2024-1', 'CVE-2024-2'],
  );
});

test('scores are computed from vectors, the newest kind first; a wrong vector says nothing', () => {
  const scored = (severity: unknown[], more: object = {}) => {
    const { cvssScore, severity: word } = record('A-18', 'PyPI', 'x', { events: [{ introduced: '0' }] }, { severity, ...more });
    return [cvssScore, word];
  };
  const three = { type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N' };
  const four = { type: 'CVSS_V4', score: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N' };
  assert.deepEqual(scored([three]), [7.5, 'high']);
  assert.deepEqual(scored([three, four]), [9.3, 'critical']);
  assert.deepEqual(scored([{ type: 'CVSS_V3', score: 'CVSS:3.1/nonsense' }]), [null, null]);
  assert.deepEqual(scored([], { database_specific: { severity: 'MODERATE', cwe_ids: ['CWE-502'] } }), [null, 'medium']);
});

test('what is no OSV record is refused', () => {
  for (const value of [null, [], 'x', {}, { id: '' }, { id: 'A-1' }, { id: '<script>', affected: [] }]) assert.equal(readOsv(value), null);
  const hostile = readOsv({
    id: 'A-19',
    affected: [
      {
        package: { ecosystem: 'PyPI', name: 'x' },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: 7 }, null, []] }],
        versions: [1, null],
      },
    ],
    aliases: 'CVE',
  });
  assert.deepEqual(hostile?.affected, [{ ecosystem: 'PyPI', name: 'x', ranges: [{ of: 'versions', events: [] }], versions: [] }]);
});
