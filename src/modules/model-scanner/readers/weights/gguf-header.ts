/** The beginning of a GGUF file, its counts and its texts. */
import { rangePlace } from '../../engine/place.ts';
import { type Draft, lie, MalformedBytes, type ReaderTools, TruncatedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { Cursor } from '../parts/cursor.ts';

export type Scalar = string | number | boolean;
export type Header = { readonly cursor: Cursor; readonly version: number };

export type ValueTarget = { readonly draft: Draft; readonly tools: ReaderTools };

export function readHeader(source: ByteSource): Header {
  const cursor = new Cursor(source, 4);
  let version = cursor.u32();
  if (version > 0xffff) {
    cursor.littleEndian = false;
    cursor.seek(4);
    version = cursor.u32();
  }
  if (version < 1 || version > 3) throw new MalformedBytes('gguf-version', 4, `GGUF version ${version} does not exist`);
  return { cursor, version };
}

/** No file that was merely cut has such a count: it is written to overflow the programs that multiply with it. */
export function noteImpossible(value: number, at: number, draft: Draft): void {
  if (value >= 2 ** 48)
    draft.anomalies.push(
      lie('gguf-impossible', `A count or length of ${value} is made to overflow its reader.`, rangePlace(draft.where, at, 8)),
    );
}

/** Counts and lengths have 32 bits in version 1 and 64 later. */
export function counted({ cursor, version }: Header): number {
  return version === 1 ? cursor.u32() : cursor.u64();
}

export function text(header: Header, most: number, code: string, draft?: Draft): string {
  const at = header.cursor.at;
  const length = counted(header);
  if (draft) noteImpossible(length, at, draft);
  if (length > header.cursor.left)
    throw new TruncatedBytes(code, at, `a text of ${length} bytes is promised, ${header.cursor.left} are there`);
  if (length > most) throw new MalformedBytes(code, at, `a text of ${length} bytes is longer than allowed`);
  return header.cursor.text(length);
}
