import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, callingPickle, u32 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { zip } from '../../../../../test/corpus/model-scanner/build-zip.ts';
import { artefactOf, codesOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

const text = (word: string) => bytes('X', u32(word.length), word);

/** A storage of `elements` floats under a key, named by a persistent id as torch.save writes it. */
function storagePickle(key: string, elements: number): Uint8Array {
  return bytes([0x80, 2], '(', text('storage'), 'ctorch\nFloatStorage\n', text(key), text('cpu'), 'K', [elements], 'tQ.');
}

const archive = (pickle: Uint8Array, data: Uint8Array, name = 'm/data/0') =>
  zip([
    { name: 'm/data.pkl', data: pickle },
    { name: 'm/byteorder', data: bytes('little') },
    { name, data },
    { name: 'm/version', data: bytes('3\n') },
  ]);

test('storages that fit their members have no anomaly, and raw numbers are not opened as files', () => {
  const artefact = artefactOf(archive(storagePickle('0', 4), new Uint8Array(16).fill(0x80)));
  assert.equal(artefact.format, 'torch-zip');
  assert.equal(artefact.role, 'model');
  assert.deepEqual(codesOf(artefact), []);
  assert.deepEqual(artefact.unread, []);
});

test('a storage that declares more elements than its member holds is a lie', () => {
  assert.deepEqual(codesOf(artefactOf(archive(storagePickle('0', 40), new Uint8Array(16)))), ['torch-storage-size']);
});

test('a pickle in a data member that no tensor uses is found', () => {
  const artefact = artefactOf(archive(storagePickle('1', 4), callingPickle));
  assert.ok(artefact.members.some(({ globals }) => globals.some(({ name }) => name === 'system')));
  assert.ok(codesOf(artefact).includes('torch-storage-missing'));
});

test('an executable header in tensor bytes counts only when it holds together', () => {
  const elf = new Uint8Array(1024);
  elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  elf[16] = 3;
  elf[32] = 64;
  assert.equal(artefactOf(archive(storagePickle('0', 0), elf)).code[0]?.detail, 'ELF shared object');
  const letters = new Uint8Array(1024);
  letters.set(bytes('MZ'));
  assert.deepEqual(artefactOf(archive(storagePickle('0', 0), letters)).code, []);
});
