/** Parts of an export as one tape archive, written piece by piece. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { tarEnd, tarHeader, tarPadding } from '../tree/tar.ts';

/** One file: its size in bytes is known before the first of them. */
export type Part = { readonly name: string; readonly size: number; readonly bytes: () => AsyncIterable<Buffer> };

export function textPart(name: string, text: string): Part {
  return bytesPart(name, Buffer.from(text, 'utf8'));
}

export function bytesPart(name: string, bytes: Buffer): Part {
  return {
    name,
    size: bytes.length,
    bytes: async function* () {
      yield bytes;
    },
  };
}

/** The archive is there whole or not at all. */
export async function writeArchive(path: string, parts: AsyncIterable<Part>, signal: AbortSignal): Promise<void> {
  const draft = `${path}.part`;
  try {
    await pipeline(Readable.from(archiveOf(parts)), createWriteStream(draft, { mode: 0o600 }), { signal });
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

async function* archiveOf(parts: AsyncIterable<Part>): AsyncGenerator<Buffer> {
  const seconds = Math.floor(Date.now() / 1000);
  for await (const { name, size, bytes } of parts) {
    yield tarHeader(name, size, seconds);
    yield* bytes();
    yield tarPadding(size);
  }
  yield tarEnd;
}
