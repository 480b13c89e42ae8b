/**
 * Source code with comments and string contents blanked out, offsets kept: an import in a comment or a model name in a sentence is no use of it.
 * One linear pass per file, table-driven per language; tolerant: broken code still yields the parts that can be read.
 */

export type Language = 'python' | 'javascript' | 'go' | 'java' | 'rust' | 'csharp';
/** A string literal: `start` and `end` are offsets of its content, without quotes and prefix. */
export type StringToken = { readonly start: number; readonly end: number };
export type Masked = { readonly text: string; readonly code: string; readonly strings: readonly StringToken[] };

const byEnding = new Map<string, Language>([
  ['py', 'python'],
  ['pyi', 'python'],
  ['js', 'javascript'],
  ['mjs', 'javascript'],
  ['cjs', 'javascript'],
  ['jsx', 'javascript'],
  ['ts', 'javascript'],
  ['mts', 'javascript'],
  ['cts', 'javascript'],
  ['tsx', 'javascript'],
  ['go', 'go'],
  ['java', 'java'],
  ['rs', 'rust'],
  ['cs', 'csharp'],
]); // prettier-ignore

export function languageOf(name: string): Language | null {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? null : (byEnding.get(name.slice(dot + 1).toLowerCase()) ?? null);
}

/**
 * @param text source, at most a few MiB.
 * @returns the same length of code, in which comments, docstrings and string contents are spaces (line breaks stay), and the literals.
 */
export function mask(text: string, language: Language): Masked {
  const blanks: [number, number][] = [];
  const strings: StringToken[] = [];
  let at = 0;
  while (at < text.length) {
    const comment = commentEnd(text, at, language);
    if (comment > at) {
      blanks.push([at, comment]);
      at = comment;
      continue;
    }
    const literal = literalAt(text, at, language);
    if (literal === null) {
      at += 1;
      continue;
    }
    blanks.push([literal.start, literal.end]);
    if (literal.kind === 'string' && !(language === 'python' && isDocstring(text, at, literal.next)))
      strings.push({ start: literal.start, end: literal.end });
    at = literal.next;
  }
  return { text, code: blanked(text, blanks), strings };
}

function blanked(text: string, blanks: readonly [number, number][]): string {
  const parts: string[] = [];
  let from = 0;
  for (const [start, end] of blanks) {
    parts.push(text.slice(from, start), text.slice(start, end).replace(/[^\n]/g, ' '));
    from = end;
  }
  parts.push(text.slice(from));
  return parts.join('');
}

/** End of the comment that begins at `at`; `at` when none does. */
function commentEnd(text: string, at: number, language: Language): number {
  const character = text[at];
  if (language === 'python') return character === '#' ? lineEnd(text, at) : at;
  if (character !== '/') return at;
  if (text[at + 1] === '/') return lineEnd(text, at);
  if (text[at + 1] !== '*') return at;
  if (language === 'rust') return nestedCommentEnd(text, at);
  const end = text.indexOf('*/', at + 2);
  return end < 0 ? text.length : end + 2;
}

function nestedCommentEnd(text: string, at: number): number {
  let depth = 1;
  let index = at + 2;
  while (index < text.length && depth > 0) {
    if (text.startsWith('/*', index)) {
      depth += 1;
      index += 2;
    } else if (text.startsWith('*/', index)) {
      depth -= 1;
      index += 2;
    } else index += 1;
  }
  return index;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

type Literal = { readonly kind: 'string' | 'pattern'; readonly start: number; readonly end: number; readonly next: number };

function literalAt(text: string, at: number, language: Language): Literal | null {
  const quote = text[at];
  if (quote === '"' || quote === "'") return quoted(text, at, language);
  if (quote === '`' && (language === 'javascript' || language === 'go')) return plain(text, at, '`', language === 'javascript');
  if (quote === '/' && language === 'javascript') return patternAt(text, at);
  if (language === 'rust' && quote === 'r' && !isWord(text[at - 1])) return rustRaw(text, at);
  if (language === 'csharp' && quote === '@' && text[at + 1] === '"') return verbatim(text, at + 1);
  return null;
}

function quoted(text: string, at: number, language: Language): Literal | null {
  const quote = text[at] ?? '"';
  if (language === 'rust' && quote === "'") return rustCharacter(text, at);
  const triple = quote.repeat(3);
  const hasTriple = language === 'python' || ((language === 'java' || language === 'csharp') && quote === '"');
  if (hasTriple && text.startsWith(triple, at)) return until(text, at + 3, triple, true);
  if (language === 'csharp' && text[at - 1] === '@' && text[at - 2] === '$') return verbatim(text, at);
  return until(text, at + 1, quote, false);
}

/** To the closing mark, over escapes; a plain literal also ends with its line (it was not closed). */
function until(text: string, start: number, close: string, manyLines: boolean): Literal {
  let index = start;
  while (index < text.length) {
    const character = text[index];
    if (character === '\\') index += 2;
    else if (text.startsWith(close, index)) return { kind: 'string', start, end: index, next: index + close.length };
    else if (character === '\n' && !manyLines) return { kind: 'string', start, end: index, next: index };
    else index += 1;
  }
  return { kind: 'string', start, end: text.length, next: text.length };
}

function plain(text: string, at: number, close: string, escapes: boolean): Literal {
  if (escapes) return until(text, at + 1, close, true);
  const end = text.indexOf(close, at + 1);
  return end < 0
    ? { kind: 'string', start: at + 1, end: text.length, next: text.length }
    : { kind: 'string', start: at + 1, end, next: end + 1 };
}

/** C# @"…": a doubled quote is a quote. */
function verbatim(text: string, at: number): Literal {
  let index = at + 1;
  while (index < text.length) {
    if (text[index] !== '"') index += 1;
    else if (text[index + 1] === '"') index += 2;
    else return { kind: 'string', start: at + 1, end: index, next: index + 1 };
  }
  return { kind: 'string', start: at + 1, end: text.length, next: text.length };
}

/** r"…", r#"…"#: as many hash marks close as opened. */
function rustRaw(text: string, at: number): Literal | null {
  let hashes = 0;
  while (text[at + 1 + hashes] === '#' && hashes < 255) hashes += 1;
  if (text[at + 1 + hashes] !== '"') return null;
  const start = at + 2 + hashes;
  const close = `"${'#'.repeat(hashes)}`;
  const end = text.indexOf(close, start);
  return end < 0
    ? { kind: 'string', start, end: text.length, next: text.length }
    : { kind: 'string', start, end, next: end + close.length };
}

/** 'a' is a character, 'a without closing mark a lifetime. */
function rustCharacter(text: string, at: number): Literal | null {
  const escaped = text[at + 1] === '\\';
  const end = escaped ? text.indexOf("'", at + 3) : text.indexOf("'", at + 2);
  const length = end - at - 1;
  if (end < 0 || length > (escaped ? 10 : 2)) return null;
  return { kind: 'string', start: at + 1, end, next: end + 1 };
}

/** A JavaScript regular expression begins where a value may begin; elsewhere a slash divides. */
function patternAt(text: string, at: number): Literal | null {
  let before = at - 1;
  while (before >= 0 && at - before < 200 && (text[before] === ' ' || text[before] === '\t')) before -= 1;
  const previous = before < 0 ? '\n' : (text[before] ?? '\n');
  const word = /(?:return|typeof|case|in|of|delete|void|throw|new|else|do)$/.test(text.slice(Math.max(0, before - 8), before + 1));
  if (!'(,=:[!&|?{};\n+-*%<>~^'.includes(previous) && !word) return null;
  let inClass = false;
  for (let index = at + 1; index < text.length && text[index] !== '\n'; index += 1) {
    const character = text[index];
    if (character === '\\') index += 1;
    else if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    else if (character === '/' && !inClass) return { kind: 'pattern', start: at + 1, end: index, next: index + 1 };
  }
  return null;
}

/** A Python string that stands alone as a statement documents; it is not a value anyone uses. */
function isDocstring(text: string, at: number, next: number): boolean {
  let before = at - 1;
  while (before >= 0 && /[A-Za-z]/.test(text[before] ?? '') && at - before <= 2) before -= 1;
  while (before >= 0 && (text[before] === ' ' || text[before] === '\t')) before -= 1;
  const startsStatement = before < 0 || text[before] === '\n' || text[before] === ';';
  if (!startsStatement) return false;
  let after = next;
  while (text[after] === ' ' || text[after] === '\t' || text[after] === '\r') after += 1;
  if (!(after >= text.length || text[after] === '\n' || text[after] === '#')) return false;
  // Inside an open bracket a lone string on its line is an element of a list or an argument.
  return !endsOpen(text, before);
}

/** Whether the last sign before the statement leaves a bracket or a comma open. */
function endsOpen(text: string, before: number): boolean {
  let index = before;
  while (index >= 0 && /\s/.test(text[index] ?? '')) index -= 1;
  return index >= 0 && '([{,=+%\\'.includes(text[index] ?? '');
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[A-Za-z0-9_]/.test(character);
}

/** Line number (from 1) of an offset: build once per file, then binary search. */
export function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
