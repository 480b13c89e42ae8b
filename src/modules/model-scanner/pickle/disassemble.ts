/** The opcodes of a piece of a pickle, for people to look at. Nothing is judged and nothing is built. */
import { escapeText } from '../engine/quote.ts';
import { opcodeOf } from './opcodes.ts';

export type OpcodeLine = {
  /** In the stream, not in the piece. */
  readonly offset: number;
  readonly name: string;
  /** Escaped, cut at 200 characters; null for opcodes without one. */
  readonly argument: string | null;
  /** Before the anchor, and the piece does not begin where the stream does: the likeliest reading, not a proof. */
  readonly inferred: boolean;
};

const mostText = 200;
const cut = '(cut here)';

/**
 * Disassembles a piece of a pickle.
 *
 * From the anchor on the reading is exact. Before it, the beginning of an opcode is not known unless the piece starts with the stream: opcodes of
 * a pickle fall into step within a few bytes, so the chain that reaches furthest back is taken.
 *
 * @param bytes  the piece, at most some kilobytes: time and memory are linear in it.
 * @param start  offset of its first byte in the stream.
 * @param anchor offset in the stream at which an opcode is known to begin, inside the piece.
 * @returns opcodes in the order of the stream; a byte that is none ends the list. Empty when the anchor lies outside the piece. Never throws.
 */
export function disassemble(bytes: Uint8Array, start: number, anchor: number): OpcodeLine[] {
  const at = anchor - start;
  if (at < 0 || at >= bytes.length) return [];
  const before = start === 0 && stepsFrom(bytes, 0, at).at(-1)?.next === at ? stepsFrom(bytes, 0, at) : likelyChain(bytes, at);
  const isExact = start === 0 && (before[0]?.at ?? 0) === 0;
  const line = (step: Step, inferred: boolean): OpcodeLine => ({
    offset: start + step.at,
    name: step.name,
    argument: step.argument,
    inferred,
  });
  return [...before.map((step) => line(step, !isExact)), ...stepsFrom(bytes, at, bytes.length).map((step) => line(step, false))];
}

type Step = { readonly at: number; readonly next: number; readonly name: string; readonly argument: string | null };

function stepsFrom(bytes: Uint8Array, from: number, to: number): Step[] {
  const steps: Step[] = [];
  for (let at = from; at < to; ) {
    const step = stepAt(bytes, at);
    if (step === null) break;
    steps.push(step);
    at = step.next;
  }
  return steps;
}

/**
 * Of all chains of opcodes that end at the anchor, the one that reaches furthest back: readings that begin inside a text die at its first
 * byte, because the opcode before it ends behind the text. Among equals the longer opcode, which is the text's own.
 */
function likelyChain(bytes: Uint8Array, anchor: number): Step[] {
  const furthest = Int32Array.from({ length: anchor + 1 }, (_, at) => at);
  const leading = new Map<number, Step>();
  for (let at = 0; at < anchor; at++) {
    const step = stepAt(bytes, at);
    if (step === null || step.next > anchor) continue;
    const reached = furthest[at] ?? at;
    // Places come in rising order: an earlier one that reaches as far is longer, and stays.
    if (leading.has(step.next) && reached >= (furthest[step.next] ?? 0)) continue;
    furthest[step.next] = reached;
    leading.set(step.next, step);
  }
  const chain: Step[] = [];
  for (let step = leading.get(anchor); step !== undefined; step = leading.get(step.at)) chain.push(step);
  return chain.reverse();
}

/** One opcode and where the next begins; null when the byte is none. An argument that the piece does not hold to its end says so. */
function stepAt(bytes: Uint8Array, at: number): Step | null {
  const opcode = opcodeOf(bytes[at] ?? -1);
  if (opcode === undefined) return null;
  const reader = readers[opcode.argument];
  const { next, text } = reader(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at + 1);
  return { at, next: Math.min(next, bytes.length), name: opcode.name, argument: next > bytes.length ? cut : text };
}

type Argument = { readonly next: number; readonly text: string | null };
type Reader = (view: DataView, at: number) => Argument;
type Kind = NonNullable<ReturnType<typeof opcodeOf>>['argument'];

function fixed(width: number, read: (view: DataView, at: number) => number | bigint): Reader {
  return (view, at) => (at + width > view.byteLength ? beyond(view) : { next: at + width, text: String(read(view, at)) });
}

function counted(width: 1 | 4 | 8, show: (bytes: Uint8Array) => string): Reader {
  return (view, at) => {
    if (at + width > view.byteLength) return beyond(view);
    const length = width === 1 ? view.getUint8(at) : width === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
    const from = at + width;
    if (length > view.byteLength - from) return beyond(view);
    return { next: from + length, text: show(new Uint8Array(view.buffer, view.byteOffset + from, length)) };
  };
}

function lines(count: 1 | 2): Reader {
  return (view, at) => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const parts: string[] = [];
    let from = at;
    for (let left = count; left > 0; left -= 1) {
      const end = bytes.indexOf(10, from);
      if (end < 0) return beyond(view);
      parts.push(shown(bytes.subarray(from, end), 'latin1'));
      from = end + 1;
    }
    return { next: from, text: parts.join(' ') };
  };
}

const beyond = (view: DataView): Argument => ({ next: view.byteLength + 1, text: cut });

function shown(bytes: Uint8Array, encoding: 'utf8' | 'latin1'): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4 * mostText)).toString(encoding);
  return escapeText(text.length > mostText ? `${text.slice(0, mostText)}…` : text);
}

const utf8 = (bytes: Uint8Array): string => `'${shown(bytes, 'utf8')}'`;
const raw = (bytes: Uint8Array): string => `b'${shown(bytes, 'latin1')}'`;
/** Little-endian two's complement, up to 16 bytes in digits. */
function integer(bytes: Uint8Array): string {
  if (bytes.length > 16) return `integer of ${bytes.length} bytes`;
  let value = 0n;
  for (const [place, byte] of bytes.entries()) value |= BigInt(byte) << BigInt(8 * place);
  return String(BigInt.asIntN(8 * bytes.length, value));
}

const readers: Readonly<Record<Kind, Reader>> = {
  none: (_view, at) => ({ next: at, text: null }),
  u1: fixed(1, (view, at) => view.getUint8(at)),
  u2: fixed(2, (view, at) => view.getUint16(at, true)),
  i4: fixed(4, (view, at) => view.getInt32(at, true)),
  u4: fixed(4, (view, at) => view.getUint32(at, true)),
  u8: fixed(8, (view, at) => view.getBigUint64(at, true)),
  float8: fixed(8, (view, at) => view.getFloat64(at, false)),
  long1: counted(1, integer),
  long4: counted(4, integer),
  lines1: lines(1),
  lines2: lines(2),
  text1: counted(1, utf8),
  text4: counted(4, utf8),
  text8: counted(8, utf8),
  bytes1: counted(1, raw),
  bytes4: counted(4, raw),
  bytes8: counted(8, raw),
  string1: counted(1, raw),
  string4: counted(4, raw),
};
