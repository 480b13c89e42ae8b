import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bytes, callingPickle, harmlessPickle } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { tar } from '../../../../../test/corpus/model-scanner/build-tar.ts';
import { zip } from '../../../../../test/corpus/model-scanner/build-zip.ts';
import { artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

const refers = (file: Uint8Array, name: string, advisory: string) =>
  reportOf(file, name).findings.some(({ references }) => references.includes(advisory));
const calls = (file: Uint8Array, name = 'file.bin') => reportOf(file, name).findings.some(({ evidence }) => evidence.includes('system'));
const torch = (more: object) =>
  zip([
    { name: 'm/data.pkl', data: callingPickle, ...more },
    { name: 'm/version', data: bytes('3\n') },
  ]);

test('CVE-2025-1944: a name that differs in the local header hides nothing', () => {
  assert.ok(refers(torch({ localName: 'm/data.txt' }), 'm.pt', 'CVE-2025-1944'));
  assert.ok(calls(torch({ localName: 'm/data.txt' })));
});

test('CVE-2025-1945: flag bits that say encrypted hide nothing', () => {
  assert.ok(refers(torch({ flags: 1 }), 'm.pt', 'CVE-2025-1945'));
  assert.ok(calls(torch({ flags: 1 })));
});

test('CVE-2025-10156: a wrong checksum hides nothing', () => {
  assert.ok(refers(torch({ crc: 7 }), 'm.pt', 'CVE-2025-10156'));
  assert.ok(calls(torch({ crc: 7 })));
});

test('CVE-2025-1889: a second pickle under an odd ending inside the archive is read', () => {
  const file = zip([
    { name: 'm/data.pkl', data: harmlessPickle },
    { name: 'm/config.p', data: callingPickle },
  ]);
  assert.ok(calls(file, 'm.pt'));
});

test('CVE-2025-10155: an ending that belongs to another format changes nothing', () => {
  for (const name of ['m.bin', 'm.pt', 'm.zip', 'm.txt', 'm.jpg', 'm']) assert.ok(calls(callingPickle, name), name);
});

test('CVE-2007-4559, CVE-2025-12060: members that land outside are told, in every archive that unpacks by name', () => {
  for (const file of [
    tar([{ name: '../../x', data: bytes('x') }]),
    zip([{ name: '../../x', data: bytes('x') }]),
    gzipSync(tar([{ name: '/etc/x', data: bytes('x') }])),
  ]) {
    assert.ok(refers(Uint8Array.from(file), 'a', 'CVE-2007-4559'));
    assert.ok(refers(Uint8Array.from(file), 'a', 'CVE-2025-12060'));
  }
});

test('CVE-2023-6730, CVE-2023-7018, CVE-2024-3568, CVE-2024-11393, CVE-2024-11394: pickles that transformers once loaded are read under the names it used', () => {
  for (const name of ['index_meta.dpr', 'vocab.pkl', 'extra_data.pickle', 'model_final.pkl', 'weights.pkl'])
    assert.ok(calls(callingPickle, name), name);
  assert.ok(calls(Uint8Array.from(gzipSync(callingPickle)), 'model.pkl.gz'));
});

test('CVE-2024-11392: a training configuration whose tags build objects is suspicious', () => {
  assert.equal(reportOf(bytes('model: !!python/object/apply:os.system ["id"]\n'), 'mobilevitv2.yaml').verdict, 'suspicious');
});

/* ——— links ——— */
test('a symbolic link in a zip that leads outside is told, one that stays inside is not opened as a file', () => {
  // Upper half of the external attributes: S_IFLNK | 0777.
  const linked = (target: string) => {
    const file = zip([{ name: 'd/link', data: bytes(target) }]);
    const central = Buffer.from(file).indexOf('PK\u0001\u0002', 0, 'latin1');
    new DataView(file.buffer, file.byteOffset).setUint32(central + 38, 0xa1ff0000, true);
    return artefactOf(file);
  };
  assert.deepEqual(
    linked('../../etc/passwd').externalPaths.map(({ text }) => text),
    ['../../etc/passwd'],
  );
  assert.deepEqual(linked('../x').externalPaths, []);
  assert.deepEqual(linked('../x').members, []);
});

/* ——— OCI layouts packed as one file ——— */
const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');
const layout = (layer: Uint8Array, mediaType: string, name = sha256(layer)) => {
  const manifest = bytes(JSON.stringify({ schemaVersion: 2, layers: [{ mediaType, digest: `sha256:${name}`, size: layer.length }] }));
  const index = bytes(
    JSON.stringify({
      schemaVersion: 2,
      manifests: [{ mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: `sha256:${sha256(manifest)}`, size: manifest.length }],
    }),
  );
  return tar([
    { name: 'oci-layout', data: bytes('{"imageLayoutVersion":"1.0.0"}') },
    { name: 'index.json', data: index },
    { name: `blobs/sha256/${sha256(manifest)}`, data: manifest },
    { name: `blobs/sha256/${name}`, data: layer },
  ]);
};
const gzipped = Uint8Array.from(gzipSync(tar([{ name: 'a', data: bytes('x') }])));
const gzipLayer = 'application/vnd.oci.image.layer.v1.tar+gzip';

test('an OCI layout whose blobs are what they are called is clean', () => {
  const artefact = artefactOf(layout(gzipped, gzipLayer), 'image.tar');
  assert.equal(artefact.format, 'oci-layout');
  assert.deepEqual(codesOf(artefact), []);
});

test('a blob under another digest, or of another kind than declared, is a lie', () => {
  assert.deepEqual(codesOf(artefactOf(layout(gzipped, gzipLayer, 'c'.repeat(64)))), ['oci-digest']);
  assert.deepEqual(codesOf(artefactOf(layout(callingPickle, gzipLayer))), ['oci-media-type']);
});
