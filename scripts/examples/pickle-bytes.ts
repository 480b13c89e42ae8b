/** Pickles from opcodes, protocols 2 and 4: what the example models are made of. Nothing here can read one. */

export type PickleValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly PickleValue[]
  | { readonly tuple: readonly PickleValue[] }
  | { readonly dict: Entries }
  | { readonly global: readonly [string, string] }
  /** callable(*args): REDUCE; then SETITEMS with the entries, then BUILD with the state. */
  | { readonly call: PickleValue; readonly args: readonly PickleValue[]; readonly entries?: Entries; readonly state?: PickleValue }
  /** cls.__new__(cls, *args): NEWOBJ, then BUILD with the state. */
  | { readonly instance: PickleValue; readonly args: readonly PickleValue[]; readonly state?: PickleValue }
  | { readonly persistent: PickleValue };

type Entries = readonly (readonly [PickleValue, PickleValue])[];

/** @param protocol 2 as torch.save writes, 4 as pickle.dump does by default. */
export function pickleBytes(value: PickleValue, protocol: 2 | 4 = 4): Uint8Array {
  const writer = new PickleWriter(protocol);
  writer.write(value);
  return writer.finish();
}

class PickleWriter {
  readonly #parts: Buffer[] = [];
  readonly #protocol: 2 | 4;
  constructor(protocol: 2 | 4) {
    this.#protocol = protocol;
    this.#bytes(0x80, protocol);
  }

  finish(): Uint8Array {
    this.#bytes(0x2e);
    return new Uint8Array(Buffer.concat(this.#parts));
  }

  write(value: PickleValue): void {
    if (value === null) this.#bytes(0x4e);
    else if (value === true) this.#bytes(0x88);
    else if (value === false) this.#bytes(0x89);
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'string') this.#text(value);
    else if (value instanceof Uint8Array) this.#binary(value);
    else if ('length' in value) this.#list(value);
    else this.#object(value);
  }

  #object(value: Exclude<PickleValue, null | boolean | number | string | Uint8Array | readonly PickleValue[]>): void {
    if ('tuple' in value) this.#tuple(value.tuple);
    else if ('dict' in value) this.#dict(value.dict);
    else if ('global' in value) this.#global(value.global);
    else if ('persistent' in value) {
      this.write(value.persistent);
      this.#bytes(0x51);
    } else {
      this.write('call' in value ? value.call : value.instance);
      this.#tuple(value.args);
      this.#bytes('call' in value ? 0x52 : 0x81);
      if ('call' in value && value.entries !== undefined) this.#entries(value.entries);
      if (value.state === undefined) return;
      this.write(value.state);
      this.#bytes(0x62);
    }
  }

  #bytes(...bytes: number[]): void {
    this.#parts.push(Buffer.from(bytes));
  }

  #number(value: number): void {
    if (!Number.isInteger(value) || Math.abs(value) > 0x7fffffff) {
      const double = Buffer.alloc(9);
      double[0] = 0x47;
      double.writeDoubleBE(value, 1);
      this.#parts.push(double);
    } else if (value >= 0 && value < 256) this.#bytes(0x4b, value);
    else {
      const int = Buffer.alloc(5);
      int[0] = 0x4a;
      int.writeInt32LE(value, 1);
      this.#parts.push(int);
    }
  }

  #text(text: string): void {
    const bytes = Buffer.from(text);
    if (this.#protocol >= 4 && bytes.length < 256) this.#parts.push(Buffer.from([0x8c, bytes.length]), bytes);
    else {
      const head = Buffer.alloc(5);
      head[0] = 0x58;
      head.writeUInt32LE(bytes.length, 1);
      this.#parts.push(head, bytes);
    }
  }

  /** Protocol 2 has no bytes: CPython encodes them as text by _codecs.encode. */
  #binary(bytes: Uint8Array): void {
    if (this.#protocol === 2) {
      this.write({ call: { global: ['_codecs', 'encode'] }, args: [Buffer.from(bytes).toString('latin1'), 'latin1'] });
      return;
    }
    const head = bytes.length < 256 ? Buffer.from([0x43, bytes.length]) : Buffer.alloc(5);
    if (bytes.length >= 256) {
      head[0] = 0x42;
      head.writeUInt32LE(bytes.length, 1);
    }
    this.#parts.push(head, Buffer.from(bytes));
  }

  #list(items: readonly PickleValue[]): void {
    this.#bytes(0x5d);
    if (items.length === 0) return;
    this.#bytes(0x28);
    for (const item of items) this.write(item);
    this.#bytes(0x65);
  }

  #tuple(items: readonly PickleValue[]): void {
    if (items.length === 0) {
      this.#bytes(0x29);
      return;
    }
    if (items.length > 3) this.#bytes(0x28);
    for (const item of items) this.write(item);
    this.#bytes(items.length > 3 ? 0x74 : 0x84 + items.length);
  }

  #dict(entries: Entries): void {
    this.#bytes(0x7d);
    this.#entries(entries);
  }

  #entries(entries: Entries): void {
    if (entries.length === 0) return;
    this.#bytes(0x28);
    for (const [key, value] of entries) {
      this.write(key);
      this.write(value);
    }
    this.#bytes(0x75);
  }

  #global([module, name]: readonly [string, string]): void {
    if (this.#protocol >= 4) {
      this.#text(module);
      this.#text(name);
      this.#bytes(0x93);
    } else this.#parts.push(Buffer.from(`c${module}\n${name}\n`));
  }
}
