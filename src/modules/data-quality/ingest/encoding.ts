/** Which encoding a text file has, proved over the whole file; the engine only ever gets UTF-8. */
import { isUtf8 } from 'node:buffer';
import { dataProblems } from '../refusal.ts';
import { ByteSink, ByteWindow } from './byte-source.ts';
import type { Encoding } from './ingest-report.ts';

/** Text that is decoded as `encoding` after `skip` bytes of byte order mark. */
export type TextEncoding = { readonly encoding: Encoding; readonly skip: number };

/**
 * A byte order mark decides; without one zeros in every second byte say UTF-16; else all of it is valid UTF-8, or none of its bytes above
 * 0x7F forms a UTF-8 character, which says Windows-1252 (a superset of printable Latin-1).
 * @throws data-quality.undecodable when both kinds occur: no single reading is right.
 */
export function detectEncoding(path: string, stated: Encoding | undefined): TextEncoding {
  const window = new ByteWindow(path, 0);
  try {
    window.advance(0);
    const mark = markOf(window.bytes);
    if (stated !== undefined) return { encoding: stated, skip: mark?.encoding === stated ? mark.skip : 0 };
    const guessed = mark ?? withoutMark(window.bytes);
    if (guessed.encoding !== 'utf-8') return guessed;
    return { encoding: provedEncoding(window), skip: guessed.skip };
  } finally {
    window.close();
  }
}

function markOf(head: Buffer): TextEncoding | null {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', skip: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', skip: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', skip: 2 };
  return null;
}

function withoutMark(head: Buffer): TextEncoding {
  const sample = head.subarray(0, 4096);
  let even = 0;
  let odd = 0;
  for (let i = 0; i + 1 < sample.length; i += 2) {
    if (sample[i] === 0) even++;
    if (sample[i + 1] === 0) odd++;
  }
  const pairs = sample.length >> 1;
  // Delimiters, digits and line ends are in every table, and their upper byte is 0.
  if (pairs >= 2 && odd > pairs * 0.3 && even === 0) return { encoding: 'utf-16le', skip: 0 };
  if (pairs >= 2 && even > pairs * 0.3 && odd === 0) return { encoding: 'utf-16be', skip: 0 };
  return { encoding: 'utf-8', skip: 0 };
}

function provedEncoding(window: ByteWindow): Encoding {
  let offset = 0;
  let firstWrong = -1;
  let characters = false;
  for (;;) {
    const whole = window.isLast ? window.bytes.length : wholeCharacters(window.bytes);
    const bytes = window.bytes.subarray(0, whole);
    if (firstWrong >= 0 || !isUtf8(bytes)) {
      const found = highBytes(bytes);
      if (firstWrong < 0) firstWrong = offset + found.firstWrong;
      characters ||= found.characters;
    } else characters ||= hasHighByte(bytes);
    if (characters && firstWrong >= 0) throw dataProblems.undecodable({ offset: firstWrong });
    if (window.isLast) return firstWrong < 0 ? 'utf-8' : 'windows-1252';
    offset += whole;
    window.advance(whole);
  }
}

/** Length without a character that the window cuts. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) return bytes.length - back;
  }
  return bytes.length;
}

function hasHighByte(bytes: Buffer): boolean {
  for (let i = 0; i < bytes.length; i++) if ((bytes[i] as number) > 0x7f) return true;
  return false;
}

function highBytes(bytes: Buffer): { firstWrong: number; characters: boolean } {
  let firstWrong = -1;
  let characters = false;
  let i = 0;
  while (i < bytes.length) {
    const byte = bytes[i] as number;
    if (byte < 0x80) {
      i++;
      continue;
    }
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    if (byte >= 0xc2 && byte < 0xf5 && i + length <= bytes.length && isUtf8(bytes.subarray(i, i + length))) {
      characters = true;
      i += length;
      continue;
    }
    if (firstWrong < 0) firstWrong = i;
    i++;
  }
  return { firstWrong, characters };
}

/** Rewrites a file as UTF-8. @throws data-quality.undecodable when its bytes are not of the encoding. */
export function transcode(from: string, to: string, { encoding, skip }: TextEncoding): void {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  const window = new ByteWindow(from, 0);
  const sink = new ByteSink(to);
  let offset = 0;
  try {
    window.advance(0);
    while (!window.isLast) {
      const bytes = window.bytes.subarray(offset === 0 ? skip : 0);
      sink.text(decoded(decoder, bytes, offset));
      offset += window.bytes.length;
      window.advance(window.bytes.length);
    }
    decoded(decoder, null, offset);
  } finally {
    sink.close();
    window.close();
  }
}

function decoded(decoder: TextDecoder, bytes: Buffer | null, offset: number): string {
  try {
    return bytes === null ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch {
    // The decoder does not say where: the window is named.
    throw dataProblems.undecodable({ offset });
  }
}
