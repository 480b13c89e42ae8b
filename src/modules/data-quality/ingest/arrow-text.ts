/** A value of an Arrow column as the text of a cell: whole numbers and decimals keep every digit, times are ISO 8601. */
import { type Column, Type } from '@uwdata/flechette';
import { lying } from './flat-buffer.ts';

type ArrowType = Column<unknown>['type'];

const words: ReadonlyMap<number, string> = new Map<number, string>([
  [Type.Interval, 'intervals'],
  [Type.List, 'lists'],
  [Type.LargeList, 'lists'],
  [Type.FixedSizeList, 'lists'],
  [Type.ListView, 'lists'],
  [Type.LargeListView, 'lists'],
  [Type.Struct, 'structures'],
  [Type.Map, 'maps'],
  [Type.Union, 'unions'],
  [Type.RunEndEncoded, 'run-end encoded values'],
]);

/** null for what is read; else what the column holds. */
export function kindInWords(type: ArrowType): string | null {
  return words.get(valueType(type).typeId) ?? null;
}

const textual: readonly number[] = [
  Type.Utf8,
  Type.LargeUtf8,
  Type.Utf8View,
  Type.Binary,
  Type.LargeBinary,
  Type.BinaryView,
  Type.FixedSizeBinary,
  Type.Time,
];
export const isTextual = (type: ArrowType): boolean => textual.includes(valueType(type).typeId);

const valueType = (type: ArrowType): ArrowType => (type.typeId === Type.Dictionary ? type.dictionary : type);

/** @returns null for a missing value. @throws data-quality.unreadable when there is no value where one must be. */
export function arrowText(value: unknown, type: ArrowType): string | null {
  if (value === null) return null;
  if (value === undefined) throw lying('a value that is not there');
  const kind = valueType(type);
  if (kind.typeId === Type.Timestamp) return momentText(BigInt(value as bigint), unitsPerSecond[kind.unit] ?? 1n);
  // The decoder gives dates as milliseconds, whichever unit they have; a time of day in them is not cut off.
  if (kind.typeId === Type.Date) return momentText(BigInt(Math.trunc(Number(value))), 1000n).replace(/T00:00:00$/, '');
  // Times of day count from midnight, as moments do from 1970.
  if (kind.typeId === Type.Time) return momentText(BigInt(value as bigint), unitsPerSecond[kind.unit] ?? 1n).replace(/^.*T/, '');
  if (kind.typeId === Type.Decimal) return decimalText(BigInt(value as bigint), kind.scale);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return String(value);
}

/** By TimeUnit: s, ms, µs, ns. */
const unitsPerSecond = [1n, 1000n, 1_000_000n, 1_000_000_000n];

/** Moments outside of the years 1 to 9999 stay numbers. */
function momentText(value: bigint, perSecond: bigint): string {
  const part = ((value % perSecond) + perSecond) % perSecond;
  const seconds = (value - part) / perSecond;
  if (seconds < -62_135_596_800n || seconds > 253_402_300_799n) return String(value);
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  const digits = String(perSecond).length - 1;
  return part === 0n ? whole : `${whole}.${String(part).padStart(digits, '0').replace(/0+$/, '')}`;
}

function decimalText(value: bigint, scale: number): string {
  if (scale <= 0) return `${value}${'0'.repeat(Math.min(-scale, 100))}`;
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
