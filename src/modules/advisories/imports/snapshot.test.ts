import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { importFiles } from '../command.ts';
import { zipOf } from '../test-archive.ts';
import { matchSnapshot } from './offline.ts';

type Owner = { after(release: () => void): void };
function folder(t: Owner): (name: string, bytes?: Buffer | string) => string {
  const path = mkdtempSync(join(tmpdir(), 'advisories-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return (name, bytes) => {
    if (bytes !== undefined) writeFileSync(join(path, name), bytes);
    return join(path, name);
  };
}

const record = JSON.stringify({
  id: 'PYSEC-2024-1',
  aliases: ['CVE-2024-1234'],
  modified: '2024-05-01T00:00:00Z',
  summary: 'Unsafe loading',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N' }],
  affected: [
    { package: { ecosystem: 'PyPI', name: 'Torch' }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2.0' }] }] },
  ],
});
const kev = JSON.stringify({
  catalogVersion: '1',
  dateReleased: '2024-05-03',
  vulnerabilities: [{ cveID: 'CVE-2024-1234', dueDate: '2024-05-22' }, { cveID: 'CVE-2000-0001' }],
});

function asked(version: string | null, more: object = {}) {
  return { ecosystem: 'PyPI', name: 'torch', version, requirement: null, origin: null, purl: `pkg:pypi/torch@${version}`, ...more };
}

async function compiled(t: Owner) {
  const at = folder(t);
  const said: string[] = [];
  const output = at('snapshot');
  const code = await importFiles(
    [
      at('kev.json', kev),
      at(
        'all.zip',
        zipOf([
          ['a.json', record],
          ['b.json', '{'],
        ]),
      ),
    ],
    { output },
    (text) => said.push(text),
  );
  return { at, output, code, said: said.join('') };
}

test('files are compiled to a snapshot that says what went in', async (t) => {
  const { code, said } = await compiled(t);
  assert.equal(code, 0);
  assert.match(said, /KEV {3}kev\.json: 2 records, of 2024-05-03, sha256 [0-9a-f]{64}/);
  assert.match(said, /OSV {3}all\.zip: 1 records, 1 left out, of 2024-05-01/);
});

test('packages are matched by a snapshot alone: score, fix, exploitation, age', async (t) => {
  const { output } = await compiled(t);
  const { matches, basis } = await matchSnapshot(
    output,
    [asked('1.13.0'), asked('2.0'), asked('1.13.0')],
    new Date('2024-05-11T00:00:00Z'),
  );
  assert.deepEqual(matches, [
    {
      purl: 'pkg:pypi/torch@1.13.0',
      id: 'CVE-2024-1234',
      aliases: ['PYSEC-2024-1'],
      summary: 'Unsafe loading',
      severity: 'high',
      score: { value: 7.5, vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N' },
      cwes: [],
      state: 'affected',
      fixed: '2.0',
      malicious: false,
      exploitation: { kev: true, kevDue: '2024-05-22', ransomware: false, epss: null, epssPercentile: null, epssDate: null },
    },
  ]);
  assert.equal(basis, 'KEV of 2024-05-03 (8 days old), 2 records; OSV PyPI of 2024-05-01 (10 days old), 1 records; EPSS not loaded');
});

test('what was not checked is said, never passed over: other ecosystems, ranges that allow a fix', async (t) => {
  const { output } = await compiled(t);
  const { matches, basis } = await matchSnapshot(output, [
    asked(null, { requirement: '>=1', purl: 'pkg:pypi/torch' }),
    asked('1.0', { ecosystem: 'npm', name: 'x', purl: 'pkg:npm/x@1.0' }),
    asked('1', { ecosystem: 'conda', purl: 'pkg:conda/torch@1' }),
    // A parent, a BOM or a central list has the version.
    asked(null, { ecosystem: 'Maven', name: 'g:a', purl: 'pkg:maven/g/a' }),
    asked(null, { ecosystem: 'NuGet', name: 'A', requirement: '$(V)', purl: 'pkg:nuget/A' }),
  ]);
  assert.deepEqual(matches, []);
  assert.match(
    basis,
    /4 packages not checked: no advisories of their ecosystem are loaded; 2 not checked: another file decides the version; 1 requirement allows affected versions beside fixed ones/,
  );
});

test('a file that is no snapshot, or a cut one, is refused; nothing counts as checked', async (t) => {
  const { at, output } = await compiled(t);
  await assert.rejects(matchSnapshot(at('none'), [asked('1.0')]), { code: 'advisories.noSuchFile' });
  await assert.rejects(matchSnapshot(at('text', 'hello'), [asked('1.0')]), { code: 'advisories.snapshot' });
  const whole = readFileSync(output);
  await assert.rejects(matchSnapshot(at('cut', whole.subarray(0, whole.length - 20)), [asked('1.0')]), { code: 'advisories.snapshot' });
});

test('files that cannot be read end the command with a sentence', async (t) => {
  const at = folder(t);
  const said: string[] = [];
  const output = at('out', 'the snapshot of before');
  const run = (file: string) => importFiles([file], { output }, (text) => said.push(text));
  assert.deepEqual([await run(at('none')), await run(at('text.json', 'hello'))], [3, 3]);
  assert.match(said.join(''), /There is no file .*none\.\n.*text\.json: The file cannot be imported/s);
  assert.equal(readFileSync(output, 'utf8'), 'the snapshot of before');
  assert.deepEqual(
    readdirSync(dirname(output)).filter((name) => name.endsWith('.partial')),
    [],
  );
});
