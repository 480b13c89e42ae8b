/** Python files that one file may import from: those of the same scan, or of the same archive. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { WalkedFile } from './walk.ts';

export type SourceTree = {
  /** Bytes of the file at this path, relative to the scanned folder or the archive; null: there is none, or it is too large. */
  read(path: string): Uint8Array | null;
};
export type SourceEntry = { readonly name: string; readonly path: string };

export const longestModule = 2 ** 20;
const mostEntries = 2000;
const pythonFile = /\.py$/;

/**
 * @param files of the whole scan.
 * @returns for a batch of them, the Python files that theirs may import: in their own folders, in those above, and one folder below any of these.
 */
export function importableFiles(files: readonly WalkedFile[]): (batch: readonly WalkedFile[]) => SourceEntry[] {
  let byFolder: Map<string, SourceEntry[]> | null = null;
  return (batch) => {
    const sources = batch.filter(({ name }) => pythonFile.test(name));
    if (sources.length === 0) return [];
    byFolder ??= Map.groupBy(
      files.filter(({ name }) => pythonFile.test(name)).map(({ name, path }) => ({ name, path })),
      ({ name }) => folderOf(name),
    );
    const near = new Set(sources.flatMap(({ name }) => foldersAbove(name)));
    const found: SourceEntry[] = [];
    for (const [folder, entries] of byFolder)
      if ((near.has(folder) || near.has(folderOf(folder))) && found.length < mostEntries) found.push(...entries.slice(0, mostEntries));
    return found.slice(0, mostEntries);
  };
}

function folderOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')));
}

function foldersAbove(name: string): string[] {
  const folders: string[] = [];
  for (let folder = folderOf(name); folder !== ''; folder = folderOf(folder)) folders.push(folder);
  return [...folders, ''];
}

/** The files of a folder that the walk has met. A link is never followed; what cannot be read is not there. */
export function treeOnDisk(entries: readonly SourceEntry[]): SourceTree {
  const paths = new Map(entries.map(({ name, path }) => [name, path]));
  const read = new Map<string, Uint8Array | null>();
  return {
    read: (name) => {
      const path = paths.get(name);
      if (path === undefined) return null;
      const known = read.get(name);
      if (known !== undefined) return known;
      const bytes = bytesOf(path);
      read.set(name, bytes);
      return bytes;
    },
  };
}

function bytesOf(path: string): Uint8Array | null {
  try {
    const handle = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    try {
      const stat = fstatSync(handle);
      if (!stat.isFile() || stat.size > longestModule) return null;
      const bytes = new Uint8Array(stat.size);
      return bytes.subarray(0, readSync(handle, bytes, 0, stat.size, 0));
    } finally {
      closeSync(handle);
    }
  } catch {
    // The scan of that file itself says why it cannot be read.
    return null;
  }
}
