import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { bytes, callingPickle, u32 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { allOf, artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';
import { bytesSource } from '../../engine/source.ts';
import { type Codec, openPieces } from './stream-pieces.ts';

const file = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../../../../test/corpus/model-scanner/archives/${name}`, import.meta.url)));

function unpacked(codec: Codec, packed: Uint8Array): { content: Buffer; consumed: number } {
  const pieces = openPieces(codec, bytesSource(packed), { size: null, held: 2 ** 26 });
  const parts: Buffer[] = [];
  for (let piece = pieces?.next(); piece; piece = pieces?.next()) parts.push(Buffer.from(piece));
  return { content: Buffer.concat(parts), consumed: pieces?.consumed ?? -1 };
}

for (const name of ['x86', 'powerpc', 'ia64', 'arm', 'armthumb', 'arm64', 'sparc', 'delta'])
  test(`the ${name} filter of xz is undone as liblzma does it`, () => {
    const packed = file(`${name}.xz`);
    const { content, consumed } = unpacked('xz', bytes(packed, 'behind'));
    assert.ok(content.equals(file('program.bin')));
    assert.equal(consumed, packed.length);
  });

for (const name of ['deflate64', 'lzma', 'bzip2', 'xz'])
  test(`zip members packed with ${name} are read, with the checksum their writer stored`, () => {
    const artefact = artefactOf(file(`${name}.zip`), 'a.zip');
    assert.deepEqual(codesOf(artefact), []);
    assert.ok(allOf(artefact).some(({ globals }) => globals.some((fact) => fact.name === 'system')));
  });

test('a zip member of a method that is not decoded is unread by number', () => {
  const artefact = artefactOf(file('ppmd.zip'), 'a.zip');
  assert.ok(allOf(artefact).some(({ unread }) => unread.some(({ detail }) => detail.includes('method 98'))));
});

/** 40 MiB: more than may be held. The call stands at the end, behind what a look at the beginning would see. */
const large = bytes([0x80, 2], 'B', u32(40 * 2 ** 20), new Uint8Array(40 * 2 ** 20), '0', callingPickle.subarray(2));

for (const [name, packed] of [
  ['m.zst', zstdCompressSync(large)],
  ['m.gz', gzipSync(large, { level: 1 })],
  ['m.br', brotliCompressSync(large, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
] as const)
  test(`content beyond what is held is read to its end: ${name}`, () => {
    const artefact = artefactOf(Uint8Array.from(packed), name);
    assert.ok(allOf(artefact).some(({ globals }) => globals.some((fact) => fact.name === 'system')));
    assert.ok(
      allOf(artefact).every(({ unread }) => unread.length === 0),
      JSON.stringify(allOf(artefact).flatMap(({ unread }) => unread)),
    );
  });

test('zstd frames end where their blocks end, skippable ones between them are passed over', () => {
  const [one, two] = [zstdCompressSync('first '), zstdCompressSync('second')];
  const skipped = bytes(u32(0x184d2a50), u32(5), 'aside');
  const packed = bytes(one, skipped, two);
  const { content, consumed } = unpacked('zstd', bytes(packed, 'tail'));
  assert.equal(content.toString(), 'first second');
  assert.equal(consumed, packed.length);
});

test('a stream that begins with a skippable frame is known by the frame behind it', () => {
  const skipped = bytes(u32(0x184d2a53), u32(5), 'aside');
  assert.equal(reportOf(bytes(skipped, zstdCompressSync(callingPickle)), 'm.bin').verdict, 'malicious');
  assert.equal(artefactOf(bytes(skipped, skipped, u32(0x184d2204), new Uint8Array(9)), 'm.bin').format, 'lz4');
});

test('an LZ4 match may reach into the block before, and a block may not be larger than its frame allows', () => {
  // Frame of two linked 64 KiB blocks: 'abcd' stored, then a match of 8 from 4 bytes back and one literal (block format, token 0x04).
  const linked = bytes(u32(0x184d2204), [0x40, 0x40, 0xc0], u32(0x80000004), 'abcd', u32(5), [0x04, 4, 0, 0x10, 0x21], u32(0));
  assert.equal(unpacked('lz4', linked).content.toString(), 'abcdabcdabcd!');
  const long = bytes(u32(0x184d2204), [0x40, 0x40, 0xc0], u32(0x80000000 + 70_000), new Uint8Array(70_000), u32(0));
  assert.throws(() => unpacked('lz4', long), { name: 'MalformedBytes' });
});

test('broken streams of every codec are refused, never read for ever', () => {
  const streams: readonly (readonly [Codec, Uint8Array])[] = [
    ['xz', file('x86.xz')],
    [
      'bzip2',
      Uint8Array.from(
        Buffer.from('QlpoOTFBWSZTWWpM294AAA/TwFAwQAEQQApizGBCACAAMUDTQyMmIRNDQZDRiTEHxtlSD4huCuXnqkEd2GBhPi7kinChINSZt7w=', 'base64'),
      ),
    ],
    ['lzma', Uint8Array.from(Buffer.from('XQAAgAD//////////wBAAIgDy4fmDj/G26ZiOtDgF6QTuH2mzlTliSd6UgGe9Or3iDOV//9XqIAA', 'base64'))],
    ['zstd', Uint8Array.from(zstdCompressSync(file('program.bin')))],
    ['brotli', Uint8Array.from(brotliCompressSync(file('program.bin')))],
    ['lz4', bytes(u32(0x184d2204), [0x40, 0x40, 0xc0], u32(0x80000004), 'abcd', u32(5), [0x04, 4, 0, 0x10, 0x21], u32(0))],
  ];
  fc.assert(
    fc.property(fc.constantFrom(...streams), fc.nat(), fc.nat(255), fc.boolean(), ([codec, whole], place, value, cut) => {
      const changed = Uint8Array.from(whole);
      const at = place % whole.length;
      changed[at] = value;
      let total = 0;
      try {
        const pieces = openPieces(codec, bytesSource(cut ? changed.subarray(0, at) : changed), { size: null, held: 2 ** 20 });
        for (let piece = pieces?.next(); piece && total < 2 ** 24; piece = pieces?.next()) total += piece.length;
      } catch (error) {
        assert.ok(error instanceof Error && ['MalformedBytes', 'BudgetExceeded'].includes(error.name), String(error));
      }
    }),
    { numRuns: 600, seed: 11 },
  );
});
