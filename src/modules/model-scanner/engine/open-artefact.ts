/** Bytes → artefact: every reader whose signature stands in the bytes runs; names and extensions are hints only. */
import type { Where } from '../../../contract/finding.ts';
import { readers } from '../readers.generated.ts';
import { SecretSearch } from '../secrets/secret-search.ts';
import { narrowedSource, type Watch, WatchedSource, wideOrder } from '../secrets/watched-source.ts';
import type { Artefact } from './artefact.ts';
import type { Budget } from './budget.ts';
import { BytePlaces } from './byte-places.ts';
import { placeName, rootPlace } from './place.ts';
import { type Draft, draftArtefact, type Glance, lie, type Reader, type ReaderTools, recordFailure } from './reader.ts';
import type { ByteSource } from './source.ts';
import type { SourceTree } from './source-tree.ts';
import type { ScanTables } from './tables.ts';

const headBytes = 4096;
/** An end-of-central-directory record with the longest comment (22 + 65,535 bytes) fits. */
const tailBytes = 66_000;

/**
 * Reads one artefact and everything inside it.
 *
 * @param source the bytes, by range; only headers, directories and streams that run code are read.
 * @param name   name of the file as people know it: starts every container path, and is a hint for formats without signature.
 * @returns facts only, never a judgement; a part that could not be read stands in `unread`.
 * Never throws: a broken format, an exhausted budget and a defect of a reader end their branch only.
 */
export function openArtefact(source: ByteSource, name: string, budget: Budget, tables: ScanTables): Artefact {
  return openWithPlaces(source, name, { budget, tables, places: new BytePlaces() });
}

export type Opening = {
  readonly budget: Budget;
  readonly tables: ScanTables;
  readonly places: BytePlaces;
  /** Python files of the same folder or archive. */
  readonly sources?: SourceTree | undefined;
};

/** The same, remembering where each stream lies, so that findings can show their bytes. */
export function openWithPlaces(source: ByteSource, name: string, opening: Opening): Artefact {
  const secrets = new SecretSearch(opening.tables.secrets, opening.budget);
  opening.places.hideWith(secrets);
  return openAt(source, rootPlace(name), toolsAt(0, { ...opening, secrets, watch: { current: null } }));
}

type Searched = Opening & { readonly secrets: SecretSearch; readonly watch: Watch };
type Stream = { readonly source: ByteSource; readonly where: Where };
type DepthTools = ReaderTools & {
  readonly depth: number;
  readonly opening: Searched /** Parsed by the reader itself. */;
  readonly streams: Stream[];
};

function toolsAt(depth: number, opening: Searched): DepthTools {
  const { budget, tables, places, sources } = opening;
  const streams: Stream[] = [];
  return {
    depth,
    opening,
    streams,
    budget,
    tables,
    ...(sources === undefined ? {} : { sources }),
    open: (source, where, beside) => openAt(source, where, toolsAt(depth + 1, { ...opening, sources: beside })),
    remember: (source, where) => {
      places.remember(source, where);
      streams.push({ source, where });
    },
  };
}

function openAt(source: ByteSource, where: Where, tools: DepthTools): Artefact {
  const { watch, places } = tools.opening;
  const watched = new WatchedSource(source, watch);
  const outer = watch.current;
  watch.current = watched;
  try {
    tools.budget.checkDepth(tools.depth);
    places.remember(source, where);
    const artefact = identify(watched, where, tools);
    watch.current = null;
    return withSecrets(artefact, { source, where }, watched, tools);
  } catch (error) {
    const draft = draftArtefact('unknown', where, source.size);
    recordFailure(draft, error);
    return draft;
  } finally {
    watch.current = outer;
    source.release?.();
  }
}

/** Everything that was read is searched for secrets; text as a whole. */
function withSecrets(artefact: Artefact, { source, where }: Stream, watched: WatchedSource, { opening, streams }: DepthTools): Artefact {
  const inner = streams.map((stream) =>
    opening.secrets.search({ ...stream, isText: false, read: [{ start: 0, end: Math.min(stream.source.size, innerBytes) }] }),
  );
  const head = source.read(0, Math.min(headBytes, source.size));
  const order = wideOrder(head);
  const own =
    order === null
      ? opening.secrets.search({ source, where, isText: source.size > 0 && isPrintable(head), read: watched.spans })
      : opening.secrets.search({ source: narrowedSource(source, order), where, isText: true, read: [], width: 2 });
  // A stored member is read through its container as well: the place inside it says more.
  const known = new Set([...inner, ...artefact.members].flatMap(({ secrets }) => secrets.map(({ digest }) => digest)));
  const secrets = [
    ...artefact.secrets,
    ...inner.flatMap((found) => found.secrets),
    ...own.secrets.filter(({ digest }) => !known.has(digest)),
  ];
  const unread = [...inner.flatMap((found) => found.unread), ...own.unread];
  if (secrets.length === 0 && unread.length === 0) return artefact;
  return { ...artefact, secrets, unread: [...artefact.unread, ...unread] };
}

const innerBytes = 64 * 2 ** 20;

/** Text in any encoding that keeps ASCII: no control bytes but those of lines and tabs. */
function isPrintable(head: Uint8Array): boolean {
  for (const byte of head) if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27) || byte === 11) return false;
  return true;
}

const signers = (readers as readonly Reader[]).filter(({ certain }) => certain !== undefined);
const guessers = (readers as readonly Reader[]).toSorted((left, right) => Number(left.last ?? false) - Number(right.last ?? false));

function identify(source: ByteSource, where: Where, tools: ReaderTools): Artefact {
  const glance = glanceAt(source, placeName(where).toLowerCase());
  const certain = signers.filter((reader) => reader.certain?.(glance));
  const opened = certain.map((reader) => readSafely(reader, source, where, tools)).filter((artefact) => artefact !== null);
  const primary = opened.find(({ format }) => format === 'tflite') ?? opened[0];
  const others = opened.filter((artefact) => artefact !== primary);
  if (primary) return others.length === 0 ? primary : joined(primary, others, where);
  for (const reader of guessers) {
    if (!reader.plausible?.(glance)) continue;
    const artefact = readSafely(reader, source, where, tools);
    if (artefact) return artefact;
  }
  return unknownArtefact(source, where, glance);
}

function readSafely(reader: Reader, source: ByteSource, where: Where, tools: ReaderTools): Artefact | null {
  try {
    return reader.read(source, where, tools);
  } catch (error) {
    const draft = draftArtefact(reader.format, where, source.size);
    recordFailure(draft, error);
    return draft;
  }
}

function glanceAt(source: ByteSource, name: string): Glance {
  const head = source.read(0, headBytes);
  return new FirstLook({ head, tail: tailOf(source), size: source.size, name });
}

/** A class: a getter in an object literal makes a shape of its own, which V8 keeps until the next full collection, and with it what is in it. */
class FirstLook implements Glance {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  readonly size: number;
  readonly name: string;
  #isText: boolean | undefined;

  constructor({ head, tail, size, name }: Omit<Glance, 'isText'>) {
    this.head = head;
    this.tail = tail;
    this.size = size;
    this.name = name;
  }

  /** Most files have a signature: whether they are text is asked of few. */
  get isText(): boolean {
    this.#isText ??= looksLikeText(this.head, this.size > this.head.length);
    return this.#isText;
  }
}

function tailOf(source: ByteSource): Uint8Array {
  if (source.costly) return new Uint8Array(0);
  const start = Math.max(0, source.size - tailBytes);
  return source.read(start, source.size - start);
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** Valid UTF-8 without control bytes other than tab, line feed, form feed and carriage return; a cut last character is allowed. */
function looksLikeText(head: Uint8Array, cut: boolean): boolean {
  for (const byte of head) if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27) || byte === 11) return false;
  try {
    strictUtf8.decode(head, { stream: cut });
    return true;
  } catch {
    return false;
  } finally {
    // A decoder in stream mode keeps the cut character: drop it before the next file.
    if (cut) resetDecoder();
  }
}

function resetDecoder(): void {
  try {
    strictUtf8.decode();
  } catch {
    // The held-back partial character is what is being dropped.
  }
}

/** Formats that are meant to carry another one behind them: TensorFlow Lite models, a zip archive of labels. */
const carriers = new Set(['executable', 'gguf', 'tflite']);

function joined(primary: Artefact, others: readonly Artefact[], where: Where): Artefact {
  const formats = [primary, ...others].map((artefact) => artefact.format).join(' and ');
  const expected = carriers.has(primary.format);
  const disagreement = lie('two-formats', `The same bytes are valid ${formats}: what is read depends on the program.`, where);
  return {
    ...primary,
    anomalies: expected ? primary.anomalies : [...primary.anomalies, disagreement],
    members: [...primary.members, ...others],
  };
}

function unknownArtefact(source: ByteSource, where: Where, glance: Glance): Artefact {
  const draft: Draft = draftArtefact(source.size === 0 ? 'empty' : 'unknown', where, source.size);
  if (source.size === 0) return draft;
  if (glance.isText) return { ...draft, format: 'text' };
  draft.unread.push({ reason: 'unsupported', detail: 'No reader knows this binary format.', where });
  return draft;
}
