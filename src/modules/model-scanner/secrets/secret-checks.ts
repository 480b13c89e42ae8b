/** Is it a real secret? Checksums, structure, entropy, and the many ways in which people write that it is none. */
import { crc32 } from 'node:zlib';
import type { CompiledName, CompiledShape } from './secret-table.ts';

/** Words and runs that stand in examples, never in what an issuer made by chance. */
const placeholder =
  /your|placeholder|example|sample|fake|mock|change.?me|x{5}|\*{3}|\.\.\.|<|>|redacted|dummy|insert|replace|\$\{|\{\{|\$\(|%\(|(.)\1{6}|0123456|1234567|^123456|abcdefg|abc-?def|deadbeef|c0ffee/i;
/** Published by the makers themselves: the storage emulator's key, the web token of every tutorial. */
const documented = [
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq',
  'eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9l',
  'eyJzdWIiOiIxMjM0NTY3ODkwIiwi',
  'eyJzb21lIjoicGF5bG9hZCJ9',
  // RFC 6749, sections 1.5 and 4.
  '2YotnFZFEjr1zCsicMWpAA',
  'tGzv3JOkF0XG5Qx2TlKWIA',
];

export function isPlaceholder(value: string): boolean {
  return placeholder.test(value) || documented.some((known) => value.includes(known));
}

/** Shannon entropy of the characters, in bits per character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let sum = 0;
  for (const count of counts.values()) sum -= (count / text.length) * Math.log2(count / text.length);
  return sum;
}

/** @param value a whole match of the shape's pattern. */
export function isRealShape({ prefix, minEntropy, checksum, structure }: CompiledShape, value: string): boolean {
  const rest = value.slice(prefix.length);
  if (isPlaceholder(rest) || entropyOf(rest) < minEntropy) return false;
  if (checksum !== undefined && !hasChecksum(value)) return false;
  return structure === undefined || isWebToken(value);
}

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * The last six characters are the CRC-32 of those between the underscore and them, in base 62, padded with 0.
 * @source GitHub, "Behind GitHub's new authentication token formats" (2021); npm follows it.
 */
export function hasChecksum(token: string): boolean {
  let rest = crc32(token.slice(token.indexOf('_') + 1, -6));
  let text = '';
  while (rest > 0) {
    text = (base62[rest % 62] ?? '') + text;
    rest = Math.floor(rest / 62);
  }
  return text.padStart(6, '0') === token.slice(-6);
}

/** Header and payload are JSON and the header names an algorithm. Tokens made for the public carry the role `anon`. @source RFC 7519. */
function isWebToken(value: string): boolean {
  const [header = '', payload = ''] = value.split('.');
  const head = decodedObject(header);
  const body = decodedObject(payload);
  return head !== null && body !== null && typeof head['alg'] === 'string' && body['role'] !== 'anon';
}

function decodedObject(part: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    // Not JSON: not a web token.
    return null;
  }
}

export function isRealNamed({ expression, minEntropy, structure }: CompiledName, value: string): boolean {
  if (!expression.test(value) || isPlaceholder(value) || entropyOf(value) < minEntropy) return false;
  if (structure === undefined) return true;
  const decoded = Buffer.from(value, 'base64').toString('latin1');
  return /^[\x21-\x39\x3b-\x7e]{1,200}:[\x21-\x7e]{6,400}$/.test(decoded) && !isPlaceholder(decoded);
}

/** Words of names whose values are no secrets, though `key`, `token` or `secret` stands in them. */
const harmless = new Set(
  (
    'public primary foreign sort partition cache group index map dict object storage row column hash lookup translation locale feature image ' +
    'special bos eos pad unk mask cls sep num max min n start end next page continuation csrf xsrf tokenizer message msg field label ' +
    'placeholder hint prompt description title text error regex pattern url uri path file name id ref type version length size count limit ' +
    'usage idempotency site sitekey recaptcha publishable anon short meta product event state arn vault kms prefix suffix header env var ' +
    'variable example test mock fake dummy sample fixture checksum digest sha sha1 sha256 md5 fingerprint commit revision integrity schema ' +
    'kind class policy rule help docs comment secretname'
  ).split(' '),
);
const openers =
  /(^|_)((api|access|secret|private|account|auth|encryption|signing|master|service|client|session|app|application|deploy|license|storage|shared)_?keys?|secret|secrets|token|password|passwd|passphrase|pwd|credential|credentials|bearer)(_?(value|b64|base64|prod|production|live|\d{1,2}))?$/;
const passwords = /(password|passwd|passphrase|pwd)/;

/** `OPENAI_API_KEY`, `openaiApiKey` and `x-api-key` as words joined by `_`. */
export function normalName(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[-. ]+/g, '_')
    .replace(/^_+|_+$/g, '');
}

/**
 * The generic class: a name that promises a secret, and a value that nobody types as a word.
 * @param name   as `normalName` gives it.
 * @param quoted the value stood in quotes; without them it may as well be the name of something.
 */
export function isRealAssigned(name: string, value: string, quoted: boolean): boolean {
  if (!openers.test(name) || name.split('_').some((word) => harmless.has(word))) return false;
  if (isPlaceholder(value) || isReference(value)) return false;
  if (passwords.test(name)) return isPassword(value, quoted);
  if (value.length < 16 || value.length > 500 || !/^[A-Za-z0-9+/=_.~:!@#%^&*-]+$/.test(value)) return false;
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value) || isWords(value)) return false;
  if (!quoted && (value.length < 20 || /^[A-Za-z_]\w*(\.\w+)+$/.test(value) || !isMixed(value))) return false;
  // Sessions and objects are named by UUIDs all over; keys seldom.
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
  if (isUuid && !/(api_?key|secret)$/.test(name)) return false;
  const isHex = /^[0-9a-f]+$/i.test(value);
  return entropyOf(value) >= (isHex ? 3 : 3.5);
}

/** Addresses, paths, variables and references to a store of secrets. */
function isReference(value: string): boolean {
  return (
    /^[$@!/~.%&#]|:\/\/|^(env|vault|arn|urn|ssm|sm|secretref|file|op|aws|gcp|azure|projects|process|os|config|settings|self|this|args)[:./[]/i.test(
      value,
    ) || /^(none|null|true|false|undefined|required|optional|string|todo)$/i.test(value)
  );
}

/** `my-secret-name-1`, `gpt-4-turbo`: words and small numbers joined by separators. */
function isWords(value: string): boolean {
  const parts = value.split(/[-_./:]+/);
  return parts.every((part) => /^([a-z]{1,20}|[A-Z][a-z]{0,20}|[A-Z]{2,12}|\d{1,4}|[A-Za-z]{1,20}\d{1,3}|v\d{1,3})?$/.test(part));
}

function isMixed(value: string): boolean {
  const isHex = /^[0-9a-f]{32,}$/i.test(value);
  return isHex || ((value.match(/\d/g)?.length ?? 0) >= 2 && /[a-z]/.test(value) && /[A-Z]/.test(value)) || entropyOf(value) >= 3.9;
}

const weak =
  /pass|secret|key|admin|root|user|test|demo|local|default|guest|postgres|mysql|mongo|redis|rabbit|minio|qwerty|letmein|welcome|hunter2|foobar|12345|abc123|string|token|hidden|enter/i;

function isPassword(value: string, quoted: boolean): boolean {
  if (value.length < 8 || value.length > 128 || weak.test(value)) return false;
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value) || isWords(value) || /[()[\]{}<>|,;]/.test(value)) return false;
  if (!quoted && /^[A-Za-z_]\w*(\.\w+)+$/.test(value)) return false;
  // Settings of package managers hold passwords in base64; those of examples say so when they are decoded.
  const plain = Buffer.from(value, 'base64').toString('latin1');
  if (/^[\x20-\x7e]{8,}$/.test(plain) && (weak.test(plain) || isPlaceholder(plain))) return false;
  return entropyOf(value) >= 2.7;
}

/**
 * A password inside an address.
 * @param host lower case, without port.
 */
export function isRealPassword(password: string, host: string): boolean {
  if (password.length < 6 || !/^[!-~]+$/.test(password) || isPlaceholder(password) || weak.test(password) || isReference(password))
    return false;
  if (/^(example\.(com|org|net)|.*\.example|.*\.example\.(com|org|net)|hostname|host|server)$/.test(host)) return false;
  const isLocal = /^(localhost|127\.|0\.0\.0\.0|\[?::1|host\.docker\.internal)/.test(host) || !host.includes('.');
  const isWord = /^[a-z]+$/i.test(password);
  if (isWord) return !isLocal && password.length >= 12;
  return !isLocal || entropyOf(password) >= 3;
}
