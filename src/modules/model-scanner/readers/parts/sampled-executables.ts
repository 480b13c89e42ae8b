/** Programs between the values of tensors: the values are not read, only samples of them, and only headers that hold together count. */
import type { Where } from '../../../../contract/finding.ts';
import type { CodeFact } from '../../engine/artefact.ts';
import { rangePlace } from '../../engine/place.ts';
import type { ByteSource } from '../../engine/source.ts';
import { executableShape } from '../archives/executable-facts.ts';

/** Looked at from the beginning of the values, and before their end. */
const sampleBytes = 64 * 1024;
const headBytes = 4096;
const mostStarts = 64;
const mostFound = 5;
const beginnings = [
  '\u007fELF',
  'MZ',
  '\u00cf\u00fa\u00ed\u00fe',
  '\u00ce\u00fa\u00ed\u00fe',
  '\u00fe\u00ed\u00fa\u00cf',
  '\u00fe\u00ed\u00fa\u00ce',
].map((text) => Buffer.from(text, 'latin1'));
const longestBeginning = 4;

export type Values = {
  readonly start: number;
  readonly end: number;
  /** Where single tensors begin; the first 64 are looked at. */
  readonly starts?: readonly number[];
};

/**
 * @param values where the raw bytes of tensors lie in the source.
 * @returns programs whose header is valid and whose extent, away from the start of a tensor, lies within the values. Two letters prove
 *   nothing: random bytes hold `MZ` every 64 KiB.
 */
export function sampledExecutables(source: ByteSource, { start, end, starts = [] }: Values, where: Where): CodeFact[] {
  const found = new Map<number, string>();
  const add = (at: number, certain: boolean): void => {
    if (found.size >= mostFound || found.has(at) || !beginsAt(source, at, end)) return;
    const shape = executableShape(source.read(at, Math.min(headBytes, end - at)), end - at);
    if (shape !== null && (certain || shape.end !== null)) found.set(at, shape.kind);
  };
  for (const at of [start, ...starts.slice(0, mostStarts)]) if (at >= start && at < end) add(at, true);
  const windows = [[start, Math.min(end, start + sampleBytes)]];
  // Looking at the end of packed values would unpack all of them.
  if (source.costly !== true && end - start > sampleBytes) windows.push([Math.max(start + sampleBytes, end - sampleBytes), end]);
  for (const [from = 0, to = 0] of windows) for (const at of beginningsIn(source, from, to)) add(at, false);
  return [...found].map(([at, kind]) => ({
    language: 'native',
    activated: false,
    detail: kind,
    text: '',
    where: rangePlace(where, at),
  }));
}

/** What only counts where a tensor begins: universal Mach-O files, and the script form of APE. */
const beginningsOfTensors = [
  ...beginnings,
  ...['\u00ca\u00fe\u00ba\u00be', '\u00ca\u00fe\u00ba\u00bf', 'jart'].map((text) => Buffer.from(text, 'latin1')),
];

/** Four bytes first: most tensors begin with none of these, and a head of each would fill memory faster than it is collected. */
function beginsAt(source: ByteSource, at: number, end: number): boolean {
  const first = source.read(at, Math.min(longestBeginning, end - at));
  return beginningsOfTensors.some(
    (beginning) => beginning.length <= first.length && beginning.every((byte, place) => first[place] === byte),
  );
}

function beginningsIn(source: ByteSource, from: number, to: number): number[] {
  if (to - from < 64) return [];
  const places: number[] = [];
  const read = source.read(from, to - from);
  const sample = Buffer.from(read.buffer, read.byteOffset, read.byteLength);
  for (const beginning of beginnings)
    for (let at = sample.indexOf(beginning); at >= 0; at = sample.indexOf(beginning, at + 1)) places.push(from + at);
  return places;
}
