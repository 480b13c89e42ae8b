/** A walk over R's serialised objects: what is code, what is evaluated by itself, and which functions are called. No object is built. */
import { MalformedBytes } from '../../engine/reader.ts';
import type { RInput } from './r-input.ts';

/** Where an object stands: plain data, inside an environment, or inside code that has been reported as such. */
export type RContext = 'data' | 'environment' | 'code' | 'promise';
export type RFinding = {
  readonly kind: 'promise' | 'closure' | 'byte-code' | 'external-pointer' | 'weak-reference' | 'call' | 'altrep' | 'builtin';
  /** Called function, class of a compact vector, name of a builtin. */
  readonly name: string;
  readonly context: RContext;
  readonly at: number;
};

/** Type numbers of the format. @source R Internals, section 1.1, and the pseudo types of the serialisation. */
const types = {
  symbol: 1,
  pairList: 2,
  closure: 3,
  environment: 4,
  promise: 5,
  language: 6,
  special: 7,
  builtin: 8,
  characters: 9,
  logical: 10,
  integer: 13,
  real: 14,
  complex: 15,
  strings: 16,
  dots: 17,
  vector: 19,
  expression: 20,
  byteCode: 21,
  externalPointer: 22,
  weakReference: 23,
  raw: 24,
  s4: 25,
  altrep: 238,
  attributeList: 239,
  attributeLanguage: 240,
  codeReference: 243,
  codeDefinition: 244,
  persistent: 247,
  package: 248,
  namespace: 249,
  unbound: 252,
  reference: 255,
} as const;
/** Values without content: base and empty environments, missing argument, NULL, global environment, base namespace. */
const constants = new Set([241, 242, 250, 251, 252, 253, 254]);

/** `head`: the function of a call. `value`: of a promise. `info`: the class of a compact vector. */
type Role = 'plain' | 'head' | 'value' | 'info';
type Task =
  | { readonly do: 'items'; left: number; readonly context: RContext; readonly role: Role; readonly owner?: Pending }
  | { readonly do: 'constants'; left: number; readonly context: RContext }
  | { readonly do: 'code'; readonly context: RContext }
  | { readonly do: 'language'; readonly context: RContext; readonly first: boolean }
  | { readonly do: 'end-promise'; readonly owner: Pending };
/** What stands before the content of an object. */
type Shape = { readonly hasAttributes: boolean; readonly hasTag: boolean };
type Pending = { readonly at: number; readonly context: RContext; unforced: boolean };

const mostTasks = 5_000_000;
const mostFindings = 2000;

export class RWalk {
  readonly findings: RFinding[] = [];
  readonly packages = new Set<string>();
  rootType = 0;
  readonly #input: RInput;
  readonly #tick: () => void;
  readonly #tasks: Task[] = [];
  readonly #symbols: (string | null)[] = [];
  #items = 0;

  constructor(input: RInput, tick: () => void) {
    this.#input = input;
    this.#tick = tick;
  }

  /** @throws MalformedBytes when the stream breaks off or holds what the format does not know; findings until then stay. */
  all(): void {
    this.#expect(1, 'data');
    for (let task = this.#tasks.at(-1); task; task = this.#tasks.at(-1)) {
      if (this.#tasks.length > mostTasks) throw new MalformedBytes('r-depth', this.#input.at, 'objects are nested too deep');
      if ((++this.#items & 0xffff) === 0) this.#tick();
      this.#step(task);
    }
  }

  #step(task: Task): void {
    if (task.do === 'items' || task.do === 'constants') {
      task.left -= 1;
      if (task.left <= 0) this.#tasks.pop();
      if (task.do === 'items') this.#item(task.context, task.role, task.owner);
      else this.#constant(task.context);
      return;
    }
    this.#tasks.pop();
    if (task.do === 'code') this.#code(task.context);
    else if (task.do === 'language') this.#language(task.context, this.#input.integer(), task.first);
    else if (task.owner.unforced) this.#found('promise', '', task.owner.context, task.owner.at);
  }

  /** Tasks are taken from the end: what is pushed last is read first. */
  #expect(count: number, context: RContext, role: Role = 'plain', owner?: Pending): void {
    if (count > this.#input.left)
      throw new MalformedBytes('r-length', this.#input.at, `${count} objects are promised, there is no room for them`);
    if (count > 0) this.#tasks.push({ do: 'items', left: count, context, role, ...(owner ? { owner } : {}) });
  }

  #found(kind: RFinding['kind'], name: string, context: RContext, at: number): void {
    if (this.findings.length < mostFindings) this.findings.push({ kind, name, context, at });
  }

  #item(context: RContext, role: Role, owner: Pending | undefined): void {
    const at = this.#input.at;
    const flags = this.#input.integer();
    const type = flags & 255;
    if (this.rootType === 0) this.rootType = type;
    const shape: Shape = { hasAttributes: (flags & 512) !== 0, hasTag: (flags & 1024) !== 0 };
    if (role === 'value' && type === types.unbound && owner) owner.unforced = true;
    if (constants.has(type) || this.#active(type, shape, context, at)) return;
    const before = Number(shape.hasAttributes) + Number(shape.hasTag);
    switch (type) {
      case types.reference:
        this.#named(this.#symbols[(flags >>> 8 || this.#input.integer()) - 1] ?? null, role, context, at);
        return;
      case types.symbol:
        this.#symbol(role, context, at);
        return;
      case types.pairList:
      case types.dots:
        // A tail follows its list as the next item, so that long lists do not pile up.
        this.#expect(1, context);
        this.#expect(1, context, role === 'info' ? 'info' : 'plain');
        this.#expect(before, context);
        return;
      case types.language:
        this.#expect(1, context);
        this.#expect(1, context, 'head');
        this.#expect(before, context);
        return;
      case types.altrep:
        this.#expect(2, context);
        this.#expect(1, context, 'info');
        return;
      default:
        this.#vector(type, shape.hasAttributes, context, at);
    }
  }

  /** Objects that are more than values. @returns false when the type is none of them. */
  #active(type: number, { hasAttributes, hasTag }: Shape, context: RContext, at: number): boolean {
    const inner = context === 'promise' ? 'promise' : 'code';
    switch (type) {
      case types.closure:
        this.#found('closure', '', context, at);
        this.#expect(2, inner);
        this.#expect(Number(hasAttributes) + Number(hasTag), 'environment');
        return true;
      case types.promise:
        this.#promise(context, at, { hasAttributes, hasTag });
        return true;
      case types.environment:
        this.#input.integer();
        this.#symbols.push(null);
        this.#expect(4, 'environment');
        return true;
      case types.externalPointer:
      case types.weakReference:
        this.#symbols.push(null);
        this.#found(type === types.weakReference ? 'weak-reference' : 'external-pointer', '', context, at);
        this.#expect((type === types.weakReference ? 0 : 2) + Number(hasAttributes), context);
        return true;
      case types.byteCode:
        this.#found('byte-code', '', context, at);
        this.#expect(Number(hasAttributes), context);
        this.#input.integer();
        this.#tasks.push({ do: 'code', context: inner });
        return true;
      default:
        return false;
    }
  }

  #promise(context: RContext, at: number, { hasAttributes, hasTag }: Shape): void {
    const owner: Pending = { at, context, unforced: false };
    this.#tasks.push({ do: 'end-promise', owner });
    this.#expect(1, context === 'data' ? 'promise' : 'code');
    this.#expect(1, context, 'value', owner);
    this.#expect((hasAttributes ? 1 : 0) + (hasTag ? 1 : 0), 'environment');
  }

  #symbol(role: Role, context: RContext, at: number): void {
    const flags = this.#input.integer();
    if ((flags & 255) !== types.characters) throw new MalformedBytes('r-symbol', at, 'a symbol has no text');
    const name = this.#characters();
    this.#symbols.push(name);
    this.#named(name, role, context, at);
  }

  #named(name: string | null, role: Role, context: RContext, at: number): void {
    if (name === null) return;
    if (role === 'head') this.#found('call', name, context, at);
    if (role === 'info') this.#found('altrep', name, context, at);
  }

  #characters(): string {
    const length = this.#input.integer();
    if (length < -1) throw new MalformedBytes('r-length', this.#input.at, `a text of ${length} bytes is none`);
    return length === -1 ? 'NA' : this.#input.text(length);
  }

  /** Lengths above 2^31 are written as -1 and two halves. */
  #length(): number {
    const length = this.#input.integer();
    if (length >= 0) return length;
    if (length !== -1) throw new MalformedBytes('r-length', this.#input.at, `a length of ${length} is none`);
    return (this.#input.integer() >>> 0) * 2 ** 32 + (this.#input.integer() >>> 0);
  }

  #vector(type: number, hasAttributes: boolean, context: RContext, at: number): void {
    if (hasAttributes) this.#expect(1, context);
    switch (type) {
      case types.characters:
        this.#characters();
        return;
      case types.logical:
      case types.integer:
        this.#input.skipValues(this.#length(), 4);
        return;
      case types.real:
        this.#input.skipValues(this.#length(), 8);
        return;
      case types.complex:
        this.#input.skipValues(this.#length(), 16);
        return;
      case types.raw:
        this.#input.skipValues(this.#length(), 1);
        return;
      case types.strings:
      case types.vector:
      case types.expression:
        this.#expect(this.#length(), context);
        return;
      case types.special:
      case types.builtin:
        this.#found('builtin', this.#input.text(this.#length()), context, at);
        return;
      case types.persistent:
      case types.package:
      case types.namespace:
        this.#space();
        return;
      case types.s4:
        return;
      default:
        throw new MalformedBytes('r-type', at, `the object type ${type} does not exist`);
    }
  }

  /** Names of a package or namespace: restoring it loads the package. */
  #space(): void {
    this.#input.integer();
    const count = this.#length();
    for (let i = 0; i < count; i++) {
      const flags = this.#input.integer();
      if ((flags & 255) !== types.characters) throw new MalformedBytes('r-package', this.#input.at, 'the name of a package is no text');
      const name = this.#characters();
      if (i === 0 && this.packages.size < 100) this.packages.add(name);
    }
    this.#symbols.push(null);
  }

  /** Byte code: instructions as integers, then a pool of constants. @source R sources, serialize.c ReadBC1. */
  #code(context: RContext): void {
    const at = this.#input.at;
    const flags = this.#input.integer();
    if ((flags & 255) !== types.integer) throw new MalformedBytes('r-byte-code', at, 'byte code has no instructions');
    this.#input.skipValues(this.#length(), 4);
    const count = this.#input.integer();
    if (count < 0 || count > this.#input.left) throw new MalformedBytes('r-byte-code', at, `a pool of ${count} constants is none`);
    if (count > 0) this.#tasks.push({ do: 'constants', left: count, context });
  }

  #constant(context: RContext): void {
    const type = this.#input.integer();
    if (type === types.byteCode) this.#tasks.push({ do: 'code', context });
    else if (this.#isLanguage(type)) this.#language(context, type, true);
    else this.#expect(1, context);
  }

  #isLanguage(type: number): boolean {
    return (
      type === types.language ||
      type === types.pairList ||
      type === types.codeDefinition ||
      type === types.codeReference ||
      type === types.attributeLanguage ||
      type === types.attributeList
    );
  }

  /** Calls in the pool are written in a form of their own, which lets them refer to each other. */
  #language(context: RContext, written: number, first: boolean): void {
    let type = written;
    if (type === types.codeReference) {
      this.#input.integer();
      return;
    }
    if (!this.#isLanguage(type)) {
      this.#expect(1, context, first ? 'plain' : 'head');
      return;
    }
    if (type === types.codeDefinition) {
      this.#input.integer();
      type = this.#input.integer();
    }
    const isCall = type === types.language || type === types.attributeLanguage;
    const hasAttributes = type === types.attributeLanguage || type === types.attributeList;
    this.#tasks.push({ do: 'language', context, first: true }, { do: 'language', context, first: !isCall });
    this.#expect(hasAttributes ? 2 : 1, context);
  }
}
