/** One bounded walk over a tree: sorted, without recursion, and everything it leaves out is counted with its reason. */
import type { Skipped } from '../contract.ts';
import type { Tree } from './tree.ts';

export type WalkLimits = {
  readonly files: number;
  readonly depth: number;
  /** Milliseconds of wall time for the whole walk, readers included. */
  readonly wallMs: number;
  /** Bytes read from one file by text readers. */
  readonly textBytes: number;
  /** Bytes read in all. */
  readonly readBytes: number;
  readonly hits: number;
};

export const defaultWalkLimits: WalkLimits = {
  files: 500_000,
  depth: 40,
  wallMs: 900_000,
  textBytes: 2 * 2 ** 20,
  readBytes: 16 * 2 ** 30,
  hits: 50_000,
};

export type WalkedFile = { readonly path: string; readonly name: string; readonly folder: string; readonly size: number };
export type SkipReason = Skipped['reason'];

/** What was left out, by folder and reason; bounded, because an attacker may plant a million unreadable things. */
export class SkipLog {
  readonly #counts = new Map<string, { path: string; reason: SkipReason; count: number }>();
  add(path: string, reason: SkipReason): void {
    const key = this.#counts.size < 1000 ? `${reason}\0${path}` : `${reason}\0`;
    const known = this.#counts.get(key);
    if (known) known.count += 1;
    else if (this.#counts.size < 1000 || key === `${reason}\0`)
      this.#counts.set(key, { path: key === `${reason}\0` ? '' : path, reason, count: 1 });
  }
  list(): Skipped[] {
    return [...this.#counts.values()].slice(0, 1000).map(({ path, reason, count }) => ({ path: path.slice(0, 4096), reason, count }));
  }
  /** True when something that could hold hits was not reached; left-out packages of others and links do not count. */
  get incomplete(): boolean {
    return [...this.#counts.values()].some(({ reason }) =>
      ['permission', 'depth', 'files', 'hits', 'time', 'reader-failed'].includes(reason),
    );
  }
}

/** Folders that hold other people's installed code or version control, not this project's AI. */
const vendored = new Set(
  [
    'node_modules',
    'site-packages',
    'dist-packages',
    '.git',
    '.hg',
    '.svn',
    '.venv',
    '__pycache__',
    '.tox',
    '.nox',
    '.mypy_cache',
    '.pytest_cache',
    '.ruff_cache',
  ].concat(['.eggs', 'bower_components', '.terraform', '.gradle', '.idea', '.next', '.nuxt', '.yarn', '.pnpm-store']),
);
/** Ordinary words for folders: other people's code only when a package manager's own file lies in them. */
const vendoredWith = new Map([
  ['vendor', ['modules.txt', 'autoload.php', 'bundle']],
  ['venv', ['pyvenv.cfg']],
  ['env', ['pyvenv.cfg']],
]);

export function isVendored(folderName: string, names: () => readonly string[] = () => []): boolean {
  if (vendored.has(folderName)) return true;
  const signs = vendoredWith.get(folderName);
  return signs !== undefined && names().some((name) => signs.includes(name));
}

/**
 * Visits every regular file below the root, in sorted order, depth first.
 *
 * @param visit called per file; answers false to end the walk.
 * @returns folders and files seen. Never throws for what the tree holds: unreadable parts go to `skips`.
 */
export function walk(
  tree: Tree,
  limits: WalkLimits,
  skips: SkipLog,
  visit: (file: WalkedFile) => boolean,
): { files: number; folders: number } {
  const open: { path: string; depth: number }[] = [{ path: '', depth: 0 }];
  let files = 0;
  let folders = 0;
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    folders += 1;
    const inside: { path: string; depth: number }[] = [];
    for (const entry of listSorted(tree, folder.path, skips)) {
      const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`;
      if (entry.kind === 'folder') {
        if (isVendored(entry.name, () => namesIn(tree, path))) skips.add(path, 'vendored');
        else if (folder.depth + 1 > limits.depth) skips.add(path, 'depth');
        else inside.push({ path, depth: folder.depth + 1 });
      } else if (entry.kind === 'file') {
        files += 1;
        if (files > limits.files) {
          skips.add(path, 'files');
          return { files: limits.files, folders };
        }
        if (!visit({ path, name: entry.name, folder: folder.path, size: entry.size })) return { files, folders };
      } else skips.add(path, reasonOf(entry.kind));
    }
    open.push(...inside.reverse());
  }
  return { files, folders };
}

function reasonOf(kind: 'loop' | 'outside' | 'other'): SkipReason {
  if (kind === 'loop') return 'link-loop';
  return kind === 'outside' ? 'outside-link' : 'not-a-regular-file';
}

function namesIn(tree: Tree, folder: string): string[] {
  try {
    return tree.list(folder).map(({ name }) => name);
  } catch {
    return [];
  }
}

function listSorted(tree: Tree, folder: string, skips: SkipLog) {
  try {
    return [...tree.list(folder)].sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    skips.add(folder, 'permission');
    return [];
  }
}
