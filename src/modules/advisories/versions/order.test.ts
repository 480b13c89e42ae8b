import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ecosystem, ecosystemOf, versionOrder } from './order.ts';

/** Each list rises from left to right; both directions are asked. */
function assertRising(ecosystem: Ecosystem, versions: readonly string[]): void {
  const order = versionOrder(ecosystem);
  for (const [at, left] of versions.entries())
    for (const right of versions.slice(at + 1)) {
      assert.ok((order(left, right) ?? 0) < 0, `${ecosystem}: ${left} < ${right}`);
      assert.ok((order(right, left) ?? 0) > 0, `${ecosystem}: ${right} > ${left}`);
    }
}
function assertSame(ecosystem: Ecosystem, versions: readonly string[]): void {
  for (const left of versions) for (const right of versions) assert.equal(versionOrder(ecosystem)(left, right), 0, `${left} = ${right}`);
}

test('Python: the summary of permitted suffixes of PEP 440 rises as printed there', () => {
  assertRising('PyPI', [
    '1.dev0',
    '1.0.dev456',
    '1.0a1',
    '1.0a2.dev456',
    '1.0a12.dev456',
    '1.0a12',
    '1.0b1.dev456',
    '1.0b2',
    '1.0b2.post345.dev456',
    '1.0b2.post345',
    '1.0rc1.dev456',
    '1.0rc1',
    '1.0',
    '1.0+abc.5',
    '1.0+abc.7',
    '1.0+5',
    '1.0.post456.dev34',
    '1.0.post456',
    '1.0.15',
    '1.1.dev1',
    '1!0.1',
  ]);
  assertSame('PyPI', ['1.0', '1.0.0', 'v1.0']);
});

test('SemVer: the example of section 11 rises; build metadata does not count', () => {
  assertRising('npm', [
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
  ]);
  assertSame('crates.io', ['1.0.0+a', '1.0.0+b', '1.0.0']);
});

test('Go: the three forms of pseudo-versions stand where the modules reference puts them', () => {
  assertRising('Go', [
    'v0.0.0-20191109021931-daa7c04131f5',
    'v1.2.3-pre',
    'v1.2.3-pre.0.20191109021931-daa7c04131f5',
    'v1.2.3',
    'v1.2.4-0.20191109021931-daa7c04131f5',
    'v1.2.4',
    'v2.0.0+incompatible',
  ]);
  assertSame('Go', ['v1.2.3', '1.2.3']);
});

test('Maven: the examples of the POM reference', () => {
  assertRising('Maven', ['1-snapshot', '1', '1-sp', '1-foo2', '1-foo10', '1-1', '1.1']);
  assertSame('Maven', ['1.ga', '1-ga', '1-0', '1.0', '1', '1.final', '1.0.0-RELEASE']);
  assertSame('Maven', ['1-a1', '1-alpha-1']);
  assertSame('Maven', ['1.foo', '1-foo']);
  assertSame('Maven', ['1-ga-1', '1-1']);
  assertRising('Maven', ['1-ga.1', '1-sp.1']);
  assertRising('Maven', ['1-sp-1', '1-ga-1']);
  assertRising('Maven', [
    '1.0-alpha',
    '1.0-beta',
    '1.0-milestone',
    '1.0-rc',
    '1.0-SNAPSHOT',
    '1.0',
    '1.0-sp',
    '1.0-whatever',
    '1.0-1',
    '1.0.1',
  ]);
  assertRising('Maven', ['2.12.6', '2.12.6.1', '2.12.7']);
});

test('NuGet: four numbers, labels without case, metadata left out (normalised version numbers of its documentation)', () => {
  assertSame('NuGet', ['1.00', '1.0', '1.0.0.0', '1']);
  assertSame('NuGet', ['1.0.7+r3456', '1.0.7', '1.0.7.0']);
  assertSame('NuGet', ['1.0.1-RC', '1.0.1-rc']);
  assertRising('NuGet', [
    '1.0.1-aaa',
    '1.0.1-alpha',
    '1.0.1-alpha2',
    '1.0.1-beta',
    '1.0.1-open',
    '1.0.1-rc',
    '1.0.1-zzz',
    '1.0.1',
    '1.0.1.1',
  ]);
});

test('RubyGems: letters make a pre-release, trailing zeros say nothing (documentation of Gem::Version)', () => {
  assertRising('RubyGems', ['1.0.a', '1.0.b1', '1.0.b2', '1.0', '1.1.a', '1.1', '1.10', '2.0']);
  assertSame('RubyGems', ['1.0', '1', '1.0.0']);
  assertSame('RubyGems', ['1.0.a', '1.a']);
  assertRising('RubyGems', ['1.8.2-rc1', '1.8.2']);
});

test('Packagist: dev, alpha, beta, RC, stable, patch, in this order', () => {
  assertRising('Packagist', ['1.0.0-dev', '1.0.0-alpha1', '1.0.0-alpha2', '1.0.0-beta', '1.0.0-RC1', '1.0.0', '1.0.0-patch1', '1.0.1']);
  assertSame('Packagist', ['v1.2', '1.2.0', '1.2.0.0']);
});

test('what is no version of the ecosystem is unknown, never older or newer', () => {
  assert.equal(versionOrder('PyPI')('not a version', '1.0'), null);
  assert.equal(versionOrder('npm')('1.x', '1.0.0'), null);
  assert.equal(versionOrder('Packagist')('dev-main', '1.0.0'), null);
  assert.equal(versionOrder('NuGet')('latest', '1.0.0'), null);
  assert.equal(versionOrder('RubyGems')('', '1.0.0'), null);
  assert.equal(versionOrder('Maven')('', '1'), null);
});

test('an ecosystem with a suffix is the same ecosystem; one we cannot order is none', () => {
  assert.equal(ecosystemOf('Maven:https://repo.example.org'), 'Maven');
  assert.equal(ecosystemOf('Debian:12'), null);
});

test('versions of a hundred thousand digits cost nothing', () => {
  const long = '9'.repeat(100_000);
  for (const ecosystem of ['PyPI', 'npm', 'Maven', 'NuGet', 'RubyGems', 'Packagist'] as const) {
    assert.equal(versionOrder(ecosystem)(long, '1.0.0'), null);
    assert.equal(versionOrder(ecosystem)(`1.${'0.'.repeat(50_000)}1`, '1.0.0'), null);
  }
});
