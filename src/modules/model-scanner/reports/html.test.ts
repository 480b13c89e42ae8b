import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callingPickle } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import type { ScanFinding, ScanResult } from '../contract.ts';
import { resultOf } from '../engine/scan-result.ts';
import { htmlReport } from './html.ts';
import { html, sizeWords, text } from './html-parts.ts';

const totals = { listPlain: false, engineVersion: '1.0.0', rulesVersion: 'abc', filesTotal: 1, bytes: 33, durationMs: 1 };
const hostileName = 'x/<img src=x onerror=alert(1)>"\u202e\u0000.pkl';
const scanOf = (name: string): ScanResult => resultOf([reportOf(callingPickle, name)], [], { ...totals });
const pageOf = (result: ScanResult, more: Partial<Parameters<typeof htmlReport>[0]['judged']> = {}) =>
  htmlReport({
    judged: { result, suppressed: null, comparison: null, ...more },
    name: hostileName,
    profile: 'standard',
    advisoryBasis: null,
  });

test('hostile names and evidence are inert text', () => {
  const page = pageOf(scanOf(hostileName));
  assert.ok(!page.includes('<img') && !page.includes('\u202e') && !page.includes('\u0000'));
  assert.ok(page.includes('&lt;img src=x onerror=alert(1)&gt;&quot;\\u{202e}\\u{0}.pkl'));
  assert.equal(text(`<&>"'`), '&lt;&amp;&gt;&quot;&#39;');
  assert.equal(html`<i>${'<b>'}${html`<u>${1}</u>`}${null}</i>`.markup, '<i>&lt;b&gt;<u>1</u></i>');
});

test('the page needs nothing from elsewhere and runs no script', () => {
  const page = pageOf(scanOf('m.pkl'));
  assert.ok(page.includes(`content="default-src 'none'; style-src 'unsafe-inline'"`));
  assert.equal(/<script|<link|<[^>]*\son[a-z]+=|https?:|url\(|@import/.exec(page)?.[0], undefined);
  assert.ok(page.length < 40_000);
});

test('a finding is told with what happens, where, its bytes with the place marked, and the way out', () => {
  const page = pageOf(scanOf('m.pkl'));
  for (const part of [
    'Malicious',
    'pickle-harmful-call',
    'os.system',
    'echo test',
    'CWE-502',
    'What to do:',
    'm.pkl@0x1f',
    '<mark>52</mark>',
  ])
    assert.ok(page.includes(part), part);
});

test('what was not read has its own section, and an empty scan says what was looked at', () => {
  const cut = reportOf(callingPickle.subarray(0, 20), 'cut.pkl');
  assert.match(pageOf(resultOf([cut], [], totals)), /These parts are not clean: they are unknown/);
  assert.match(pageOf(resultOf([], [], { ...totals, filesTotal: 0 })), /No findings/);
});

test('suppressed findings stay on the page, with who and why; new ones are marked', () => {
  const result = scanOf('m.pkl');
  const [finding] = result.findings;
  assert.ok(finding);
  const suppression = { fingerprint: finding.fingerprint, rule: null, path: null, reason: 'Only <prints>.', owner: 'ml', expires: null };
  const page = pageOf(result, {
    suppressed: { standing: [], held: [{ finding, suppression }], expired: [], unused: [] },
    comparison: { fresh: [finding], unchanged: [], gone: [], verdicts: [], verdict: { before: null, after: null }, sameRules: false },
  });
  assert.match(page, /<b>Suppressed<\/b> by ml, without end: Only &lt;prints&gt;\./);
  assert.match(page, /<b>new<\/b>/);
  assert.match(page, /made by other rules/);
});

test('ten thousand findings stay below a megabyte, and the page counts the ones it leaves out', () => {
  const [finding] = scanOf('m.pkl').findings;
  assert.ok(finding);
  const many = Array.from({ length: 10_000 }, (_, i): ScanFinding => ({ ...finding, path: `f${i % 2000}.pkl` }));
  const page = pageOf({ ...scanOf('m.pkl'), findings: many });
  assert.ok(page.length < 1_000_000, `${page.length}`);
  assert.match(page, /more findings? of this file in the JSON report|more files? with findings in the JSON report/);
});

test('sizes are told in powers of ten', () => {
  assert.deepEqual([0, 1, 999, 1000, 1_800_000_000].map(sizeWords), ['0 bytes', '1 byte', '999 bytes', '1.00 kB', '1.80 GB']);
});
