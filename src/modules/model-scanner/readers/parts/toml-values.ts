/** TOML 1.0 as plain values; places come from the headers and keys of the text. */
import { createRequire } from 'node:module';
import { MalformedBytes } from '../../engine/reader.ts';
import type { JsonValue } from './json-tokens.ts';

// Loaded when the first TOML file appears, so that worker threads start sooner.
const load = createRequire(import.meta.url);
let library: typeof import('smol-toml') | undefined;

const deepest = 200;

/** @throws MalformedBytes when the text is no TOML or nested deeper than 200. */
export function parseToml(text: string): JsonValue {
  library ??= load('smol-toml') as typeof import('smol-toml');
  try {
    return plain(library.parse(text, { maxDepth: deepest, integersAsBigInt: 'asNeeded' }), 0);
  } catch (error) {
    const line = error instanceof Error && 'line' in error ? Number(error.line) : 0;
    throw new MalformedBytes('toml-broken', 0, `TOML: broken at line ${line}`);
  }
}

function plain(value: unknown, depth: number): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value !== 'object' || depth > deepest) return String(value);
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  if (value instanceof Date) return value.toISOString();
  return new Map(Object.entries(value).map(([key, inner]) => [key, plain(inner, depth + 1)]));
}

/** Finds headers and keys of a TOML text by reading it once. */
export class TomlPlaces {
  /** `package` → offsets of every `[package]` or `[[package]]`, in order. */
  readonly #headers = new Map<string, number[]>();
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    for (const match of text.matchAll(/^[ \t]*\[\[?([^[\]\n]{1,300})\]/gm)) {
      const name = plainName(match[1] ?? '');
      const offsets = this.#headers.get(name);
      if (offsets) offsets.push(match.index);
      else this.#headers.set(name, [match.index]);
    }
  }

  /** Character offset of the value under these keys; of its table when the key is not found. */
  offsetOf(path: readonly (string | number)[]): number {
    const names = path.filter((key) => typeof key === 'string');
    const index = path.find((key) => typeof key === 'number') ?? 0;
    for (let length = names.length; length > 0; length -= 1) {
      const offsets = this.#headers.get(names.slice(0, length).join('.'));
      if (offsets === undefined) continue;
      const header = offsets[Math.min(index, offsets.length - 1)] ?? 0;
      const key = names[length];
      return key === undefined ? header : (this.#keyAfter(key, header) ?? header);
    }
    return names[0] === undefined ? 0 : (this.#keyAfter(names[0], 0) ?? 0);
  }

  #keyAfter(key: string, from: number): number | null {
    // A table ends where the next one begins; keys of one stand within a screen or two of its header.
    const part = this.#text.slice(from, from + 100_000);
    for (const line of part.matchAll(/^[ \t]*([^\s=#[]{1,300})[ \t]*=/gm)) if (plainName(line[1] ?? '') === key) return from + line.index;
    return null;
  }
}

function plainName(written: string): string {
  return written.replaceAll(/["'\s]/g, '');
}
