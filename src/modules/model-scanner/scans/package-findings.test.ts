import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import type { PackageMatch } from '../advisory-port.ts';
import type { ScannedPackage, ScanResult } from '../contract.ts';
import { resultOf } from '../engine/scan-result.ts';
import { bomOfScan } from '../reports/bom-of-scan.ts';
import { exitCodeOf, exitCodes } from '../reports/gate.ts';
import { withPackageFindings } from './package-findings.ts';

const torch: ScannedPackage = {
  ecosystem: 'PyPI',
  name: 'torch',
  version: '2.5.0',
  requirement: null,
  relation: 'direct',
  scope: 'runtime',
  digest: null,
  origin: null,
  purl: 'pkg:pypi/torch@2.5.0',
  place: 'requirements.txt:3',
};
const match: PackageMatch = {
  purl: torch.purl,
  id: 'CVE-2025-32434',
  aliases: ['GHSA-53q9-r3pm-6pq6'],
  summary: 'torch.load with weights_only=True runs code',
  severity: 'critical',
  score: { value: 9.3, vector: 'CVSS:4.0/AV:N' },
  cwes: ['CWE-502'],
  state: 'affected',
  fixed: '2.6.0',
  malicious: false,
  exploitation: { kev: null, kevDue: null, ransomware: null, epss: null, epssPercentile: null, epssDate: null },
};

function scanWith(packages: readonly ScannedPackage[]): ScanResult {
  const report = reportOf(new TextEncoder().encode('torch==2.5.0\n'), 'requirements.txt');
  const result = resultOf([{ ...report, role: 'config', packages: [] }], [], {
    listPlain: true,
    engineVersion: '1',
    rulesVersion: 'r',
    filesTotal: 1,
    bytes: 1,
    durationMs: 1,
  });
  return { ...result, files: result.files.map((file) => ({ ...file, packages: [...packages] })) };
}

test('a known vulnerability of a package is a finding of its file, with line, way out and references', () => {
  const { findings, verdict, counts, files } = withPackageFindings(scanWith([torch]), [match]);
  const finding = findings.find(({ ruleId }) => ruleId === 'vulnerable-package');
  assert.ok(finding);
  assert.equal(finding.title, 'torch 2.5.0 has CVE-2025-32434');
  assert.equal(finding.where.line, 3);
  assert.equal(finding.certainty, 'proved');
  assert.equal(finding.remedy, 'Upgrade to 2.6.0 or newer.');
  assert.ok(finding.references.includes('GHSA-53q9-r3pm-6pq6') && finding.references.includes('CWE-502'));
  assert.deepEqual([verdict, counts.critical, files[0]?.verdict], ['risky', 1, 'risky']);
});

test('what is known about exploitation, and that a severity is not known, is said in the finding', () => {
  const exploitation = { kev: true, kevDue: '2025-05-01', ransomware: true, epss: 0.1234, epssPercentile: 0.9876, epssDate: '2025-04-20' };
  const why = withPackageFindings(scanWith([torch]), [{ ...match, severity: null, exploitation }]).findings.find(
    ({ ruleId }) => ruleId === 'vulnerable-package',
  )?.why;
  assert.match(
    why ?? '',
    /unknown; it is counted with the medium ones\. It is listed as exploited \(KEV, to be mended by 2025-05-01, used by ransomware\)\. .*12\.3 % \(EPSS of 2025-04-20, percentile 98\)\.$/,
  );
});

test('a package that is an attack is told as that; a range that only may be affected is possible', () => {
  const attack = { ...match, malicious: true, severity: null, fixed: null };
  const locked = withPackageFindings(scanWith([torch]), [attack]);
  const [found] = locked.findings;
  assert.deepEqual(
    [found?.ruleId, found?.severity, found?.axis, found?.effect, found?.certainty],
    ['malicious-package', 'critical', 'effect', 'exec', 'proved'],
  );
  assert.deepEqual([locked.verdict, locked.files[0]?.verdict], ['malicious', 'malicious']);
  // Every version that the range allows is an attack, but no lockfile says that any of them is installed.
  for (const state of ['affected', 'possible'] as const) {
    const ranged = withPackageFindings(scanWith([{ ...torch, version: null, requirement: '>=2' }]), [{ ...attack, state }]);
    assert.deepEqual([ranged.findings[0]?.certainty, ranged.verdict], ['possible', 'suspicious'], state);
  }
  const possible = withPackageFindings(scanWith([{ ...torch, version: null, requirement: '>=2' }]), [{ ...match, state: 'possible' }])
    .findings[0];
  assert.equal(possible?.certainty, 'possible');
});

test('without a match nothing changes, and twice the same package at one place is one finding', () => {
  const result = scanWith([torch, torch]);
  assert.deepEqual(withPackageFindings(result, []), result);
  assert.equal(withPackageFindings(result, [match]).findings.filter(({ ruleId }) => ruleId === 'vulnerable-package').length, 1);
});

test('a finding about a loader says whether the locked version of it is named by the advisories at hand', () => {
  const onnx: ScannedPackage = { ...torch, name: 'onnx', version: '1.19.0', purl: 'pkg:pypi/onnx@1.19.0' };
  const result = scanWith([onnx]);
  const finding = {
    ruleId: 'external-path',
    title: 'Loading reaches a file outside the model folder',
    severity: 'high' as const,
    axis: 'effect' as const,
    certainty: 'possible' as const,
    why: 'It is a second name.',
    where: { containerPath: ['model.onnx'], offset: null, length: null },
    evidence: 'weights.bin',
    fingerprint: 'f'.repeat(64),
    references: ['CVE-2026-34446'],
    remedy: 'Export the model again.',
    mark: 'static' as const,
    path: 'model.onnx',
  };
  const whyWith = (matches: readonly PackageMatch[]) =>
    withPackageFindings({ ...result, findings: [finding] }, matches).findings.find(({ ruleId }) => ruleId === 'external-path')?.why;
  const named = { ...match, purl: onnx.purl, id: 'GHSA-example', aliases: ['CVE-2026-34446'] };
  assert.equal(whyWith([named]), 'It is a second name. CVE-2026-34446 affects onnx 1.19.0.');
  assert.equal(whyWith([]), 'It is a second name. The advisories at hand do not name onnx 1.19.0 under CVE-2026-34446.');
  assert.equal(
    whyWith([{ ...named, state: 'unknown' }]),
    'It is a second name. The advisories at hand cannot compare onnx 1.19.0 under CVE-2026-34446.',
  );
});

test('a severity that nobody has stated stays unknown in a bill of materials, and reaches the lowest bar alone', () => {
  const unrated = withPackageFindings(scanWith([torch]), [{ ...match, severity: null }]);
  const rated = withPackageFindings(scanWith([torch]), [{ ...match, severity: 'medium' }]);
  const severities = (result: ScanResult) => bomOfScan({ result, name: 'x' }).vulnerabilities.map(({ severity }) => severity);
  assert.deepEqual([severities(unrated), severities(rated)], [['unknown'], ['medium']]);
  const codes = (result: ScanResult) => (['low', 'medium', 'high'] as const).map((bar) => exitCodeOf(result, bar));
  assert.deepEqual(
    [codes(unrated), codes(rated)],
    [
      [exitCodes.found, exitCodes.clean, exitCodes.clean],
      [exitCodes.found, exitCodes.found, exitCodes.clean],
    ],
  );
});
