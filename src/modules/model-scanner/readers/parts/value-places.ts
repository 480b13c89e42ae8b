/** Where the values of a parsed document stand, for the parsers that know it. */
import type { JsonValue, ValueOffsets } from './json-tokens.ts';

export type ParsedValue = { readonly root: JsonValue; readonly offsets: ValueOffsets };

/** Offset of the value under these keys; of the nearest parent that has one; 0 for the whole. */
export function offsetOf({ root, offsets }: ParsedValue, path: readonly (string | number)[]): number {
  let value: JsonValue | undefined = root;
  let offset = 0;
  for (const key of path) {
    if (!(value instanceof Map || Array.isArray(value))) return offset;
    offset = offsets.get(value)?.get(key) ?? offset;
    value = value instanceof Map ? value.get(String(key)) : value[Number(key)];
  }
  return offset;
}
