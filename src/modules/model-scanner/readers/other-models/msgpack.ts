/** MessagePack weights (flax and others): arrays against their bytes; object arrays and extensions that are pickles. */
import { memberPlace, rangePlace } from '../../engine/place.ts';
import { broken, type Draft, defineReader, draftArtefact, guarded, type ReaderTools } from '../../engine/reader.ts';
import { type ByteSource, windowSource } from '../../engine/source.ts';
import { Cursor } from '../parts/cursor.ts';
import { isPackedMap, type PackedValue, packedValues } from '../parts/msgpack.ts';
import { looksPickled } from '../parts/stored-pickle.ts';

/** Extension types of flax. @source flax serialization.py. */
const flax = { array: 1, complex: 2, scalar: 3 } as const;
const utf8 = new TextDecoder('utf-8');
const elementBytes: ReadonlyMap<string, number> = new Map([
  ['bool', 1],
  ['int8', 1],
  ['uint8', 1],
  ['float8_e4m3fn', 1],
  ['float8_e5m2', 1],
  ['int16', 2],
  ['uint16', 2],
  ['float16', 2],
  ['bfloat16', 2],
  ['V2', 2],
  ['int32', 4],
  ['uint32', 4],
  ['float32', 4],
  ['int64', 8],
  ['uint64', 8],
  ['float64', 8],
  ['complex64', 8],
  ['complex128', 16],
]);

export default defineReader({
  format: 'msgpack',
  plausible: ({ head, isText, name }) => !isText && (startsMap(head[0] ?? 0) || /\.(msgpack|mpk)$/.test(name)),
  read: (source, where, tools) => {
    const isNamed = /\.(msgpack|mpk)$/.test(where.containerPath.at(-1)?.toLowerCase() ?? '');
    if (!isPackedMap(source) && !isNamed) return null;
    const draft = draftArtefact('msgpack', where, source.size);
    draft.role = 'model';
    guarded(draft, () => new PackedWalk(source, draft, tools).all());
    return draft;
  },
});

function startsMap(code: number): boolean {
  return (code > 0x80 && code < 0x90) || code === 0xde || code === 0xdf;
}

/** What msgpack-numpy writes beside each other: `nd`, `type`, `kind`, `shape`, `data`. */
type ArrayParts = { isArray: boolean; kind: string; data: PackedValue | null };

class PackedWalk {
  readonly #source: ByteSource;
  readonly #draft: Draft;
  readonly #tools: ReaderTools;
  #arrays = 0;
  #parameters = 0;

  constructor(source: ByteSource, draft: Draft, tools: ReaderTools) {
    this.#source = source;
    this.#draft = draft;
    this.#tools = tools;
  }

  all(): void {
    const cursor = new Cursor(this.#source);
    const open = new Map<number, ArrayParts>();
    let key = '';
    let count = 0;
    for (const value of packedValues(cursor)) {
      if ((++count & 0xffff) === 0) this.#tools.budget.checkTime();
      if (value.kind === 'map') open.set(value.depth + 1, { isArray: false, kind: '', data: null });
      if (value.isKey) key = this.#text(value);
      else this.#value(key, value, open.get(value.depth));
    }
    this.#draft.metadata.set('arrays', this.#arrays);
    if (this.#parameters > 0) this.#draft.metadata.set('parameters', this.#parameters);
    if (cursor.left > 0)
      this.#draft.anomalies.push(
        broken('msgpack-tail', `${cursor.left} bytes follow the value.`, rangePlace(this.#draft.where, cursor.at, cursor.left)),
      );
  }

  #text({ start, end }: PackedValue): string {
    return utf8.decode(this.#source.read(start, Math.min(end - start, 300)));
  }

  #value(key: string, value: PackedValue, array: ArrayParts | undefined): void {
    if (value.kind === 'extension') this.#extension(value);
    if (value.kind === 'binary' || value.kind === 'text') this.#bytes(key, value);
    if (!array || value.kind === 'map') return;
    if (key === 'nd') array.isArray = value.kind === 'boolean' && value.count === 1;
    if (key === 'kind' || (key === 'type' && array.kind === '')) array.kind = this.#text(value);
    if (key === 'data') array.data = value;
    if (array.isArray && array.data && /^[|<>=]?O/.test(array.kind)) this.#objects(array.data);
  }

  /** Only what looks like a pickle is opened; ordinary arrays are numbers. */
  #bytes(key: string, value: PackedValue): void {
    if (value.end - value.start < 4 || key === 'data') return;
    if (
      looksPickled(this.#source.read(value.start, Math.min(value.end - value.start, 4096))) &&
      this.#source.read(value.end - 1, 1)[0] === 0x2e
    )
      this.#open(value, `value of ${key.slice(0, 100)}`);
  }

  #objects(data: PackedValue): void {
    const place = rangePlace(this.#draft.where, data.start, data.end - data.start);
    this.#draft.operators.push({
      framework: 'numpy',
      domain: '',
      name: 'object array',
      known: true,
      effect: 'nested-load',
      certainty: 'possible',
      detail: 'is an array of Python objects, which msgpack-numpy unpickles',
      where: place,
    });
    this.#open(data, 'object array');
  }

  #open({ start, end }: PackedValue, name: string): void {
    this.#tools.budget.spendMember();
    this.#draft.members.push(
      this.#tools.open(windowSource(this.#source, start, end - start), memberPlace(this.#draft.where, `${name} at ${start}`)),
    );
  }

  #extension(value: PackedValue): void {
    const place = rangePlace(this.#draft.where, value.at, value.end - value.at);
    const size = value.end - value.start;
    if (value.count === flax.array || value.count === flax.scalar) {
      if (this.#flaxArray(value)) return;
    } else if (value.count === flax.complex || value.count === -1) return;
    const pickled = size > 3 && looksPickled(this.#source.read(value.start, Math.min(size, 4096)));
    this.#draft.operators.push({
      framework: 'numpy',
      domain: '',
      name: `extension type ${value.count}`,
      known: pickled,
      effect: pickled ? 'nested-load' : 'none',
      certainty: 'possible',
      detail: pickled
        ? 'holds a pickle, which its loader turns into objects'
        : 'an extension type that is none of flax: what its bytes become is up to the loader',
      where: place,
    });
    if (pickled) this.#open(value, `extension type ${value.count}`);
  }

  /** Shape, name of the element type, bytes. @returns false when the content is not of this form. */
  #flaxArray(value: PackedValue): boolean {
    const items = [...packedValues(new Cursor(this.#source, value.start, value.end))];
    const [root, shape] = items;
    const rank = shape?.kind === 'array' ? shape.count : -1;
    const type = items[2 + Math.max(0, rank)];
    const data = items.at(-1);
    if (root?.kind !== 'array' || root.count !== 3 || rank < 0 || type?.kind !== 'text' || data?.kind !== 'binary') return false;
    const name = this.#text(type);
    if (/^object|^O/.test(name)) {
      this.#objects(data);
      return true;
    }
    const elements = items.slice(2, 2 + rank).reduce((product, { count }) => product * count, 1);
    const width = elementBytes.get(name);
    this.#arrays += 1;
    this.#parameters += elements;
    if (
      width !== undefined &&
      elements * width !== data.end - data.start &&
      !this.#draft.anomalies.some(({ code }) => code === 'msgpack-array-size')
    )
      this.#draft.anomalies.push(
        broken(
          'msgpack-array-size',
          `An array of ${elements} elements of ${name} has ${data.end - data.start} bytes.`,
          rangePlace(this.#draft.where, value.at),
        ),
      );
    return true;
  }
}
