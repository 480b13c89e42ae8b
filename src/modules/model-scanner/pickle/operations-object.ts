/** Opcodes that make containers and objects: where names meet arguments. */
import { noteArray, noteFileWrapper, noteStorage, noteTensor, wrapperKind } from './arrays.ts';
import { applyCall, consumeIterators } from './calls.ts';
import { addElements, build, isTensor, setItems } from './changes.ts';
import { StreamBroken } from './cursor.ts';
import { expressionOf } from './expression.ts';
import { judge, unlisted } from './judge.ts';
import type { Machine } from './machine.ts';
import { type Operation, offerEmbedded } from './operations-constant.ts';
import {
  argumentsOf,
  type Call,
  extend,
  extendByOne,
  extension,
  type Mapping,
  type Sequence,
  sequence,
  textOf,
  type Value,
} from './values.ts';

/** Longest module or class name that is looked up. */
const longestName = 65_536;

/** Types whose `__new__` is the whole call: building one is calling it. */
const selfContained: ReadonlySet<string> = new Set(['builtins', 'itertools', 'functools', 'operator', 'types', '_io', 'io']);

function dictionary(pairs: Value[]): Mapping {
  const mapping: Mapping = { kind: 'dict', items: [], count: 0 };
  extend(mapping, pairs);
  return mapping;
}

function pairsFromMark(machine: Machine): Value[] {
  const pairs = machine.popMark();
  if (pairs.length % 2 !== 0) throw new StreamBroken('odd-pairs', `a key without a value at byte ${machine.offset}`);
  return pairs;
}

function sequenceOf(machine: Machine, kind: Sequence['kind'], elements: Value[]): Sequence {
  return sequence(kind, elements, machine.isLate(elements.length));
}

function pushTuple(machine: Machine, count: number): void {
  const elements: Value[] = [];
  for (let at = 0; at < count; at += 1) elements.push(machine.pop());
  machine.push(sequenceOf(machine, 'tuple', elements.reverse()));
}

/** `cls.__new__(cls, *args)`: the class is built, its `__init__` does not run. */
function newObject(machine: Machine, built: Value, args: readonly Value[]): Value {
  const { offset, opcodeIndex } = machine;
  if (built.kind !== 'global') return applyCall(machine, built, args);
  const { target } = built;
  if (selfContained.has(target.module) && !target.allow?.asClass) return applyCall(machine, built, args);
  consumeIterators(machine, args);
  const value: Call = { kind: 'call', callee: built, args, built: true, offset, opcodeIndex };
  const judgement = judge(target, 'class', args);
  // A class no library is known to build this way, given a text that may be a path or code: as unknown as a call.
  const unknownUse = judgement === unlisted && target.origin === 'ai-package' && args.some((arg) => arg.kind === 'text');
  const position = unknownUse ? 'call' : 'class';
  machine.recorder.global({ target, position, judgement, site: machine.site(), expression: () => expressionOf(value) });
  machine.used(built);
  return value;
}

/** OBJ and INST: without arguments a class is only built, a function is called. */
function instantiate(machine: Machine, callee: Value, args: readonly Value[]): Value {
  const isClass = callee.kind === 'global' && callee.target.allow?.asClass === true;
  return args.length === 0 && isClass ? newObject(machine, callee, args) : applyCall(machine, callee, args);
}

function reduce(machine: Machine): void {
  const args = machine.pop();
  const callee = machine.pop();
  const value = applyCall(machine, callee, argumentsOf(args));
  machine.push(value);
  if (value.kind === 'call' && isTensor(value)) noteTensor(machine, value);
  if (value.kind === 'bytes' && value.encoded) offerEmbedded(machine, value, Buffer.from(value.encoded.text.slice(0, 64), 'latin1'));
}

function buildState(machine: Machine): void {
  const state = machine.pop();
  const target = machine.top();
  build(machine, target, state);
  if (target.kind !== 'call') return;
  noteArray(machine, target, state);
  const kind = wrapperKind(target);
  if (kind === 'file') noteFileWrapper(machine, target);
  if (kind !== 'stream') return;
  machine.wrapper = target;
  machine.halt = 'raw';
}

function globalFromLines(machine: Machine): Value {
  const module = utf8(machine.cursor.line(longestName).text);
  return machine.findClass(module, utf8(machine.cursor.line(longestName).text), false);
}

/** Lines are read as Latin-1; names above ASCII are UTF-8. */
const utf8 = (line: string): string => (/^[\x20-\x7e]*$/.test(line) ? line : Buffer.from(line, 'latin1').toString('utf8'));

/** A name that cannot be computed is judged as a proved way to run code: no pickler hides what it names. */
function stackGlobal(machine: Machine): void {
  const name = machine.pop();
  const module = machine.pop();
  if (module.kind === 'text' && name.kind === 'text' && !module.cut && !name.cut) {
    machine.push(machine.findClass(module.text, name.text, module.computed || name.computed));
    return;
  }
  const value = machine.reference(`<${expressionOf(module)}>`.slice(0, 100), `<${expressionOf(name)}>`.slice(0, 100), false);
  const forgotten = [module, name].some((part) => part.kind === 'opaque' && part.why === 'forgotten');
  machine.recorder.global({
    target: value.target,
    position: 'reference',
    judgement: { judgement: 'computed', effect: 'exec', certainty: forgotten ? 'unknown' : 'proved' },
    site: machine.site(),
    expression: () => `${expressionOf(module)}.${expressionOf(name)}`.slice(0, 200),
  });
  machine.used(value);
  machine.push(value);
}

function persistent(machine: Machine, id: Value): void {
  machine.recorder.persistentIds += 1;
  noteStorage(machine, id);
  // Legacy torch writes a class with its source as `('module', class, file, source)` and gets the class back.
  const [word, named] = id.kind === 'tuple' ? id.items : [];
  if (textOf(word) === 'module' && named?.kind === 'global') {
    machine.push(named);
    return;
  }
  machine.push({ kind: 'persistent', id });
}

function extensionCode(machine: Machine, code: number): void {
  machine.recorder.anomaly('pickle-extension-code', 'broken', {
    detail: `extension code ${code}: which class it names is only known to the program that loads it`,
    site: machine.site(),
  });
  machine.push(extension);
}

function persistentLine(machine: Machine): void {
  const { text } = machine.cursor.line(longestName);
  persistent(machine, { kind: 'text', text, cut: false, computed: false, offset: -1, length: text.length });
}

function newObjectExtended(machine: Machine): void {
  const keywords = machine.pop();
  const args = argumentsOf(machine.pop());
  const named = keywords.kind === 'dict' ? keywords.items.filter((_, at) => at % 2 === 1) : [keywords];
  machine.push(newObject(machine, machine.pop(), [...args, ...named]));
}

function setOne(machine: Machine): void {
  const value = machine.pop();
  const key = machine.pop();
  const target = machine.top();
  // By far the most frequent case in protocol 0.
  if (target.kind === 'dict' && key.kind === 'text') extendByOne(target, key, value, machine.isLate(2));
  else setItems(machine, target, [key, value]);
}

export const objectOperations: readonly (readonly [string, Operation])[] = [
  ['EMPTY_TUPLE', (machine) => machine.push(sequence('tuple', []))],
  ['EMPTY_LIST', (machine) => machine.push(sequence('list', []))],
  ['EMPTY_DICT', (machine) => machine.push(dictionary([]))],
  ['EMPTY_SET', (machine) => machine.push(sequence('set', []))],
  ['TUPLE', (machine) => machine.push(sequenceOf(machine, 'tuple', machine.popMark()))],
  ['TUPLE1', (machine) => pushTuple(machine, 1)],
  ['TUPLE2', (machine) => pushTuple(machine, 2)],
  ['TUPLE3', (machine) => pushTuple(machine, 3)],
  ['LIST', (machine) => machine.push(sequenceOf(machine, 'list', machine.popMark()))],
  ['FROZENSET', (machine) => machine.push(sequenceOf(machine, 'frozenset', machine.popMark()))],
  [
    'DICT',
    (machine) => {
      const pairs = pairsFromMark(machine);
      const mapping = dictionary([]);
      setItems(machine, mapping, pairs);
      machine.push(mapping);
    },
  ],
  [
    'APPEND',
    (machine) => {
      const element = machine.pop();
      addElements(machine, machine.top(), { elements: [element], kind: 'list' });
    },
  ],
  [
    'APPENDS',
    (machine) => {
      const elements = machine.popMark();
      addElements(machine, machine.top(), { elements, kind: 'list' });
    },
  ],
  [
    'ADDITEMS',
    (machine) => {
      const elements = machine.popMark();
      addElements(machine, machine.top(), { elements, kind: 'set' });
    },
  ],
  ['SETITEM', setOne],
  [
    'SETITEMS',
    (machine) => {
      const pairs = pairsFromMark(machine);
      setItems(machine, machine.top(), pairs);
    },
  ],
  ['GLOBAL', (machine) => machine.push(globalFromLines(machine))],
  ['STACK_GLOBAL', stackGlobal],
  ['REDUCE', reduce],
  ['BUILD', buildState],
  [
    'NEWOBJ',
    (machine) => {
      const args = argumentsOf(machine.pop());
      machine.push(newObject(machine, machine.pop(), args));
    },
  ],
  ['NEWOBJ_EX', newObjectExtended],
  [
    'INST',
    (machine) => {
      const callee = globalFromLines(machine);
      machine.push(instantiate(machine, callee, machine.popMark()));
    },
  ],
  [
    'OBJ',
    (machine) => {
      const [callee, ...args] = machine.popMark();
      if (!callee) throw machine.underflow();
      machine.push(instantiate(machine, callee, args));
    },
  ],
  ['EXT1', (machine) => extensionCode(machine, machine.cursor.u1())],
  ['EXT2', (machine) => extensionCode(machine, machine.cursor.u2())],
  ['EXT4', (machine) => extensionCode(machine, machine.cursor.i4())],
  ['PERSID', persistentLine],
  ['BINPERSID', (machine) => persistent(machine, machine.pop())],
];
