/** What belongs to one machine or one network must not be committed: its folders, and the hosts its packages came from. */
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Complaint } from './complaint.ts';

/** Folders whose names are the same on many machines say nothing about this one. */
const everywhere = new Set([
  '/',
  '/root',
  '/home',
  '/tmp',
  '/opt',
  '/srv',
  '/usr',
  '/var',
  '/app',
  '/mnt',
  '/media',
  '/Users',
  '/var/tmp',
  '/usr/src',
]);
const registryHost = /https?:\/\/[^\s"'<>]*(?:artifactory|nexus|verdaccio|jfrog|npm-proxy|npm-mirror|registry\.)[^\s"'<>]*/i;
/** Where packages are named; elsewhere a registry's address can be the subject, as in a lock file that discovery reads. */
const packageFiles = /^(package-lock\.json|\.npmrc|package\.json|\.ci\/|scripts\/|deploy\/)/;

/** The folders that would give this machine away: the checkout, what holds it, and the home folder. */
export function machineFolders(base: string, home: string = homedir()): string[] {
  const checkout = resolve(base);
  return [checkout, dirname(checkout), home].filter((folder) => !everywhere.has(folder));
}

export function checkMachine(path: string, text: string, folders: readonly string[]): Complaint[] {
  const lines = text.split('\n');
  const found = lines.flatMap((line, i) => {
    const folder = folders.find((name) => mentions(line, name));
    if (folder !== undefined) return [{ path, line: i + 1, says: 'names a folder of this machine.' }];
    const host = packageFiles.test(path) ? registryHost.exec(line) : null;
    return host ? [{ path, line: i + 1, says: 'names the host of a package registry.' }] : [];
  });
  // One is enough to find it; a lock file would print thousands.
  return found.slice(0, 5);
}

/** The folder as a whole path: `/build` stands in `/build/a` and `"/build"`, not in `/rebuild` or `docs/build/`. */
function mentions(line: string, folder: string): boolean {
  for (let at = line.indexOf(folder); at !== -1; at = line.indexOf(folder, at + 1)) {
    const before = line[at - 1] ?? ' ';
    const after = line[at + folder.length] ?? ' ';
    if (!/[\w.)}/-]/.test(before) && !/[\w-]/.test(after)) return true;
  }
  return false;
}
