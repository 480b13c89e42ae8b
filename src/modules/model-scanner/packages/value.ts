/** Looking into parsed documents whose keys are anybody's. */
import type { JsonObject, JsonValue } from '../readers/parts/json-tokens.ts';

export function mapOf(value: JsonValue | undefined): JsonObject | null {
  return value instanceof Map ? value : null;
}
export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}
export function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
/** The value under these keys; null when one is missing. */
export function under(value: JsonValue | undefined, ...keys: readonly string[]): JsonValue {
  let at: JsonValue | undefined = value;
  for (const key of keys) at = at instanceof Map ? at.get(key) : undefined;
  return at ?? null;
}
export function entriesOf(value: JsonValue | undefined): readonly (readonly [string, JsonValue])[] {
  return value instanceof Map ? [...value] : [];
}
