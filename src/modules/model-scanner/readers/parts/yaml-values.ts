/** YAML 1.2 as plain values with places: tags are reported and never followed, aliases are shared and never expanded. */
import { createRequire } from 'node:module';
import type { Node, Pair, YAMLMap, YAMLSeq } from 'yaml';
import { MalformedBytes } from '../../engine/reader.ts';
import type { JsonObject, JsonValue, ValueOffsets } from './json-tokens.ts';
import type { ParsedValue } from './value-places.ts';

export type YamlTag = { readonly tag: string; readonly at: number; readonly length: number };
export type YamlDocument = ParsedValue & {
  /** Tags other than those of the JSON schema, in the order of the text. */
  readonly tags: readonly YamlTag[];
  readonly repeatedKeys: readonly { readonly key: string; readonly at: number }[];
};

const deepest = 200;
/** Values with every alias written out: a file that would grow beyond this is a bomb for loaders that copy. */
const mostValues = 5_000_000;
const mostDocuments = 10_000;
const mostTags = 1000;
/** A token costs the parser up to 7 µs and half a kilobyte, the lexer a tenth of that: a text of more is not begun. */
const mostTokens = 1_000_000;
/** A shorter text cannot have so many. */
const longestUncounted = mostTokens / 2;

// The library is loaded when the first YAML file appears: most scans meet none, and worker threads start sooner.
const load = createRequire(import.meta.url);
let library: typeof import('yaml') | undefined;

/**
 * @param text one or several documents, without byte order mark.
 * @returns each document's value; objects are Maps, keys are texts, merge keys (`<<`) stay keys.
 * @throws MalformedBytes with the character offset when the text is no YAML, nested deeper than 200, or grows beyond five million values through its aliases;
 * with the code `document-size` when it has more than a million tokens. Linear in the length of the text (test/corpus/model-scanner/growth.ts).
 */
export function parseYaml(text: string): YamlDocument[] {
  library ??= load('yaml') as typeof import('yaml');
  if (text.length > longestUncounted) checkTokens(library, text);
  const parsed = parsedDocuments(library, text);
  if (!Array.isArray(parsed) || parsed.length === 0) return [];
  if (parsed.length > mostDocuments) throw new MalformedBytes('yaml-broken', 0, `more than ${mostDocuments} YAML documents`);
  return parsed.map((document) => {
    const [wrong] = document.errors;
    if (wrong) throw new MalformedBytes('yaml-broken', wrong.pos[0], `YAML: ${(wrong.message.split('\n', 1)[0] ?? '').slice(0, 200)}`);
    return new Conversion().document(document.contents as Node | null);
  });
}

function checkTokens(yaml: typeof import('yaml'), text: string): void {
  let tokens = 0;
  for (const _ of new yaml.Lexer().lex(text)) tokens += 1;
  if (tokens > mostTokens) throw new MalformedBytes('document-size', 0, `YAML of ${tokens} tokens is larger than is parsed.`);
}

function parsedDocuments(yaml: typeof import('yaml'), text: string) {
  try {
    return yaml.parseAllDocuments(text, { schema: 'core', uniqueKeys: false, logLevel: 'silent', prettyErrors: false, strict: false });
  } catch (error) {
    if (error instanceof RangeError) throw new MalformedBytes('yaml-depth', 0, 'YAML nested deeper than a parser can follow');
    throw error;
  }
}

class Conversion {
  readonly #offsets: ValueOffsets = new WeakMap();
  readonly #tags: YamlTag[] = [];
  readonly #repeated: { key: string; at: number }[] = [];
  /** Of each anchor: its value and how many values it holds with all aliases written out. */
  readonly #anchors = new Map<string, { value: JsonValue; weight: number }>();

  document(contents: Node | null): YamlDocument {
    const { value } = this.#convert(contents, 0);
    return { root: value, offsets: this.#offsets, tags: this.#tags, repeatedKeys: this.#repeated };
  }

  #convert(node: unknown, depth: number): { value: JsonValue; weight: number } {
    const yaml = library;
    if (yaml === undefined || !yaml.isNode(node)) return { value: null, weight: 1 };
    const at = node.range?.[0] ?? 0;
    if (depth > deepest) throw new MalformedBytes('yaml-depth', at, `YAML nested deeper than ${deepest} levels`);
    // An alias to a node that is still being read is a circle: nothing to share yet.
    if (yaml.isAlias(node)) return this.#anchors.get(node.source) ?? { value: null, weight: 1 };
    this.#noteTag(node, at);
    const done = this.#valueOf(node, depth);
    if (done.weight > mostValues)
      throw new MalformedBytes('yaml-alias-bomb', at, 'YAML whose aliases multiply to more than five million values');
    const anchor = 'anchor' in node && typeof node.anchor === 'string' ? node.anchor : null;
    if (anchor !== null) this.#anchors.set(anchor, done);
    return done;
  }

  #valueOf(node: Node, depth: number): { value: JsonValue; weight: number } {
    const yaml = library;
    if (yaml?.isMap(node)) return this.#map(node, depth);
    if (yaml?.isSeq(node)) return this.#sequence(node, depth);
    return { value: yaml?.isScalar(node) ? scalarOf(node.value) : null, weight: 1 };
  }

  #map(node: YAMLMap, depth: number): { value: JsonObject; weight: number } {
    const value: JsonObject = new Map();
    const places = new Map<string | number, number>();
    this.#offsets.set(value, places);
    let weight = 1;
    for (const pair of node.items as Pair<unknown, unknown>[]) {
      const key = this.#convert(pair.key, depth + 1);
      const name = typeof key.value === 'object' ? '?' : String(key.value);
      const at = library?.isNode(pair.key) ? (pair.key.range?.[0] ?? 0) : 0;
      if (value.has(name) && this.#repeated.length < 100) this.#repeated.push({ key: name, at });
      const held = this.#convert(pair.value, depth + 1);
      weight += key.weight + held.weight;
      value.set(name, held.value);
      places.set(name, at);
    }
    return { value, weight };
  }

  #sequence(node: YAMLSeq, depth: number): { value: JsonValue[]; weight: number } {
    const value: JsonValue[] = [];
    const places = new Map<string | number, number>();
    this.#offsets.set(value, places);
    let weight = 1;
    for (const item of node.items) {
      places.set(value.length, library?.isNode(item) ? (item.range?.[0] ?? 0) : 0);
      const held = this.#convert(item, depth + 1);
      weight += held.weight;
      value.push(held.value);
    }
    return { value, weight };
  }

  #noteTag(node: Node, at: number): void {
    if (!('tag' in node) || typeof node.tag !== 'string') return;
    if (/^tag:yaml\.org,2002:(map|seq|str|int|float|bool|null|binary|timestamp|merge)$/.test(node.tag)) return;
    if (this.#tags.length < mostTags) this.#tags.push({ tag: node.tag.slice(0, 300), at, length: (node.range?.[1] ?? at) - at });
  }
}

function scalarOf(value: unknown): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  return typeof value === 'bigint' ? value.toString() : null;
}
