/** Where files to start from are kept between runs: beside the installed packages, never in the repository. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Seed } from '../../test/corpus/model-scanner/fuzz.ts';
import { builtSeeds, realSeeds } from '../../test/corpus/model-scanner/seeds.ts';
import { root } from '../files.ts';

export const seedFolder = join(root, '.cache/fuzz-seeds');

/** Always in the same order: a family is told as places in this list. */
export async function allSeeds(): Promise<Seed[]> {
  return [...realSeeds(), ...(await builtSeeds()), ...recordedSeeds()];
}

function recordedSeeds(): Seed[] {
  return readdirSync(seedFolder)
    .sort()
    .map((file) => ({ name: nameOf(file), bytes: Uint8Array.from(readFileSync(join(seedFolder, file))) }));
}

function nameOf(file: string): string {
  const written = file.slice(file.indexOf(' ') + 1);
  try {
    return decodeURIComponent(written);
  } catch {
    // Cut in the middle of an escape.
    return written;
  }
}
