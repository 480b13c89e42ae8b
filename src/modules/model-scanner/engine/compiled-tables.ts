/** The catalogs in a form that loads in milliseconds: one JSON text, written by `npm run generate`, in which Maps, Sets and patterns are marked. */
import type { ScanTables } from './tables.ts';

/** Keys of the marks; no table of ours has a field of these names. */
const mapMark = '$map';
const setMark = '$set';
const patternMark = '$pattern';

/**
 * @param value plain objects, arrays, Maps, Sets and regular expressions, nested at will (the catalogs are ours, so depth is small).
 * @returns JSON with one entry of a Map or Set a line; `decodeTables` gives an equal value back. The order of Maps and Sets is kept.
 */
export function encodeTables(value: unknown): string {
  if (value instanceof Map) return encodeMap(value);
  if (value instanceof Set) return marked(setMark, [...value].map(encodeTables));
  if (value instanceof RegExp) return JSON.stringify({ [patternMark]: [value.source, value.flags] });
  if (Array.isArray(value)) return `[${value.map(encodeTables).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${encodeTables(item)}`).join(',')}}`;
}

/** Most values of a table are equal to others: each is written once, and its keys after it. */
function encodeMap(map: ReadonlyMap<unknown, unknown>): string {
  const values = new Map<string, number>();
  const rows = [...map].map(([key, item]) => {
    const encoded = encodeTables(item);
    const index = values.get(encoded) ?? values.size;
    values.set(encoded, index);
    return `${JSON.stringify(key)},${index}`;
  });
  return `{${JSON.stringify(mapMark)}:[\n${rows.join(',\n')}\n],"values":[\n${[...values.keys()].join(',\n')}\n]}`;
}

function marked(mark: string, items: readonly string[]): string {
  return `{${JSON.stringify(mark)}:[\n${items.join(',\n')}\n]}`;
}

export function decodeTables(text: string): unknown {
  return revived(JSON.parse(text));
}

function revived(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) if (typeof value[at] === 'object') value[at] = revived(value[at]);
    return value;
  }
  if (mapMark in value && 'values' in value) return mapOf(value[mapMark] as unknown[], revived(value.values) as unknown[]);
  if (setMark in value) return new Set(revived(value[setMark]) as unknown[]);
  if (patternMark in value) {
    const [source = '', flags = ''] = value[patternMark] as string[];
    return new RegExp(source, flags);
  }
  for (const [key, item] of Object.entries(value)) if (typeof item === 'object') Reflect.set(value, key, revived(item));
  return value;
}

/** @param rows key, index of its value, key, index… Equal values are one object: tables are never changed. */
function mapOf(rows: readonly unknown[], values: readonly unknown[]): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (let at = 0; at + 1 < rows.length; at += 2) map.set(rows[at], values[Number(rows[at + 1])]);
  return map;
}

let loaded: ScanTables | undefined;

/** The product's own catalogs, decoded once for each thread. */
export async function compiledTables(): Promise<ScanTables> {
  const { catalog } = await import('../catalog.generated.ts');
  // Written by the generator from the very type: `generated` in `npm run check` keeps them the same.
  loaded ??= decodeTables(catalog) as ScanTables;
  return loaded;
}
