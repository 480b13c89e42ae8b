/**
 * Pure functions and methods that hide text, computed: `''.join`, `%`, `format`, chr, base64, hex, zlib, rot13, slices, reversed…
 * Only what is certain is computed; anything else is unknown and keeps the marks of what went in. Pure and bounded.
 */
import { Buffer } from 'node:buffer';
import type { Call } from './python-call.ts';
import { unescapeText } from './python-strings.ts';
import { unpackText } from './python-unpack.ts';
import {
  bytes,
  elementsOf,
  integer,
  isTextual,
  longestText,
  marks,
  marksOf,
  numberOf,
  sequence,
  type TextValue,
  text,
  unknownWith,
  type Value,
} from './python-values.ts';

const latin1 = (value: string): Buffer => Buffer.from(value, 'latin1');

/** Names of codecs as Python spells them, without case, dashes and underscores. */
function codecName(value: Value | undefined, fallback: string): string {
  return value?.kind === 'text' ? value.text.toLowerCase().replaceAll(/[-_ ]/g, '') : fallback;
}

const rot13 = (value: string): string =>
  value.replace(/[a-zA-Z]/g, (letter) => {
    const start = letter <= 'Z' ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - start + 13) % 26) + start);
  });

/** `bytes.decode`, `codecs.decode`: text, or bytes for the codecs that give bytes. */
function decodeWith(value: Value, codec: string): Value | undefined {
  if (!isTextual(value)) return undefined;
  const hidden = value.marks | marks.decoded;
  const { text: raw } = value;
  switch (codec) {
    case 'utf8':
    case 'u8':
    case 'utf':
    case 'ascii':
    case 'utf8sig':
      return value.kind === 'bytes' ? text(latin1(raw).toString('utf8'), value.marks) : value;
    case 'latin1':
    case 'iso88591':
    case 'l1':
    case 'cp1252':
      return text(raw, value.marks);
    case 'utf16':
    case 'utf16le':
      return text(
        latin1(raw)
          .toString('utf16le')
          .replace(/^\ufeff/, ''),
        hidden,
      );
    case 'utf16be':
    case 'utf32':
    case 'utf32le':
      return unpackText(raw, codec, hidden);
    case 'unicodeescape':
    case 'rawunicodeescape':
    case 'stringescape':
      return text(unescapeText(raw, false), hidden);
    case 'rot13':
    case 'rot':
      return text(rot13(raw), hidden);
    default:
      return unpackText(raw, codec, hidden);
  }
}

function encodeWith(value: Value, codec: string): Value | undefined {
  if (!isTextual(value)) return undefined;
  if (codec === 'rot13') return text(rot13(value.text), value.marks | marks.decoded);
  if (codec === 'utf8') return bytes(Buffer.from(value.text, 'utf8').toString('latin1'), value.marks);
  if (codec === 'latin1' || codec === 'ascii' || codec === 'iso88591') return bytes(value.text, value.marks);
  if (codec === 'unicodeescape' || codec === 'rawunicodeescape') return bytes(value.text, value.marks);
  return undefined;
}

function join(separator: TextValue, list: Value | undefined): Value | undefined {
  const parts = elementsOf(list);
  if (!parts?.every(isTextual)) return undefined;
  const short = parts.filter((part) => isTextual(part) && part.text.length <= 2).length;
  // Letters one by one are a way of hiding; words with spaces or slashes between them are not.
  const spelled = parts.length > 3 && short > parts.length / 2 && separator.text === '';
  const from = marksOf(parts) | separator.marks | marks.joined | (spelled ? marks.decoded : 0);
  const joined = parts.map((part) => (isTextual(part) ? part.text : '')).join(separator.text);
  return separator.kind === 'bytes' ? bytes(joined, from) : text(joined, from);
}

/** `'%s' % x`, `'%c%c' % (…)`: plain conversions. */
export function percent(format: Value, given: Value): Value | undefined {
  if (!isTextual(format)) return undefined;
  const values = given.kind === 'sequence' && given.tuple ? given.items : [given];
  let at = 0;
  let certain = true;
  const made = format.text.replace(
    /%(?:\(([^)]{1,80})\))?[-+ 0#]*\d*(?:\.\d+)?([%scdixXr])/g,
    (_, key: string | undefined, conversion: string) => {
      if (conversion === '%') return '%';
      const value = key === undefined ? values[at++] : given.kind === 'dict' ? given.entries.get(key) : undefined;
      const number = numberOf(value);
      if (isTextual(value) && (conversion === 's' || conversion === 'c')) return value.text;
      if (number !== undefined && conversion === 'c') return String.fromCodePoint(Math.max(0, Math.min(number, 0x10ffff)));
      if (number !== undefined && 'sdi'.includes(conversion)) return String(number);
      if (number !== undefined && conversion.toLowerCase() === 'x') return number.toString(16);
      certain = false;
      return '';
    },
  );
  return certain ? text(made, format.marks | marksOf(values) | marks.joined) : undefined;
}

function format(template: TextValue, { args, keywords }: Call): Value | undefined {
  let next = 0;
  let certain = true;
  const made = template.text.replace(/\{\{|\}\}|\{([^{}:!]{0,80})(?:![rsa])?(?::[^{}]{0,20})?\}/g, (whole, field: string | undefined) => {
    if (whole === '{{' || whole === '}}') return whole[0] ?? '';
    const key = field ?? '';
    const value = key === '' ? args[next++] : /^\d{1,4}$/.test(key) ? args[Number(key)] : keywords.get(key);
    if (isTextual(value)) return value.text;
    const number = numberOf(value);
    if (number !== undefined) return String(number);
    certain = false;
    return '';
  });
  return certain ? text(made, template.marks | marksOf([...args, ...keywords.values()]) | marks.joined) : undefined;
}

function translate(value: TextValue, table: Value | undefined): Value | undefined {
  if (table?.kind !== 'dict') return undefined;
  const made = [...value.text].map((letter) => {
    const to = table.entries.get(String(letter.codePointAt(0))) ?? table.entries.get(letter);
    const code = numberOf(to);
    return isTextual(to) ? to.text : code === undefined ? letter : String.fromCodePoint(Math.max(0, Math.min(code, 0x10ffff)));
  });
  return text(made.join(''), value.marks | marks.decoded);
}

type Method = (owner: TextValue, call: Call) => Value | undefined;

const same =
  (change: (value: string) => string): Method =>
  (owner) =>
    owner.kind === 'bytes' ? bytes(change(owner.text), owner.marks) : text(change(owner.text), owner.marks);

const strip =
  (start: boolean, end: boolean): Method =>
  (owner, { args }) => {
    const set = isTextual(args[0]) ? args[0].text : ' \t\n\r\f\v';
    let from = 0;
    let to = owner.text.length;
    while (start && from < to && set.includes(owner.text[from] ?? '')) from += 1;
    while (end && to > from && set.includes(owner.text[to - 1] ?? '')) to -= 1;
    return owner.kind === 'bytes' ? bytes(owner.text.slice(from, to), owner.marks) : text(owner.text.slice(from, to), owner.marks);
  };

const split: Method = (owner, { args }) => {
  const separator = isTextual(args[0]) ? args[0].text : null;
  if (separator === '') return undefined;
  const parts = separator === null ? owner.text.trim().split(/\s+/) : owner.text.split(separator);
  return sequence(parts.map((part) => (owner.kind === 'bytes' ? bytes(part, owner.marks) : text(part, owner.marks))));
};

const textMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['join', (owner, { args }) => join(owner, args[0])],
  ['format', (owner, call) => format(owner, call)],
  ['decode', (owner, { args, keywords }) => decodeWith(owner, codecName(args[0] ?? keywords.get('encoding'), 'utf8'))],
  ['encode', (owner, { args, keywords }) => encodeWith(owner, codecName(args[0] ?? keywords.get('encoding'), 'utf8'))],
  ['lower', same((value) => value.toLowerCase())],
  ['casefold', same((value) => value.toLowerCase())],
  ['upper', same((value) => value.toUpperCase())],
  ['swapcase', same((value) => [...value].map((one) => (one === one.toLowerCase() ? one.toUpperCase() : one.toLowerCase())).join(''))],
  ['title', same((value) => value)],
  ['strip', strip(true, true)],
  ['lstrip', strip(true, false)],
  ['rstrip', strip(false, true)],
  ['split', split],
  ['splitlines', (owner) => sequence(owner.text.split(/\r\n|\r|\n/).map((line) => text(line, owner.marks)))],
  [
    'replace',
    (owner, { args: [from, to] }) =>
      isTextual(from) && isTextual(to) && from.text !== '' && owner.text.length * (1 + to.text.length) <= longestText * 4
        ? { ...owner, text: owner.text.replaceAll(from.text, () => to.text), marks: owner.marks | marks.joined }
        : undefined,
  ],
  ['translate', (owner, { args }) => translate(owner, args[0])],
  ['hex', (owner) => text(latin1(owner.text).toString('hex'), owner.marks)],
  ['format_map', (owner, { args: [map] }) => (map?.kind === 'dict' ? format(owner, { args: [], keywords: map.entries }) : undefined)],
]);

/** A method of a text or bytes constant; undefined when it is not computed. */
export function foldMethod(owner: Value, name: string, call: Call): Value | undefined {
  if (!isTextual(owner)) return undefined;
  return textMethods.get(name)?.(owner, call);
}

type Pure = (call: Call) => Value | undefined;

const unpacked =
  (codec: string): Pure =>
  ({ args: [value] }) =>
    isTextual(value) ? unpackText(value.text, codec, value.marks | marks.decoded) : unknownWith((value?.marks ?? 0) | marks.decoded);

const listed: Pure = ({ args: [value] }) => {
  const items = value === undefined ? [] : elementsOf(value);
  return items ? sequence([...items], false, value?.marks ?? 0) : undefined;
};

const toBytes: Pure = ({ args: [value] }) => {
  if (value?.kind === 'bytes') return value;
  if (value?.kind === 'text') return encodeWith(value, 'utf8');
  const codes = elementsOf(value)?.map(numberOf);
  if (!codes?.every((code) => code !== undefined && code >= 0 && code < 256)) return undefined;
  return bytes(codes.map((code) => String.fromCharCode(code ?? 0)).join(''), (value?.marks ?? 0) | marks.decoded);
};

const toText: Pure = ({ args: [value, codec] }) => {
  if (value?.kind === 'bytes' && codec) return decodeWith(value, codecName(codec, 'utf8'));
  if (isTextual(value)) return value.kind === 'text' ? value : undefined;
  const number = numberOf(value);
  return number === undefined ? undefined : text(String(number), value?.marks ?? 0);
};

const toInteger: Pure = ({ args: [value, base] }) => {
  if (value?.kind === 'integer') return value;
  if (!isTextual(value)) return undefined;
  const radix = numberOf(base) ?? 10;
  const digits = value.text
    .trim()
    .replace(/^0[xXoObB]/, '')
    .toLowerCase();
  if (radix < 2 || radix > 36 || digits.length > 300 || !/^[\da-z]+$/.test(digits)) return undefined;
  const number = Number.parseInt(digits, radix);
  return Number.isSafeInteger(number) ? integer(number, value.marks) : undefined;
};

const mostRange = 4096;
const range: Pure = ({ args }) => {
  const numbers = args.map(numberOf);
  if (numbers.length === 0 || !numbers.every((number) => number !== undefined)) return undefined;
  const [from = 0, to = 0, step = 1] = numbers.length === 1 ? [0, numbers[0]] : numbers;
  if (step === 0 || Math.abs((to - from) / step) > mostRange) return undefined;
  const items: Value[] = [];
  for (let at = from; step > 0 ? at < to : at > to; at += step) items.push(integer(at));
  return sequence(items);
};

const maketrans: Pure = ({ args: [from, to] }) => {
  if (from?.kind === 'dict') return from;
  if (!isTextual(from) || !isTextual(to) || from.text.length > 500) return undefined;
  const pairs = [...from.text].map((letter, at) => [String(letter.codePointAt(0)), text([...to.text][at] ?? '')] as const);
  return { kind: 'dict', entries: new Map(pairs), marks: 0 };
};

/** By module and name. What is decoded here is marked as such. */
const pure: ReadonlyMap<string, Pure> = new Map<string, Pure>([
  [
    'builtins chr',
    ({ args: [value] }) => {
      const code = numberOf(value);
      return code === undefined || code < 0 || code > 0x10ffff
        ? undefined
        : text(String.fromCodePoint(code), (value?.marks ?? 0) | marks.decoded);
    },
  ],
  [
    'builtins ord',
    ({ args: [value] }) => (isTextual(value) && value.text !== '' ? integer(value.text.codePointAt(0) ?? 0, value.marks) : undefined),
  ],
  ['builtins bytes', toBytes],
  ['builtins bytearray', toBytes],
  ['builtins str', toText],
  ['builtins int', toInteger],
  ['builtins list', listed],
  ['builtins tuple', listed],
  ['builtins iter', listed],
  ['builtins range', range],
  [
    'builtins reversed',
    ({ args: [value] }) => {
      const items = elementsOf(value);
      return items ? sequence(items.toReversed(), false, (value?.marks ?? 0) | marks.decoded) : undefined;
    },
  ],
  [
    'builtins zip',
    ({ args }) => {
      const lists = args.map(elementsOf);
      if (lists.length === 0 || !lists.every((list) => list !== undefined)) return undefined;
      const size = Math.min(...lists.map((list) => list?.length ?? 0));
      return sequence(
        Array.from({ length: size }, (_, at) =>
          sequence(
            lists.map((list) => list?.[at] ?? text('')),
            true,
          ),
        ),
      );
    },
  ],
  ['builtins enumerate', ({ args: [value] }) => mapped(value, (one, at) => sequence([integer(at), one], true))],
  [
    'builtins len',
    ({ args: [value] }) => {
      const size = isTextual(value) ? value.text.length : value?.kind === 'sequence' ? value.items.length : undefined;
      return size === undefined ? undefined : integer(size);
    },
  ],
  ['builtins bytes.fromhex', unpacked('hex')],
  ['builtins bytearray.fromhex', unpacked('hex')],
  ['builtins str.maketrans', maketrans],
  ['binascii unhexlify', unpacked('hex')],
  ['binascii a2b_hex', unpacked('hex')],
  ['binascii a2b_base64', unpacked('base64')],
  ['base64 b64decode', unpacked('base64')],
  ['base64 standard_b64decode', unpacked('base64')],
  ['base64 urlsafe_b64decode', unpacked('base64')],
  ['base64 decodebytes', unpacked('base64')],
  ['base64 decodestring', unpacked('base64')],
  ['base64 b32decode', unpacked('base32')],
  ['base64 b16decode', unpacked('hex')],
  ['base64 b85decode', unpacked('base85')],
  ['base64 a85decode', unpacked('ascii85')],
  ['zlib decompress', unpacked('zlib')],
  ['gzip decompress', unpacked('gzip')],
  ['bz2 decompress', unpacked('bz2')],
  ['lzma decompress', unpacked('lzma')],
  ['codecs decode', ({ args: [value, codec] }) => (value ? decodeWith(value, codecName(codec, 'utf8')) : undefined)],
  ['codecs encode', ({ args: [value, codec] }) => (value ? encodeWith(value, codecName(codec, 'utf8')) : undefined)],
  ['urllib.parse unquote', ({ args: [value] }) => (isTextual(value) ? text(unquoted(value.text), value.marks | marks.decoded) : undefined)],
  ['os.path join', ({ args }) => joinedPath(args)],
  ['posixpath join', ({ args }) => joinedPath(args)],
  ['os.path expanduser', ({ args: [value] }) => value],
  ['posixpath expanduser', ({ args: [value] }) => value],
  ['os.path abspath', ({ args: [value] }) => value],
  ['os.path expandvars', ({ args: [value] }) => value],
  ['textwrap dedent', ({ args: [value] }) => (isTextual(value) ? text(dedented(value.text), value.marks) : undefined)],
  ['inspect cleandoc', ({ args: [value] }) => (isTextual(value) ? text(dedented(value.text), value.marks) : undefined)],
]);

/** `module name` of every pure function. */
export const pureKeys: readonly string[] = [...pure.keys()];

/** A pure function; undefined when it is none or its result is not known. */
export function foldCall(module: string, name: string, call: Call): Value | undefined {
  return pure.get(`${module} ${name}`)?.(call);
}

/** Decoders whose result is hidden text even when it cannot be computed. */
export function isDecoder(module: string, name: string): boolean {
  return decoders.has(`${module} ${name}`);
}
const decoders = new Set(
  [...pure.keys()]
    .filter((key) => /^(base64|binascii|zlib|gzip|bz2|lzma) /.test(key))
    .concat('marshal loads', 'builtins bytes.fromhex', 'zlib decompressobj'),
);

function mapped(value: Value | undefined, change: (one: Value, at: number) => Value): Value | undefined {
  const items = elementsOf(value);
  return items ? sequence(items.map(change)) : undefined;
}

function unquoted(value: string): string {
  return latin1(value.replace(/%([\da-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))).toString('utf8');
}

function joinedPath(args: readonly Value[]): Value | undefined {
  if (!args.every(isTextual)) return undefined;
  return text(args.map((part) => (isTextual(part) ? part.text : '')).join('/'), marksOf(args));
}

function dedented(value: string): string {
  const lines = value.split('\n');
  const widths = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const margin = widths.length === 0 ? 0 : Math.min(...widths);
  return lines.map((line) => line.slice(margin)).join('\n');
}
