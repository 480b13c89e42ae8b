/** Looking into a store without ever leaving the folders that may be read. */
import { createHash, type Hash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { ResolvedSource, StoreFile, StoreProblem } from './store-source.ts';

/** Digests of larger files are left to whoever reads them anyway. */
const checkedBytes = 64 * 2 ** 20;
const longestDocument = 4 * 2 ** 20;
const mostFiles = 100_000;
const deepest = 32;

/** What is being put together; `roots` are real paths of folders. */
export type Resolving = { readonly roots: readonly string[]; readonly files: StoreFile[]; readonly problems: StoreProblem[] };

export function startResolving(roots: readonly string[]): Resolving {
  return { roots, files: [], problems: [] };
}

/** The roots that are there, links resolved. */
export async function realRoots(roots: readonly string[]): Promise<string[]> {
  const real = await Promise.all(roots.map((root) => realpath(root).catch(() => null)));
  return [...new Set(real.filter((root) => root !== null))];
}

export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

export type Found = { readonly path: string; readonly isFolder: boolean; readonly size: number };

/** @returns the real place of a path; 'missing' when nothing is there, 'outside' when it lies outside every root. */
export async function locate(path: string, roots: readonly string[]): Promise<Found | 'missing' | 'outside'> {
  try {
    const real = await realpath(path);
    if (!roots.some((root) => isInside(real, root))) return 'outside';
    const status = await stat(real);
    if (!status.isFile() && !status.isDirectory()) return 'missing';
    return { path: real, isFolder: status.isDirectory(), size: status.size };
  } catch {
    // Not there, a loop of links, or not readable: none of it can be scanned.
    return 'missing';
  }
}

/** The folders that may be the store: each root itself or one of its usual places. */
export async function storeFolders(roots: readonly string[], places: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    roots.flatMap((root) => ['', ...places].map((place) => locate(place === '' ? root : join(root, place), roots))),
  );
  return [...new Set(found.flatMap((place) => (typeof place === 'object' && place.isFolder ? [place.path] : [])))];
}

/** Text of a small file inside the roots; null when it is not there or too large for what it should be. */
export async function readDocument(path: string, roots: readonly string[]): Promise<string | null> {
  const found = await locate(path, roots);
  if (typeof found === 'string' || found.isFolder || found.size > longestDocument) return null;
  // The real path ends at no link; one put there since then is refused.
  const handle = await open(found.path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch(() => null);
  if (!handle) return null;
  try {
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** Names in a folder, sorted; empty when it cannot be read. */
export async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.sort();
}

/** Adds one file under the name people know; what stands in the way becomes a problem. @returns its place, or null. */
export async function addFile(path: string, name: string, resolving: Resolving): Promise<Found | null> {
  const found = await locate(path, resolving.roots);
  if (found === 'outside')
    resolving.problems.push({ code: 'outside-root', name, detail: 'It leads to a place outside the folders that may be read.' });
  if (found === 'missing') resolving.problems.push({ code: 'missing', name, detail: 'The store lists it, and it is not there.' });
  if (typeof found === 'string' || found.isFolder) return null;
  resolving.files.push({ path: found.path, name });
  return found;
}

/** Every file below a folder, links followed as long as they stay inside the roots. */
export async function addFolder(
  folder: string,
  resolving: Resolving,
  check?: (name: string, found: Found) => Promise<void>,
): Promise<void> {
  const waiting = [{ path: folder, depth: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const entry of await readdir(next.path, { withFileTypes: true }).catch(() => [])) {
      const path = join(next.path, entry.name);
      const name = relative(folder, path).split(sep).join('/');
      if (resolving.files.length >= mostFiles) {
        resolving.problems.push({ code: 'too-many', name, detail: `More than ${mostFiles} files: the rest is left out.` });
        return;
      }
      if (entry.isDirectory() && next.depth < deepest) waiting.push({ path, depth: next.depth + 1 });
      else if (entry.isFile() || entry.isSymbolicLink()) {
        const found = await addFile(path, name, resolving);
        if (found) await check?.(name, found);
      }
    }
  }
}

/** Compares a file with the digest a store gives it. Larger files are not read here. */
export async function checkDigest(
  found: Found,
  expected: { readonly algorithm: string; readonly digest: string },
  name: string,
  resolving: Resolving,
) {
  if (found.size > checkedBytes) return;
  const digest = await digestOf(found.path, createHash(expected.algorithm));
  if (digest !== expected.digest.toLowerCase())
    resolving.problems.push({
      code: 'digest-mismatch',
      name,
      detail: `Its ${expected.algorithm} begins ${digest.slice(0, 12)}, the store says ${expected.digest.slice(0, 12)}.`,
    });
}

/** Git hashes a header with the size before the content. @source Git internals, "Object Storage". */
export async function checkGitDigest(found: Found, expected: string, name: string, resolving: Resolving): Promise<void> {
  if (found.size > checkedBytes) return;
  const digest = await digestOf(found.path, createHash('sha1').update(`blob ${found.size}\0`));
  if (digest !== expected)
    resolving.problems.push({
      code: 'digest-mismatch',
      name,
      detail: `Its git hash begins ${digest.slice(0, 12)}, the store says ${expected.slice(0, 12)}.`,
    });
}

async function digestOf(path: string, hash: Hash): Promise<string> {
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest('hex');
}

export function nothing(name: string, detail: string): ResolvedSource {
  return { files: [], problems: [{ code: 'not-found', name, detail }] };
}

/** The first of several places, and the word that there are more. */
export function onlyOne(places: readonly string[], name: string, resolving: Resolving): string | null {
  const [first] = places;
  if (places.length > 1)
    resolving.problems.push({ code: 'ambiguous', name, detail: `${places.length} stores hold it; the first one is taken.` });
  return first ?? null;
}

/** A name from a store as a relative path that people may read: no empty, dot or climbing parts. */
export function plainName(text: string): string {
  const parts = text
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..');
  return parts.join('/').slice(0, 500) || 'file';
}
