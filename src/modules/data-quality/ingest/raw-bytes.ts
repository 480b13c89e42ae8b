/** The bytes as they came: what they are, their hash, and their plain form when they were compressed. */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, createWriteStream, openSync, readSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { dataProblems } from '../refusal.ts';

/** Bytes one compressed file may become, and how many times its size once that is much. */
const mostInflated = 4 * 2 ** 30;
const freeInflated = 64 * 2 ** 20;
const mostRatio = 200;

export type RawFile = {
  readonly path: string;
  readonly compression: 'gzip' | 'zstd' | null;
  readonly sha256: string;
  readonly isParquet: boolean;
  readonly isArrow: boolean;
};

/** @param to where the plain bytes go if they must be inflated. @throws data-quality.tooLarge, .unreadable, .unsupported, .emptyData. */
export async function plainFile(from: string, to: string): Promise<RawFile> {
  const size = statSync(from).size;
  if (size === 0) throw dataProblems.emptyData();
  const sha256 = await hashOf(from, size);
  const compression = compressionOf(headOf(from));
  const path = compression === null ? from : to;
  if (compression !== null) await inflate({ from, to, compression }, size);
  const head = headOf(path);
  if (head.length === 0) throw dataProblems.emptyData();
  refuseKnown(head);
  return { path, compression, sha256, isParquet: isParquet(path, head), isArrow: isArrow(head) };
}

/** One buffer for the whole file: a fresh one for every piece costs as much as the hash. */
async function hashOf(path: string, size: number): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(Math.min(2 ** 20, size));
  const file = await open(path, 'r');
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

function headOf(path: string): Buffer {
  return bytesAt(path, 0, 8);
}
function bytesAt(path: string, at: number, length: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, at));
  } finally {
    closeSync(file);
  }
}

function compressionOf(head: Buffer): 'gzip' | 'zstd' | null {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  return head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : null;
}

async function inflate({ from, to, compression }: { from: string; to: string; compression: 'gzip' | 'zstd' }, size: number): Promise<void> {
  const cap = Math.min(mostInflated, Math.max(freeInflated, size * mostRatio));
  let written = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      written += chunk.length;
      if (written > cap) done(dataProblems.tooLarge({ what: `inflated it has more than ${cap} bytes` }));
      else done(null, chunk);
    },
  });
  try {
    await pipeline(
      createReadStream(from),
      compression === 'gzip' ? createGunzip() : createZstdDecompress(),
      counted,
      createWriteStream(to, { flags: 'wx', mode: 0o600 }),
    );
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('data-quality.')) throw error;
    throw dataProblems.unreadable({
      reason: `the ${compression} stream is damaged (${error instanceof Error ? error.message : 'unknown'}).`,
    });
  }
}

const foreign: readonly (readonly [magic: string, what: string])[] = [
  ['FEA1', 'Feather of version 1'],
  ['PK\x03\x04', 'A ZIP archive (also XLSX)'],
  ['\xd0\xcf\x11\xe0', 'An old Office document'],
  ['SQLite f', 'A SQLite database'],
  ['%PDF-', 'PDF'],
  ['PARE', 'Encrypted Parquet'],
  ['Obj\x01', 'Avro'],
  ['ORC', 'ORC'],
];

function refuseKnown(head: Buffer): void {
  const text = head.toString('latin1');
  const known = foreign.find(([magic]) => text.startsWith(magic) && (magic !== 'ORC' || isBinary(head)));
  if (known !== undefined) throw dataProblems.unsupported({ what: known[1] });
}

function isParquet(path: string, head: Buffer): boolean {
  if (head.toString('latin1', 0, 4) !== 'PAR1') return false;
  const size = statSync(path).size;
  if (size < 12 || bytesAt(path, size - 4, 4).toString('latin1') !== 'PAR1')
    throw dataProblems.unreadable({ reason: 'the Parquet file is cut off: its footer is missing.' });
  return true;
}

/** A file by its magic; a stream by the mark of its first message, which no text begins with. */
function isArrow(head: Buffer): boolean {
  return head.toString('latin1', 0, 6) === 'ARROW1' || (head.length >= 8 && head.readInt32LE(0) === -1 && head.readInt32LE(4) > 0);
}

function isBinary(head: Buffer): boolean {
  return head.some((byte) => byte < 9);
}
