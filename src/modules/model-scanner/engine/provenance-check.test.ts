import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { bytes } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { twoTensors } from '../../../../test/corpus/model-scanner/build-models.ts';
import { reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import type { FileReport } from './file-report.ts';
import { checkedProvenance } from './provenance-check.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const sha256 = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex');
const card = '{"model_type": "acme", "architectures": ["Acme"]}';
type Files = Readonly<Record<string, Uint8Array | string>>;

/** Files on disk, scanned one by one, then checked: what is said, by path. */
async function checked(files: Files, limit = 2 ** 30): Promise<Map<string, FileReport>> {
  const root = mkdtempSync(join(tmpdir(), 'provenance-'));
  folders.push(root);
  const walked = Object.entries(files).map(([name, content]) => {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return { path, name, size: Buffer.from(content).length };
  });
  const reports = walked.map(({ name }) => reportOf(Buffer.from(files[name] ?? ''), name));
  const answer = await checkedProvenance(reports, walked, { bytes: limit, deadline: performance.now() + 60_000 });
  assert.deepEqual(
    answer.map(({ path }) => path),
    walked.map(({ name }) => name),
  );
  return new Map(answer.map((report) => [report.path, report]));
}
const said = (reports: Map<string, FileReport>) =>
  [...reports]
    .flatMap(([path, { findings }]) =>
      findings.filter(({ ruleId }) => ruleId.startsWith('provenance-')).map(({ title }) => `${path}: ${title}`),
    )
    .sort();

type Resource = { readonly name: string; readonly digest: string; readonly algorithm?: string };
/** A bundle as model_signing 1.0 writes it; the signature itself is not made, because nothing here verifies it. */
function modelSignature(resources: readonly Resource[], root?: string): string {
  const hash = createHash('sha256');
  for (const { digest } of resources) hash.update(Buffer.from(digest, 'hex'));
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'model', digest: { sha256: root ?? hash.digest('hex') } }],
    predicateType: 'https://model_signing/signature/v1.0',
    predicate: {
      serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: ['notes'] },
      resources: resources.map((resource) => ({ algorithm: 'sha256', ...resource })),
    },
  };
  return JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: 'key-1' }, tlogEntries: [] },
    dsseEnvelope: {
      payload: Buffer.from(JSON.stringify(statement)).toString('base64'),
      payloadType: 'application/vnd.in-toto+json',
      signatures: [{ sig: 'AA==', keyid: '' }],
    },
  });
}

const weights = Buffer.from(twoTensors);
const signedModel: Files = {
  'm/model.safetensors': weights,
  'm/config.json': card,
  'm/model.sig': modelSignature([
    { name: 'config.json', digest: sha256(card) },
    { name: 'model.safetensors', digest: sha256(weights) },
  ]),
};

describe('a signed model folder', () => {
  test('whose files are the signed ones raises nothing but that the signer is unknown', async () => {
    const reports = await checked(signedModel);
    assert.deepEqual(said(reports), ['m/model.sig: A signature whose signer was not verified']);
    assert.equal(reports.get('m/model.safetensors')?.verdict, 'clean');
  });
  test('with exchanged weights is suspicious', async () => {
    const other = Buffer.from(weights);
    other[other.length - 1] = 7;
    const reports = await checked({ ...signedModel, 'm/model.safetensors': other });
    assert.deepEqual(said(reports), [
      'm/model.safetensors: The file is not the one its manifest speaks about',
      'm/model.sig: A signature whose signer was not verified',
    ]);
    assert.equal(reports.get('m/model.safetensors')?.verdict, 'suspicious');
    const [finding] = reports.get('m/model.safetensors')?.findings ?? [];
    assert.match(finding?.evidence ?? '', new RegExp(`${sha256(weights)} ≠ ${sha256(other)}`));
  });
  test('into which a file was put is risky', async () => {
    const reports = await checked({
      ...signedModel,
      'm/tokenizer_config.json': '{"tokenizer_class": "AcmeTokenizer", "auto_map": {"AutoTokenizer": ["t.T", null]}}',
      'm/notes/a.json': card,
      'm/plain.dat': 'x',
    });
    assert.ok(said(reports).includes('m/plain.dat: The signature of the folder does not know the file'), 'of no format that we know');
    assert.ok(
      said(reports).includes('m/tokenizer_config.json: The signature of the folder does not know the file'),
      said(reports).join('\n'),
    );
    // `notes` was left out by the signer.
    assert.ok(!said(reports).some((line) => line.startsWith('m/notes/')));
  });
  test('from which a file was taken is risky', async () => {
    const { 'm/config.json': _taken, ...left } = signedModel;
    const reports = await checked(left);
    assert.deepEqual(said(reports), [
      'm/model.sig: A file that was signed is not there',
      'm/model.sig: A signature whose signer was not verified',
    ]);
    assert.equal(reports.get('m/model.sig')?.verdict, 'risky');
  });
  test('whose signed digest is not that of its own list is a lie', async () => {
    const reports = await checked({
      ...signedModel,
      'm/model.sig': modelSignature([{ name: 'config.json', digest: sha256(card) }], sha256('other')),
    });
    assert.ok(reports.get('m/model.sig')?.findings.some(({ ruleId }) => ruleId === 'integrity-lie'));
  });
});

describe('other statements', () => {
  test('a list of checksums in both spellings, and a digest beside its file', async () => {
    const reports = await checked({
      'model.safetensors': weights,
      'a.json': card,
      SHA256SUMS: `${sha256(weights)}  model.safetensors\n${sha256('x')} *./a.json\n`,
      'checksums.txt': `SHA512 (a.json) = ${createHash('sha512').update(card).digest('hex')}\n`,
      'model.safetensors.sha256': `${sha256('y')}\n`,
    });
    assert.deepEqual(said(reports), [
      'a.json: The file is not the one its manifest speaks about',
      'model.safetensors: The file is not the one its manifest speaks about',
    ]);
  });
  test('a bundle about one file', async () => {
    const bundle = (content: Uint8Array) =>
      JSON.stringify({
        mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.2',
        verificationMaterial: { publicKey: { hint: 'k' } },
        messageSignature: {
          messageDigest: { algorithm: 'SHA2_256', digest: createHash('sha256').update(content).digest('base64') },
          signature: 'AA==',
        },
      });
    assert.deepEqual(said(await checked({ 'w.safetensors': weights, 'w.safetensors.sigstore.json': bundle(weights) })), [
      'w.safetensors.sigstore.json: A signature whose signer was not verified',
    ]);
    assert.ok(
      said(await checked({ 'w.safetensors': weights, 'w.safetensors.sigstore.json': bundle(bytes('other')) })).includes(
        'w.safetensors: The file is not the one its manifest speaks about',
      ),
    );
  });
  test('a model folder without any is said to be unsigned, and stays clean', async () => {
    const reports = await checked({ 'model.safetensors': weights, 'config.json': card });
    assert.deepEqual(said(reports), ['model.safetensors: The model folder is not signed']);
    assert.equal(reports.get('model.safetensors')?.verdict, 'clean');
  });
  test('names that climb out are not followed', async () => {
    assert.deepEqual(
      said(await checked({ 'a/SHA256SUMS': `${sha256('x')}  ../b.txt\n${sha256('x')}  /etc/hostname\n`, 'b.txt': 'y' })),
      [],
    );
  });
  test('what the budget does not reach is said, not passed over', async () => {
    const reports = await checked({ 'model.safetensors': weights, SHA256SUMS: `${sha256('x')}  model.safetensors\n` }, 10);
    assert.deepEqual(said(reports), ['model.safetensors: A digest that was not compared']);
  });
  test('cut and mutated statements are read without a failure', () => {
    const base = Buffer.from(String(signedModel['m/model.sig']));
    let seed = 5;
    for (let round = 0; round < 200; round++) {
      const copy = Buffer.from(base.subarray(0, round % 3 === 0 ? seed % base.length : base.length));
      for (let i = 0; i < 8 && copy.length > 0; i++) {
        seed = (seed * 48271) % 2147483647;
        copy[seed % copy.length] = seed & 127;
      }
      const failures = reportOf(copy, 'm/model.sig').unread.filter(
        ({ reason, detail }) => reason === 'reader-failed' && !/^JSON/.test(detail),
      );
      assert.deepEqual(failures, []);
    }
  });
});
