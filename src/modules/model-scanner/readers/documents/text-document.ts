/** Text files: parsed once for each syntax that a document kind asks for, then read by every kind that says yes. */
import type { Where } from '../../../../contract/finding.ts';
import { documents } from '../../documents.generated.ts';
import { type Budget, BudgetExceeded } from '../../engine/budget.ts';
import type { DocumentKind, Syntax, TextDocument } from '../../engine/document.ts';
import { placeName, rangePlace } from '../../engine/place.ts';
import { bomb, type Draft, defineReader, draftArtefact, guarded, lie, MalformedBytes, type ReaderTools } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { type JsonValue, parseJson, type ValueOffsets } from '../parts/json-tokens.ts';
import { TextPlaces } from '../parts/text-places.ts';
import { parseToml, TomlPlaces } from '../parts/toml-values.ts';
import { offsetOf, type ParsedValue } from '../parts/value-places.ts';
import { parseYaml } from '../parts/yaml-values.ts';
import { type KindWords, kindsByWord, kindWords } from './kind-words.ts';

const tooLarge = 'document-size';
const longest: Readonly<Record<Syntax, number>> = { json: 64 * 2 ** 20, yaml: 16 * 2 ** 20, toml: 16 * 2 ** 20, text: 32 * 2 ** 20 };

export default defineReader({
  format: 'text',
  last: true,
  plausible: (glance) => glance.isText,
  read: (source, where, tools) => {
    const name = placeName(where).toLowerCase();
    const path = (where.containerPath.at(-1) ?? '').replaceAll('\\', '/');
    const draft = draftArtefact('text', where, source.size);
    const most = Math.min(source.size, longest.json);
    const bytes = readText(source, most, tools.budget);
    if (bytes.length < most && !isLines(bytes))
      draft.unread.push({ reason: 'budget', detail: `The text beyond byte ${bytes.length} is more than may be held.`, where });
    const wanted = kindsFor({ name, path, bytes });
    const startsAsJson = startsJson(bytes);
    if (startsAsJson) draft.format = 'json';
    if (startsAsJson && source.size > longest.json && !isLines(bytes))
      draft.unread.push({ reason: 'budget', detail: `JSON of ${source.size} bytes is larger than is parsed.`, where });
    if (wanted.length === 0) return draft;
    const file = new TextFile({ bytes, size: source.size, where, name, path, startsAsJson });
    for (const kind of wanted) readKind(kind, file, draft, tools);
    return draft;
  },
});

/** Built when the first text comes. */
let known: KindWords | undefined;

/** Kinds that know the file by its name or place, or have a word in it. */
function kindsFor({ name, path, bytes }: { name: string; path: string; bytes: Uint8Array }): DocumentKind[] {
  known ??= kindWords(documents);
  const byWord = kindsByWord(bytes, known);
  const place = path.toLowerCase();
  return documents.filter(({ names, paths }: DocumentKind, kind) => names?.test(name) || paths?.test(place) || byWord.has(kind));
}

/** Unpacked content above what may be held in one piece is read as far as it may. */
function readText(source: ByteSource, most: number, budget: Budget): Uint8Array {
  try {
    return source.read(0, most);
  } catch (error) {
    if (!(error instanceof BudgetExceeded) || error.limit !== 'heldBytes') throw error;
    return source.read(0, Math.min(most, budget.limits.heldBytes));
  }
}

function startsJson(head: Uint8Array): boolean {
  for (const byte of head) {
    if (byte === 32 || byte === 9 || byte === 10 || byte === 13 || byte === 0xef || byte === 0xbb || byte === 0xbf) continue;
    return byte === 0x7b || byte === 0x5b;
  }
  return false;
}

const longestLine = 2 ** 20;
/** One JSON value on each line is data; no loader takes it for a configuration. */
function isLines(bytes: Uint8Array): boolean {
  const end = bytes.subarray(0, longestLine).indexOf(0x0a);
  if (end < 0) return false;
  try {
    JSON.parse(utf8.decode(bytes.subarray(0, end)));
    return true;
  } catch {
    return false;
  }
}

/** A kind that knows the file by its name is told why it cannot be read only where no syntax of its reads it. */
function readKind(kind: DocumentKind, file: TextFile, draft: Draft, tools: ReaderTools): void {
  const failures: MalformedBytes[] = [];
  let isReadable = false;
  for (const syntax of kind.syntaxes) {
    if (!isNamed(kind, file) && !file.mayHave(syntax)) continue;
    const parsed = file.parsed(syntax);
    if (parsed.failure === null) isReadable ||= syntax !== 'text' && parsed.documents.length > 0;
    else if (isHostile(parsed.failure)) tellFailure(parsed.failure, draft);
    else failures.push(parsed.failure);
    const meant = parsed.documents.filter((document) => kind.is(document));
    for (const document of meant) {
      if (draft.format === 'text' || draft.format === 'json') Object.assign(draft, { format: kind.format });
      draft.role ??= kind.role;
      guarded(draft, () => kind.read(document, draft, tools));
    }
    if (meant.length === 0) continue;
    for (const { key, at } of parsed.repeatedKeys.slice(0, 5)) tellRepeated(key, file.places.at(at, key.length), { syntax, draft });
    return;
  }
  const [first] = failures;
  if (first && !isReadable && isNamed(kind, file)) tellFailure(first, draft);
}

/** Broken text is loaded by nobody; only where its name says what it is to be, or it is made to kill a parser, is it worth a word. */
function isNamed({ names, paths }: DocumentKind, { name, path }: TextFile): boolean {
  return names?.test(name) === true || paths?.test(path.toLowerCase()) === true;
}

function isHostile({ code }: MalformedBytes): boolean {
  return code.endsWith('-depth') || code.endsWith('-bomb') || code === tooLarge;
}

function tellFailure(failure: MalformedBytes, draft: Draft): void {
  if (draft.unread.some(({ detail }) => detail === failure.message)) return;
  if (failure.code === tooLarge) return void draft.unread.push({ reason: 'budget', detail: failure.message, where: draft.where });
  if (failure.code.endsWith('-bomb'))
    draft.anomalies.push(bomb(failure.code, failure.message, rangePlace(draft.where, failure.offset), true));
  guarded(draft, () => {
    throw failure;
  });
}

function tellRepeated(key: string, where: Where, { syntax, draft }: { syntax: Syntax; draft: Draft }): void {
  const code = syntax === 'yaml' ? 'yaml-repeated-key' : 'json-repeated-key';
  if (draft.anomalies.some((known) => known.code === code && known.where.offset === where.offset)) return;
  const detail = `The key ${JSON.stringify(key.slice(0, 100))} stands twice in one object: programs differ in which one they read.`;
  draft.anomalies.push(lie(code, detail, where));
}

type Parsed = {
  readonly documents: readonly TextDocument[];
  readonly failure: MalformedBytes | null;
  readonly repeatedKeys: readonly { readonly key: string; readonly at: number }[];
};
type Opened = {
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly where: Where;
  readonly name: string;
  readonly path: string;
  readonly startsAsJson: boolean;
};
const utf8 = new TextDecoder('utf-8');

/** Source code and pages: YAML or TOML under such a name is loaded by nobody. */
const programs =
  /\.(py|pyi|[cm]?[jt]sx?|vue|c|cc|cpp|cxx|h|hpp|cu|go|rs|java|kt|scala|cs|rb|php|pl|lua|r|jl|swift|sh|bash|ps1|bat|html?|css|scss|svg|xml|md|rst|tex|sql|csv|tsv|log|patch|diff|map)$/;

/** The first line that is no comment is a key, a list item, a directive, or opens a flow. */
function opensAsYaml(text: string): boolean {
  for (const line of text.slice(0, 8192).split('\n')) {
    if (/^\s*(#|$)/.test(line)) continue;
    return /^\s*(?:---|%[A-Z]|-(?:\s|$)|[?&*!{[]|(?:"[^"]{0,300}"|'[^']{0,300}'|[^\s"'#:{}[\],][^:]{0,300}?)\s*:(?:\s|$))/.test(line);
  }
  return text.length > 8192;
}

/** One file in up to four syntaxes, each parsed when it is first asked for. */
class TextFile {
  readonly name: string;
  readonly path: string;
  readonly places: TextPlaces;
  readonly #text: string;
  readonly #opened: Opened;
  readonly #parsed = new Map<Syntax, Parsed>();

  constructor(opened: Opened) {
    const { bytes, where, name, path } = opened;
    this.name = name;
    this.path = path;
    this.#opened = opened;
    this.#text = utf8.decode(bytes);
    const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    this.places = new TextPlaces(this.#text, where, marked ? 3 : 0);
  }

  /** A cheap look: parsing prose or programs as YAML takes long and yields nothing. Kinds that know the file by its name are not asked. */
  mayHave(syntax: Syntax): boolean {
    if (syntax !== 'yaml' && syntax !== 'toml') return true;
    if (programs.test(this.name)) return false;
    if (this.#opened.startsAsJson) return /\.ya?ml$/.test(this.name) || this.parsed('json').failure !== null;
    return syntax === 'toml' || opensAsYaml(this.#text);
  }

  parsed(syntax: Syntax): Parsed {
    const known = this.#parsed.get(syntax);
    if (known) return known;
    const parsed = this.#tryParse(syntax);
    this.#parsed.set(syntax, parsed);
    return parsed;
  }

  #tryParse(syntax: Syntax): Parsed {
    const { size, where, startsAsJson } = this.#opened;
    if (syntax === 'json' && !startsAsJson) return nothing;
    if (size > longest[syntax]) {
      const failure = new MalformedBytes(tooLarge, 0, `${syntax.toUpperCase()} of ${size} bytes is larger than is parsed.`);
      return { ...nothing, failure };
    }
    try {
      return this.#parse(syntax);
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      const place = this.places.at(error.offset);
      return { ...nothing, failure: new MalformedBytes(error.code, place.offset ?? rangePlace(where, 0).offset ?? 0, error.message) };
    }
  }

  #parse(syntax: Syntax): Parsed {
    if (syntax === 'json') {
      const { value, repeatedKeys } = parseJson(this.#text);
      return { documents: [this.#jsonDocument(value)], failure: null, repeatedKeys };
    }
    if (syntax === 'yaml') {
      const parsed = parseYaml(this.#text);
      return {
        documents: parsed.map((document) => ({ ...this.#document(syntax, document), tags: this.#tagsOf(document.tags) })),
        failure: null,
        repeatedKeys: parsed.flatMap(({ repeatedKeys }) => repeatedKeys),
      };
    }
    if (syntax === 'toml') return { ...nothing, documents: [this.#tomlDocument()] };
    return { ...nothing, documents: [this.#document(syntax, { root: null, offsets: new WeakMap() })] };
  }

  #tagsOf(tags: readonly { readonly tag: string; readonly at: number; readonly length: number }[]): TextDocument['tags'] {
    return tags.map(({ tag, at, length }) => ({ tag, where: this.places.at(at, length) }));
  }

  /** Places cost as much as the values: kept only when a fact asks for one. */
  #jsonDocument(root: JsonValue): TextDocument {
    let placed: ParsedValue | undefined;
    const placeOf: TextDocument['placeOf'] = (path) => {
      if (placed === undefined) {
        const offsets: ValueOffsets = new WeakMap();
        placed = { root: parseJson(this.#text, { offsets }).value, offsets };
      }
      return this.places.at(offsetOf(placed, path));
    };
    return { ...this.#document('json', { root, offsets: new WeakMap() }), placeOf };
  }

  #tomlDocument(): TextDocument {
    const root = parseToml(this.#text);
    let places: TomlPlaces | undefined;
    const placeOf: TextDocument['placeOf'] = (path) => {
      places ??= new TomlPlaces(this.#text);
      return this.places.at(places.offsetOf(path));
    };
    return { ...this.#document('toml', { root, offsets: new WeakMap() }), placeOf };
  }

  #document(syntax: Syntax, parsed: ParsedValue): TextDocument {
    return {
      name: this.name,
      path: this.path,
      syntax,
      text: this.#text,
      root: parsed.root,
      tags: [],
      placeOf: (path) => this.places.at(offsetOf(parsed, path)),
      placeAt: (offset, length) => this.places.at(offset, length),
    };
  }
}

const nothing: Parsed = { documents: [], failure: null, repeatedKeys: [] };
