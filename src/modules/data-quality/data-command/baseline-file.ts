/** A baseline in a file: JSON, compressed when the name says so. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Baseline } from '../drift/baseline-shape.ts';

const mostBytes = 512 * 2 ** 20;
const isCompressed = (path: string): boolean => path.endsWith('.gz');

/** For its owner alone: it holds values of the table. @throws of the file system, EEXIST unless `replace` */
export function writeBaselineFile(path: string, baseline: unknown, replace: boolean): number {
  const text = `${JSON.stringify(baseline)}\n`;
  const bytes = isCompressed(path) ? gzipSync(text) : Buffer.from(text);
  writeFileSync(path, bytes, { mode: 0o600, flag: replace ? 'w' : 'wx' });
  return bytes.length;
}

export type ReadBaseline = { readonly baseline: Baseline } | { readonly refused: string };

export function readBaselineFile(path: string): ReadBaseline {
  try {
    if (statSync(path).size > mostBytes) return { refused: `it is larger than ${mostBytes} bytes.` };
    const bytes = readFileSync(path);
    const text = isCompressed(path) ? gunzipSync(bytes, { maxOutputLength: mostBytes }) : bytes;
    const read = Baseline.safeParse(JSON.parse(text.toString('utf8')));
    if (read.success) return { baseline: read.data };
    const [issue] = read.error.issues;
    return { refused: `it is no baseline (${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'unreadable'}).` };
  } catch (error) {
    return { refused: error instanceof SyntaxError ? 'it is no baseline.' : reasonOf(error) };
  }
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be used.';
  const code = 'code' in error ? error.code : null;
  if (code === 'ENOENT') return 'there is no such file.';
  return code === 'EEXIST' ? 'it is there already; --force replaces it.' : error.message;
}
