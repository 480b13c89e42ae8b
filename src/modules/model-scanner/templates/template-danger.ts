/** What a chat template reaches for beyond messages: a lexical reading of its expressions and statements. */

export type TemplateDanger = { readonly what: string; readonly excerpt: string; readonly effect: 'exec' | 'fs-read'; readonly at: number };

type Token = { readonly kind: 'name' | 'text' | 'sign'; readonly value: string; readonly at: number };

/** Objects every Jinja environment brings, from which Python's own objects are one attribute away. */
const doorways = new Set([
  'cycler',
  'joiner',
  'lipsum',
  'namespace',
  'self',
  'request',
  'config',
  'url_for',
  'get_flashed_messages',
  'dict',
  'range',
]);
/** Attributes that lead from any object to code, files or processes. */
const harmful = new Set([
  'popen',
  'system',
  'subprocess',
  'builtins',
  'globals',
  'mro',
  'subclasses',
  'getattr',
  'eval',
  'exec',
  'compile',
  'import_module',
  'check_output',
  'spawn',
  'f_globals',
  'gi_frame',
  'func_globals',
  'im_func',
  'load_module',
]);
const statements = new Set(['import', 'include', 'extends', 'from']);
const mostTokens = 200_000;

/**
 * Dangerous constructs in the order they stand, 20 at most. Text outside `{{ }}` and `{% %}`, and comments, are never looked at,
 * so prose about `exec(` is nothing. What is found is possible, not proved: whether the program renders in a sandbox is not known.
 */
export function templateDangers(template: string): TemplateDanger[] {
  const found: TemplateDanger[] = [];
  for (const { body, at, statement } of blocksOf(template)) {
    const tokens = tokensOf(body, at);
    for (const [index, token] of tokens.entries()) {
      const danger = dangerAt(tokens, index, statement);
      if (danger) found.push({ ...danger, excerpt: template.slice(Math.max(0, token.at - 40), token.at + 80), at: token.at });
      if (found.length >= 20) return found;
    }
  }
  return found;
}

type Block = { readonly body: string; readonly at: number; readonly statement: boolean };

function* blocksOf(template: string): Generator<Block> {
  let at = 0;
  for (;;) {
    const start = template.indexOf('{', at);
    if (start < 0 || start + 1 >= template.length) return;
    const sign = template[start + 1];
    if (sign === '#') {
      const end = template.indexOf('#}', start + 2);
      at = end < 0 ? template.length : end + 2;
    } else if (sign === '{' || sign === '%') {
      const close = sign === '{' ? '}}' : '%}';
      const end = blockEnd(template, start + 2, close);
      yield { body: template.slice(start + 2, end), at: start + 2, statement: sign === '%' };
      at = end + 2;
    } else at = start + 1;
  }
}

/** The closing sign, not one inside a text. */
function blockEnd(template: string, start: number, close: string): number {
  let quote = '';
  for (let at = start; at < template.length; at++) {
    const character = template[at] ?? '';
    if (quote !== '') {
      if (character === '\\') at += 1;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (template.startsWith(close, at)) return at;
  }
  return template.length;
}

function tokensOf(body: string, offset: number): Token[] {
  const tokens: Token[] = [];
  const shape = /\s+|([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)|("(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*')|([\s\S])/g;
  for (const match of body.matchAll(shape)) {
    const at = offset + match.index;
    if (match[1] !== undefined) tokens.push({ kind: 'name', value: match[1], at });
    else if (match[2] !== undefined) tokens.push({ kind: 'text', value: unescaped(match[2].slice(1, -1)), at });
    else if (match[3] !== undefined) tokens.push({ kind: 'sign', value: match[3], at });
    if (tokens.length >= mostTokens) return tokens;
  }
  return joined(tokens);
}

/** Python text escapes; a letter written as its code is the letter. */
function unescaped(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
    (whole, x, u, long, octal, other) => {
      const code = x ?? u ?? long;
      if (code !== undefined) return codePoint(Number.parseInt(code, 16), whole);
      if (octal !== undefined) return codePoint(Number.parseInt(octal, 8), whole);
      return other === 'n' ? '\n' : other === 't' ? '\t' : String(other);
    },
  );
}

function codePoint(code: number, fallback: string): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : fallback;
}

/** `'a' ~ 'b'`, `'a' + 'b'` and `'a' 'b'` are one text. */
function joined(tokens: readonly Token[]): Token[] {
  const result: Token[] = [];
  for (const token of tokens) {
    const last = result.at(-1);
    const before = result.at(-2);
    if (token.kind === 'text' && last?.kind === 'text') result.splice(-1, 1, { ...last, value: last.value + token.value });
    else if (token.kind === 'text' && last?.kind === 'sign' && (last.value === '~' || last.value === '+') && before?.kind === 'text')
      result.splice(-2, 2, { ...before, value: before.value + token.value });
    else result.push(token);
  }
  return result;
}

function dangerAt(tokens: readonly Token[], index: number, statement: boolean): { what: string; effect: 'exec' | 'fs-read' } | null {
  const token = tokens[index];
  if (!token || token.kind === 'sign') return null;
  const before = tokens[index - 1];
  const after = tokens[index + 1];
  const isAttribute = before?.kind === 'sign' && before.value === '.';
  if (/^__\w+__$/.test(token.value) && (token.kind === 'name' || isLookup(before, after)))
    return { what: `reaches the Python attribute ${token.value}`, effect: 'exec' };
  if (token.kind === 'text' && /^_?_[a-z]\w*$/i.test(token.value) && isLookup(before, after))
    return { what: `looks up the hidden attribute ${token.value}`, effect: 'exec' };
  if (token.kind === 'name' && token.value === 'attr' && before?.kind === 'sign' && before.value === '|')
    return { what: 'looks up an attribute by computed name', effect: 'exec' };
  if (harmful.has(token.value) && (isAttribute || (token.kind === 'text' && isLookup(before, after))))
    return { what: `reaches ${token.value}`, effect: 'exec' };
  if (token.kind === 'name' && doorways.has(token.value) && !isAttribute && after?.kind === 'sign' && after.value === '.')
    return { what: `reaches into ${token.value}`, effect: 'exec' };
  const opening = index === 0 || (index === 1 && before?.kind === 'sign' && (before.value === '-' || before.value === '+'));
  if (statement && opening && token.kind === 'name' && statements.has(token.value))
    return { what: `uses the statement ${token.value}`, effect: 'fs-read' };
  return null;
}

/** `['x']`, `attr('x')`, `'x'|…`: a text used to find something by name. */
function isLookup(before: Token | undefined, after: Token | undefined): boolean {
  const opens = before?.kind === 'sign' && (before.value === '[' || before.value === '(');
  const closes = after?.kind === 'sign' && (after.value === ']' || after.value === ')');
  return opens === true && closes === true;
}
