/**
 * Pure Python functions that hide text: computed here, so that a name put together from pieces is still a name.
 * Only what is certain is computed; anything else stays unknown, which is judged worse. Pure and bounded.
 */
import { computedBytes, computedText, integer, keptElements, keptText, numberOf, sequence, type Value } from './values.ts';

type FoldTools = {
  /** The bytes of a bytes constant, at most 64 KiB; undefined when longer or unknown. */
  bytesOf(value: Value | undefined): Uint8Array | undefined;
};
type Fold = (args: readonly Value[], tools: FoldTools) => Value | undefined;

const textAt = (args: readonly Value[], at: number): string | undefined => {
  const value = args[at];
  return value?.kind === 'text' && !value.cut ? value.text : undefined;
};

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

function decode(bytes: Uint8Array, encoding: string): string | undefined {
  const word = encoding.toLowerCase().replaceAll(/[-_ ]/g, '');
  if (word === 'utf8' || word === 'ascii' || word === 'usascii') return Buffer.from(bytes).toString('utf8');
  if (word === 'latin1' || word === 'iso88591' || word === 'l1') return latin1(bytes);
  if (word === 'utf16' || word === 'utf16le')
    return Buffer.from(bytes)
      .toString('utf16le')
      .replace(/^\uFEFF/, '');
  if (word === 'hex' || word === 'hexcodec') return undefined;
  if (word === 'unicodeescape' || word === 'rawunicodeescape') return unescapeText(latin1(bytes));
  return undefined;
}

function encode(text: string, encoding: string): Uint8Array | undefined {
  const word = encoding.toLowerCase().replaceAll(/[-_ ]/g, '');
  if (word === 'utf8') return Buffer.from(text, 'utf8');
  if (word === 'latin1' || word === 'iso88591' || word === 'ascii' || word === 'l1') return Buffer.from(text, 'latin1');
  return undefined;
}

const simpleEscapes: ReadonlyMap<string, string> = new Map(
  Object.entries({ n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"', a: '\u0007', b: '\b', f: '\f', v: '\v', '\n': '' }),
);

/** Backslash escapes of a Python literal. */
export function unescapeText(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|(.))/gs, (...match) => {
    const hex = match[1] ?? match[2] ?? match[3];
    if (hex !== undefined) return codePoint(Number.parseInt(hex, 16));
    if (match[4] !== undefined) return String.fromCharCode(Number.parseInt(match[4], 8) & 0xff);
    return simpleEscapes.get(match[5]) ?? match[0];
  });
}

const codePoint = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD');

const rot13 = (text: string): string =>
  text.replace(/[a-zA-Z]/g, (letter) => {
    const start = letter <= 'Z' ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - start + 13) % 26) + start);
  });

/** Elements of a list, tuple, text or bytes as single values. */
function elementsOf(value: Value | undefined, tools: FoldTools): Value[] | undefined {
  if (value?.kind === 'list' || value?.kind === 'tuple') return value.count > value.items.length ? undefined : value.items;
  if (value?.kind === 'call' && value.callee.kind === 'global' && value.callee.target.key === 'builtins reversed')
    return elementsOf(value.args[0], tools)?.toReversed();
  if (value?.kind === 'text' && value.text.length <= keptElements) return [...value.text].map(computedText);
  const bytes = value?.kind === 'bytes' ? tools.bytesOf(value) : undefined;
  return bytes && bytes.length <= keptElements ? [...bytes].map(integer) : undefined;
}

function join(args: readonly Value[], tools: FoldTools): Value | undefined {
  const separator = textAt(args, 0);
  const parts = elementsOf(args[1], tools)?.map((part) => (part.kind === 'text' && !part.cut ? part.text : undefined));
  if (separator === undefined || !parts?.every((part) => part !== undefined)) return undefined;
  const length = parts.reduce((sum, part) => sum + part.length + separator.length, 0);
  return length > keptText ? undefined : computedText(parts.join(separator));
}

function concat(args: readonly Value[], tools: FoldTools): Value | undefined {
  const [left, right] = args;
  if (left?.kind === 'text' && right?.kind === 'text') return left.cut || right.cut ? undefined : computedText(left.text + right.text);
  if (left?.kind === 'bytes' && right?.kind === 'bytes') {
    const [first, second] = [tools.bytesOf(left), tools.bytesOf(right)];
    return first && second && first.length + second.length <= keptText ? computedBytes(Buffer.concat([first, second])) : undefined;
  }
  const [first, second] = [elementsOf(left, tools), elementsOf(right, tools)];
  if (left?.kind === right?.kind && (left?.kind === 'list' || left?.kind === 'tuple') && first && second) {
    return first.length + second.length <= keptElements ? sequence(left.kind, [...first, ...second]) : undefined;
  }
  const [one, other] = [numberOf(left), numberOf(right)];
  return one !== undefined && other !== undefined && Number.isSafeInteger(one + other) ? integer(one + other) : undefined;
}

/** `'%s' % x`, `'%c%c' % (…)`: only plain conversions. */
function percent(args: readonly Value[]): Value | undefined {
  const format = textAt(args, 0);
  const given = args[1];
  if (format === undefined || !given) return undefined;
  const values = given.kind === 'tuple' ? given.items : [given];
  let at = 0;
  let certain = true;
  const text = format.replace(/%(.)/gs, (_, conversion: string) => {
    if (conversion === '%') return '%';
    const value = values[at++];
    const number = numberOf(value);
    if (conversion === 's' && value?.kind === 'text') return value.text;
    if (conversion === 'c' && value?.kind === 'text') return value.text;
    if (conversion === 'c' && number !== undefined) return codePoint(number);
    if ((conversion === 'd' || conversion === 's') && number !== undefined) return String(number);
    certain = false;
    return '';
  });
  return certain && text.length <= keptText ? computedText(text) : undefined;
}

function format(args: readonly Value[]): Value | undefined {
  const template = textAt(args, 0);
  if (template === undefined) return undefined;
  let next = 0;
  let certain = true;
  const text = template.replace(/\{\{|\}\}|\{(\d*)\}|\{[^}]*\}/g, (whole, index: string | undefined) => {
    if (whole === '{{' || whole === '}}') return whole.charAt(0);
    const value = index === undefined ? undefined : args[1 + (index === '' ? next++ : Number(index))];
    if (value?.kind === 'text') return value.text;
    if (numberOf(value) === undefined) certain = false;
    return String(numberOf(value) ?? '');
  });
  return certain && text.length <= keptText ? computedText(text) : undefined;
}

function slicePart(value: Value | undefined): { start?: number; stop?: number; step: number } | undefined {
  if (value?.kind !== 'call' || value.callee.kind !== 'global' || value.callee.target.name !== 'slice') return undefined;
  const given = value.args.map((part) => (part.kind === 'none' ? null : numberOf(part)));
  if (given.some((part) => part === undefined)) return undefined;
  const [first, second, third] = given.length === 1 ? [null, given[0], null] : given;
  return {
    ...(typeof first === 'number' ? { start: first } : {}),
    ...(typeof second === 'number' ? { stop: second } : {}),
    step: third ?? 1,
  };
}

function pick<Element>(elements: readonly Element[], { start, stop, step }: { start?: number; stop?: number; step: number }): Element[] {
  if (step === 0) return [];
  const size = elements.length;
  const bound = (at: number | undefined, fallback: number) =>
    at === undefined ? fallback : Math.max(-1, Math.min(size, at < 0 ? at + size : at));
  const [from, to] =
    step > 0 ? [Math.max(0, bound(start, 0)), bound(stop, size)] : [Math.min(size - 1, bound(start, size - 1)), bound(stop, -1)];
  const picked: Element[] = [];
  for (let at = from; step > 0 ? at < to : at > to; at += step) picked.push(elements[at] as Element);
  return picked;
}

/** `container[key]` of literals. */
export function itemOf(container: Value | undefined, key: Value | undefined, tools: FoldTools): Value | undefined {
  if (container?.kind === 'dict') {
    for (let at = 0; at + 1 < container.items.length; at += 2) {
      const candidate = container.items[at];
      if (candidate?.kind === 'text' && key?.kind === 'text' && candidate.text === key.text) return container.items[at + 1];
      if (numberOf(candidate) !== undefined && numberOf(candidate) === numberOf(key)) return container.items[at + 1];
    }
    return undefined;
  }
  const elements = elementsOf(container, tools);
  const range = slicePart(key);
  if (!elements || !container) return undefined;
  if (range) {
    const picked = pick(elements, range);
    if (container.kind === 'text') return computedText(picked.map((part) => (part.kind === 'text' ? part.text : '')).join(''));
    if (container.kind === 'bytes') return computedBytes(Uint8Array.from(picked.map((part) => numberOf(part) ?? 0)));
    return container.kind === 'list' || container.kind === 'tuple' ? sequence(container.kind, picked) : undefined;
  }
  const at = numberOf(key);
  return at === undefined ? undefined : elements.at(at);
}

function toText(args: readonly Value[], tools: FoldTools): Value | undefined {
  const [value] = args;
  if (value?.kind === 'text') return value.cut ? undefined : computedText(value.text);
  if (value?.kind === 'integer') return computedText(String(value.value));
  const bytes = args.length > 1 ? tools.bytesOf(value) : undefined;
  const text = bytes && decode(bytes, textAt(args, 1) ?? 'utf-8');
  return text === undefined ? undefined : computedText(text);
}

const decodeBytes: Fold = (args, tools) => {
  const bytes = tools.bytesOf(args[0]);
  const text = bytes && decode(bytes, textAt(args, 1) ?? 'utf-8');
  return text === undefined ? undefined : computedText(text);
};

/** `_codecs.encode(text, 'latin1')` is how protocols 0–2 write bytes: kept as a promise, so that large ones cost nothing. */
const encodeText: Fold = (args) => {
  const [value] = args;
  if (value?.kind !== 'text') return undefined;
  const encoding = textAt(args, 1) ?? 'utf-8';
  if (encoding === 'latin1' || encoding === 'latin-1') return { kind: 'bytes', offset: value.offset, length: value.length, encoded: value };
  const bytes = encode(value.text, encoding);
  return bytes && !value.cut ? computedBytes(bytes) : undefined;
};

/** `codecs.decode/encode(x, name)`: text encodings and the bytes-to-bytes ones. */
const transform: Fold = (args, tools) => {
  const [value] = args;
  const word = (textAt(args, 1) ?? '').toLowerCase().replaceAll(/[-_]/g, '');
  if (value?.kind === 'text' && word === 'rot13') return computedText(rot13(value.text));
  const bytes = tools.bytesOf(value);
  if (bytes && word.startsWith('hex')) return computedBytes(Buffer.from(latin1(bytes), 'hex'));
  if (bytes && word.startsWith('base64')) return computedBytes(Buffer.from(latin1(bytes), 'base64'));
  return value?.kind === 'text' ? encodeText(args, tools) : decodeBytes(args, tools);
};

const fromBase =
  (encoding: 'base64' | 'base64url' | 'hex'): Fold =>
  (args, tools) => {
    const written = textAt(args, 0) ?? (tools.bytesOf(args[0]) ? latin1(tools.bytesOf(args[0]) ?? new Uint8Array()) : undefined);
    return written === undefined ? undefined : computedBytes(Buffer.from(written.replaceAll(/\s/g, ''), encoding));
  };

const onText =
  (change: (text: string, first: string | undefined, second: string | undefined) => string | undefined): Fold =>
  (args) => {
    const text = textAt(args, 0);
    const changed = text === undefined ? undefined : change(text, textAt(args, 1), textAt(args, 2));
    return changed === undefined || changed.length > keptText ? undefined : computedText(changed);
  };

const withLength =
  (fold: Fold): Fold =>
  (args, tools) => {
    const value = fold(args, tools);
    return value && sequence('tuple', [value, integer(0)]);
  };

const bytesFromNumbers: Fold = (args, tools) => {
  if (args[0]?.kind === 'text') return encodeText(args, tools);
  const direct = args[0]?.kind === 'bytes' ? tools.bytesOf(args[0]) : undefined;
  if (direct) return computedBytes(direct);
  const numbers = elementsOf(args[0], tools)?.map(numberOf);
  return numbers?.every((number) => number !== undefined && number >= 0 && number < 256)
    ? computedBytes(Uint8Array.from(numbers as number[]))
    : undefined;
};

const listOf =
  (kind: 'list' | 'tuple'): Fold =>
  (args, tools) => {
    const elements = elementsOf(args[0], tools);
    return elements && sequence(kind, [...elements]);
  };

const item: Fold = (args, tools) => itemOf(args[0], args[1], tools);
const character: Fold = (args) => {
  const code = numberOf(args[0]);
  return code === undefined || code < 0 || code > 0x10ffff ? undefined : computedText(String.fromCodePoint(code));
};

const rows: readonly [string, Fold][] = [
  ['builtins str', toText],
  ['builtins str.join', join],
  ['builtins str.format', format],
  ['builtins str.__mod__', percent],
  ['builtins str.__add__', concat],
  ['builtins str.__getitem__', item],
  ['builtins str.replace', onText((text, from, to) => (from && to !== undefined ? text.replaceAll(from, () => to) : undefined))],
  ['builtins str.lower', onText((text) => text.toLowerCase())],
  ['builtins str.upper', onText((text) => text.toUpperCase())],
  ['builtins str.strip', onText((text, set) => (set === undefined ? text.trim() : undefined))],
  ['builtins str.removeprefix', onText((text, head) => (head !== undefined && text.startsWith(head) ? text.slice(head.length) : text))],
  ['builtins str.removesuffix', onText((text, tail) => (tail && text.endsWith(tail) ? text.slice(0, -tail.length) : text))],
  ['builtins str.encode', encodeText],
  ['builtins bytes.decode', decodeBytes],
  ['builtins bytearray.decode', decodeBytes],
  ['builtins bytes.fromhex', fromBase('hex')],
  ['builtins bytearray.fromhex', fromBase('hex')],
  ['builtins bytes', bytesFromNumbers],
  ['builtins bytearray', bytesFromNumbers],
  ['builtins chr', character],
  ['builtins list', listOf('list')],
  ['builtins tuple', listOf('tuple')],
  ['operator add', concat],
  ['operator concat', concat],
  ['operator iadd', concat],
  ['operator iconcat', concat],
  ['operator mod', percent],
  ['operator imod', percent],
  ['_codecs encode', encodeText],
  ['_codecs decode', transform],
  ['codecs encode', transform],
  ['codecs decode', transform],
  ['_codecs utf_8_decode', withLength(decodeBytes)],
  ['_codecs latin_1_decode', withLength((args, tools) => decodeBytes([args[0] ?? integer(0), computedText('latin1')], tools))],
  ['_codecs ascii_decode', withLength(decodeBytes)],
  [
    '_codecs unicode_escape_decode',
    withLength((args) => {
      const text = textAt(args, 0);
      return text === undefined ? undefined : computedText(unescapeText(text));
    }),
  ],
  ['base64 b64decode', fromBase('base64')],
  ['base64 standard_b64decode', fromBase('base64')],
  ['base64 urlsafe_b64decode', fromBase('base64url')],
  ['base64 decodebytes', fromBase('base64')],
  ['base64 b16decode', fromBase('hex')],
  ['binascii a2b_base64', fromBase('base64')],
  ['binascii a2b_hex', fromBase('hex')],
  ['binascii unhexlify', fromBase('hex')],
];
const folds: ReadonlyMap<string, Fold> = new Map(rows);

/** The result of a pure function, or undefined when the function or an argument is not known. Key: `module name`. */
export function fold(key: string, args: readonly Value[], tools: FoldTools): Value | undefined {
  return folds.get(key)?.(args, tools);
}
