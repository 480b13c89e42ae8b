/** JSON with comments and trailing commas, as editors write it. */
import type { TextDocument } from '../engine/document.ts';
import { parseJson, type ValueOffsets } from '../readers/parts/json-tokens.ts';
import { offsetOf } from '../readers/parts/value-places.ts';

/** Comments and commas before a closing bracket as spaces: every offset stays. One pass. */
export function withoutJsonComments(text: string): string {
  const parts: string[] = [];
  let from = 0;
  const blank = (start: number, end: number) => {
    parts.push(text.slice(from, start), text.slice(start, end).replace(/[^\n]/g, ' '));
    from = end;
  };
  let comma = -1;
  for (let at = 0; at < text.length; ) {
    const end = endOfUnit(text, at);
    const first = text[at] ?? '';
    if (first === '/' && end > at + 1) blank(at, end);
    else if (first === ',') comma = at;
    else if ((first === '}' || first === ']') && comma >= from) blank(comma, comma + 1);
    if (first.trim() !== '' && first !== ',' && !(first === '/' && end > at + 1)) comma = -1;
    at = end;
  }
  parts.push(text.slice(from));
  return parts.join('');
}

/** A string, a comment, or one character. */
function endOfUnit(text: string, at: number): number {
  if (text[at] === '"') {
    for (let next = at + 1; next < text.length; next++) {
      if (text[next] === '\\') next += 1;
      else if (text[next] === '"' || text[next] === '\n') return next + 1;
    }
    return text.length;
  }
  if (text.startsWith('//', at)) {
    const end = text.indexOf('\n', at);
    return end < 0 ? text.length : end;
  }
  if (text.startsWith('/*', at)) {
    const end = text.indexOf('*/', at + 2);
    return end < 0 ? text.length : end + 2;
  }
  return at + 1;
}

/** The document with its JSON parsed, comments and all, as editors write it; null when it is neither. */
export function readCommented(document: TextDocument): TextDocument | null {
  if (document.syntax !== 'text') return document;
  if (!/^\s*(\/[/*]|\{)/.test(document.text.slice(0, 5000)) || document.text.length > 2 ** 22) return null;
  try {
    const offsets: ValueOffsets = new WeakMap();
    const { value } = parseJson(withoutJsonComments(document.text), { offsets });
    return { ...document, root: value, placeOf: (path) => document.placeAt(offsetOf({ root: value, offsets }, path)) };
  } catch {
    // Neither JSON nor JSON with comments: nobody's configuration.
    return null;
  }
}
