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

/**
 * Conditions that no permissive or copyleft licence has: a known text with one of them is no longer that licence. GPL speaks of
 * noncommercial distribution and of further restrictions itself.
 */
const furtherConditions = [
  'commons clause',
  'non commercial',
  'noncommercial use',
  'noncommercial purposes',
  'research purposes only',
  'research use only',
  'academic use only',
  'not for commercial',
  'no commercial use',
  'not be used for commercial',
  'not be used commercially',
  'commercial use is prohibited',
  'commercial use is not',
  'commercial use requires',
  'acceptable use policy',
  'use based restrictions',
];

/**
 * @returns the licence whose phrases stand in the text; null: none we know. A known text to which conditions were added is
 *   `… AND LicenseRef-further-conditions`, whose terms are unknown; one that is only named to say that it does not hold is no licence.
 * Pure; O(text · licences).
 */
export function licenceOfText(text: string, { texts }: LicenceNames): NamedLicence | null {
  const normal = ` ${text
    .slice(0, looked)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()} `;
  const found = texts.find(
    ({ phrases, without }) => phrases.every((phrase) => isStated(normal, phrase)) && !without.some((phrase) => normal.includes(phrase)),
  );
  if (found === undefined) return null;
  const isFree = found.terms === 'permissive' || found.terms === 'copyleft';
  if (isFree && furtherConditions.some((condition) => normal.includes(` ${condition} `)))
    return { expression: `${found.id} AND LicenseRef-further-conditions`, terms: 'unknown' };
  return { expression: found.id, terms: found.terms };
}

/** Somewhere in the text, and not as what it is not: `not under the Apache License`. */
function isStated(normal: string, phrase: string): boolean {
  for (let at = normal.indexOf(` ${phrase} `); at >= 0; at = normal.indexOf(` ${phrase} `, at + 1))
    if (
      !/ (?:not|nor|neither)(?: (?:be|is|are|it|been|licensed|released|provided|distributed|available|covered|under|by|the|a|an|or)){0,6}$/.test(
        normal.slice(Math.max(0, at - 80), at),
      )
    )
      return true;
  return false;
}

/** `SPDX-License-Identifier: …` in the first lines of a file. @source SPDX specification, annex E */
export function headerExpression(text: string): { readonly expression: string; readonly at: number } | null {
  const match = /SPDX-License-Identifier:[ \t]{0,20}([A-Za-z0-9.+() -]{2,200})/.exec(text.slice(0, 4096));
  const expression = match?.[1]?.replace(/\s*(?:-->|\*\/).*$/, '').trim();
  return match === null || expression === undefined || expression === '' ? null : { expression, at: match.index };
}
