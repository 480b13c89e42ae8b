/** Character offsets of a text as places: byte offset and line, each found without reading the text again from its start. */
import type { Where } from '../../../../contract/finding.ts';
import { rangePlace } from '../../engine/place.ts';

const stride = 1024;

export class TextPlaces {
  readonly #text: string;
  readonly #where: Where;
  readonly #base: number;
  #lines: number[] | undefined;
  #bytes: number[] | undefined;

  /** @param base bytes before the text's first character, as a byte order mark. */
  constructor(text: string, where: Where, base = 0) {
    this.#text = text;
    this.#where = where;
    this.#base = base;
  }

  at(offset: number, length?: number): Where {
    const start = Math.max(0, Math.min(offset, this.#text.length));
    const begin = this.#byteOf(start);
    const bytes = length === undefined ? null : this.#byteOf(Math.min(start + length, this.#text.length)) - begin;
    return { ...rangePlace(this.#where, begin + this.#base, bytes), line: this.lineOf(start) };
  }

  /** Lines count from 1. */
  lineOf(offset: number): number {
    this.#lines ??= lineStarts(this.#text);
    let low = 0;
    let high = this.#lines.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#lines[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  #byteOf(offset: number): number {
    this.#bytes ??= byteMarks(this.#text);
    const mark = Math.floor(offset / stride);
    return (this.#bytes[mark] ?? 0) + Buffer.byteLength(this.#text.slice(mark * stride, offset));
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** A surrogate pair cut by a mark counts as two halves of 3 bytes instead of 4 bytes: at most a few bytes, never a line. */
function byteMarks(text: string): number[] {
  const marks = [0];
  for (let at = stride; at <= text.length; at += stride) marks.push((marks.at(-1) ?? 0) + Buffer.byteLength(text.slice(at - stride, at)));
  return marks;
}
