/** Bodies of HTML forms (application/x-www-form-urlencoded): only endpoints that say so take them, bounded and without doubles. */
import type { Readable } from 'node:stream';
import { commonProblems } from '../../contract/problem.ts';

const mostFields = 32;

/** Collects a body up to a limit. @throws request.tooLarge */
export async function readBounded(body: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
    size += bytes.length;
    if (size > limit) throw commonProblems.tooLarge({ limit });
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, size);
}

/**
 * The fields of a form. A field that comes twice is refused: two readers could each take another one.
 * @throws request.malformed
 */
export function formFields(bytes: Buffer): Record<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text(bytes))) {
    if (fields.has(name)) throw commonProblems.malformed({ reason: 'a field of the form comes twice' });
    if (fields.size >= mostFields) throw commonProblems.malformed({ reason: `a form has ${mostFields} fields at most` });
    fields.set(name, value);
  }
  return Object.fromEntries(fields);
}

function text(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw commonProblems.malformed({ reason: 'it is not UTF-8' });
  }
}
