import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, callingPickle, harmlessPickle } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { field, onnxModel, onnxNode } from '../../../../../test/corpus/model-scanner/build-models.ts';
import { tar, tarEntry } from '../../../../../test/corpus/model-scanner/build-tar.ts';
import { zip } from '../../../../../test/corpus/model-scanner/build-zip.ts';
import { allOf, artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

test('members of a tar are opened under their names', () => {
  const artefact = artefactOf(
    tar([
      { name: 'a/b.pkl', data: harmlessPickle },
      { name: 'a/c.txt', data: bytes('hello') },
    ]),
  );
  assert.deepEqual(codesOf(artefact), []);
  assert.deepEqual(
    artefact.members.map(({ where }) => where.containerPath.at(-1)),
    ['a/b.pkl', 'a/c.txt'],
  );
});

test('a long pax path is the name; a pax path of another file is a lie', () => {
  const long = `${'d/'.repeat(60)}m.pkl`;
  const honest = artefactOf(tar([{ name: long.slice(0, 100), data: harmlessPickle, pax: { path: long } }]));
  assert.deepEqual(codesOf(honest), []);
  assert.equal(honest.members[0]?.where.containerPath.at(-1), long);
  assert.ok(codesOf(artefactOf(tar([{ name: 'readme.txt', data: callingPickle, pax: { path: 'model.pkl' } }]))).includes('tar-two-names'));
});

test('a long name of which the plain header keeps a piece is one name', () => {
  const path = `pax/${'123/'.repeat(40)}longname`;
  assert.deepEqual(codesOf(artefactOf(tar([{ name: '123/'.repeat(25), data: harmlessPickle, pax: { path } }]))), []);
});

test('a pax size that contradicts the header is a lie', () => {
  assert.ok(codesOf(artefactOf(tar([{ name: 'a', data: bytes('0123456789'), pax: { size: '4' } }]))).includes('tar-two-sizes'));
});

test('links that leave the folder are external paths, links inside are not', () => {
  const leaving = artefactOf(
    tar([
      { name: 'd/l', type: '2', link: '../../etc/passwd' },
      { name: 'h', type: '1', link: '/etc/shadow' },
    ]),
  );
  assert.deepEqual(
    leaving.externalPaths.map(({ text }) => text),
    ['../../etc/passwd', '/etc/shadow'],
  );
  assert.deepEqual(artefactOf(tar([{ name: 'd/l', type: '2', link: '../x' }])).externalPaths, []);
});

test('a second archive behind the end mark is read, and hiding it there is a lie', () => {
  const artefact = artefactOf(tar([{ name: 'a', data: bytes('x') }], tar([{ name: 'b.pkl', data: callingPickle }])));
  assert.ok(codesOf(artefact).includes('tar-second-archive'));
  assert.ok(allOf(artefact).some(({ globals }) => globals.length > 0));
});

test('a tar that ends inside a member keeps what it has and is not read to the end', () => {
  const whole = tar([
    { name: 'a.pkl', data: callingPickle },
    { name: 'b.bin', data: new Uint8Array(5000) },
  ]);
  const artefact = artefactOf(whole.subarray(0, 2048));
  assert.ok(artefact.members.some(({ globals }) => globals.length > 0));
  assert.ok(artefact.unread.some(({ reason }) => reason === 'truncated'));
});

test('an archive that climbs out and holds an ONNX model is what onnx.hub unpacks: its advisory is named', () => {
  const model = onnxModel(field(1, onnxNode('Add')));
  const cited = (data: Uint8Array) =>
    reportOf(
      tar([
        { name: 'm/model.onnx', data },
        { name: '../evil/x.txt', data: bytes('x') },
      ]),
      'm.tar',
    ).findings.find(({ ruleId }) => ruleId === 'archive-path-traversal')?.references ?? [];
  assert.ok(cited(model).includes('CVE-2024-5187'));
  assert.ok(!cited(bytes('hello')).includes('CVE-2024-5187'));
});

test('a zip archive as the last member makes a tar no zip archive; behind the end of the tar, or in another member, it is read all the same', () => {
  const inner = zip([{ name: 'a.txt', data: bytes('hello') }]);
  const plain = tar([
    { name: 'b.txt', data: bytes('x') },
    { name: 'first.zip', data: inner },
    { name: 'last.zip', data: inner },
  ]);
  assert.deepEqual(codesOf(artefactOf(plain)), []);
  assert.equal(reportOf(plain, 'x.tar').verdict, 'clean');
  const hostile = zip([{ name: 'a.pkl', data: callingPickle }]);
  const forged = tarEntry({ name: 'first.zip', data: hostile });
  const honest = tar([{ name: 'first.zip', data: inner }]);
  assert.equal(reportOf(tar([{ name: 'last.zip', data: hostile }]), 'x.tar').verdict, 'malicious');
  assert.equal(reportOf(bytes(honest, forged), 'x.tar').verdict, 'malicious');
  assert.equal(
    reportOf(
      tar([
        { name: 'first.zip', data: inner },
        { name: 'b.bin', data: bytes('text', forged) },
      ]),
      'x.tar',
    ).verdict,
    'malicious',
  );
});
