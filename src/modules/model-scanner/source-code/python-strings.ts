/** String literals of Python: every prefix, every quote, escapes, and the expressions inside format strings. */

type Range = { readonly from: number; readonly to: number };

type Literal = {
  readonly text: string;
  readonly flavour: 'text' | 'bytes' | 'format';
  readonly pieces: readonly (string | Range)[];
  readonly end: number;
};

const prefixed = /[rRbBuUfFtT]{0,2}(?:"""|'''|"|')/y;
const deepestNesting = 8;

export function startsLiteral(text: string, at: number): boolean {
  const character = text[at] ?? '';
  if (character === '"' || character === "'") return true;
  if (!'rRbBuUfFtT'.includes(character)) return false;
  prefixed.lastIndex = at;
  return prefixed.test(text);
}

/**
 * Reads the literal that starts at `at`. A literal without its closing quote ends with its line, or with the text when it is triple.
 * @source Python language reference, 2.4.1 String and bytes literals, and 2.4.3 f-strings (with the nesting that 3.12 allows).
 */
export function readLiteral(text: string, at: number, limit: number): Literal {
  let start = at;
  while (text[start] !== '"' && text[start] !== "'") start += 1;
  const prefix = text.slice(at, start).toLowerCase();
  const mark = text[start] ?? '"';
  const quote = text.startsWith(mark.repeat(3), start) ? mark.repeat(3) : mark;
  const body = start + quote.length;
  const raw = prefix.includes('r');
  const format = prefix.includes('f') || prefix.includes('t');
  const close = format ? formatEnd(text, body, { quote, limit, depth: 0 }) : plainEnd(text, body, { quote, limit });
  const end = Math.min(limit, close + (text.startsWith(quote, close) ? quote.length : 0));
  if (format) {
    const pieces = formatPieces(text, { from: body, to: close }, raw);
    return { text: pieces.filter((piece) => typeof piece === 'string').join(''), flavour: 'format', pieces, end };
  }
  const bytes = prefix.includes('b');
  const inner = text.slice(body, close);
  return { text: raw || !inner.includes('\\') ? inner : unescapeText(inner, bytes), flavour: bytes ? 'bytes' : 'text', pieces: [], end };
}

type Scan = { readonly quote: string; readonly limit: number };

function plainEnd(text: string, from: number, { quote, limit }: Scan): number {
  for (let at = from; at < limit; at += 1) {
    const character = text[at];
    if (character === '\\') at += text.startsWith('\r\n', at + 1) ? 2 : 1;
    else if (character === quote[0] && text.startsWith(quote, at)) return at;
    else if (quote.length === 1 && (character === '\n' || character === '\r')) return at;
  }
  return limit;
}

type FormatScan = Scan & { readonly depth: number };

/** The closing quote of a format string: quotes inside braces belong to literals of their own. */
function formatEnd(text: string, from: number, { quote, limit, depth }: FormatScan): number {
  let braces = 0;
  for (let at = from; at < limit; at += 1) {
    const character = text[at];
    if (character === '\\' && braces === 0) at += 1;
    else if (character === '{' && text[at + 1] === '{' && braces === 0) at += 1;
    else if (character === '{') braces += 1;
    else if (character === '}' && braces > 0) braces -= 1;
    else if (character === quote[0] && text.startsWith(quote, at)) {
      if (braces === 0 || depth >= deepestNesting || !closesLater(text, at, limit)) return at;
      at = nestedEnd(text, at, { limit, depth });
    } else if ((character === '"' || character === "'") && braces > 0) at = nestedEnd(text, at, { limit, depth });
    else if (quote.length === 1 && character === '\n' && braces === 0) return at;
  }
  return limit;
}

/** Before Python 3.12 the same quote could not stand inside the braces: a line without a second one ends there. */
function closesLater(text: string, at: number, limit: number): boolean {
  const lineEnd = text.indexOf('\n', at);
  const brace = text.indexOf('}', at);
  return brace >= 0 && brace < (lineEnd < 0 ? limit : lineEnd);
}

function nestedEnd(text: string, at: number, { limit, depth }: Omit<FormatScan, 'quote'>): number {
  const mark = text[at] ?? '"';
  const quote = text.startsWith(mark.repeat(3), at) ? mark.repeat(3) : mark;
  const nested = /[fFtT]/.test(text[at - 1] ?? '') && depth < deepestNesting;
  const body = at + quote.length;
  const close = nested ? formatEnd(text, body, { quote, limit, depth: depth + 1 }) : plainEnd(text, body, { quote, limit });
  return close + quote.length - 1;
}

const mostPieces = 2000;

function formatPieces(text: string, { from, to }: Range, raw: boolean): (string | Range)[] {
  const pieces: (string | Range)[] = [];
  let literal = '';
  let at = from;
  while (at < to && pieces.length < mostPieces) {
    const character = text[at] ?? '';
    if ((character === '{' || character === '}') && text[at + 1] === character) {
      literal += character;
      at += 2;
    } else if (character === '{') {
      if (literal !== '') pieces.push(raw ? literal : unescapeText(literal, false));
      literal = '';
      const field = formatField(text, at + 1, to);
      pieces.push({ from: at + 1, to: field.expressionEnd });
      at = field.end;
    } else {
      literal += character;
      at += 1;
    }
  }
  if (literal !== '') pieces.push(raw ? literal : unescapeText(literal, false));
  return pieces;
}

/** `{value!r:>10}`: where the expression ends, and where the field does. */
function formatField(text: string, from: number, to: number): { expressionEnd: number; end: number } {
  let depth = 0;
  let expressionEnd = -1;
  let at = from;
  for (; at < to; at += 1) {
    const character = text[at] ?? '';
    if (expressionEnd < 0 && (character === '"' || character === "'")) at = nestedEnd(text, at, { limit: to, depth: deepestNesting });
    else if ('([{'.includes(character)) depth += 1;
    else if (character === '}' && depth === 0) break;
    else if (')]}'.includes(character)) depth -= 1;
    else if (expressionEnd < 0 && depth === 0) {
      if (character === '!' && text[at + 1] !== '=') expressionEnd = at;
      else if (character === ':' && text[at + 1] !== '=') expressionEnd = at;
      else if (character === '=' && /[!:}]/.test(text[at + 1] ?? '') && !/[=!<>]/.test(text[at - 1] ?? '')) expressionEnd = at;
    }
  }
  return { expressionEnd: expressionEnd < 0 ? at : expressionEnd, end: Math.min(to, at + 1) };
}

const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['\n', ''],
  ['\r\n', ''],
]);
const escapes = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|N\{([^}\n]{1,80})\}|([0-7]{1,3})|(\r\n|[\s\S]))/g;

/** Escapes of text and bytes literals; bytes know neither `\u` nor `\N`. An escape Python does not know stays as it is. */
export function unescapeText(text: string, bytes: boolean): string {
  return text.replace(escapes, (whole: string, ...groups: (string | undefined)[]) => {
    const [byte, short, long, named, octal, other] = groups;
    if (byte !== undefined) return String.fromCharCode(Number.parseInt(byte, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & (bytes ? 0xff : 0x1ff));
    if (bytes && other === undefined) return whole;
    const code = short ?? long;
    if (code !== undefined) return Number.parseInt(code, 16) <= 0x10ffff ? String.fromCodePoint(Number.parseInt(code, 16)) : whole;
    if (named !== undefined) return namedCharacter(named) ?? whole;
    return simpleEscapes.get(other ?? '') ?? whole;
  });
}

/** The names that hide letters and signs of code: `\N{LATIN SMALL LETTER O}`. Others stay as written. */
function namedCharacter(name: string): string | undefined {
  const letter = /^LATIN (SMALL|CAPITAL) LETTER ([A-Z])$/i.exec(name.trim());
  if (letter) return letter[1]?.toLowerCase() === 'small' ? letter[2]?.toLowerCase() : letter[2]?.toUpperCase();
  const sign = new Map([
    ['LOW LINE', '_'],
    ['FULL STOP', '.'],
    ['SOLIDUS', '/'],
    ['SPACE', ' '],
    ['LEFT PARENTHESIS', '('],
    ['RIGHT PARENTHESIS', ')'],
    ['APOSTROPHE', "'"],
    ['QUOTATION MARK', '"'],
  ]);
  return sign.get(name.trim().toUpperCase());
}
