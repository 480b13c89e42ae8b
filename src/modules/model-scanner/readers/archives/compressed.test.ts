import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { bytes, callingPickle, harmlessPickle, u32 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { tar } from '../../../../../test/corpus/model-scanner/build-tar.ts';
import { allOf, artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';
import { bytesSource } from '../../engine/source.ts';
import { containsItself } from './self-containing.ts';

/** Made by Python 3.11: bz2.compress, lzma.compress and lzma.compress(format=FORMAT_ALONE) of `callingPickle`. */
const bzip2 = 'QlpoOTFBWSZTWWpM294AAA/TwFAwQAEQQApizGBCACAAMUDTQyMmIRNDQZDRiTEHxtlSD4huCuXnqkEd2GBhPi7kinChINSZt7w=';
const xz = '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAggAJjcG9zaXgKc3lzdGVtClgJAAAAZWNobyB0ZXN0hVIuAAAAAPRrlOEtuZXbAAE5Ic8oa2IftvN9AQAAAAAEWVo=';
const lzma = 'XQAAgAD//////////wBAAIgDy4fmDj/G26ZiOtDgF6QTuH2mzlTliSd6UgGe9Or3iDOV//9XqIAA';
/** LZ4 frame with one uncompressed block, written by hand after the frame specification. */
const lz4 = bytes([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82], u32(0x80000000 + callingPickle.length), callingPickle, u32(0));

const wrapped: Readonly<Record<string, Uint8Array>> = {
  gzip: gzipSync(callingPickle),
  zlib: deflateSync(callingPickle),
  zstd: zstdCompressSync(callingPickle),
  bzip2: Buffer.from(bzip2, 'base64'),
  xz: Buffer.from(xz, 'base64'),
  lzma: Buffer.from(lzma, 'base64'),
  lz4,
};

for (const [format, file] of Object.entries(wrapped))
  test(`a pickle inside ${format} is read, whatever the file is called`, () => {
    const artefact = artefactOf(Uint8Array.from(file), 'notes.txt');
    assert.equal(artefact.format, format);
    assert.equal(artefact.role, 'model');
    assert.equal(artefact.members[0]?.globals[0]?.name, 'system');
    assert.deepEqual(codesOf(artefact), []);
  });

test('brotli has no signature: its name is the hint', () => {
  assert.equal(artefactOf(brotliCompressSync(callingPickle), 'm.pkl.br').members[0]?.globals[0]?.name, 'system');
});

test('compression around an archive around a pickle prints the whole way', () => {
  const report = reportOf(gzipSync(tar([{ name: 'm.pkl', data: callingPickle }])), 'a.tar.gz');
  const found = report.findings.find(({ evidence }) => evidence.includes('system'));
  assert.deepEqual(found?.where.containerPath, ['a.tar.gz', 'a.tar', 'm.pkl']);
});

test('several gzip members are one content', () => {
  const half = callingPickle.length >> 1;
  const file = bytes(gzipSync(callingPickle.subarray(0, half)), gzipSync(callingPickle.subarray(half)));
  assert.equal(artefactOf(file).members[0]?.globals[0]?.name, 'system');
});

test('a stream behind the compressed one is found; zeros there are padding', () => {
  assert.ok(codesOf(artefactOf(bytes(gzipSync('hello'), callingPickle))).includes('compressed-hidden-stream'));
  assert.deepEqual(codesOf(artefactOf(bytes(gzipSync('hello'), new Uint8Array(100)))), []);
});

const flipped = (file: Uint8Array, fromEnd: number): Uint8Array => {
  const changed = Uint8Array.from(file);
  changed[file.length - fromEnd] = (file[file.length - fromEnd] ?? 0) ^ 1;
  return changed;
};

test('a wrong gzip checksum is a lie, and the content is judged all the same', () => {
  const report = reportOf(flipped(gzipSync(callingPickle), 6));
  assert.equal(report.verdict, 'malicious');
  assert.ok(report.findings.some(({ ruleId, evidence }) => ruleId === 'integrity-lie' && evidence.startsWith('gzip-bad-crc')));
  const harmless = reportOf(flipped(gzipSync(harmlessPickle), 3));
  assert.deepEqual([harmless.verdict, harmless.findings[0]?.evidence.split(':')[0]], ['suspicious', 'gzip-bad-size']);
});

test('content larger than may be held is read on to its end', () => {
  const values = bytes('B', u32(1_000_000), new Uint8Array(1_000_000), '0');
  const file = Uint8Array.from(zstdCompressSync(bytes([0x80, 2], values, values, callingPickle.subarray(2))));
  const artefact = artefactOf(file, 'm.pkl.zst', { heldBytes: 1_500_000 });
  assert.ok(allOf(artefact).every(({ unread }) => unread.length === 0));
  assert.equal(artefact.members[0]?.globals[0]?.name, 'system');
});

test('content that equals the file around it contains itself', () => {
  assert.ok(containsItself(bytesSource(callingPickle), bytesSource(Uint8Array.from(callingPickle))));
  assert.ok(!containsItself(bytesSource(callingPickle), bytesSource(bytes('x'))));
});

test('content that passes the output budget of the file is a possible bomb', () => {
  const report = reportOf(gzipSync(new Uint8Array(5_000_000)), 'b.gz', { outputBytes: 1_000_000, ratioFloorBytes: 1 });
  const bomb = report.findings.find(({ ruleId }) => ruleId === 'resource-bomb');
  assert.equal(bomb?.certainty, 'possible');
  assert.equal(report.verdict, 'suspicious');
});

test('arrays of small integers do not pass for LZMA', () => {
  let taken = 0;
  for (let round = 0; round < 500; round += 1) {
    const array = Buffer.alloc(256);
    for (let at = 0; at < 32; at += 1) array.writeBigInt64LE(BigInt((round * 31 + at * 17) % 200), at * 8);
    if (artefactOf(array, 'ids.bin').format === 'lzma') taken += 1;
  }
  assert.equal(taken, 0);
});
