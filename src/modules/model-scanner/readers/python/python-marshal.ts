/** The names and texts inside marshalled Python code objects, without running or decompiling them. */

const deepest = 60;
const mostItems = 200_000;
const utf8 = new TextDecoder('utf-8');
const latin1 = new TextDecoder('latin1');

/** Layouts of a code object: plain 32-bit fields before the objects, then how many objects, for each Python version family. */
const layouts: readonly { readonly integers: number; readonly objects: number; readonly middle: number; readonly after: number }[] = [
  // 3.11 and later: argcount, posonly, kwonly, stacksize, flags | code consts names localsplusnames kinds filename name qualname | firstlineno | linetable exceptiontable
  { integers: 5, objects: 8, middle: 1, after: 2 },
  // 3.8 to 3.10: argcount posonly kwonly nlocals stacksize flags | code consts names varnames freevars cellvars filename name | firstlineno | lnotab
  { integers: 6, objects: 8, middle: 1, after: 1 },
  // 3.0 to 3.7: argcount kwonly nlocals stacksize flags
  { integers: 5, objects: 8, middle: 1, after: 1 },
  // 2.x: argcount nlocals stacksize flags
  { integers: 4, objects: 8, middle: 1, after: 1 },
];

/**
 * @param bytes a marshal stream whose top object should be code.
 * @returns every identifier and text constant in it and in the code objects inside it, in order, without repeats; null when it is no code object.
 * @source CPython Python/marshal.c and Objects/codeobject.c, versions 2.7 to 3.14.
 */
export function marshalNames(bytes: Uint8Array): string[] | null {
  if (bytes.length < 20 || ((bytes[0] ?? 0) & 0x7f) !== 0x63) return null;
  for (const layout of layouts) {
    const walk = new MarshalWalk(bytes, layout);
    if (walk.complete()) return [...walk.texts];
  }
  return null;
}

/** Bytes after the type letter: constants, references, numbers of fixed width. */
const fixedBytes: ReadonlyMap<string, number> = new Map([
  ...['N', 'T', 'F', 'S', '.', '0'].map((kind) => [kind, 0] as const),
  ...['i', 'r', 'R'].map((kind) => [kind, 4] as const),
  ...['I', 'g'].map((kind) => [kind, 8] as const),
  ['y', 16],
]);

class WrongLayout extends Error {
  override readonly name = 'WrongLayout';
}

class MarshalWalk {
  readonly texts = new Set<string>();
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #layout: (typeof layouts)[number];
  #at = 0;
  #items = 0;

  constructor(bytes: Uint8Array, layout: (typeof layouts)[number]) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#layout = layout;
  }
  complete(): boolean {
    try {
      this.#object(0);
      return this.#at >= this.#bytes.length - 2;
    } catch (error) {
      if (error instanceof WrongLayout) return false;
      throw error;
    }
  }
  #object(depth: number): void {
    this.#items += 1;
    if (depth > deepest || this.#items > mostItems) throw new WrongLayout();
    const kind = String.fromCharCode(this.#byte() & 0x7f);
    const fixed = fixedBytes.get(kind);
    if (fixed !== undefined) this.#skip(fixed);
    else if (kind === 'f') this.#skip(this.#byte());
    else if (kind === 'l') this.#skip(2 * Math.abs(this.#int()));
    else if ('stuaA'.includes(kind)) this.#text(this.#int(), kind);
    else if (kind === 'z' || kind === 'Z') this.#text(this.#byte(), kind);
    else if ('([<>'.includes(kind)) this.#many(this.#int(), depth);
    else if (kind === ')') this.#many(this.#byte(), depth);
    else if (kind === ':') this.#many(3, depth);
    else if (kind === '{') this.#dictionary(depth);
    else if (kind === 'c') this.#code(depth);
    else throw new WrongLayout();
  }
  #code(depth: number): void {
    this.#skip(4 * this.#layout.integers);
    this.#many(this.#layout.objects, depth);
    this.#skip(4 * this.#layout.middle);
    this.#many(this.#layout.after, depth);
  }
  #many(count: number, depth: number): void {
    if (count < 0 || count > this.#bytes.length) throw new WrongLayout();
    for (let i = 0; i < count; i++) this.#object(depth + 1);
  }
  #dictionary(depth: number): void {
    while (((this.#bytes[this.#at] ?? 0x30) & 0x7f) !== 0x30) this.#many(2, depth);
    this.#skip(1);
  }
  #text(length: number, kind: string): void {
    const start = this.#at;
    this.#skip(length);
    // 's' holds byte code and bytes constants: only readable ones are texts.
    const part = this.#bytes.subarray(start, Math.min(start + length, start + 1000));
    const text = kind === 'u' || kind === 't' ? utf8.decode(part) : latin1.decode(part);
    if (kind !== 's' || /^[\x20-\x7e]{3,}$/.test(text)) this.texts.add(text);
  }
  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new WrongLayout();
    this.#at += 1;
    return byte;
  }
  #int(): number {
    if (this.#at + 4 > this.#bytes.length) throw new WrongLayout();
    this.#at += 4;
    return this.#view.getInt32(this.#at - 4, true);
  }
  #skip(length: number): void {
    if (length < 0 || this.#at + length > this.#bytes.length) throw new WrongLayout();
    this.#at += length;
  }
}
