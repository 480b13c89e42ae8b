import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileReport } from '../engine/file-report.ts';
import { checkedLicences } from './licence-chain.ts';
import { scanText } from './test-list.ts';

function card(path: string, licence: string, more = ''): FileReport {
  const report = scanText('README.md', `---\nlicense: ${licence}\nlibrary_name: transformers\n${more}---\n# Model\n`);
  return { ...report, path };
}
const rules = (reports: readonly FileReport[]) =>
  checkedLicences(reports).map(({ findings, verdict }) => [verdict, findings.map(({ ruleId, evidence }) => `${ruleId} ${evidence}`)]);

test('a permissive model made from a non-commercial one is in conflict, in folders and in the cache of a hub', () => {
  const base = card('acme/base/README.md', 'cc-by-nc-4.0');
  const child = card('acme/tuned/README.md', 'apache-2.0', 'base_model: acme/base\n');
  assert.deepEqual(rules([base, child])[1], ['risky', ['licence-conflict acme/base: CC-BY-NC-4.0']]);
  const grandchild = card('acme/small/README.md', 'mit', 'base_model: acme/tuned\n');
  assert.deepEqual(rules([base, child, grandchild])[2], ['risky', ['licence-conflict acme/base: CC-BY-NC-4.0']]);
  const circle = card('acme/base/README.md', 'cc-by-nc-4.0', 'base_model: acme/small\n');
  assert.equal(rules([circle, child, grandchild])[2]?.[0], 'risky', 'a circle of cards ends');
  const cached = card('hub/models--acme--base/snapshots/0123/README.md', 'llama3.1');
  assert.deepEqual(rules([cached, child])[1], ['risky', ['licence-conflict acme/base: LicenseRef-Llama-3.1-Community']]);
});

test('data sets count too; the same or stricter terms, unknown ones and parents that were not scanned do not', () => {
  const data = card('acme/data/README.md', 'cc-by-nc-4.0');
  assert.deepEqual(rules([data, card('m/README.md', 'mit', 'datasets:\n  - acme/data\n')])[1]?.[0], 'risky');
  for (const child of [
    card('m/README.md', 'cc-by-nc-sa-4.0', 'datasets: acme/data\n'),
    card('m/README.md', 'mit', 'base_model: other/one\n'),
  ])
    assert.deepEqual(checkedLicences([data, child])[1], child);
  const unknown = card('m/README.md', 'my-licence', 'datasets: acme/data\n');
  assert.deepEqual(checkedLicences([data, unknown])[1], unknown);
});
