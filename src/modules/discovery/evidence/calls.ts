/** What masked source code imports, calls and names. Offsets into the file; no judgement. All scans are linear in the file. */
import type { Language, Masked, StringToken } from './mask.ts';

export type ImportFact = { readonly module: string; readonly offset: number };
export type StringFact = {
  readonly value: string;
  readonly offset: number;
  /** Name it is given under (`model="x"`, `model: 'x'`, `"model": "x"`, `MODEL = "x"`), null when it has none. */
  readonly key: string | null;
};
export type CallFact = {
  readonly name: string;
  /** What stands before the dot (`torch` of `torch.load`), '' without one. */
  readonly on: string;
  readonly offset: number;
  readonly arguments: readonly Argument[];
};
export type Argument = {
  readonly key: string | null;
  readonly position: number;
  readonly value: string | null;
  readonly identifier: string | null;
};

const maxString = 2000;
const maxArgumentSpan = 5000;

export function stringFacts(masked: Masked): StringFact[] {
  return masked.strings.map((token, index) => ({
    value: masked.text.slice(token.start, Math.min(token.end, token.start + maxString)),
    offset: token.start,
    key: keyOf(masked, token, masked.strings[index - 1]),
  }));
}

/** `name =`, `name:` or `"name":` right before the literal. */
function keyOf(masked: Masked, token: StringToken, previous: StringToken | undefined): string | null {
  const before = masked.code.slice(Math.max(0, token.start - 80), token.start);
  const opened = before.replace(/[A-Za-z$@]{0,2}(?:"""|'''|["'`])$/, '').trimEnd();
  const sign = opened.at(-1);
  if (sign !== '=' && sign !== ':') return null;
  const left = opened.slice(0, -1).trimEnd();
  const word = /([A-Za-z_$][\w$-]{0,60})(?:\s{0,4}:\s{0,4}[\w.<>[\]| ]{1,40})?$/.exec(left);
  if (word?.[1] !== undefined && !/["'`]$/.test(left)) return word[1];
  const quoted = previous !== undefined && token.start - previous.end < 40 && /["'`]\s{0,4}\]?$/.test(left);
  return quoted && previous ? masked.text.slice(previous.start, Math.min(previous.end, previous.start + 80)) : null;
}

const importPatterns: Readonly<Record<Exclude<Language, 'javascript' | 'go'>, RegExp>> = {
  python:
    /^[ \t]{0,40}(?:from[ \t]+([A-Za-z_][\w.]{0,120})[ \t]+import\b[ \t]*\(?([\w, \t]{0,400})|import[ \t]+([A-Za-z_][\w., \t]{0,400}))/gm,
  java: /^[ \t]{0,8}import[ \t]+(?:static[ \t]+)?([A-Za-z_][\w.]{0,200})/gm,
  csharp: /^[ \t]{0,8}(?:global[ \t]+)?using[ \t]+(?:static[ \t]+)?(?:\w{1,60}[ \t]*=[ \t]*)?([A-Za-z_][\w.]{0,200})[ \t]*;/gm,
  rust: /^[ \t]{0,8}(?:pub[ \t]+)?(?:use[ \t]+(?:::)?([a-z_]\w{0,100})|extern[ \t]+crate[ \t]+([a-z_]\w{0,100}))/gm,
};

export function importFacts(masked: Masked, language: Language): ImportFact[] {
  if (language === 'javascript') return scriptImports(masked);
  if (language === 'go') return goImports(masked);
  const found: ImportFact[] = [];
  for (const match of masked.code.matchAll(importPatterns[language])) {
    const offset = match.index + match[0].search(/\S/);
    if (language === 'python') found.push(...pythonModules(match, offset));
    else found.push({ module: match[1] ?? match[2] ?? '', offset });
  }
  return found;
}

/** `from a.b import c` uses a.b and perhaps a.b.c; `import a.b as x, d` uses a.b and d. */
function pythonModules(match: RegExpMatchArray, offset: number): ImportFact[] {
  if (match[1] !== undefined) {
    const base = match[1];
    const names = (match[2] ?? '').split(',').map((name) => name.trim().split(/\s/)[0] ?? '');
    return [
      { module: base, offset },
      ...names
        .filter((name) => name !== '')
        .slice(0, 50)
        .map((name) => ({ module: `${base}.${name}`, offset })),
    ];
  }
  return (match[3] ?? '').split(',').flatMap((part) => {
    const module = part.trim().split(/\s/)[0] ?? '';
    return module === '' ? [] : [{ module, offset }];
  });
}

function scriptImports(masked: Masked): ImportFact[] {
  return masked.strings.flatMap((token) => {
    const before = masked.code.slice(Math.max(0, token.start - 40), Math.max(0, token.start - 1)).trimEnd();
    const imports = /(?:\bfrom|\bimport|\bimport\s?\(|\brequire\s?\(|\brequire\.resolve\s?\()$/.test(before);
    return imports ? [{ module: masked.text.slice(token.start, Math.min(token.end, token.start + 300)), offset: token.start }] : [];
  });
}

function goImports(masked: Masked): ImportFact[] {
  const spans: [number, number][] = [];
  for (const match of masked.code.matchAll(/^import[ \t]+(\()?/gm)) {
    const start = match.index;
    const close = match[1] === undefined ? masked.code.indexOf('\n', start) : masked.code.indexOf(')', start);
    spans.push([start, close < 0 ? masked.code.length : close]);
  }
  return masked.strings
    .filter(({ start }) => spans.some(([from, to]) => start > from && start < to))
    .map(({ start, end }) => ({ module: masked.text.slice(start, Math.min(end, start + 300)), offset: start }));
}

/** Calls of the given names, with the arguments that are literals or plain names. */
export function callFacts(masked: Masked, names: ReadonlySet<string>): CallFact[] {
  const calls: CallFact[] = [];
  const { code } = masked;
  // From each bracket backwards: a pattern tried at every letter of every word would cost their square.
  for (let bracket = code.indexOf('('); bracket >= 0; bracket = code.indexOf('(', bracket + 1)) {
    const [start, end] = wordBefore(code, bracket);
    const name = code.slice(start, end);
    if (!names.has(name)) continue;
    const before = code.slice(Math.max(0, start - 60), start);
    if (/(?:\bdef|\bclass|\bfunction|\bfunc|\bfn)[ \t]+$/.test(before)) continue;
    const on = /([A-Za-z_$][\w$]{0,60})[ \t]{0,2}\??\.[ \t\n]{0,20}$/.exec(before)?.[1] ?? '';
    calls.push({ name, on, offset: start, arguments: argumentsAt(masked, bracket + 1) });
  }
  return calls;
}

/** The word that ends at most four blanks before a place. */
function wordBefore(code: string, place: number): [start: number, end: number] {
  let end = place;
  while (end > 0 && place - end < 4 && (code[end - 1] === ' ' || code[end - 1] === '\t')) end -= 1;
  let start = end;
  while (start > 0 && end - start < 80 && isWordCode(code.charCodeAt(start - 1))) start -= 1;
  return [start, end];
}

/** Letters, digits, _ and $. */
function isWordCode(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 || code === 36;
}

/** Arguments between `start` (after the bracket) and its closing bracket, at most 5,000 characters on. */
function argumentsAt(masked: Masked, start: number): Argument[] {
  const pieces: [number, number][] = [];
  let depth = 0;
  let from = start;
  const stop = Math.min(masked.code.length, start + maxArgumentSpan);
  let at = start;
  for (; at < stop; at += 1) {
    const character = masked.code[at];
    if (character === '(' || character === '[' || character === '{') depth += 1;
    else if (character === ')' || character === ']' || character === '}') {
      if (depth === 0) break;
      depth -= 1;
    } else if (character === ',' && depth === 0) {
      pieces.push([from, at]);
      from = at + 1;
    }
  }
  pieces.push([from, at]);
  return pieces.slice(0, 40).map(([begin, end], position) => argument(masked, begin, end, position));
}

function argument(masked: Masked, begin: number, end: number, position: number): Argument {
  const code = masked.code.slice(begin, end);
  const key = /^\s*([A-Za-z_]\w{0,60})\s*[=:](?!=)/.exec(code)?.[1] ?? null;
  const inside = firstStringIn(masked.strings, begin, end);
  const value = inside === null ? null : masked.text.slice(inside.start, Math.min(inside.end, inside.start + maxString));
  const rest = key === null ? code : code.slice(code.search(/[=:]/) + 1);
  return { key, position, value, identifier: /^\s*([A-Za-z_]\w{0,60})\s*$/.exec(rest)?.[1] ?? null };
}

/** Binary search: literals are in order. */
function firstStringIn(strings: readonly StringToken[], begin: number, end: number): StringToken | null {
  let low = 0;
  let high = strings.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((strings[middle]?.start ?? 0) < begin) low = middle + 1;
    else high = middle;
  }
  const found = strings[low];
  return found !== undefined && found.start < end ? found : null;
}
