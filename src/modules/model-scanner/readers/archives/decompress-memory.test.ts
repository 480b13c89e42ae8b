import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, constants } from 'node:zlib';
import { bytes, callingPickle, u32 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';
import { Budget } from '../../engine/budget.ts';
import { bytesSource } from '../../engine/source.ts';
import { unpack } from './decompress.ts';

const blockBytes = 128 * 1024;
const megabyte = 2 ** 20;

/**
 * A zstd frame that asks for a window of 64 MiB and repeats zeros: a bytes constant as long as they are, then a call.
 * @source RFC 8878: frame header 3.1.1.1 (window descriptor 16 << 3 is 2^26), blocks 3.1.1.2 (type 0 raw, type 1 one byte repeated).
 */
function hugeWindow(blocks: number): Uint8Array {
  const block = (type: number, size: number, last = 0) => u32(last | (type << 1) | (size << 3)).slice(0, 3);
  const head = bytes([0x80, 2], 'B', u32(blocks * blockBytes));
  const tail = bytes('0', callingPickle.subarray(2));
  const repeated = Array.from({ length: blocks }, () => bytes(block(1, blockBytes), [0]));
  return bytes([0x28, 0xb5, 0x2f, 0xfd, 0, 0x80], block(0, head.length), head, ...repeated, block(0, tail.length, 1), tail);
}

/** Bytes outside the heap, decoders included, beyond what was there before: the most that was seen after one of some scans. */
function mostLeft(file: Uint8Array, scans: number): number {
  const before = process.memoryUsage().external;
  let most = 0;
  for (let i = 0; i < scans; i++) {
    assert.equal(reportOf(file, 'm.pkl.zst').verdict, 'malicious');
    most = Math.max(most, process.memoryUsage().external - before);
  }
  return most / megabyte;
}

test('files of a kilobyte that unpack to 40 MiB through a window of 64 leave no decoder behind', () => {
  const file = hugeWindow(320);
  assert.ok(file.length < 1500);
  // One decoder whose window is filled as far as the content goes is 40 MiB: one that waits for the collector is too many.
  const left = mostLeft(file, 4);
  assert.ok(left < 32, `${left} MiB`);
});

test('content between what is tried at once and what is held comes out whole, and too much of it not at all', () => {
  const content = new Uint8Array(6 * megabyte);
  for (let at = 0; at < content.length; at += 4096) content[at] = at >> 12;
  const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
  const { held } = unpack('brotli', bytesSource(brotli), new Budget(), null);
  assert.ok(held !== null && Buffer.from(held).equals(content));
  const frames = bytes(hugeWindow(40), hugeWindow(1));
  assert.equal(unpack('zstd', bytesSource(frames), new Budget(), null).held?.length, 41 * blockBytes + 2 * (7 + callingPickle.length - 1));
  assert.throws(
    () => unpack('zstd', bytesSource(hugeWindow(320)), new Budget({ ...new Budget().limits, outputBytes: 5 * megabyte }), null),
    {
      name: 'BudgetExceeded',
      limit: 'outputBytes',
    },
  );
});
