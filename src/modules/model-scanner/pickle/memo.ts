/** The unpickler's memo, in memory that does not grow with the file: late entries keep only where their text lies. */
import type { ByteSource } from '../engine/source.ts';
import { forgotten, lightened, type Text, type Value } from './values.ts';

/** Entries kept as values; a pickle with more is a large data structure whose late parts are plain data. */
const keptEntries = 200_000;

export class Memo {
  readonly #dense: Value[] = [];
  readonly #sparse = new Map<number, Value>();
  readonly #earlier: Memo | undefined;
  #late = new Float64Array(0);
  #lateCount = 0;
  #highest = -1;

  /** @param earlier entries of an outer run that this one may read but not change. */
  constructor(earlier?: Memo) {
    this.#earlier = earlier;
  }

  get size(): number {
    return this.#dense.length + this.#sparse.size + this.#lateCount;
  }

  set(index: number, value: Value): void {
    if (index < this.#dense.length) {
      this.#dense[index] = value;
      return;
    }
    if (index === this.#dense.length && index < keptEntries) {
      this.#dense.push(value);
      return;
    }
    if (this.#sparse.size < keptEntries || value.kind === 'global') {
      this.#sparse.set(index, value);
      return;
    }
    this.#setLate(index - keptEntries, value);
  }

  /** Two numbers an entry: where the text lies, and its length. Of other values only that they were there. */
  #setLate(at: number, value: Value): void {
    this.#lateCount += 1;
    this.#highest = Math.max(this.#highest, at);
    if (value.kind !== 'text' || value.offset < 0 || at < 0 || at > 2 ** 26) return;
    if (2 * at + 1 >= this.#late.length) {
      const grown = new Float64Array(Math.max(1024, 4 * (at + 1)));
      grown.set(this.#late);
      this.#late = grown;
    }
    this.#late[2 * at] = value.offset + 1;
    this.#late[2 * at + 1] = value.length;
  }

  /** Containers keep their first elements only. */
  lighten(): void {
    for (const [index, value] of this.#dense.entries()) this.#dense[index] = lightened(value);
    for (const [index, value] of this.#sparse) this.#sparse.set(index, lightened(value));
  }

  get(index: number, source: ByteSource): Value | undefined {
    return this.#dense[index] ?? this.#sparse.get(index) ?? this.#getLate(index - keptEntries, source) ?? this.#earlier?.get(index, source);
  }

  #getLate(at: number, source: ByteSource): Value | undefined {
    if (at < 0 || at > this.#highest) return undefined;
    const offset = this.#late[2 * at] ?? 0;
    const length = this.#late[2 * at + 1] ?? 0;
    return offset === 0 || length > 4096 ? forgotten : readText(source, offset - 1, length);
  }
}

function readText(source: ByteSource, offset: number, length: number): Text {
  const bytes = source.read(offset, length);
  return { kind: 'text', text: Buffer.from(bytes).toString('utf8'), cut: false, computed: false, offset, length };
}
