import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, callingPickle } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { npy, numbersArray } from '../../../../../test/corpus/model-scanner/build-models.ts';
import { zip } from '../../../../../test/corpus/model-scanner/build-zip.ts';
import { artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

test('an array of numbers is clean', () => {
  const report = reportOf(numbersArray('(2, 3)', 24), 'a.npy');
  assert.equal(report.verdict, 'clean');
  assert.equal(report.metadata.shape, '2×3');
});

test('an array of objects is a pickle', () => {
  const file = npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", callingPickle);
  assert.equal(artefactOf(file).globals[0]?.name, 'system');
});

test('an array of objects that Python 2 wrote is clean', () => {
  // pickletools.dis of such a pickle, protocol 2: _reconstruct(ndarray, (0,), 'b'), then BUILD with version, shape, type, order and values.
  const pickle = bytes(
    [0x80, 2],
    'cnumpy.core._internal\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\x01b\x87R(K\x01K\x01\x85cnumpy\ndtype\nU\x02O8K\0K\x01\x87R',
    '(K\x03U\x01|NNNJ',
    [0xff, 0xff, 0xff, 0xff],
    'J',
    [0xff, 0xff, 0xff, 0xff],
    'K?tb',
    [0x89],
    ']U\x01aatb.',
  );
  const report = reportOf(npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", pickle), 'a.npy');
  assert.deepEqual([report.verdict, report.unread], ['clean', []], JSON.stringify(report.findings));
});

test('an object hidden in a structured type is a pickle too', () => {
  const file = npy("{'descr': [('a', '<f4'), ('b', [('c', '|O')])], 'fortran_order': False, 'shape': (1,), }", callingPickle);
  assert.equal(artefactOf(file).globals[0]?.name, 'system');
});

test('objects are found however their type is spelt: as an array of them, by name, in a list of types', () => {
  for (const descr of ["('|O', (2,))", "[('a', ('|O', 2))]", "'object'", "'i4,O'", "'(2,)O'"])
    assert.equal(
      reportOf(npy(`{'descr': ${descr}, 'fortran_order': False, 'shape': (1,), }`, callingPickle), 'm.npy').verdict,
      'malicious',
      descr,
    );
});

test('an element that is an array of numbers has as many bytes as its numbers', () => {
  const header = "{'descr': ('<f4', (2,)), 'fortran_order': False, 'shape': (3,), }";
  assert.equal(reportOf(npy(header, new Uint8Array(24)), 'm.npy').verdict, 'clean');
  assert.deepEqual(codesOf(artefactOf(npy(header, new Uint8Array(20)))), ['npy-cut', 'npy-cut']);
});

test('a header that is no literal is a lie: old programs evaluate it', () => {
  for (const header of [
    "{'descr': __import__('os').system('id'), 'fortran_order': False, 'shape': ()}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1+1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': ()} or 1",
  ])
    assert.deepEqual(codesOf(artefactOf(npy(header, bytes()))), ['npy-header-not-literal']);
});

test('a header with a key more than the three is refused', () => {
  assert.deepEqual(codesOf(artefactOf(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), 'x': 1}", bytes()))), [
    'npy-header-not-literal',
  ]);
});

test('fewer bytes than declared is a cut file, far fewer a possible bomb', () => {
  assert.deepEqual(codesOf(artefactOf(numbersArray('(10,)', 8))), ['npy-cut', 'npy-cut']);
  assert.ok(codesOf(artefactOf(numbersArray('(1000000000000, 1000000)', 8))).includes('npy-declared-size'));
});

test('several arrays in a row are ordinary; a pickle behind one is not', () => {
  assert.deepEqual(codesOf(artefactOf(bytes(numbersArray('(2,)', 8), numbersArray('(1,)', 4)))), []);
  const artefact = artefactOf(bytes(numbersArray('(2,)', 8), callingPickle));
  assert.deepEqual(codesOf(artefact), ['npy-hidden-stream']);
  assert.equal(artefact.members[0]?.globals[0]?.name, 'system');
});

test('an npz is an archive of arrays', () => {
  const artefact = artefactOf(
    zip([
      { name: 'x.npy', data: numbersArray('(2,)', 8) },
      { name: 'y.npy', data: numbersArray('()', 4), method: 8 },
    ]),
  );
  assert.equal(artefact.format, 'npz');
  assert.deepEqual(codesOf(artefact), []);
});
