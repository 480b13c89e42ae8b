/** Which files the house consists of. Paths are relative to the root, with `/`, sorted bytewise. */
import { spawnSync } from 'node:child_process';
import { type Dirent, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const skipped = new Set(['node_modules', '.git', '.cache', 'dist', 'data', 'logs']);

/** Every file below the given folders that exists now, ignored folders left out. */
export function listFiles(base: string, folders: readonly string[]): string[] {
  return folders
    .filter((folder) => existsSync(join(base, folder)))
    .flatMap((folder) => walk(base, folder))
    .sort(bytewise);
}

/** What git holds or would hold after `git add .`; without git, every file that is not ignored by name. */
export function listTracked(base: string): string[] {
  const names = askGit(base).filter((name) => existsSync(join(base, name)));
  // A source archive has no git folder, or lies unnoticed inside another repository; the walk sees the same files there.
  return names.includes('package.json') ? names.sort(bytewise) : listFiles(base, ['.']);
}

function askGit(base: string): string[] {
  const { status, stdout } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'], {
    cwd: base,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return status === 0 ? stdout.split('\0').filter((name) => name !== '') : [];
}

/** The same order on every machine, whatever its language. */
export function bytewise(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function walk(base: string, folder: string): string[] {
  const entries: Dirent[] = readdirSync(join(base, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : walk(base, path);
    return entry.isFile() ? [path] : [];
  });
}
