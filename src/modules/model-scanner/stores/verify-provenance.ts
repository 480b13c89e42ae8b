/** Statements about bytes against the bytes: every file that a manifest, an index or DVC names by digest and that lies where it says. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { ProvenanceFact } from '../engine/artefact.ts';
import { locate, realRoots } from './store-folder.ts';
import type { StoreProblem } from './store-source.ts';

const algorithms = new Set(['md5', 'sha1', 'sha256', 'sha384', 'sha512']);

export type VerifySettings = {
  /** Folder of the file that makes the statement: subjects are named from there. */
  readonly folder: string;
  /** Nothing outside these is opened. */
  readonly roots: readonly string[];
  /** Larger files are compared by size only. Default 64 MiB. */
  readonly mostBytes?: number;
};
export type Verified = {
  readonly problems: readonly StoreProblem[] /** Subjects whose digest was compared and holds. */;
  readonly held: number;
};

/** Never throws for what the statement says: a subject that is not there, lies elsewhere or has an unknown algorithm is left out. */
export async function verifyProvenance(
  { subjects }: ProvenanceFact,
  { folder, roots, mostBytes = 64 * 2 ** 20 }: VerifySettings,
): Promise<Verified> {
  const real = await realRoots(roots);
  const problems: StoreProblem[] = [];
  let held = 0;
  for (const { file, algorithm, digest, size } of subjects) {
    const found = await locate(join(folder, file), real);
    if (found === 'outside')
      problems.push({ code: 'outside-root', name: file, detail: 'The statement is about a place outside the folders that may be read.' });
    if (typeof found === 'string' || found.isFolder || !algorithms.has(algorithm)) continue;
    if (size !== null && size !== found.size) {
      problems.push({ code: 'digest-mismatch', name: file, detail: `It has ${found.size} bytes, the statement says ${size}.` });
      continue;
    }
    if (found.size > mostBytes) continue;
    const hash = createHash(algorithm);
    for await (const piece of createReadStream(found.path)) hash.update(piece);
    const actual = hash.digest('hex');
    if (actual === digest.toLowerCase()) held += 1;
    else
      problems.push({
        code: 'digest-mismatch',
        name: file,
        detail: `Its ${algorithm} begins ${actual.slice(0, 12)}, the statement says ${digest.slice(0, 12)}.`,
      });
  }
  return { problems, held };
}
