/** Files with holes in a tar archive: a map says which ranges are stored, everything else is zero. */
import { MalformedBytes, TruncatedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { blockBytes, numberField } from './tar-header.ts';

export type SparseRange = { readonly offset: number; readonly length: number };
export type SparseMap = {
  readonly ranges: readonly SparseRange[];
  /** Size of the whole file, holes included. */
  readonly size: number;
  /** Bytes of further map blocks between the header and the data; the header's size leaves them out. */
  readonly before: number;
  /** Bytes of a map that stands in front of the stored ranges and counts as data. */
  readonly inside: number;
};

const mostRanges = 100_000;
const latin1 = new TextDecoder('latin1');

/** The old GNU form: four ranges in the header, 21 in each further block. @source GNU tar manual, "Storing Sparse Files: Old GNU Format". */
export function oldSparseMap(source: ByteSource, at: number): SparseMap {
  const header = source.read(at, blockBytes);
  const ranges = rangesIn(header, 386, 4);
  let before = 0;
  for (let more = header[482] === 1; more; ) {
    before += blockBytes;
    const block = source.read(at + before, blockBytes);
    if (block.length < blockBytes) throw new TruncatedBytes('tar-cut', at, 'the archive ends inside a sparse map');
    ranges.push(...rangesIn(block, 0, 21));
    if (ranges.length > mostRanges) throw new MalformedBytes('tar-sparse', at, 'a sparse map has more ranges than are read');
    more = block[504] === 1;
  }
  return { ranges, size: numberField(header, 483, 12), before, inside: 0 };
}

function rangesIn(block: Uint8Array, start: number, count: number): SparseRange[] {
  return Array.from({ length: count }, (_, i) => ({
    offset: numberField(block, start + i * 24, 12),
    length: numberField(block, start + i * 24 + 12, 12),
  })).filter(({ length }) => length > 0);
}

/**
 * The pax forms 0.0 (repeated keys), 0.1 (one list) and 1.0 (the map stands before the data).
 * @returns null when the records say nothing about holes.
 * @source GNU tar manual, "Storing Sparse Files: PAX Format, Versions 0.0, 0.1 and 1.0".
 */
export function paxSparseMap(records: readonly (readonly [string, string])[], source: ByteSource, dataAt: number): SparseMap | null {
  const value = (key: string) => records.findLast(([name]) => name === key)?.[1];
  const size = Number(value('GNU.sparse.realsize') ?? value('GNU.sparse.size') ?? Number.NaN);
  if (value('GNU.sparse.major') === '1') return { ...dataMap(source, dataAt), size, before: 0 };
  const list = value('GNU.sparse.map');
  const numbers = list === undefined ? repeated(records) : list.split(',', 2 * mostRanges).map(Number);
  return numbers.length === 0 ? null : { ranges: paired(numbers), size, before: 0, inside: 0 };
}

function repeated(records: readonly (readonly [string, string])[]): number[] {
  return records.filter(([key]) => key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes').map(([, value]) => Number(value));
}

function paired(numbers: readonly number[]): SparseRange[] {
  return Array.from({ length: Math.floor(numbers.length / 2) }, (_, i) => ({
    offset: numbers[2 * i] ?? 0,
    length: numbers[2 * i + 1] ?? 0,
  }));
}

/** Decimal numbers on lines of their own: how many ranges, then offset and length of each, padded to a block. */
function dataMap(source: ByteSource, dataAt: number): Pick<SparseMap, 'ranges' | 'inside'> {
  let at = dataAt;
  let text = '';
  const line = () => {
    for (;;) {
      const end = text.indexOf('\n');
      if (end >= 0) {
        const number = Number(text.slice(0, end));
        text = text.slice(end + 1);
        return number;
      }
      const block = source.read(at, blockBytes);
      if (block.length < blockBytes || text.length > 64) throw new TruncatedBytes('tar-cut', at, 'the archive ends inside a sparse map');
      text += latin1.decode(block);
      at += blockBytes;
    }
  };
  const count = line();
  if (!Number.isInteger(count) || count < 0 || count > mostRanges) throw new MalformedBytes('tar-sparse', dataAt, 'a sparse map is broken');
  const numbers = Array.from({ length: count * 2 }, line);
  return { ranges: paired(numbers), inside: at - dataAt };
}

/** @throws MalformedBytes when ranges overlap, run backwards or leave the file. */
export function sparseSource(stored: ByteSource, { ranges, size }: SparseMap, at: number): ByteSource {
  const placed: { readonly offset: number; readonly length: number; readonly from: number }[] = [];
  let from = 0;
  let end = 0;
  for (const { offset, length } of ranges) {
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < end || length < 0)
      throw new MalformedBytes('tar-sparse', at, 'the ranges of a sparse map overlap or run backwards');
    if (length > 0) placed.push({ offset, length, from });
    from += length;
    end = offset + length;
  }
  if (!Number.isSafeInteger(size) || size < end) throw new MalformedBytes('tar-sparse', at, 'a sparse file is shorter than its ranges');
  const read = (offset: number, length: number) => {
    const result = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    for (let i = firstAfter(placed, offset); i < placed.length; i++) {
      const range = placed[i];
      if (!range || range.offset >= offset + result.length) break;
      const start = Math.max(offset, range.offset);
      const stop = Math.min(offset + result.length, range.offset + range.length);
      result.set(stored.read(range.from + start - range.offset, stop - start), start - offset);
    }
    return result;
  };
  return { size, costly: stored.costly === true, read };
}

/** The first range that ends after the offset. */
function firstAfter(placed: readonly SparseRange[], offset: number): number {
  let low = 0;
  let high = placed.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const range = placed[middle];
    if (range && range.offset + range.length <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
