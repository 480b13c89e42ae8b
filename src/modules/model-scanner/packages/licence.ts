/** What a licence allows: by its expression, by its text, by a header. */
import type { LicenceTerms } from '../engine/artefact.ts';
import type { LicenceNames } from './supply-tables.ts';

export type NamedLicence = { readonly expression: string; readonly terms: LicenceTerms };

/** From what gives most freedom to what gives least; unknown may be anything but is not proved to forbid. */
const order: readonly LicenceTerms[] = ['permissive', 'copyleft', 'use-restricted', 'unknown', 'non-commercial', 'research-only'];
const longest = 500;

/**
 * @param text an SPDX expression, or any name of one licence: `Apache-2.0 OR MIT`, `llama3.1`, `cc-by-nc-4.0`.
 * @returns the expression with known identifiers in SPDX form; terms: of OR the freest, of AND the strictest, WITH changes
 *   nothing, a name nobody knows is `unknown`.
 * @source SPDX specification, annex D. Pure; O(length), no recursion.
 */
export function namedLicence(text: string, names: LicenceNames): NamedLicence {
  const trimmed = text.trim().slice(0, longest).replace(/\s+/g, ' ');
  const whole = names.byName.get(trimmed.toLowerCase());
  if (whole !== undefined) return { expression: whole.id, terms: whole.terms };
  const tokens = trimmed.match(/\(|\)|[^\s()]+/g) ?? [];
  const terms = termsOf(tokens, names);
  const expression = tokens
    .map((token) => names.byName.get(token.toLowerCase().replace(/\+$/, ''))?.id ?? token)
    .join(' ')
    .replaceAll('( ', '(')
    .replaceAll(' )', ')');
  return { expression: terms === null ? trimmed : expression, terms: terms ?? 'unknown' };
}

/** Operators wait on a stack until those that bind tighter are done. null: no expression. */
function termsOf(tokens: readonly string[], names: LicenceNames): LicenceTerms | null {
  const values: LicenceTerms[] = [];
  const waiting: string[] = [];
  const binds = (operator: string): number => (operator === 'AND' ? 2 : operator === 'OR' ? 1 : 0);
  const settle = (): boolean => {
    const operator = waiting.pop();
    const right = values.pop();
    const left = values.pop();
    if (left === undefined || right === undefined) return false;
    const strict = order.indexOf(left) > order.indexOf(right) ? left : right;
    values.push(operator === 'AND' ? strict : strict === left ? right : left);
    return true;
  };
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] ?? '';
    const word = token.toUpperCase();
    if (word === 'WITH') at += 1;
    else if (token === '(') waiting.push(token);
    else if (token === ')') {
      while (waiting.length > 0 && waiting.at(-1) !== '(') if (!settle()) return null;
      if (waiting.pop() !== '(') return null;
    } else if (word === 'AND' || word === 'OR') {
      while (waiting.length > 0 && binds(waiting.at(-1) ?? '') >= binds(word)) if (!settle()) return null;
      waiting.push(word);
    } else values.push(names.byName.get(token.toLowerCase().replace(/\+$/, ''))?.terms ?? 'unknown');
  }
  while (waiting.length > 0) if (waiting.at(-1) === '(' || !settle()) return null;
  return values.length === 1 ? (values[0] ?? null) : null;
}

/** Bytes of a text that are looked at: titles and grants stand at the beginning. */
const looked = 60_000;

/** @returns the licence whose phrases stand in the text; null: none we know. Pure; O(text · licences). */
export function licenceOfText(text: string, { texts }: LicenceNames): NamedLicence | null {
  const normal = ` ${text
    .slice(0, looked)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()} `;
  const found = texts.find(
    ({ phrases, without }) =>
      phrases.every((phrase) => normal.includes(` ${phrase} `)) && !without.some((phrase) => normal.includes(phrase)),
  );
  return found === undefined ? null : { expression: found.id, terms: found.terms };
}

/** `SPDX-License-Identifier: …` in the first lines of a file. @source SPDX specification, annex E */
export function headerExpression(text: string): { readonly expression: string; readonly at: number } | null {
  const match = /SPDX-License-Identifier:[ \t]{0,20}([A-Za-z0-9.+() -]{2,200})/.exec(text.slice(0, 4096));
  const expression = match?.[1]?.replace(/\s*(?:-->|\*\/).*$/, '').trim();
  return match === null || expression === undefined || expression === '' ? null : { expression, at: match.index };
}
