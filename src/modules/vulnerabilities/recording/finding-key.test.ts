import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { canonical, componentOf, findingKey, fixKey, isAdvisory, vulnerabilityKey, weaknessAlias, withoutVersion } from './finding-key.ts';

const identity = {
  source: 'model-scanner',
  assetId: 'a',
  rule: 'pickle-shell-call',
  component: 'rule:pickle-shell-call',
  location: '/m/a.pkl',
};

test('writes keys in code-unit order and strings as RFC 8785 does', () => {
  // RFC 8785, section 3.2.3 sorts by UTF-16 code units: \r before 1 before €.
  assert.equal(canonical({ '€': 'Euro', '\r': 'return', '1': 'one' }), '{"\\r":"return","1":"one","€":"Euro"}');
});
test('is the SHA-256 of the canonical form', () => {
  const text =
    '{"asset":"a","component":"rule:pickle-shell-call","kind":"finding","location":"/m/a.pkl","rule":"pickle-shell-call","source":"model-scanner"}';
  assert.equal(findingKey(identity), createHash('sha256').update(text).digest('hex'));
});
test('differs for each part of the identity', () => {
  const keys = [
    identity,
    { ...identity, source: 'x' },
    { ...identity, assetId: 'x' },
    { ...identity, rule: 'x' },
    { ...identity, component: 'x' },
    { ...identity, location: 'x' },
  ].map(findingKey);
  assert.equal(new Set(keys).size, keys.length);
});
test('does not confuse parts that run into each other', () => {
  const one = vulnerabilityKey({ assetId: 'a', weaknessId: 'b","component":"c', component: 'd', locationClass: '' });
  const two = vulnerabilityKey({ assetId: 'a', weaknessId: 'b', component: 'c', locationClass: '' });
  assert.notEqual(one, two);
});
test('knows advisories by their form', () => {
  assert.deepEqual(
    [
      'CVE-2021-44228',
      'GHSA-jfh8-c2jp-5v3q',
      'PYSEC-2024-1',
      'RUSTSEC-2020-0001',
      'cve-2021-44228',
      'CVE-21-1',
      'pickle-shell-call',
      'CWE-502',
    ].map(isAdvisory),
    [true, true, true, true, true, false, false, false],
  );
});
test('gives an advisory one name for all tools and a rule one name for its tool', () => {
  assert.equal(weaknessAlias({ source: 'a', rule: 'cve-2021-44228' }), weaknessAlias({ source: 'b', rule: 'CVE-2021-44228' }));
  assert.equal(weaknessAlias({ source: 'a', rule: 'GHSA-JFH8-C2JP-5V3Q' }), 'GHSA-jfh8-c2jp-5v3q');
  assert.notEqual(weaknessAlias({ source: 'a', rule: 'unsafe' }), weaknessAlias({ source: 'b', rule: 'unsafe' }));
});
test('takes version, qualifiers and spelling out of a package', () => {
  assert.equal(withoutVersion('pkg:pypi/Torch_Lite@1.8.2?arch=x#sub'), 'pkg:pypi/torch-lite');
  assert.equal(withoutVersion('pkg:npm/%40scope/Name@1.0.0'), 'pkg:npm/%40scope/name');
  assert.equal(withoutVersion('pkg:golang/github.com/A/b@v1'), 'pkg:golang/github.com/A/b');
  assert.equal(componentOf({ rule: 'x' }), 'rule:x');
});
test('upgrades a package everywhere at once, does anything else asset by asset', () => {
  const upgrade = { action: 'Upgrade torch to 2.6', component: 'pkg:pypi/torch' };
  assert.equal(fixKey({ ...upgrade, assetId: 'a' }), fixKey({ ...upgrade, assetId: 'b' }));
  const rotate = { action: 'Rotate the key', component: 'rule:secret' };
  assert.notEqual(fixKey({ ...rotate, assetId: 'a' }), fixKey({ ...rotate, assetId: 'b' }));
  assert.equal(fixKey({ action: ' rotate  the KEY ', component: 'rule:secret', assetId: 'a' }), fixKey({ ...rotate, assetId: 'a' }));
  assert.equal(fixKey({ action: '  ', component: 'x', assetId: 'a' }), null);
});
