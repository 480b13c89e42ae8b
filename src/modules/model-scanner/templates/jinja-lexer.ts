/** Jinja templates → blocks → tokens. Text outside `{{ }}` and `{% %}`, comments and raw blocks are never looked at. */
import { unescapeText } from '../source-code/python-strings.ts';

export type JinjaToken = { readonly kind: 'name' | 'text' | 'number' | 'sign' | 'end'; readonly value: string; readonly at: number };

export type JinjaBlock = {
  readonly kind: 'output' | 'statement';
  readonly tokens: readonly JinjaToken[];
  readonly at: number;
  readonly end: number;
};
export type JinjaPiece = JinjaBlock | { readonly kind: 'text'; readonly text: string; readonly at: number; readonly end: number };

const mostTokens = 200_000;
const shape =
  /\s+|([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)|("(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*')|(\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)|(\*\*|\/\/|==|!=|<=|>=|[\s\S])/g;

/**
 * Pieces of a template in order. Linear in its length; beyond 200,000 tokens nothing more is read.
 * @source Jinja 3.1 documentation, Template Designer: synopsis, whitespace control, escaping.
 */
export function jinjaPieces(template: string): { readonly pieces: readonly JinjaPiece[]; readonly cut: boolean } {
  const pieces: JinjaPiece[] = [];
  let count = 0;
  let at = 0;
  while (at < template.length) {
    const start = nextSign(template, at);
    const limit = start < 0 ? template.length : start;
    if (limit > at) pieces.push({ kind: 'text', text: template.slice(at, limit), at, end: limit });
    if (start < 0) break;
    const sign = template[start + 1];
    if (sign === '#') {
      const end = template.indexOf('#}', start + 2);
      at = end < 0 ? template.length : end + 2;
      continue;
    }
    const close = sign === '{' ? '}}' : '%}';
    const inner = blockEnd(template, start + 2, close);
    const tokens = tokensOf(template.slice(start + 2, inner), start + 2);
    count += tokens.length;
    if (count > mostTokens) return { pieces, cut: true };
    at = Math.min(template.length, inner + 2);
    pieces.push({ kind: sign === '{' ? 'output' : 'statement', tokens, at: start, end: at });
    if (sign === '%' && tokens[0]?.value === 'raw') at = rawEnd(template, at);
  }
  return { pieces, cut: false };
}

function nextSign(template: string, from: number): number {
  for (let at = template.indexOf('{', from); at >= 0; at = template.indexOf('{', at + 1)) {
    const next = template[at + 1];
    if (next === '{' || next === '%' || next === '#') return at;
  }
  return -1;
}

function rawEnd(template: string, from: number): number {
  const end = /\{%[-+]?\s{0,20}endraw\s{0,20}[-+]?%\}/g;
  end.lastIndex = from;
  const match = end.exec(template);
  return match ? match.index + match[0].length : template.length;
}

/** The closing sign, not one inside a text or a bracket of a literal. */
function blockEnd(template: string, start: number, close: string): number {
  let quote = '';
  let braces = 0;
  for (let at = start; at < template.length; at++) {
    const character = template[at] ?? '';
    if (quote !== '') {
      if (character === '\\') at += 1;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '{') braces += 1;
    else if (braces === 0 && template.startsWith(close, at)) return at;
    else if (character === '}' && braces > 0) braces -= 1;
  }
  return template.length;
}

function tokensOf(body: string, offset: number): JinjaToken[] {
  const tokens: JinjaToken[] = [];
  const text = trimmed(body);
  shape.lastIndex = 0;
  for (let match = shape.exec(text); match !== null; match = shape.exec(text)) {
    const at = offset + match.index;
    if (tokens.length > mostTokens) break;
    if (match[1] !== undefined) tokens.push({ kind: 'name', value: match[1].normalize('NFKC'), at });
    else if (match[2] !== undefined) tokens.push({ kind: 'text', value: unescapeText(match[2].slice(1, -1), false), at });
    else if (match[3] !== undefined) tokens.push({ kind: 'number', value: match[3].replaceAll('_', ''), at });
    else if (match[4] !== undefined) tokens.push({ kind: 'sign', value: match[4], at });
  }
  return tokens;
}

/** `{%-`, `+%}`: signs of whitespace control; kept as spaces so that offsets stay. */
function trimmed(body: string): string {
  const start = body[0] === '-' || body[0] === '+' ? ` ${body.slice(1)}` : body;
  const last = start.at(-1);
  return last === '-' || last === '+' ? start.slice(0, -1) : start;
}
