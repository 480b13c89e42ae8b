import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { callingPickle } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { field, onnxModel, onnxNode, twoTensors } from '../../../../test/corpus/model-scanner/build-models.ts';
import { diffCommand } from '../diff-command.ts';
import { scanCommand, type Voice } from './scan-command.ts';
import type { ScanOptions } from './scan-options.ts';

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'scan-command-'));
  mkdirSync(join(folder, 'models'));
  writeFileSync(join(folder, 'models/ok.safetensors'), twoTensors);
  writeFileSync(join(folder, 'models/bad.pkl'), callingPickle);
  writeFileSync(join(folder, 'models/risky.onnx'), onnxModel(field(1, onnxNode('Fast', 'acme'))));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const defaults: ScanOptions = { failOn: 'suspicious', profile: 'standard', cyclonedxVersion: '1.6', workers: 1 };

type Outcome = { readonly code: number; readonly out: string; readonly err: string };

/** Runs the command with what it says kept. */
async function caught(work: (voice: Voice) => number | Promise<number>): Promise<Outcome> {
  const said = { out: '', err: '' };
  const code = await work({
    print: (text) => {
      said.out += text;
    },
    write: writeFileSync,
    complain: (text) => {
      said.err += text;
    },
  });
  return { code, ...said };
}

const scan = (options: Partial<ScanOptions> = {}, ...paths: readonly string[]) =>
  caught((voice) => scanCommand(paths.length > 0 ? paths : [at('models')], { ...defaults, ...options }, voice));
type Report = {
  findings: { ruleId: string; fingerprint: string; path: string }[];
  files: { path: string; metadata: Record<string, unknown> }[];
  suppressions?: { held: unknown[]; expired: unknown[] };
  comparison?: { fresh: unknown[]; gone: unknown[] };
};
const reportOf = ({ out }: Outcome) => JSON.parse(out) as Report;

test('a baseline takes what it has out of the exit code, whether it is SARIF or JSON', async () => {
  const first = await scan({ json: true, sarif: at('base.sarif') });
  assert.equal(first.code, 1);
  writeFileSync(at('base.json'), first.out);
  for (const baseline of [at('base.sarif'), at('base.json')]) {
    const again = await scan({ baseline, json: true });
    assert.equal(again.code, 0, baseline);
    assert.deepEqual(reportOf(again).comparison?.fresh, []);
  }
  writeFileSync(at('models/new.pkl'), callingPickle);
  const { code, out } = await scan({ baseline: at('base.json') });
  rmSync(at('models/new.pkl'));
  assert.equal(code, 1);
  assert.match(out, /Baseline: [12] new/);
});

test('a suppression takes its finding out of the exit code, and every report still has it', async () => {
  const { findings } = reportOf(await scan({ json: true }));
  const rows = findings
    .filter(({ path }) => path === 'bad.pkl')
    .map(({ fingerprint }) => ({ fingerprint, reason: 'Reviewed.', owner: 'ml' }));
  writeFileSync(at('s.json'), JSON.stringify({ suppressions: rows }));
  const held = await scan({ suppressions: at('s.json'), json: true, sarif: at('held.sarif') });
  assert.equal(held.code, 0);
  assert.equal(reportOf(held).findings.length, findings.length);
  assert.equal(reportOf(held).suppressions?.held.length, rows.length);
  assert.match(readFileSync(at('held.sarif'), 'utf8'), /"justification": "Reviewed\."/);

  writeFileSync(at('s.json'), JSON.stringify({ suppressions: rows.map((row) => ({ ...row, expires: '2020-01-01' })) }));
  const late = await scan({ suppressions: at('s.json') });
  assert.equal(late.code, 1);
  assert.match(late.out, /EXPIRED/);
});

test('files that decisions are read from must be right: wrong usage and a sentence', async () => {
  writeFileSync(at('broken.yaml'), 'suppressions: [{ reason: x }]');
  const broken = await scan({ suppressions: at('broken.yaml') });
  assert.equal(broken.code, 3);
  assert.match(broken.err, /^ai-spm: Suppression 1 of /);
  assert.equal((await scan({ baseline: at('models/ok.safetensors') })).code, 3);
  assert.match((await scan({ baseline: at('nowhere.json') })).err, /^ai-spm: cannot open .*nowhere\.json \(ENOENT\)\n$/);
});

test('a page and a bill of materials are written beside the report, and "-" prints one instead', async () => {
  const both = await scan({ html: at('r.html'), cyclonedx: at('r.cdx.json'), profile: 'deep' });
  assert.match(both.out, /MALICIOUS/);
  assert.match(readFileSync(at('r.html'), 'utf8'), /^<!doctype html>/);
  const bom = JSON.parse(readFileSync(at('r.cdx.json'), 'utf8')) as {
    specVersion: string;
    components: { name: string; hashes?: { content: string }[] }[];
  };
  assert.equal(bom.specVersion, '1.6');
  const digest = createHash('sha256').update(twoTensors).digest('hex');
  assert.deepEqual(bom.components.find(({ name }) => name === 'ok.safetensors')?.hashes, [{ alg: 'SHA-256', content: digest }]);
  const printed = await scan({ cyclonedx: '-', cyclonedxVersion: '1.7' });
  assert.equal((JSON.parse(printed.out) as { specVersion: string }).specVersion, '1.7');
});

test('only the deep profile hashes files', async () => {
  const hashed = async (profile: ScanOptions['profile']) =>
    reportOf(await scan({ profile, json: true })).files.some(({ metadata }) => 'sha256' in metadata);
  assert.deepEqual([await hashed('quick'), await hashed('standard'), await hashed('deep')], [false, false, true]);
});

test('a model in a Hugging Face cache is scanned under the names of its files', async () => {
  const model = at('hub/models--acme--tiny');
  const revision = 'a'.repeat(40);
  mkdirSync(join(model, 'blobs'), { recursive: true });
  mkdirSync(join(model, 'refs'));
  mkdirSync(join(model, 'snapshots', revision), { recursive: true });
  writeFileSync(join(model, 'refs/main'), revision);
  writeFileSync(join(model, 'blobs/1'), callingPickle);
  symlinkSync('../../blobs/1', join(model, 'snapshots', revision, 'pytorch_model.bin'));
  const found = await scan({ source: 'hf-cache', store: [at('hub')], json: true }, 'acme/tiny');
  assert.equal(found.code, 1);
  assert.deepEqual(
    reportOf(found).files.map(({ path }) => path),
    ['pytorch_model.bin'],
  );
  const missing = await scan({ source: 'hf-cache', store: [at('hub')] }, 'acme/other');
  assert.equal(missing.code, 3);
  assert.match(missing.err, /^ai-spm: Nothing to scan: /);
});

test('vulnerability data that this program does not have is asked for in vain: wrong usage', async () => {
  const { code, err } = await scan({ advisories: at('none') });
  assert.equal(code, 3);
  assert.match(err, /advisor|vulnerability data/);
});

test('two results are compared: what is new at the bar decides the exit code', async () => {
  writeFileSync(at('one.json'), (await scan({ json: true }, at('models/ok.safetensors'))).out);
  writeFileSync(at('two.json'), (await scan({ json: true }, at('models/bad.pkl'))).out);
  const diff = (a: string, b: string, json = false) =>
    caught((voice) => diffCommand([at(a), at(b)], { failOn: 'suspicious', json }, voice));
  const worse = await diff('one.json', 'two.json');
  assert.equal(worse.code, 1);
  assert.match(worse.out, /NEW {3}critical/);
  assert.match(worse.out, /verdict clean → malicious/);
  const better = await diff('two.json', 'one.json');
  assert.equal(better.code, 0);
  assert.match(better.out, /GONE {2}critical/);
  const same = JSON.parse((await diff('two.json', 'two.json', true)).out) as { fresh: unknown[]; unchanged: unknown[] };
  assert.deepEqual([same.fresh.length, same.unchanged.length > 0], [0, true]);
  assert.equal((await diff('one.json', 'nowhere.json')).code, 3);
});
