import assert from 'node:assert/strict';
import { test } from 'node:test';
import externalPath from '../detectors/external-path.ts';
import { artefactWith, examplePackage, examplePath } from '../engine/examples.ts';
import type { FileReport } from '../engine/file-report.ts';
import { findingOf } from '../engine/make-finding.ts';
import { lockedLoaders, withLockedLoaders } from './loader-advisories.ts';
import { scanText } from './test-list.ts';

const asWritten = { redacted: (text: string) => text };

function model(path: string, purpose: 'hard-link' | 'tensor-data'): FileReport {
  const artefact = artefactWith({ externalPaths: [examplePath({ purpose, leavesFolder: true, text: '../x.bin' })] });
  const findings = externalPath.detect(artefact).map((detection) => findingOf(externalPath, detection, asWritten));
  return { ...scanText('model.onnx', 'x'), path, findings };
}
function locks(path: string, ...versions: readonly (string | null)[]): FileReport {
  return { ...scanText('x', 'x'), path, packages: versions.map((version) => examplePackage({ name: 'onnx', version })) };
}
const why = (reports: readonly FileReport[]) => withLockedLoaders(reports)[0]?.findings[0]?.why ?? '';

test('a second name of the values says which onnx the project locks', () => {
  assert.match(
    why([model('app/models/m.onnx', 'hard-link'), locks('app/uv.lock', '1.19.0')]),
    / The project locks onnx 1\.19\.0 \(app\/uv\.lock\)\.$/,
  );
});

test('ranges lock nothing, and advisories about anything else are left alone', () => {
  const ranged = [model('m.onnx', 'hard-link'), locks('requirements.txt', null)];
  assert.deepEqual(withLockedLoaders(ranged), ranged);
  const traversal = [model('m.onnx', 'tensor-data'), locks('uv.lock', '1.19.0')];
  assert.deepEqual(withLockedLoaders(traversal), traversal);
});

test('the lockfile of the same project counts, not that of its neighbour', () => {
  const files = [locks('other/uv.lock', '1.0.0'), locks('app/uv.lock', '1.19.0'), locks('app/api/poetry.lock', '1.19.0', '1.20.0')];
  assert.deepEqual(
    lockedLoaders('app/models/m.onnx', files).map(({ version, path }) => [version, path]),
    [
      ['1.19.0', 'app/uv.lock'],
      ['1.20.0', 'app/api/poetry.lock'],
    ],
  );
});

test('an archive for onnx.hub that climbs out, and a call that asks nobody, say which onnx the project locks', () => {
  const named: Readonly<Record<string, string>> = { 'archive-path-traversal': 'CVE-2024-5187', 'python-loader-call': 'CVE-2026-28500' };
  for (const [ruleId, id] of Object.entries(named)) {
    const [finding] = model('app/m.onnx', 'hard-link').findings;
    assert.ok(finding);
    const report = { ...scanText('x', 'x'), path: 'app/m', findings: [{ ...finding, ruleId, references: [id] }] };
    assert.match(why([report, locks('app/uv.lock', '1.20.1')]), / The project locks onnx 1\.20\.1 /);
    assert.doesNotMatch(
      why([{ ...report, findings: [{ ...finding, ruleId, references: ['CWE-22'] }] }, locks('app/uv.lock', '1.20.1')]),
      /locks/,
    );
  }
});
