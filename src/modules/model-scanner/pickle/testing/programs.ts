/**
 * Random opcode programs that CPython's unpickler runs to STOP when `find_class` is stubbed: every precondition of an opcode is kept.
 * Deterministic: the golden file holds what CPython said about the same seeds.
 */
import { bytes, integer, join, op, type Part, raw, text } from './assembler.ts';

type Kind = 'text' | 'hashable' | 'list' | 'dict' | 'set' | 'global' | 'object' | 'tuple' | 'any';
type Maker = { readonly parts: Part[]; readonly stack: Kind[]; readonly memo: Kind[]; readonly random: () => number; protocol: number };

/** Mulberry32: 32 bits of state, the same sequence everywhere. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const modules = ['os', 'collections', '__builtin__', 'copy_reg', 'a.b.c', 'torch._utils', 'Überpackung', 'm'];
const names = ['system', 'OrderedDict', 'eval', '_reconstructor', 'x.y', 'Größe', 'n', 'reduce'];
const below = (maker: Maker, bound: number): number => Math.floor(maker.random() * bound);
const pick = <Item>(maker: Maker, items: readonly Item[]): Item => items[below(maker, items.length)] as Item;

/** Always true: the step was possible. */
function emit(maker: Maker, kind: Kind | null, ...parts: readonly Part[]): true {
  maker.parts.push(...parts);
  if (kind !== null) maker.stack.push(kind);
  return true;
}

const long = (name: string, ...body: readonly number[]): Part => op(name, ...body);

const constants: readonly (readonly [Kind, (maker: Maker) => Part])[] = [
  ['hashable', () => op('NONE')],
  ['hashable', () => op('NEWTRUE')],
  ['hashable', () => raw('I01\n')],
  ['hashable', (maker) => raw(`I${below(maker, 1e6)}\n`)],
  ['hashable', (maker) => raw(`L${below(maker, 1e6)}L\n`)],
  ['hashable', (maker) => raw(`F${maker.random()}\n`)],
  ['hashable', (maker) => integer(below(maker, 2 ** 31))],
  ['hashable', (maker) => op('BININT1', below(maker, 256))],
  ['hashable', (maker) => op('BININT2', below(maker, 256), below(maker, 256))],
  ['hashable', (maker) => long('LONG1', 3, below(maker, 256), below(maker, 256), below(maker, 256))],
  ['hashable', () => long('LONG4', 2, 0, 0, 0, 255, 255)],
  ['hashable', () => op('BINFLOAT', 64, 9, 33, 251, 84, 68, 45, 24)],
  ['text', (maker) => text(pick(maker, [...modules, ...names]))],
  ['text', (maker) => raw(`V${pick(maker, ['os', 'a\\u0062c'])}\n`)],
  ['hashable', () => raw("S'it\\'s'\n")],
  ['hashable', () => join(op('SHORT_BINSTRING', 3), raw('c\n.'))],
  ['hashable', () => join(op('BINSTRING', 3, 0, 0, 0), raw('R..'))],
  ['hashable', (maker) => bytes(pick(maker, ['', 'cos\nsystem\n', '\x80\x04.']))],
  ['hashable', () => join(op('BINBYTES8', 2, 0, 0, 0, 0, 0, 0, 0), raw('0.'))],
  ['any', () => join(op('BYTEARRAY8', 2, 0, 0, 0, 0, 0, 0, 0), raw('..'))],
  ['text', () => join(op('BINUNICODE8', 2, 0, 0, 0, 0, 0, 0, 0), raw('os'))],
  ['text', () => join(op('BINUNICODE', 2, 0, 0, 0), raw('io'))],
  ['tuple', () => op('EMPTY_TUPLE')],
  ['list', () => op('EMPTY_LIST')],
  ['dict', () => op('EMPTY_DICT')],
  ['set', () => op('EMPTY_SET')],
  ['object', () => raw('P123\n')],
  ['global', (maker) => raw(Buffer.from(`c${pick(maker, modules)}\n${pick(maker, names)}\n`, 'utf8').toString('latin1'))],
];

function push(maker: Maker): true {
  const [kind, make] = pick(maker, constants);
  return emit(maker, kind, make(maker));
}

const someKeys = (maker: Maker): Part[] => Array.from({ length: 1 + below(maker, 3) }, (_, at) => join(op('BININT1', at), op('NEWFALSE')));

function marked(maker: Maker): true {
  const closers: readonly (readonly [Kind, string])[] = [
    ['tuple', 'TUPLE'],
    ['list', 'LIST'],
  ];
  const [kind, name] = pick(maker, closers);
  const height = maker.stack.length;
  emit(maker, null, op('MARK'));
  for (let count = below(maker, 4); count > 0; count -= 1) push(maker);
  maker.stack.length = height;
  return emit(maker, kind, op(name));
}

/** Each opcode with what it needs on top of the stack, and what it leaves. */
const steps: readonly ((maker: Maker) => boolean)[] = [
  push,
  marked,
  (maker) => emit(maker, 'dict', op('MARK'), ...someKeys(maker), op('DICT')),
  (maker) => emit(maker, 'any', op('MARK'), op('BININT1', 1), text('k'), op('FROZENSET')),
  (maker) => emit(maker, 'global', text(pick(maker, modules)), text(pick(maker, names)), op('STACK_GLOBAL')),
  (maker) => replace(maker, ['text', 'text'], 'global', op('STACK_GLOBAL')),
  (maker) => replace(maker, ['global', 'tuple'], 'object', op('REDUCE')),
  (maker) => replace(maker, ['global', 'tuple'], 'object', op('NEWOBJ')),
  (maker) => replace(maker, ['global', 'tuple'], 'object', op('EMPTY_DICT'), op('NEWOBJ_EX')),
  (maker) => emit(maker, 'object', op('MARK'), raw('cm\nn\n'), op('NONE'), op('OBJ')),
  (maker) => emit(maker, 'object', op('MARK'), op('NONE'), raw('iio\nopen\n')),
  (maker) => replace(maker, ['object', 'any'], 'object', op('BUILD')),
  (maker) => replace(maker, ['list', 'any'], 'list', op('APPEND')),
  (maker) => replace(maker, ['list'], 'list', op('MARK'), op('NONE'), op('NONE'), op('APPENDS')),
  (maker) => replace(maker, ['dict'], 'dict', op('NONE'), op('NONE'), op('SETITEM')),
  (maker) => replace(maker, ['dict'], 'dict', op('MARK'), ...someKeys(maker), op('SETITEMS')),
  (maker) => replace(maker, ['set'], 'set', op('MARK'), op('NONE'), op('ADDITEMS')),
  (maker) => replace(maker, ['any'], 'tuple', op('TUPLE1')),
  (maker) => replace(maker, ['any', 'any'], 'tuple', op('TUPLE2')),
  (maker) => replace(maker, ['any', 'any', 'any'], 'tuple', op('TUPLE3')),
  (maker) => replace(maker, ['hashable'], 'object', op('BINPERSID')),
  (maker) => maker.stack.length > 2 && replace(maker, ['any'], null, op('POP')),
  (maker) => emit(maker, null, op('MARK'), op('NONE'), op('POP_MARK')),
  (maker) => maker.stack.length > 0 && emit(maker, maker.stack.at(-1) ?? 'any', op('DUP')),
  (maker) => remember(maker, (index) => op('BINPUT', index), 256),
  (maker) => remember(maker, (index) => raw(`p${index}\n`), 256),
  (maker) => remember(maker, (index) => op('LONG_BINPUT', index, 0, 0, 0), 256),
  (maker) => remember(maker, () => op('MEMOIZE'), 256),
  (maker) => recall(maker, (index) => op('BINGET', index)),
  (maker) => recall(maker, (index) => raw(`g${index}\n`)),
  (maker) => recall(maker, (index) => op('LONG_BINGET', index, 0, 0, 0)),
];

function replace(maker: Maker, wanted: readonly Kind[], left: Kind | null, ...parts: readonly Part[]): boolean {
  const top = maker.stack.slice(-wanted.length);
  if (top.length < wanted.length || !wanted.every((kind, at) => kind === 'any' || kind === top[at])) return false;
  maker.stack.length -= wanted.length;
  emit(maker, left, ...parts);
  return true;
}

function remember(maker: Maker, write: (index: number) => Part, most: number): boolean {
  const top = maker.stack.at(-1);
  if (top === undefined || maker.memo.length >= most) return false;
  emit(maker, null, write(maker.memo.length));
  maker.memo.push(top);
  return true;
}

function recall(maker: Maker, write: (index: number) => Part): boolean {
  if (maker.memo.length === 0) return false;
  const index = below(maker, maker.memo.length);
  emit(maker, maker.memo[index] ?? 'any', write(index));
  return true;
}

/** A program of 1–60 opcodes that ends with STOP. */
export function randomProgram(seed: number): Uint8Array {
  const random = randomNumbers(seed);
  const maker: Maker = { parts: [], stack: [], memo: [], random, protocol: Math.floor(random() * 6) };
  if (maker.protocol >= 2) maker.parts.push(op('PROTO', maker.protocol));
  const length = 1 + below(maker, 60);
  for (let count = 0; count < length; count += 1) pick(maker, steps)(maker);
  if (maker.stack.length === 0) push(maker);
  return join(...maker.parts, op('STOP'));
}
