/** The file of suppressions: YAML or JSON, kept beside the code and reviewed like it. */
import { parse } from 'yaml';
import { problems } from '../../../contract/problem.ts';
import type { Suppression } from './suppress.ts';

export const suppressionFileProblems = problems('suppression-file', {
  notReadable: [422, '{name} is neither YAML nor JSON: {reason}'],
  notList: [422, '{name} must hold "suppressions", a list.'],
  wrong: [422, 'Suppression {number} of {name}: {reason}'],
});

const mostSuppressions = 10_000;
const known = new Set(['fingerprint', 'rule', 'path', 'reason', 'owner', 'expires']);

/**
 * Reads
 *
 *     suppressions:
 *       - fingerprint: 5d0c…            # or rule and path
 *         reason: Reviewed by hand, the call only prints.
 *         owner: ml-platform@acme.test
 *         expires: 2026-12-31
 *
 * @throws suppression-file.notReadable, suppression-file.notList, suppression-file.wrong (with the number of the entry): a suppression that says less than
 * it should must not be passed over in silence.
 */
export function readSuppressions(text: string, name: string): Suppression[] {
  const root = parsed(text, name);
  const rows = Array.isArray(root) ? root : fieldOf(root, 'suppressions');
  if (!Array.isArray(rows) || rows.length > mostSuppressions) throw suppressionFileProblems.notList({ name });
  return rows.map((row, index) => suppressionOf(row, (reason) => suppressionFileProblems.wrong({ number: index + 1, name, reason })));
}

function parsed(text: string, name: string): unknown {
  try {
    // Dates stay text; a few aliases are enough for a list.
    return parse(text, { schema: 'core', maxAliasCount: 100 });
  } catch (cause) {
    throw suppressionFileProblems.notReadable(
      { name, reason: cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '' },
      { cause },
    );
  }
}

type Refusal = (reason: string) => Error;

function suppressionOf(row: unknown, refused: Refusal): Suppression {
  if (typeof row !== 'object' || row === null) throw refused('it must be a mapping.');
  const unknown = Object.keys(row).find((key) => !known.has(key));
  if (unknown !== undefined) throw refused(`nothing is called "${unknown.slice(0, 60)}".`);
  const text = (key: string) => textOf(fieldOf(row, key), key, refused);
  const [fingerprint, rule, path, reason, owner, expires] = ['fingerprint', 'rule', 'path', 'reason', 'owner', 'expires'].map(text);
  if (!reason || !owner) throw refused('a reason and an owner are needed.');
  if (fingerprint ? rule || path : !(rule && path)) throw refused('it needs either a fingerprint, or a rule and a path.');
  if (fingerprint && !/^[0-9a-f]{64}$/.test(fingerprint)) throw refused('a fingerprint has 64 hexadecimal digits.');
  if (expires && !isDay(expires)) throw refused('expires must be a day, YYYY-MM-DD.');
  return { fingerprint: fingerprint ?? null, rule: rule ?? null, path: path ?? null, reason, owner, expires: expires ?? null };
}

function textOf(value: unknown, key: string, refused: Refusal): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string' || value.trim() === '' || value.length > 4096) throw refused(`"${key}" must be a text.`);
  return value.trim();
}

function isDay(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // 30 February would be a day of March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function fieldOf(row: unknown, key: string): unknown {
  return typeof row === 'object' && row !== null ? new Map(Object.entries(row)).get(key) : undefined;
}
