import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, callingPickle, harmlessPickle } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { tar } from '../../../../test/corpus/model-scanner/build-tar.ts';
import { scanTables } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import { realSeeds } from '../../../../test/corpus/model-scanner/seeds.ts';
import { scanSource } from './scan.ts';
import type { ByteSource } from './source.ts';

/** 8 GiB: a zip or 7z header may announce as much for content that is read forward. */
const announced = 2 ** 33;
/** A reader that goes through it by the mebibyte asks 8,192 times; by the block of a tar it would be 16 million. */
const mostEmptyReads = 20_000;

/** Content that ends long before the size somebody announced for it. */
function endsEarly(content: Uint8Array) {
  let emptyReads = 0;
  const source: ByteSource = {
    size: announced,
    costly: true,
    read: (offset, length) => {
      if (offset >= content.length && length > 0) emptyReads += 1;
      if (emptyReads > mostEmptyReads) throw new RangeError('asked again and again for bytes that are not there');
      return content.subarray(Math.min(offset, content.length), Math.min(content.length, offset + length));
    },
  };
  return { source, emptyReads: () => emptyReads };
}

test('content that ends before its announced size is read to its end, and nobody goes on asking', () => {
  const broken = bytes(harmlessPickle, [0xff, 0xfe, 0xfd]);
  const samples = [
    ...realSeeds().filter(({ bytes: { length } }) => length < 64 * 1024),
    { name: 'broken.pkl', bytes: broken },
    { name: 'cut.pkl', bytes: callingPickle.subarray(0, -1) },
    { name: 'm.tar', bytes: tar([{ name: 'm.pkl', data: callingPickle }]) },
  ];
  for (const { name, bytes: content } of samples) {
    const { source, emptyReads } = endsEarly(content);
    const report = scanSource(source, name, { tables: scanTables() });
    assert.ok(emptyReads() <= mostEmptyReads, name);
    assert.ok(!report.unread.some(({ detail }) => /^RangeError|took longer/.test(detail)), name);
  }
});
