/** Secrets in text, by the shape and structure their issuer gives them. The value never leaves this file: four characters and a hash do. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { aiCatalog, type SecretShape } from './ai-catalog.ts';

export type SecretFact = {
  readonly id: string;
  readonly title: string;
  readonly offset: number;
  readonly length: number;
  /** The first four characters. */
  readonly first: string;
  /** SHA-256 of the whole secret, hex: equal secrets in two places are seen to be one. */
  readonly hash: string;
};

const placeholder =
  /your|placeholder|change.?me|x{5}|\*{3}|\.\.\.|<|>|redacted|dummy|insert|replace|(.)\1{6}|0123456|1234567|abcdefg|^Eby8vdM02x/i;
const maxSecrets = 200;

/**
 * @param text at most a few MiB.
 * @returns what has the shape, the entropy and (where the issuer has one) the checksum of a real secret; placeholders are left out.
 */
export function findSecrets(text: string): SecretFact[] {
  const found: SecretFact[] = [];
  for (const { shape, pattern } of patterns()) {
    // A substring search first: most files hold no prefix at all, and indexOf is far cheaper than the pattern.
    if (!text.includes(shape.prefix)) continue;
    for (const match of text.matchAll(pattern)) {
      const offset = match.index + (match[1]?.length ?? 0);
      const value = match[2] ?? '';
      if (!isReal(shape, value)) continue;
      found.push({ id: shape.id, title: shape.title, offset, length: value.length, first: value.slice(0, 4), hash: sha256(value) });
      if (found.length >= maxSecrets) return found;
    }
  }
  return found.sort((a, b) => a.offset - b.offset);
}

let compiled: { shape: SecretShape; pattern: RegExp }[] | undefined;
function patterns() {
  compiled ??= aiCatalog().secrets.map((shape) => ({
    shape,
    pattern: new RegExp(`(^|[^A-Za-z0-9_/+-])(${shape.pattern})(?![A-Za-z0-9_])`, 'gm'),
  }));
  return compiled;
}

function isReal(shape: SecretShape, value: string): boolean {
  if (shape.id === 'private-key') return true;
  const rest = value.slice(shape.prefix.length);
  if (placeholder.test(rest) || entropyPerCharacter(rest) < shape.minEntropy) return false;
  return shape.checksum === undefined || hasChecksum(value);
}

/** Shannon entropy of the characters, in bits per character. */
export function entropyPerCharacter(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The last six characters are the CRC-32 of the ones between the underscore and them, in base 62, padded with 0. */
export function hasChecksum(token: string): boolean {
  const body = token.slice(token.indexOf('_') + 1, -6);
  return checksumOf(body) === token.slice(-6);
}

export function checksumOf(body: string): string {
  let rest = crc32(body);
  let text = '';
  while (rest > 0) {
    text = (base62[rest % 62] ?? '') + text;
    rest = Math.floor(rest / 62);
  }
  return text.padStart(6, '0');
}

function sha256(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}

/** A line of evidence: one line, cut at 200 characters, with every secret and every value beside a secret-like name blanked. */
export function redacted(line: string): string {
  let safe = line.trim().slice(0, 400);
  for (const { offset, length, first } of findSecrets(safe).reverse())
    safe = `${safe.slice(0, offset)}${first}…${safe.slice(offset + length)}`;
  safe = safe.replace(
    /(\b[A-Za-z0-9_-]{0,60}(?:key|token|secret|passw(?:or)?d|credential)[A-Za-z0-9_-]{0,20}["']?\s{0,4}[:=]\s{0,4}["']?)(?!os\.|process\.|env|getenv|\$\{)([^\s"',;)}]{6,})/gi,
    '$1…',
  );
  safe = safe.replace(/(:\/\/)[^\s/@"']{1,200}@/g, '$1…@');
  return safe.length > 200 ? `${safe.slice(0, 199)}…` : safe;
}
