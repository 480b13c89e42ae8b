/** One text for one value: what is hashed must not depend on who wrote it down. */
import { problems } from '../../../contract/problem.ts';

export const canonicalProblems = problems('canonical-json', {
  notJson: [422, 'The value at {path} has no canonical JSON form: {reason}.'],
});

const maxDepth = 32;

/**
 * Canonical JSON text of a value.
 *
 * @param value null, booleans, finite numbers, well-formed strings, arrays and plain objects of these; at most 32 levels.
 *   Members that are undefined are left out, as in JSON.stringify. Integers beyond 2^53 − 1 are refused: other readers would round them.
 * @returns the text: no spaces, members sorted by UTF-16 code units, ECMAScript number form.
 * @throws canonical-json.notJson naming the place.
 * @source RFC 8785 (JSON Canonicalization Scheme), sections 3.2.2 and 3.2.3.
 * Pure; O(n log k) for the widest object of k members.
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$', 0);
}

function write(value: unknown, path: string, depth: number): string {
  if (depth > maxDepth) throw refused(path, `it is nested deeper than ${maxDepth} levels`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return writeText(value, path);
  if (typeof value === 'number') return writeNumber(value, path);
  if (Array.isArray(value)) return `[${value.map((item, index) => write(item, `${path}[${index}]`, depth + 1)).join(',')}]`;
  if (typeof value === 'object' && isPlain(value)) return writeObject(value, path, depth);
  throw refused(path, `a ${typeof value} is no JSON value`);
}

function writeObject(value: object, path: string, depth: number): string {
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    // Default order of strings in ECMAScript is by UTF-16 code units, which is what the RFC asks for.
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, member]) => `${writeText(name, path)}:${write(member, `${path}.${name}`, depth + 1)}`);
  return `{${members.join(',')}}`;
}

function writeText(text: string, path: string): string {
  if (!text.isWellFormed()) throw refused(path, 'a text has half a surrogate pair');
  return JSON.stringify(text);
}

function writeNumber(number: number, path: string): string {
  if (!Number.isFinite(number)) throw refused(path, `${number} is no JSON number`);
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) throw refused(path, 'the integer is beyond 2^53 - 1; write it as text');
  return JSON.stringify(number);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function refused(path: string, reason: string): Error {
  return canonicalProblems.notJson({ path: path.slice(0, 200), reason });
}
