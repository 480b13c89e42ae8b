import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { bytes, callingPickle, harmlessPickle, u32 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { tar } from '../../../../../test/corpus/model-scanner/build-tar.ts';
import { zip } from '../../../../../test/corpus/model-scanner/build-zip.ts';
import { allOf, artefactOf, codesOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';
import { Budget } from '../../engine/budget.ts';
import { bytesSource } from '../../engine/source.ts';
import { Inflate } from '../archives/inflate.ts';
import type { PieceDecoder } from '../archives/pieces.ts';
import { openPieces } from '../archives/stream-pieces.ts';
import { measuredSource } from './streamed-source.ts';

/** Repeating text with jumps, so that matches of every distance occur. */
const text = Buffer.from(Array.from({ length: 60_000 }, (_, i) => `w${(i * 7919) % 1009}`).join(' '));

test('every kind of deflate block comes out as the library gives it, and the stream ends where it ends', () => {
  const options = [
    {},
    { level: 0 },
    { level: 1 },
    { level: 9 },
    { strategy: constants.Z_FIXED },
    { strategy: constants.Z_HUFFMAN_ONLY },
    { strategy: constants.Z_RLE },
  ];
  for (const data of [Buffer.alloc(0), Buffer.from('a'), text, Buffer.alloc(300_000)])
    for (const option of options) {
      const packed = deflateRawSync(data, option);
      const inflate = new Inflate(bytesSource(bytes(packed, 'behind')), 0);
      const pieces: Buffer[] = [];
      for (let piece = inflate.next(); piece; piece = inflate.next()) pieces.push(Buffer.from(piece));
      assert.ok(Buffer.concat(pieces).equals(data));
      assert.equal(inflate.consumed, packed.length);
    }
});

test('broken streams are refused, never read for ever', () => {
  const packed = deflateRawSync(text);
  fc.assert(
    fc.property(fc.nat(packed.length - 1), fc.nat(255), (at, value) => {
      const broken = Uint8Array.from(packed);
      broken[at] = value;
      const inflate = new Inflate(bytesSource(broken), 0);
      let total = 0;
      try {
        for (let piece = inflate.next(); piece && total < 10_000_000; piece = inflate.next()) total += piece.length;
      } catch (error) {
        assert.ok(error instanceof Error && error.name === 'MalformedBytes', String(error));
      }
      assert.ok(total < 10_000_000);
    }),
    { numRuns: 150, seed: 4 },
  );
});

const nothing: PieceDecoder = { next: () => null, consumed: 0 };

function measuredOf(packed: Uint8Array) {
  const again = () => openPieces('gzip', bytesSource(packed), { size: null, held: 0 }) ?? nothing;
  return measuredSource({ first: again(), again, budget: new Budget(undefined, packed.length) });
}

test('ranges in any order are the bytes of the content, over several gzip members', () => {
  const half = text.length >> 1;
  const packed = bytes(gzipSync(text.subarray(0, half)), gzipSync(text.subarray(half)));
  const { source, consumed } = measuredOf(packed);
  assert.equal(source.size, text.length);
  assert.equal(consumed, packed.length);
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(200_000), (offset, length) => {
      assert.ok(Buffer.from(source.read(offset, length)).equals(text.subarray(offset, offset + length)));
    }),
    { numRuns: 40, seed: 5 },
  );
});

test('a pickle behind megabytes of compressed content is found without holding it', () => {
  const limits = { heldBytes: 100_000 };
  const long = bytes([0x80, 2], 'B', u32(2_000_000), new Uint8Array(2_000_000).fill(7), '0', callingPickle.subarray(2));
  const inTar = artefactOf(
    gzipSync(
      tar([
        { name: 'big.bin', data: text },
        { name: 'm.pkl', data: callingPickle },
      ]),
    ),
    'a.tar.gz',
    limits,
  );
  const inGzip = artefactOf(gzipSync(long), 'm.pkl.gz', limits);
  const inZip = artefactOf(zip([{ name: 'm.pkl', data: long, method: 8 }]), 'm.zip', limits);
  for (const artefact of [inTar, inGzip, inZip]) {
    assert.ok(allOf(artefact).some(({ globals }) => globals.some(({ name }) => name === 'system')));
    assert.deepEqual(
      allOf(artefact)
        .flatMap(({ unread }) => unread)
        .filter(({ reason }) => reason !== 'unsupported'),
      [],
    );
  }
  assert.deepEqual(
    codesOf(artefactOf(gzipSync(bytes(harmlessPickle, text)), 'x', limits)).filter((code) => code.startsWith('compressed')),
    [],
  );
});
