/** What was tried already: a run that was stopped goes on where it ended, as long as its files to start from are the same. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Family } from '../../test/corpus/model-scanner/fuzz.ts';
import { root } from '../files.ts';

const progressFile = join(root, '.cache/fuzz-progress.json');
const Tried = z.record(z.string(), z.int().min(0));
export type Tried = z.infer<typeof Tried>;

/** Other files to start from give other mutants under the same number. */
export function progressKey({ format, seeds }: Family, seed: number): string {
  const hash = createHash('sha256');
  for (const { name, bytes } of seeds) hash.update(`${name} ${bytes.length}\n`).update(bytes);
  return `${format} ${seed} ${hash.digest('hex').slice(0, 16)}`;
}

export function readProgress(): Tried {
  try {
    return Tried.parse(JSON.parse(readFileSync(progressFile, 'utf8')));
  } catch {
    // None yet, or one of another version: everything is tried again.
    return {};
  }
}

export function keepProgress(tried: Tried): void {
  mkdirSync(dirname(progressFile), { recursive: true });
  writeFileSync(progressFile, `${JSON.stringify(tried, null, 1)}\n`);
}
