import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatBytes,
  formatMeasured,
  formatNumber,
  formatPercent,
  formatRange,
  formatSigned,
  formatTotal,
  plural,
  truncateMiddle,
} from './format.ts';

const locale = 'en';

test('writes negative numbers with a true minus and groups thousands', () => {
  assert.equal(formatNumber(-1284.5, { digits: 1, locale }), '\u22121,284.5');
});
test('never writes minus zero', () => {
  assert.equal(formatNumber(-0.04, { digits: 1, locale }), '0.0');
  assert.equal(formatSigned(-0.04, { digits: 1, locale }), '0.0');
  assert.equal(formatSigned(0.04, { digits: 1, locale }), '0.0');
});
test('keeps the minus of a number that begins with 0', () => {
  assert.equal(formatNumber(-0.5, { digits: 1, locale }), '\u22120.5');
});
test('signs gains and losses', () => {
  assert.equal(formatSigned(4.6, { digits: 1, locale }), '+4.6');
  assert.equal(formatSigned(-4.6, { digits: 1, locale }), '\u22124.6');
});
test('says unknown instead of a number nobody measured', () => {
  for (const value of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.equal(formatNumber(value), 'unknown');
    assert.equal(formatPercent(value), 'unknown');
    assert.equal(formatBytes(value), 'unknown');
  }
});
test('writes a share with a no-break space before the percent sign', () => {
  assert.equal(formatPercent(0.86, { locale }), '86\u00a0%');
});
test('writes ranges with an en dash', () => {
  assert.equal(formatRange(64, 81, { locale }), '64\u201381');
});
test('marks estimated totals', () => {
  assert.equal(formatTotal(1_300_000, true, locale), '~1,300,000');
  assert.equal(formatTotal(1284, false, locale), '1,284');
});
test('shows sizes in decimal units, one digit below a hundred', () => {
  assert.equal(formatBytes(412, locale), '412\u00a0B');
  assert.equal(formatBytes(1_800_000_000, locale), '1.8\u00a0GB');
  assert.equal(formatBytes(999_960, locale), '1,000\u00a0kB');
});
test('cuts long ids in the middle and leaves short ones', () => {
  assert.equal(truncateMiddle('0123456789abcdef', 9), '0123…cdef');
  assert.equal(truncateMiddle('short', 9), 'short');
});
test('counts in words', () => {
  assert.equal(plural(1, 'path'), '1 path');
  assert.equal(plural(2, 'vulnerability', 'vulnerabilities'), '2 vulnerabilities');
});

test('a measured value keeps its significant digits and gains none', () => {
  const shown = [3, 0.012345, 1234567, 0, -2.5e-9, 4.2e12].map((value) => formatMeasured(value));
  assert.deepEqual(shown, ['3', '0.01235', '1,235,000', '0', '−2.500e−9', '4.200e+12']);
  assert.equal(formatMeasured(null), 'unknown');
});
