/** A walk over Torch7 objects: classes, storages against the file, and functions, which are Lua code. */
import { MalformedBytes } from '../../engine/reader.ts';
import type { Torch7Input } from './torch7-input.ts';

export type Torch7Function = { readonly at: number; readonly size: number; readonly compiled: boolean; readonly words: readonly string[] };

/** Type numbers. @source torch7 File.lua. */
const kinds = { nil: 0, number: 1, text: 2, table: 3, object: 4, truth: 5, function: 6, oldRecursive: 7, recursive: 8 } as const;
/** Bytes of one element by the name before `Storage`. */
const elements: ReadonlyMap<string, number> = new Map([
  ['Byte', 1],
  ['Char', 1],
  ['Short', 2],
  ['Int', 4],
  ['Long', 8],
  ['Float', 4],
  ['Double', 8],
  ['Half', 2],
]);
/** Names by which Lua reaches the system. */
const reaching = /\b(?:os|io|ffi|package|debug|loadstring|loadfile|dofile|require|execute|popen|getenv|load|cdef|tmpname)\b/g;
const mostTasks = 5_000_000;
const latin1 = new TextDecoder('latin1');

type Task = { left: number };

export class Torch7Walk {
  readonly classes = new Map<string, number>();
  readonly functions: Torch7Function[] = [];
  parameters = 0;
  rootKind = -1;
  readonly #input: Torch7Input;
  readonly #tick: () => void;
  readonly #seen = new Set<number>();
  readonly #tasks: Task[] = [{ left: 1 }];
  #steps = 0;

  constructor(input: Torch7Input, tick: () => void) {
    this.#input = input;
    this.#tick = tick;
  }

  /** @throws MalformedBytes when a number, a length or a type is wrong; what was found until then stays. */
  all(): void {
    for (let task = this.#tasks.at(-1); task; task = this.#tasks.at(-1)) {
      if (this.#tasks.length > mostTasks) throw new MalformedBytes('torch7-depth', this.#input.at, 'objects are nested too deep');
      if ((++this.#steps & 0xffff) === 0) this.#tick();
      task.left -= 1;
      if (task.left <= 0) this.#tasks.pop();
      this.#object();
    }
  }

  #expect(count: number): void {
    if (count < 0 || count > this.#input.left)
      throw new MalformedBytes('torch7-count', this.#input.at, `${count} objects are promised, there is no room for them`);
    if (count > 0) this.#tasks.push({ left: count });
  }

  #object(): void {
    const at = this.#input.at;
    const kind = this.#input.integer();
    if (this.rootKind < 0) this.rootKind = kind;
    switch (kind) {
      case kinds.nil:
        return;
      case kinds.number:
        this.#input.skipNumber();
        return;
      case kinds.text:
        this.#input.text(0);
        return;
      case kinds.truth:
        this.#input.integer();
        return;
      case kinds.function:
        this.#function(at);
        return;
      case kinds.table:
      case kinds.object:
      case kinds.recursive:
      case kinds.oldRecursive:
        this.#shared(kind, at);
        return;
      default:
        throw new MalformedBytes('torch7-type', at, `the object type ${kind} does not exist`);
    }
  }

  /** Objects with a number of their own: written once, then referred to. */
  #shared(kind: number, at: number): void {
    const index = this.#input.integer();
    if (this.#seen.has(index)) return;
    this.#seen.add(index);
    if (kind === kinds.table) this.#expect(this.#input.integer() * 2);
    else if (kind === kinds.object) this.#torchObject();
    else this.#function(at);
  }

  /** The dumped function, then its upvalues. */
  #function(at: number): void {
    const size = this.#input.integer();
    if (size < 0 || size > this.#input.left) throw new MalformedBytes('torch7-function', at, `a function of ${size} bytes does not fit`);
    const bytes = this.#input.bytes(Math.min(size, 2 ** 20));
    if (size > bytes.length) this.#input.skipElements(size - bytes.length, 1);
    const words = [...new Set(latin1.decode(bytes).match(reaching) ?? [])].slice(0, 20);
    if (this.functions.length < 1000) this.functions.push({ at, size, compiled: bytes[0] === 0x1b, words });
    this.#expect(1);
  }

  #torchObject(): void {
    const at = this.#input.at;
    const version = this.#input.text();
    const name = /^V \d{1,9}$/.test(version) ? this.#input.text() : version;
    if (!/^[A-Za-z_][\w.]{0,200}$/.test(name)) throw new MalformedBytes('torch7-class', at, 'a class has no proper name');
    this.classes.set(name, (this.classes.get(name) ?? 0) + 1);
    const typed = /^torch\.(?:Cuda)?([A-Z][a-z]+)?(Tensor|Storage)$/.exec(name);
    if (!typed) this.#expect(1);
    else if (typed[2] === 'Tensor') this.#tensor();
    else this.#storage(elements.get(typed[1] ?? 'Float') ?? 4, at);
  }

  /** Dimensions, sizes, strides, offset; then the storage as an object. */
  #tensor(): void {
    const at = this.#input.at;
    const dimensions = this.#input.integer();
    if (dimensions < 0 || dimensions > 64) throw new MalformedBytes('torch7-tensor', at, `a tensor has ${dimensions} dimensions`);
    for (let i = 0; i < dimensions * 2 + 1; i++) this.#input.long();
    this.#expect(1);
  }

  #storage(bytes: number, at: number): void {
    const count = this.#input.long();
    if (count > this.#input.left) throw new MalformedBytes('torch7-storage', at, `a storage of ${count} elements does not fit`);
    this.#input.skipElements(count, bytes);
    this.parameters += count;
  }
}
