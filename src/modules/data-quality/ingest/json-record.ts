/** One JSON value in bytes: where it ends, and the members of an object with the text of their values kept exactly. */

export const mostDepth = 64;

export type JsonEnd = { readonly end: number } | { readonly flaw: string } | 'unfinished';

/**
 * Finds the end of the object or array at `start` without recursion; scalars are not looked for.
 * Checks nesting, not grammar: that is the parser's work, once the size and depth are known to be harmless.
 */
export function jsonEnd(bytes: Uint8Array, start: number): JsonEnd {
  let depth = 0;
  for (let i = start; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === 0x22) {
      i = behindString(bytes, i + 1) - 1;
      if (i < 0) return 'unfinished';
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > mostDepth) return { flaw: `nested deeper than ${mostDepth} levels` };
    } else if (byte === 0x7d || byte === 0x5d) {
      if (--depth === 0) return { end: i + 1 };
      if (depth < 0) return { flaw: 'a bracket closes nothing' };
    }
  }
  return 'unfinished';
}

/** Offset behind the closing quote; −1 + 1 = 0 never is one, so 0 says that there is none. */
function behindString(bytes: Uint8Array, from: number): number {
  for (let i = from; i < bytes.length; i++) {
    if (bytes[i] === 0x5c) i++;
    else if (bytes[i] === 0x22) return i + 1;
  }
  return 0;
}

export type JsonKind = 'number' | 'text' | 'boolean' | 'nested' | 'null';
export type JsonMember = { readonly key: string; readonly kind: JsonKind /** null for null. */; readonly value: string | null };

/**
 * The members of one object. Numbers keep their text, so that no id loses digits; arrays and objects stay JSON text.
 * @returns a sentence when it is no object, no JSON, or has a key twice.
 */
export function membersOf(text: string): JsonMember[] | string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not an object';
  } catch {
    return 'not valid JSON';
  }
  const members: JsonMember[] = [];
  const keys = new Set<string>();
  let at = text.indexOf('{') + 1;
  for (;;) {
    at = skipSpace(text, at);
    if (text[at] === '}') return members;
    if (text[at] === ',') at = skipSpace(text, at + 1);
    const keyEnd = valueEnd(text, at);
    const key: string = JSON.parse(text.slice(at, keyEnd));
    if (keys.has(key)) return `the key ${JSON.stringify(key.slice(0, 80))} occurs twice`;
    keys.add(key);
    const from = skipSpace(text, text.indexOf(':', keyEnd) + 1);
    const to = valueEnd(text, from);
    members.push(memberOf(key, text.slice(from, to)));
    at = to;
  }
}

function memberOf(key: string, raw: string): JsonMember {
  const first = raw[0];
  if (first === '"') return { key, kind: 'text', value: JSON.parse(raw) };
  if (first === '{' || first === '[') return { key, kind: 'nested', value: raw };
  if (first === 'n') return { key, kind: 'null', value: null };
  if (first === 't' || first === 'f') return { key, kind: 'boolean', value: raw };
  return { key, kind: 'number', value: raw };
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  return at;
}

/** End of the value at `from` in text that is known to be valid. */
function valueEnd(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const character = text[i];
    if (character === '"') {
      i++;
      while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
      if (depth === 0) return i + 1;
    } else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      if (depth === 0) return i;
      if (--depth === 0) return i + 1;
    } else if (depth === 0 && (character === ',' || character === ' ' || character === '\n' || character === '\r' || character === '\t'))
      return i;
  }
  return text.length;
}
