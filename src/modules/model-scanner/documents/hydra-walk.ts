/** Walks a parsed document without recursion; aliases of YAML are visited once. */
import type { JsonObject, JsonValue } from '../readers/parts/json-tokens.ts';
import type { Path } from './pipeline-practice.ts';

const mostValues = 2_000_000;

export type Visitor = {
  readonly object?: (value: JsonObject, path: Path) => void;
  readonly text?: (value: string, path: Path) => void;
};

/** Every object and every text, in no promised order; containers that stand at several places are seen at one of them. */
export function walkDocument(root: JsonValue, { object, text }: Visitor): void {
  const seen = new Set<JsonValue>();
  const waiting: { readonly value: JsonValue; readonly path: Path }[] = [{ value: root, path: [] }];
  for (let next = waiting.pop(), count = 0; next && count < mostValues; next = waiting.pop(), count++) {
    const { value, path } = next;
    if (typeof value === 'string') text?.(value, path);
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (value instanceof Map) {
      object?.(value, path);
      for (const [key, item] of value) waiting.push({ value: item, path: [...path, key] });
    } else for (const [index, item] of value.entries()) waiting.push({ value: item, path: [...path, index] });
  }
}

/** Whether any object of the document fits. */
export function holdsObject(root: JsonValue, fits: (value: JsonObject) => boolean): boolean {
  let found = false;
  walkDocument(root, {
    object: (value) => {
      found ||= fits(value);
    },
  });
  return found;
}
