/** Advisories that arrive after a scan reach its packages without another scan, and leave them again. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { AdvisoryImport, advisorySummary, listAdvisories } from '../../src/modules/advisories/contract.ts';
import { zipOf } from '../../src/modules/advisories/test-archive.ts';
import { listScanComponents, listScans } from '../../src/modules/model-scanner/contract.ts';
import { listVulnerabilities, type Vulnerability } from '../../src/modules/vulnerabilities/contract.ts';
import { type Person, until } from '../person.ts';
import { sharedPlatform } from '../shared-platform.ts';

describe('advisories that arrive after a scan', { timeout: 600_000 }, () => {
  let admin: Person;
  let folder = '';

  before(async () => {
    const { scanRoot, ...shared } = await sharedPlatform();
    admin = shared.admin;
    // The first journey by name: no other has stored packages or advisories yet.
    folder = join(scanRoot, 'advisories');
    await mkdir(join(folder, 'app'), { recursive: true });
    await writeFile(join(folder, 'app', 'requirements.txt'), 'torch==1.13.0\nnumpy>=1.20\n');
  });

  function archive(modified: string, fixed: string): Buffer {
    const affected = [
      { package: { ecosystem: 'PyPI', name: 'torch' }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }] },
    ];
    const severity = [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }];
    const record = {
      id: 'PYSEC-2024-1',
      aliases: ['CVE-2024-1234'],
      modified,
      summary: 'Unsafe loading of annotations',
      affected,
      severity,
    };
    return zipOf([['PYSEC-2024-1.json', JSON.stringify(record)]]);
  }

  async function upload(name: string, bytes: Buffer | string): Promise<AdvisoryImport> {
    const answer = await admin.send('POST', `/api/advisories/imports?name=${name}`, bytes);
    assert.equal(answer.status, 202, JSON.stringify(answer.body));
    const { id } = AdvisoryImport.parse(answer.body);
    return until('the import', async () => {
      const row = await admin.must(AdvisoryImport, 'GET', `/api/advisories/imports/${id}`);
      return row.state === 'running' ? null : row;
    });
  }

  async function theOne(what: string, is: (row: Vulnerability) => boolean): Promise<Vulnerability> {
    return until(what, async () => {
      const page = await admin.must(listVulnerabilities.output, 'GET', '/api/vulnerabilities?source=advisories');
      return page.items.find(is) ?? null;
    });
  }

  test('advisories reach stored packages without a scan, KEV shortens the date, a corrected advisory resolves', async () => {
    await admin.must(listScans.output.shape.items.element, 'POST', '/api/model-scanner/scans', { path: folder });
    const scan = await until('the scan', async () => {
      const { items } = await admin.must(listScans.output, 'GET', '/api/model-scanner/scans');
      return items.find(({ state }) => state === 'done') ?? null;
    });
    const components = await admin.must(listScanComponents.output, 'GET', `/api/model-scanner/scans/${scan.id}/components`);
    assert.deepEqual(
      components.items.map(({ purl, assetId }) => [purl, assetId !== null]),
      [
        ['pkg:pypi/torch@1.13.0', true],
        ['pkg:pypi/numpy', true],
      ],
    );
    await until('the packages to be stored', async () => {
      const summary = await admin.must(advisorySummary.output, 'GET', '/api/advisories/summary');
      return summary.components === 2 && summary.affectedComponents === null ? summary : null;
    });

    const imported = await upload('all.zip', archive('2024-05-01T00:00:00Z', '1.13.1'));
    assert.deepEqual([imported.kind, imported.records, imported.changed, imported.dataDate], ['osv', 1, 1, '2024-05-01']);
    const opened = await theOne('a vulnerability', ({ status }) => status === 'open');
    assert.deepEqual(
      [opened.cveId, opened.cvssScore, opened.severity, opened.component, opened.kev],
      ['CVE-2024-1234', 9.8, 'critical', 'pkg:pypi/torch', null],
    );
    assert.equal(opened.remedy, 'Upgrade torch to 1.13.1 or later.');

    await upload(
      'kev.json',
      JSON.stringify({
        catalogVersion: '1',
        dateReleased: '2024-05-02',
        vulnerabilities: [{ cveID: 'CVE-2024-1234', dueDate: '2024-05-20' }],
      }),
    );
    const exploited = await theOne('the news that it is exploited', ({ kev }) => kev === true);
    assert.ok(Date.parse(exploited.dueAt ?? '') <= Date.parse(opened.dueAt ?? ''));
    assert.ok(exploited.priority > opened.priority);

    const { items } = await admin.must(listAdvisories.output, 'GET', '/api/advisories?here=true&q=annotations');
    assert.deepEqual(
      items.map(({ id, affectedHere, kev }) => [id, affectedHere, kev]),
      [['PYSEC-2024-1', 1, true]],
    );

    await upload('all.zip', archive('2024-06-01T00:00:00Z', '1.12.0'));
    const ended = await theOne('its end', ({ status }) => status === 'resolved');
    assert.match(ended.reason ?? '', /No advisory speaks about this component/);
  });

  test('what cannot be imported is refused with a sentence', async () => {
    const answer = await admin.send('POST', '/api/advisories/imports?name=x', 'hello');
    assert.equal(answer.status, 422);
    assert.match(JSON.stringify(answer.body), /cannot be imported/);
  });
});
