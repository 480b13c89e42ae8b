/** A month of the log in a folder: exact lines (zstd), signed checkpoints, keys, tiles, and how the month hangs on what is around it. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';
import { z } from 'zod';
import { tilePath } from '../tree/tiles.ts';

const Index = z.int().min(0);
const Base64 = z.base64().max(4096);
/** `edge` is the right edge of the tree before the month (frontier.ts); `proof` leads from the tree at its end to the checkpoint that covers it. */
export const ColdManifest = z.strictObject({
  v: z.literal(1),
  workspace: z.uuid(),
  month: z.string().regex(/^\d{4}-\d\d$/),
  first: Index,
  end: Index,
  edge: Base64,
  covering: z.strictObject({ size: Index, proof: z.array(Base64).max(64) }),
  sha256: z.string().length(64).describe('Of entries.jsonl.zst.'),
});
export type ColdManifest = z.infer<typeof ColdManifest>;

export const linesFile = 'entries.jsonl.zst';
const longestLine = 65_536;

/** Compresses lines into a file. @returns its bytes and SHA-256 */
export async function writeLines(path: string, lines: AsyncIterable<Buffer>): Promise<{ bytes: number; sha256: string }> {
  const digest = createHash('sha256');
  let bytes = 0;
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      digest.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(
    Readable.from(lines, { objectMode: false }),
    createZstdCompress(),
    tap,
    createWriteStream(path, { mode: 0o600, flush: true }),
  );
  return { bytes, sha256: digest.digest('hex') };
}

/** Lines without their newline, in constant memory; a longer one than any of ours is cut, so that it can only be wrong. */
export async function* readLinesOf(path: string): AsyncGenerator<Buffer> {
  const stream = createReadStream(path).pipe(createZstdDecompress());
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      yield bytes.subarray(from, end);
      from = end + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > longestLine) rest = rest.subarray(0, longestLine + 1);
  }
  if (rest.length > 0) yield rest;
}

export async function sha256Of(path: string): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path)) digest.update(chunk as Buffer);
  return digest.digest('hex');
}

/** A folder is written beside its place and moved there whole. @param fill writes the files into the draft */
export async function replaceFolder(path: string, fill: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${path}.part`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  try {
    await fill(draft);
    await rm(path, { recursive: true, force: true });
    await rename(draft, path);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Whole tiles lie beside the months, in the layout of C2SP tlog-tiles; one that is there already is the same one. */
export async function writeTile(root: string, { level, index, hashes }: { level: number; index: number; hashes: Buffer }): Promise<void> {
  const path = join(root, tilePath(level, index));
  if ((await stat(path).catch(() => null))?.size === hashes.length) return;
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
  await writeFile(path, hashes, { mode: 0o600, flush: true });
}

export async function readManifest(folder: string): Promise<ColdManifest> {
  return ColdManifest.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')));
}
