/** Bytes in rows of sixteen, cut where marked ranges begin and end. */

export type ByteRange = {
  /** Offset in the file, and length. */
  readonly offset: number;
  readonly length: number;
  /** What it means: `GLOBAL names posix.system`. */
  readonly meaning: string;
};
export type HexCell = {
  readonly offset: number;
  readonly hex: string;
  readonly text: string /** Index of the range it lies in; the shortest wins. */;
  readonly range: number | null;
};
export type HexRow = { readonly offset: number; readonly cells: readonly HexCell[] };

const bytesARow = 16;
const printable = (byte: number): boolean => byte >= 0x20 && byte < 0x7f;

/** `start` is the file offset of the first byte. Rows begin at multiples of sixteen; at most `mostRows` are made. */
export function hexRows(bytes: Uint8Array, start: number, ranges: readonly ByteRange[], mostRows = 256): HexRow[] {
  const rows: HexRow[] = [];
  const firstRow = start - (start % bytesARow);
  for (let offset = firstRow; offset < start + bytes.length && rows.length < mostRows; offset += bytesARow) {
    const cells: HexCell[] = [];
    for (let at = offset; at < offset + bytesARow; at += 1) {
      const byte = bytes[at - start];
      cells.push(at < start || byte === undefined ? { offset: at, hex: '  ', text: ' ', range: null } : cellOf(at, byte, ranges));
    }
    rows.push({ offset, cells });
  }
  return rows;
}

function cellOf(offset: number, byte: number, ranges: readonly ByteRange[]): HexCell {
  let range: number | null = null;
  for (const [index, { offset: from, length }] of ranges.entries()) {
    const inside = offset >= from && offset < from + length;
    const shorter = range === null || length < (ranges[range]?.length ?? 0);
    if (inside && shorter) range = index;
  }
  return { offset, hex: byte.toString(16).padStart(2, '0'), text: printable(byte) ? String.fromCharCode(byte) : '·', range };
}

/** Neighbours of one range joined, so that a row is a few elements and not sixteen. */
export function runsOf(cells: readonly HexCell[]): { readonly range: number | null; readonly cells: readonly HexCell[] }[] {
  const runs: { range: number | null; cells: HexCell[] }[] = [];
  for (const cell of cells) {
    const last = runs.at(-1);
    if (last && last.range === cell.range) last.cells.push(cell);
    if (!last || last.range !== cell.range) runs.push({ range: cell.range, cells: [cell] });
  }
  return runs;
}

/** Hexadecimal text to bytes; anything that is not a hex pair ends it. */
export function bytesFromHex(text: string): Uint8Array {
  const pairs = /^(?:[0-9a-f]{2})*/i.exec(text.replaceAll(/\s/g, ''))?.[0] ?? '';
  return Uint8Array.from({ length: pairs.length / 2 }, (_, index) => Number.parseInt(pairs.slice(index * 2, index * 2 + 2), 16));
}
