/**
 * A worker script and all it imports as one prepared file: looking up two hundred modules takes longer than scanning a small file.
 * scripts/build/one-file.ts writes it beside the installed packages; whoever may write there may change the code itself.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const projectRoot = join(import.meta.dirname, '../../..');
export const oneFileFolder = join(projectRoot, 'node_modules/.cache/workers');

/** What the prepared file was made from: any other size or time of one of these makes it useless. */
export type OneFileRecord = { readonly inputs: readonly (readonly [path: string, size: number, modifiedMs: number])[] };

/** Names of the prepared file and of its record; the place of the script in the tree tells one from another. */
export function oneFilePaths(script: URL): { readonly code: string; readonly record: string } {
  const place = fileURLToPath(script).slice(projectRoot.length + 1);
  const name = place.replace(/\.[jt]s$/, '').replaceAll(/[\\/]/g, '-');
  return { code: join(oneFileFolder, `${name}.mjs`), record: join(oneFileFolder, `${name}.json`) };
}

/** @returns the prepared file when it is made from the very sources that are there now; else the script itself. */
export function oneFileOf(script: URL): URL {
  const { code, record } = oneFilePaths(script);
  return isFresh(record) && existsSync(code) ? pathToFileURL(code) : script;
}

export function isFresh(record: string): boolean {
  try {
    const { inputs }: OneFileRecord = JSON.parse(readFileSync(record, 'utf8'));
    return inputs.length > 0 && inputs.every(isUnchanged);
  } catch {
    // Not prepared, or a source that it was made from is gone.
    return false;
  }
}

function isUnchanged([path, size, modifiedMs]: OneFileRecord['inputs'][number]): boolean {
  const stat = statSync(join(projectRoot, path));
  return stat.size === size && stat.mtimeMs === modifiedMs;
}
