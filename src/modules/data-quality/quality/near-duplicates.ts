/**
 * Rows that are almost the same: MinHash finds candidates, the exact overlap of their features decides.
 * Features of a row: 3-character pieces of each text (NFKC, lower case, punctuation and spaces as one space), each number rounded to three
 * significant digits on two grids half a step apart (so that close numbers share one), times by day. Missing cells have none.
 * @source Broder 1997, On the resemblance and containment of documents; Li, Owen and Zhang 2012, One permutation hashing;
 * Shrivastava 2017, Optimal densification for fast and accurate minwise hashing.
 */

import { type Column, type Frame, fromOf, isNumeric } from '../frame.ts';
import { timeOf } from '../ingest/agree-types.ts';
import { columnNamed } from '../rule.ts';

export type NearDuplicateOptions = {
  /** Left out: all columns. */
  readonly columns?: readonly string[] | undefined;
  /** Overlap (Jaccard) of two rows' features from which they are near, 0 to 1. */
  readonly similarity: number;
};
export type NearDuplicates = {
  /** null: not run, with the reason. */
  readonly count: number | null;
  readonly reason: string | null;
  readonly method: string;
  /** Rows near (or equal to) an earlier one: the first hundred. */
  readonly rows: readonly number[];
  /** The first hundred pairs, the most similar first. */
  readonly pairs: readonly { readonly rows: readonly [number, number]; readonly similarity: number }[];
  /** Buckets that were too full to compare everything in them. */
  readonly crowded: number;
};

const mostRows = 100_000;
const mostFeatures = 400;
const bins = 64;
const binsPerBand = 4;
/** Later rows of a bucket are compared with so many earlier ones. */
const mostInBucket = 24;
const mostNamed = 100;
const method = `MinHash of ${bins} bins in bands of ${binsPerBand}, candidates compared exactly by Jaccard overlap; at most ${mostRows} rows`;

export async function findNearDuplicates(frame: Frame, { columns, similarity }: NearDuplicateOptions): Promise<NearDuplicates> {
  const nothing = { count: null, method, rows: [], pairs: [], crowded: 0 };
  if (frame.rows > mostRows) return { ...nothing, reason: `the table has ${frame.rows} rows; ${mostRows} are compared` };
  const used = columns === undefined ? frame.columns : columns.map((name) => columnNamed(frame, name));
  if (frame.rows < 2 || used.length === 0) return { ...nothing, reason: 'there are no two rows to compare' };
  const features = await featuresOf(frame, used);
  const search: Search = { features, similarity, near: new Map(), crowded: 0 };
  const signatures = features.map(signatureOf);
  for (let band = 0; band < bins / binsPerBand; band++) searchBand(search, signatures, band);
  const pairs = [...search.near.values()].toSorted((a, b) => b.similarity - a.similarity || a.rows[0] - b.rows[0] || a.rows[1] - b.rows[1]);
  const rows = [...new Set(pairs.map((pair) => pair.rows[1]))].toSorted((a, b) => a - b);
  return {
    count: rows.length,
    reason: null,
    method,
    rows: rows.slice(0, mostNamed),
    pairs: pairs.slice(0, mostNamed),
    crowded: search.crowded,
  };
}

/** Sorted distinct hashes of each row's features, in row order. */
async function featuresOf(frame: Frame, columns: readonly Column[]): Promise<Uint32Array[]> {
  const cells = columns.map((column) => {
    if (isNumeric(column)) return column.number;
    return column.type === 'time' ? `strftime(${timeOf(column)}, '%Y-%m-%d')` : `substr(${column.cell}::VARCHAR, 1, ${mostFeatures})`;
  });
  const features: Uint32Array[] = Array.from({ length: frame.rows }, () => new Uint32Array(0));
  for await (const chunk of frame.engine.chunks(`SELECT ${['r', ...cells].join(', ')} FROM ${fromOf(frame, columns)}`))
    for (const [row, ...values] of chunk.getRows()) features[Number(row)] = rowFeatures(values);
  return features;
}

function rowFeatures(values: readonly unknown[]): Uint32Array {
  const hashes = new Set<number>();
  for (const [k, value] of values.entries()) {
    if (hashes.size >= mostFeatures) break;
    if (typeof value === 'number') for (const place of gridPlaces(value)) hashes.add(hashOf(place, k));
    else if (typeof value === 'string') for (const piece of piecesOf(value)) hashes.add(hashOf(piece, k));
  }
  return Uint32Array.from(hashes).sort();
}

/** A number on two grids of three significant digits, half a step apart. */
function gridPlaces(value: number): string[] {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? [] : [String(value)];
  if (value === 0) return ['0'];
  const step = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 2);
  return [`a${Math.round(value / step)}/${step}`, `b${Math.floor(value / step)}/${step}`];
}

function piecesOf(text: string): string[] {
  const plain = ` ${text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s\p{P}\p{S}]+/gu, ' ')
    .trim()} `;
  return Array.from({ length: Math.max(1, plain.length - 2) }, (_, i) => plain.slice(i, i + 3));
}

/** FNV-1a with a column number as its start, finished by the mixing of MurmurHash3. */
function hashOf(text: string, column: number): number {
  let hash = (0x811c9dc5 ^ Math.imul(column + 1, 0x9e3779b1)) >>> 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mixed(hash);
}
function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The smallest hash of each bin; an empty bin borrows from one chosen by its number alone, the same for all rows. */
function signatureOf(features: Uint32Array): Uint32Array {
  const smallest = new Uint32Array(bins).fill(0xffffffff);
  const isFilled = new Uint8Array(bins);
  for (const hash of features) {
    const bin = hash % bins;
    isFilled[bin] = 1;
    smallest[bin] = Math.min(smallest[bin] ?? 0, hash);
  }
  if (features.length === 0) return smallest;
  const filled = smallest.slice();
  for (let bin = 0; bin < bins; bin++)
    for (let attempt = 1; isFilled[bin] === 0; attempt++) {
      const lender = mixed(bin * 1009 + attempt) % bins;
      if (isFilled[lender] === 0) continue;
      filled[bin] = smallest[lender] ?? 0;
      break;
    }
  return filled;
}

type Pair = { readonly rows: readonly [number, number]; readonly similarity: number };
type Search = { readonly features: readonly Uint32Array[]; readonly similarity: number; readonly near: Map<string, Pair>; crowded: number };

function searchBand(search: Search, signatures: readonly Uint32Array[], band: number): void {
  const buckets = new Map<string, number[]>();
  for (const [row, signature] of signatures.entries()) {
    if (search.features[row]?.length === 0) continue;
    const key = signature.subarray(band * binsPerBand, (band + 1) * binsPerBand).join();
    const bucket = buckets.get(key);
    if (bucket === undefined) {
      buckets.set(key, [row]);
      continue;
    }
    for (const earlier of bucket) compare(search, earlier, row);
    if (bucket.length < mostInBucket) bucket.push(row);
    else if (bucket.length === mostInBucket) search.crowded++;
  }
}

function compare({ features, similarity, near }: Search, earlier: number, row: number): void {
  const key = `${earlier} ${row}`;
  if (near.has(key)) return;
  const [a, b] = [features[earlier], features[row]];
  if (a === undefined || b === undefined) return;
  const shared = overlap(a, b);
  const jaccard = shared / (a.length + b.length - shared);
  if (jaccard >= similarity) near.set(key, { rows: [earlier, row], similarity: jaccard });
}

function overlap(a: Uint32Array, b: Uint32Array): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [x = 0, y = 0] = [a[i], b[j]];
    if (x === y) shared++;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return shared;
}
