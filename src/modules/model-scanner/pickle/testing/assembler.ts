/** Pickles written opcode by opcode, for tests and benchmarks: nothing here is ever loaded by Python. */
import { codeOf } from '../opcodes.ts';

/** A piece of a stream: bytes that push one value, or an opcode. */
export type Part = Uint8Array;

const concat = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);
const counted = (name: string, size: 1 | 4 | 8, body: Uint8Array): Part => {
  const head = Buffer.alloc(1 + size);
  head[0] = codeOf(name);
  if (size === 1) head[1] = body.length;
  if (size === 4) head.writeUInt32LE(body.length, 1);
  if (size === 8) head.writeBigUInt64LE(BigInt(body.length), 1);
  return concat([head, body]);
};

/** An opcode with its raw argument bytes. */
export const op = (name: string, ...argument: readonly number[]): Part => Uint8Array.of(codeOf(name), ...argument);
export const raw = (text: string): Part => Buffer.from(text, 'latin1');

export const text = (value: string): Part => {
  const body = Buffer.from(value, 'utf8');
  return body.length < 256 ? counted('SHORT_BINUNICODE', 1, body) : counted('BINUNICODE', 4, body);
};
export const bytes = (value: Uint8Array | string): Part => {
  const body = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  return body.length < 256 ? counted('SHORT_BINBYTES', 1, body) : counted('BINBYTES', 4, body);
};
export const integer = (value: number): Part => {
  const argument = Buffer.alloc(4);
  argument.writeInt32LE(value);
  return op('BININT', ...argument);
};
export const nothing: Part = op('NONE');

export const tuple = (...items: readonly Part[]): Part => concat([op('MARK'), ...items, op('TUPLE')]);
export const list = (...items: readonly Part[]): Part => concat([op('EMPTY_LIST'), op('MARK'), ...items, op('APPENDS')]);
export const dict = (...pairs: readonly (readonly [Part, Part])[]): Part =>
  concat([op('EMPTY_DICT'), op('MARK'), ...pairs.flat(), op('SETITEMS')]);

/** `GLOBAL module name`. */
export const named = (module: string, name: string): Part => raw(`c${module}\n${name}\n`);
/** The same from the stack, as protocol 4 writes it. */
export const stackNamed = (module: string, name: string): Part => concat([text(module), text(name), op('STACK_GLOBAL')]);

export const call = (callee: Part, ...args: readonly Part[]): Part => concat([callee, tuple(...args), op('REDUCE')]);
export const build = (built: Part, ...args: readonly Part[]): Part => concat([built, tuple(...args), op('NEWOBJ')]);
export const withState = (value: Part, state: Part): Part => concat([value, state, op('BUILD')]);
export const withItems = (value: Part, ...pairs: readonly (readonly [Part, Part])[]): Part =>
  concat([value, op('MARK'), ...pairs.flat(), op('SETITEMS')]);
/** `(args… i module\nname\n` of protocol 0. */
export const inst = (module: string, name: string, ...args: readonly Part[]): Part =>
  concat([op('MARK'), ...args, raw(`i${module}\n${name}\n`)]);
/** `(class args… o` of protocol 1. */
export const obj = (callee: Part, ...args: readonly Part[]): Part => concat([op('MARK'), callee, ...args, op('OBJ')]);
export const put = (index: number): Part => op('BINPUT', index);
export const get = (index: number): Part => op('BINGET', index);
export const join = (...parts: readonly Part[]): Part => concat(parts);

/** A whole stream: PROTO, the parts, STOP. */
export const stream = (protocol: number, ...parts: readonly Part[]): Uint8Array => concat([op('PROTO', protocol), ...parts, op('STOP')]);
/** Without PROTO, as protocols 0 and 1 are written. */
export const bareStream = (...parts: readonly Part[]): Uint8Array => concat([...parts, op('STOP')]);
