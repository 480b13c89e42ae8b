import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCvss, reconcile, severityOfScore } from './cvss.ts';

// Vectors and base scores published in the CVSS v3.1 user guide examples and in NVD entries of the named CVEs.
const published: readonly (readonly [string, number])[] = [
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10], // CVE-2021-44228
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8], // CVE-2019-0708
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N', 7.5], // CVE-2014-0160
  ['CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H', 7.8], // CVE-2021-4034
  ['CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N', 6.4], // CVE-2013-0375 in the v3.1 examples
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1], // CVE-2013-1937 in the v3.1 examples
  ['CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N', 4.6], // by hand: 6.42 * 0.56 + 8.22 * 0.2 * 0.77 * 0.85 * 0.85 = 4.51
  ['CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N', 3.1], // CVE-2014-3566 in the v3.1 examples
  ['CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:U/C:H/I:H/A:H', 7.5], // by hand: 6.42 * (1 - 0.44^3) + 8.22 * 0.85 * 0.44 * 0.85 * 0.62 = 7.49
];
for (const [vector, score] of published) {
  test(`recomputes ${score} for ${vector}`, () => {
    assert.equal(parseCvss(vector).baseScore, score);
  });
}

test('gives 0 when nothing is lost', () => {
  assert.equal(parseCvss('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N').baseScore, 0);
});

// Published with these scores: FIRST, "CVSS v4.0 Examples", and the specification's highest vector.
for (const [vector, score] of [
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H', 10],
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 9.3],
  ['CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 7.3], // CVE-2022-41741
  ['CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 7.7], // CVE-2020-3549
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N', 8.7], // CVE-2014-0160
  ['CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N', 8.3], // CVE-2023-3089
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N', 0],
] as const) {
  test(`computes ${score} for ${vector}`, () => {
    assert.equal(parseCvss(vector).baseScore, score);
  });
}

test('threat and supplemental metrics do not change the base score of 4.0', () => {
  const cvss = parseCvss('CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U/U:Red');
  assert.deepEqual([cvss.version, cvss.baseScore], ['4.0', 9.3]);
});

for (const [vector, reason] of [
  ['AV:N/AC:L', /must begin with/],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H', /metric A is missing/],
  ['CVSS:3.1/AV:N/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', /AV stands twice/],
  ['CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', /"AV:Q" has no such value/],
  ['CVSS:3.1/AV:/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', /"AV:" has no such value/],
  ['CVSS:3.1/AV:NA/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', /"AV:NA" has no such value/],
  ['CVSS:3.1/VC:H/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', /"VC:H" is no metric of CVSS 3.1/],
  ['CVSS:4.0/AC:L/AV:N/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', /AV stands in the wrong place/],
  ['CVSS:3.1/__proto__:N', /"__proto__:N" is no metric/],
] as const) {
  test(`refuses ${vector.slice(0, 60)}`, () => {
    assert.throws(
      () => parseCvss(vector),
      (error: Error) => reason.test(error.message),
    );
  });
}

test('never gives a 3.x score outside 0 to 10, and always one decimal', () => {
  const one = (letters: string) => fc.constantFrom(...letters);
  const vector = fc
    .tuple(fc.constantFrom('3.0', '3.1'), one('NALP'), one('LH'), one('NLH'), one('NR'), one('UC'), one('HLN'), one('HLN'), one('HLN'))
    .map(([v, av, ac, pr, ui, s, c, i, a]) => `CVSS:${v}/AV:${av}/AC:${ac}/PR:${pr}/UI:${ui}/S:${s}/C:${c}/I:${i}/A:${a}`);
  fc.assert(
    fc.property(vector, (text) => {
      const score = parseCvss(text).baseScore ?? -1;
      return score >= 0 && score <= 10 && Math.abs(score * 10 - Math.round(score * 10)) < 1e-9;
    }),
    { numRuns: 500 },
  );
});

test('names severities at the bounds of the specification', () => {
  assert.deepEqual([0, 0.1, 3.9, 4, 6.9, 7, 8.9, 9, 10].map(severityOfScore), [
    'informational',
    'low',
    'low',
    'medium',
    'medium',
    'high',
    'high',
    'critical',
    'critical',
  ]);
});

const high = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N';
test('refuses a score that its own vector contradicts, and names both numbers', () => {
  assert.throws(() => reconcile({ vector: high, score: 9.8 }), {
    code: 'vulnerabilities.cvssContradiction',
    message: 'The vector gives a base score of 7.5, you gave 9.8.',
  });
});
test('takes severity from the score, and refuses another one', () => {
  assert.deepEqual(reconcile({ vector: high }), { score: 7.5, vector: high, severity: 'high' });
  assert.throws(() => reconcile({ score: 7.5, severity: 'low' }), { code: 'vulnerabilities.severityContradiction' });
});
test('a 4.0 vector says the severity by itself', () => {
  const vector = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';
  assert.deepEqual(reconcile({ vector }), { score: 9.3, vector, severity: 'critical' });
});
test('refuses a claim without severity, score and vector', () => {
  assert.throws(() => reconcile({}), { code: 'vulnerabilities.severityMissing' });
});
